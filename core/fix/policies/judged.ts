import type { ClusterFacts } from "../../model/cluster.ts";
import type { Namespace, Pod } from "../../model/workloads.ts";

/** Facts as checks of namespaces are given them. */
export type Judged = Omit<ClusterFacts, "pods" | "namespaces"> & {
  readonly pods: readonly Pod[];
  readonly namespaces: readonly Namespace[];
};

/** Undefined where either was not read; then such a check fails nowhere. */
export function judgedFacts(facts: ClusterFacts): Judged | undefined {
  const { pods, namespaces } = facts;
  if (pods.state === "unknown" || namespaces.state === "unknown") return undefined;
  return { ...facts, pods: pods.value, namespaces: namespaces.value };
}

export const notRead = { none: "Pods and namespaces were not read: there is nothing to write policies for." } as const;
export const nothingFails = { none: "No pod was found that the finding is about: judge the cluster again." } as const;
