import { defineCheck, type Evidence, type Verdict } from "../../model/check.ts";
import { type Fact, known, type Reason } from "../../model/fact.ts";
import type { Resource } from "../../model/resource.ts";
import type { Settings } from "../../model/settings.ts";
import type { Pod, PodSpec, Workload } from "../../model/workloads.ts";
import { hasEnded } from "../../net/workloads/phase.ts";
import { systemMembership } from "../../net/workloads/system.ts";
import { type TopController, topControllers } from "../../net/workloads/top-controller.ts";
import { workloadResource } from "../../net/workloads/workload-resource.ts";
import { few, listed } from "../listed.ts";
import { nameOf } from "../words.ts";
import { examplePod, exampleSpec } from "./example-pods.ts";

const agent: Workload = {
  kind: "DaemonSet",
  namespace: "shop",
  name: "agent",
  uid: "uid-of-agent",
  template: { labels: { app: "agent" }, spec: { ...exampleSpec, hostNetwork: true } },
};
const owner = { apiVersion: "apps/v1", kind: "DaemonSet", name: "agent", uid: "uid-of-agent" };

export const hostNetworkPodsAreDeclared = defineCheck({
  id: "host-network-pods-are-declared",
  title: "Only system workloads use the network of their node",
  surface: "pod-network",
  severity: "medium",
  path: { from: "pods", to: "nodes" },
  needs: ["pods"],
  uses: ["workloads"],
  why: "No network policy holds for a pod on its node's network, which reaches whatever the node reaches, its metadata and kubelet included; a host port opens the node itself.",
  judged:
    "Fails a workload of which a pod, or the pod template, uses hostNetwork or a hostPort; an init container's port is left out, as it has ended. Judged is the top controller, from its pods and from its template alike, so that a DaemonSet without pods is found; of zero replicas only pods count. System workloads are not-applicable: the product's dated table knows them by namespace, kind and the repositories of all their images, and never by name alone, and systemWorkloads adds the organization's own. A foreign image in the pod makes it anybody's. Where the controller of a pod cannot be told, the cluster has one unknown finding instead.",
  unseen:
    "What the workload does with the node's network. Other ways to the host, such as privileged containers and host paths, are not judged.",
  remediation:
    "Take hostNetwork and hostPort out of the workload's pod template, and let a Service lead to its pods; or list a workload that is part of the platform under systemWorkloads.",
  examples: {
    fail: { pods: [examplePod("agent-x7k2p", { owner, spec: { ...exampleSpec, hostNetwork: true } })], workloads: known([agent]) },
    pass: {
      pods: [examplePod("agent-x7k2p", { owner })],
      workloads: known([{ ...agent, template: { ...agent.template, spec: exampleSpec } }]),
    },
  },
  evaluate: ({ pods, workloads }, settings, { resource: cluster }) => {
    const { found, strays, doubt } = gathered(pods, workloads);
    const verdicts = found.map((one) => judge(one, workloadResource(one.top, cluster), settings));
    return doubt === undefined ? verdicts : [...verdicts, notWhole(cluster, strays, doubt)];
  },
});

interface Gathered {
  readonly found: readonly Found[];
  /** Pods of which it could not be told whose they are: under another name they would be judged twice over time. */
  readonly strays: readonly Pod[];
  readonly doubt?: Reason;
}

function notWhole(resource: Resource, strays: readonly Pod[], reason: Reason): Verdict {
  const using = strays.filter(({ spec }) => usesHost(spec)).map(({ namespace, name }) => `${namespace}/${name}`);
  const seen = using.length === 0 ? "" : `, ${listed(using)} among them, which use their node's`;
  const message = `${nameOf(resource)} was not judged whole, it may have more workloads${seen}: ${reason.message}`;
  return { resource, status: "unknown", reason, evidence: { podsWithoutWorkload: strays.length, podsOnHost: few(using) }, message };
}

