/** Pods on branch interfaces of their own, as the cluster and the VPC are read once they were made anew. */
import type { ClusterFacts } from "../../model/cluster.ts";
import { mapFact } from "../../model/fact.ts";
import type { SecurityGroupPolicy } from "../../model/pod-network.ts";
import type { NetworkInterface } from "../../model/vpc.ts";
import type { Pod, PodSpec, Workload } from "../../model/workloads.ts";
import { interfacesByAddress } from "../../net/workloads/interfaces.ts";
import { later } from "../later.ts";

/** The DaemonSet of Amazon VPC CNI. */
export const agent = { namespace: "kube-system", name: "aws-node", container: "aws-node", init: "aws-vpc-cni-init" } as const;

/** What VPC CNI has to be told for strict mode, by container. Source: aws/amazon-vpc-cni-k8s README.md. */
export const agentVariables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [agent.container]: { ENABLE_POD_ENI: "true", POD_SECURITY_GROUP_ENFORCING_MODE: "strict" },
  // Else kubelets can't probe pods on branch interfaces.
  [agent.init]: { DISABLE_TCP_EARLY_DEMUX: "true" },
};

export interface Moved {
  readonly pods: readonly Pod[];
  readonly groupId: string;
  readonly policies: readonly SecurityGroupPolicy[];
  /** When the cluster was read: the agent starts anew after it, and the pods after the agent. */
  readonly readAt: string;
}

/** The pods keep their names and addresses here, as nobody knows those that they will get. */
export function onBranchInterfaces(facts: ClusterFacts, { pods, groupId, policies, readAt }: Moved): ClusterFacts {
  const moving = new Set(pods);
  // An agent that was told so before does not start anew, unless it runs without it yet.
  const isTold = facts.workloads.state === "known" && facts.workloads.value.some((one) => isAgent(one) && hasVariables(one.template.spec));
  // A plan that goes before this one may have started it anew as well.
  const agents = facts.pods.state === "known" ? facts.pods.value.filter(isOfAgent) : [];
  const since = agents.flatMap(({ createdAt }) => createdAt ?? []).reduce(latest, readAt);
  return {
    ...facts,
    pods: mapFact(facts.pods, (all) =>
      all.map((pod) => {
        if (moving.has(pod)) return { ...pod, hasBranchInterface: true, createdAt: later(since, 2) };
        return isOfAgent(pod)
          ? { ...pod, spec: told(pod.spec), ...(isTold && hasVariables(pod.spec) ? {} : { createdAt: later(since, 1) }) }
          : pod;
      }),
    ),
    workloads: mapFact(facts.workloads, (all) =>
      all.map((one) => (isAgent(one) ? { ...one, template: { ...one.template, spec: told(one.template.spec) } } : one)),
    ),
    securityGroupPolicies: mapFact(facts.securityGroupPolicies, (all) => [
      ...all.filter(({ namespace, name }) => !policies.some((one) => one.namespace === namespace && one.name === name)),
      ...policies,
    ]),
    networkInterfaces: mapFact(facts.networkInterfaces, (all) => moved(all, pods, groupId)),
  };
}

const latest = (a: string, b: string): string => (Date.parse(b) > Date.parse(a) ? b : a);

const isOfAgent = ({ namespace, owner }: Pod): boolean =>
  owner?.kind === "DaemonSet" && owner.name === agent.name && namespace === agent.namespace;
const isAgent = ({ kind, namespace, name }: Workload): boolean =>
  kind === "DaemonSet" && namespace === agent.namespace && name === agent.name;

const hasVariables = ({ containers }: PodSpec): boolean =>
  containers.some(
    ({ name, settings }) =>
      name === agent.container && Object.entries(agentVariables[agent.container] ?? {}).every(([key, value]) => settings[key] === value),
  );

/** Only settings that are read of a container are written there. */
const told = (spec: PodSpec): PodSpec => ({
  ...spec,
  containers: spec.containers.map((one) =>
    one.name === agent.container ? { ...one, settings: { ...one.settings, ...agentVariables[agent.container] } } : one,
  ),
});

/** Each in the subnet where its address is. */
function moved(all: readonly NetworkInterface[], pods: readonly Pod[], groupId: string): readonly NetworkInterface[] {
  const interfaceOf = interfacesByAddress({ state: "known", value: all });
  if (interfaceOf.state === "unknown") return all;
  const addresses = new Set(pods.flatMap(({ podIps }) => podIps));
  const left = (texts: readonly string[]): readonly string[] =>
    texts.some((text) => addresses.has(text)) ? texts.filter((text) => !addresses.has(text)) : texts;
  const branches = pods.map(
    ({ namespace, name, podIps }): NetworkInterface => ({
      id: `eni-stand-in-${namespace}-${name}`,
      subnetId: interfaceOf.value(podIps[0] ?? "")?.subnetId ?? "",
      groupIds: [groupId],
      privateIpv4: podIps.filter((address) => !address.includes(":")),
      publicIpv4: [],
      ipv6: podIps.filter((address) => address.includes(":")),
      type: "branch",
      description: "aws-k8s-branch-eni",
    }),
  );
  return [...all.map((one) => ({ ...one, privateIpv4: left(one.privateIpv4), ipv6: left(one.ipv6) })), ...branches];
}
