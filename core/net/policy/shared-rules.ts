/**
 * Pods that VPC CNI's agent gives one set of rules: those on a node whose names differ in their last part alone. What a policy lets
 * through for one of them, it lets through for all. Source: aws/aws-network-policy-agent pkg/utils/utils.go (GetPodIdentifier).
 */
import type { Pod } from "../../model/workloads.ts";

/** The agent's own name for the rules of a pod; pods of several namespaces may share one. */
function identifierOf({ namespace, name }: Pod): string {
  const parts = name.replaceAll(".", "_").split("-");
  return `${parts.length > 1 ? parts.slice(0, -1).join("-") : parts[0]}-${namespace}`;
}

/** Asked with one of these pods: the others with which it shares its rules. */
export function sharingRules(pods: readonly Pod[]): (pod: Pod) => readonly Pod[] {
  const keyOf = (pod: Pod): string => `${pod.nodeName} ${identifierOf(pod)}`;
  const groups = Map.groupBy(pods, keyOf);
  return (pod) => (groups.get(keyOf(pod)) ?? []).filter((one) => one !== pod);
}
