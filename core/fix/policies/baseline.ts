/** Policies that are asked last, and not at all once another speaks of a pod. */
import type { ClusterFacts } from "../../model/cluster.ts";
import type { Direction } from "../../net/policy/model.ts";

/**
 * Why a policy of a namespace that lets something through may open what is closed now, in a sentence: a baseline denies, and is not
 * asked of pods that such a policy selects. Sources: domain of each engine; aws/aws-network-policy-agent pkg/ebpf/c/tc.v4egress.bpf.c;
 * kubernetes-sigs/network-policy-api apis/v1alpha2.
 */
export function shadowing({ clusterNetworkPolicies, adminNetworkPolicies }: ClusterFacts, direction: Direction): string | undefined {
  const baselines = [
    ...(clusterNetworkPolicies.state === "known" ? clusterNetworkPolicies.value.filter(({ spec }) => spec.tier === "Baseline") : []),
    ...(adminNetworkPolicies.state === "known"
      ? adminNetworkPolicies.value.filter(({ kind }) => kind === "BaselineAdminNetworkPolicy")
      : []),
  ];
  const found = baselines.find(({ spec }) => (spec[direction] ?? []).some(({ action }) => action === "Deny"));
  if (found === undefined) return undefined;
  const kind = "kind" in found ? found.kind : "ClusterNetworkPolicy";
  return `${kind} ${found.name} is a baseline, which is not asked of pods that a policy of their namespace selects: write by hand what of it such a policy has to keep.`;
}
