/** Which DaemonSets run on which node, by their pods: a template says what should run, a pod what does. */
import type { Fact, Reason } from "../../../model/fact.ts";
import { type Pod, someNode, type Workload } from "../../../model/workloads.ts";

/** How an engine's DaemonSet is known. */
export interface DaemonSetName {
  readonly name: string;
  /** Undefined: any. */
  readonly namespaces?: readonly string[];
  /** A label of its pods. */
  readonly label?: readonly [key: string, value: string];
}

export type DaemonPod =
  /** `isAlone`: no other pod of the DaemonSet is on the node, such as one that gives way to it. */
  | { readonly state: "runs"; readonly pod: Pod; readonly isAlone: boolean }
  | { readonly state: "absent" }
  | { readonly state: "unsure"; readonly reason: Reason };

export interface DaemonPods {
  /** The DaemonSet's pod on a node. It runs if it is Running and ready: one that keeps crashing has programmed nothing. */
  on(node: string, daemonSet: DaemonSetName): DaemonPod;
}

export function daemonPodsOf(pods: Fact<readonly Pod[]>, workloads: Fact<readonly Workload[]>): DaemonPods {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods.state === "known" ? pods.value : []) {
    if (pod.nodeName === undefined || hasEnded(pod)) continue;
    const others = byNode.get(pod.nodeName);
    if (others === undefined) byNode.set(pod.nodeName, [pod]);
    else others.push(pod);
  }
  const isDeclared = (daemonSet: DaemonSetName): boolean =>
    workloads.state === "unknown" || workloads.value.some((workload) => declares(workload, daemonSet));
  return {
    on(node, daemonSet) {
      if (node === someNode) return { state: "unsure", reason: notTold };
      const onNode = byNode.get(node) ?? [];
      const its = onNode.filter((pod) => belongs(pod, daemonSet));
      const ready = its.find(({ phase, isReady }) => phase === "Running" && isReady === true);
      if (ready !== undefined) return { state: "runs", pod: ready, isAlone: its.length === 1 };
      const [waiting] = its;
      if (waiting !== undefined) return { state: "unsure", reason: notReady(waiting, node) };
      // Other pods of the node were listed, so its own would have been.
      if (onNode.length > 0 || !isDeclared(daemonSet)) return { state: "absent" };
      return { state: "unsure", reason: pods.state === "unknown" ? pods.reason : noneListed(node) };
    },
  };
}

const notTold: Reason = { code: "not-supported", message: "Manifests do not say what enforces policies, only a cluster does." };

const hasEnded = ({ phase }: Pod): boolean => phase === "Succeeded" || phase === "Failed";

const belongs = ({ namespace, labels, owner }: Pod, { name, namespaces, label }: DaemonSetName): boolean =>
  owner?.kind === "DaemonSet" &&
  owner.apiVersion.startsWith("apps/") &&
  owner.name === name &&
  (namespaces?.includes(namespace) ?? true) &&
  (label === undefined || labels[label[0]] === label[1]);

const declares = ({ kind, namespace, name, template }: Workload, daemonSet: DaemonSetName): boolean =>
  kind === "DaemonSet" &&
  name === daemonSet.name &&
  (daemonSet.namespaces?.includes(namespace) ?? true) &&
  (daemonSet.label === undefined || template.labels[daemonSet.label[0]] === daemonSet.label[1]);

const notReady = ({ namespace, name }: Pod, node: string): Reason => ({
  code: "not-ready",
  message: `Pod ${namespace}/${name} on node ${node} is not ready.`,
});
const noneListed = (node: string): Reason => ({ code: "not-found", message: `No pod of node ${node} was listed.` });
