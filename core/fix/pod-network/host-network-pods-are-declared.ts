import { quoted, quotedJson } from "../../checks/shell.ts";
import { mapFact } from "../../model/fact.ts";
import type { Pod, PodSpec, Workload } from "../../model/workloads.ts";
import { topControllers } from "../../net/workloads/top-controller.ts";
import type { Fix } from "../fix.ts";

/** Takes the network and the ports of nodes out of the pod template. */
export const fixHostNetworkPodsAreDeclared: Fix = ({ cluster, finding }) => {
  const { facts } = cluster;
  const { kind, name, namespace } = finding.resource;
  if (kind === "Pod" || namespace === undefined)
    return {
      none: `Pod ${namespace}/${name} has no pod template: write it anew without hostNetwork and hostPort, or list it under systemWorkloads.`,
    };
  const workload = (facts.workloads.state === "known" ? facts.workloads.value : []).find(
    (one) => one.kind === kind && one.namespace === namespace && one.name === name,
  );
  if (workload === undefined) return { none: `The pod template of ${kind} ${namespace}/${name} was not read.` };
  const { spec } = workload.template;
  const topOf = topControllers(facts.workloads);
  const isOf = (pod: Pod): boolean => {
    const top = topOf(pod);
    return top.kind === kind && top.namespace === namespace && top.name === name;
  };
  const patch = patchFor(workload, {
    spec: {
      ...(spec.hostNetwork ? { hostNetwork: false, dnsPolicy: "ClusterFirst" } : {}),
      ...(portsOf(spec).length > 0 ? { containers: portsOf(spec) } : {}),
    },
  });
  const images = [...new Set(spec.containers.map(({ image }) => image.replace(/(?::[^/:@]+)?(?:@.*)?$/, "")))];
  return {
    plan: {
      summary: `Takes hostNetwork and host ports out of the pod template of ${kind} ${namespace}/${name}.`,
      commands: [
        `kubectl patch ${kind.toLowerCase()} ${quoted(name)} --namespace ${quoted(namespace)} --type strategic --patch ${quotedJson(patch)}`,
      ],
      manifests: [],
      after: {
        ...facts,
        workloads: mapFact(facts.workloads, (all) =>
          all.map((one) => (one === workload ? { ...one, template: { ...one.template, spec: withoutHost(spec) } } : one)),
        ),
        // Pods are made anew, with addresses that nobody knows yet.
        pods: mapFact(facts.pods, (all) =>
          all.map((pod) => (isOf(pod) ? { ...pod, ...(pod.spec.hostNetwork ? { podIps: [] } : {}), spec: withoutHost(pod.spec) } : pod)),
        ),
      },
      opens: true,
      notes: [
        "The pods lie in the pod network from then on, where only policies hold for them: the connections that these let through are listed as added.",
        `Where it is part of the platform, change nothing and declare it in the configuration instead: systemWorkloads: [${JSON.stringify({ namespace, name, kind, images })}].`,
        "Pods are made anew: let a Service lead to them where something reached them at their node.",
      ],
    },
  };
};

/** Of a CronJob the template lies deeper. */
const patchFor = ({ kind }: Workload, template: object): object =>
  kind === "CronJob" ? { spec: { jobTemplate: { spec: { template } } } } : { spec: { template } };

const hasHostPort = ({ hostPort = 0 }: PodSpec["containers"][number]["ports"][number]): boolean => hostPort > 0;
const portsOf = ({ containers }: PodSpec) =>
  containers
    .filter(({ isInit, ports }) => !isInit && ports.some(hasHostPort))
    .map(({ name, ports }) => ({
      name,
      ports: ports.filter(hasHostPort).map(({ containerPort, protocol }) => ({ containerPort, protocol, hostPort: null })),
    }));

const withoutHost = (spec: PodSpec): PodSpec => ({
  ...spec,
  hostNetwork: false,
  containers: spec.containers.map((one) => ({ ...one, ports: one.ports.map(({ hostPort: _, ...port }) => port) })),
});