interface Found {
  readonly top: TopController;
  readonly pods: Pod[];
  /** Of the next pod. */
  readonly template?: PodSpec;
}

/** Every top controller with pods, or with a template that pods are made of; each is asked about once. */
function gathered(pods: readonly Pod[], workloads: Fact<readonly Workload[]>): Gathered {
  const topOf = topControllers(workloads);
  const found = new Map<string, Found>();
  const strays: Pod[] = [];
  let doubt = workloads.state === "unknown" ? workloads.reason : undefined;
  for (const workload of workloads.state === "known" ? workloads.value : []) {
    const { kind, namespace, name, uid, template, replicas } = workload;
    // What a controller makes for itself has its maker's template, or an older one.
    if (isMade(workload) || replicas === 0) continue;
    found.set(keyOf(workload), { top: { kind, namespace, name, uid }, pods: [], template: template.spec });
  }
  for (const pod of pods) {
    if (hasEnded(pod)) continue;
    const top = topOf(pod);
    if (top.doubt !== undefined) {
      strays.push(pod);
      doubt ??= top.doubt;
      continue;
    }
    const one = found.get(keyOf(top)) ?? { top, pods: [] };
    found.set(keyOf(top), one);
    one.pods.push(pod);
  }
  return { found: [...found.values()], strays, ...(doubt === undefined ? {} : { doubt }) };
}

const isMade = ({ kind, owner: above }: Workload): boolean =>
  above !== undefined && (kind === "ReplicaSet" || kind === "ReplicationController" || kind === "Job");
const keyOf = ({ kind, namespace, name }: Pick<TopController, "kind" | "namespace" | "name">): string => `${kind} ${namespace}/${name}`;

function judge({ top, pods, template }: Found, resource: Resource, settings: Settings): Verdict {
  const name = nameOf(resource);
  const specs = [...(template === undefined ? [] : [template]), ...pods.map(({ spec }) => spec)];
  const memberships = specs.map((spec) => systemMembership({ namespace: top.namespace, spec }, top, settings));
  if (memberships.every(({ state }) => state === "yes")) {
    return { resource, status: "not-applicable", message: `${name} is a system workload.` };
  }
  const using = pods.filter(({ spec }) => usesHost(spec));
  const evidence = evidenceOf(specs, pods, using);
  if (!specs.some(usesHost)) {
    return { resource, status: "pass", evidence, message: `${name} uses neither the network nor a port of its nodes.` };
  }
  const seen = `${name} uses ${listed(usesOf(specs))} of its nodes`;
  const which = using.length === 0 ? "by its pod template" : `in ${using.length} of ${pods.length} pods`;
  return { resource, status: "fail", evidence, message: `${seen} ${which}.` };
}

const usesHost = (spec: PodSpec): boolean => spec.hostNetwork || hostPortsOf(spec).length > 0;

/** An init container that has ended holds no port. */
const hostPortsOf = ({ containers }: PodSpec): readonly string[] =>
  containers
    .filter(({ isInit }) => !isInit)
    .flatMap(({ ports }) => ports)
    .flatMap(({ hostPort = 0, protocol }) => (hostPort > 0 ? [`${protocol} ${hostPort}`] : []));

const portsOf = (specs: readonly PodSpec[]): readonly string[] => [...new Set(specs.flatMap(hostPortsOf))];

/** Where a pod shares the network, each of its ports is the node's: they say no more. */
function usesOf(specs: readonly PodSpec[]): readonly string[] {
  if (specs.some(({ hostNetwork }) => hostNetwork)) return ["the network"];
  return portsOf(specs).map((port) => `host port ${port}`);
}

const evidenceOf = (specs: readonly PodSpec[], pods: readonly Pod[], using: readonly Pod[]): Evidence => ({
  hostNetwork: specs.some(({ hostNetwork }) => hostNetwork),
  hostPorts: few(portsOf(specs)),
  pods: pods.length,
  podsOnHost: few(using.map(({ name }) => name)),
});
