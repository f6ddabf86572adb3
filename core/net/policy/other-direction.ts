/**
 * What VPC CNI makes of pods that policies of their namespace select for one direction alone: with the rules of the one its agent
 * writes an entry for everybody into the map of the other. What would be asked after these policies is not asked there: Baseline
 * ClusterNetworkPolicies, and the default of strict mode.
 * Sources: aws/aws-network-policy-agent controllers/policyendpoints_controller.go (addCatchAllEntry), issue 319;
 * pkg/ebpf/c/tc.v4egress.bpf.c (evaluateFlow).
 */
import type { Direction, Policy, Rule } from "./model.ts";

const open: Readonly<Record<Direction, readonly Rule[]>> = {
  ingress: [{ action: "allow", name: "for ingress", because: because("ingress") }],
  egress: [{ action: "allow", name: "for egress", because: because("egress") }],
};

function because(direction: Direction): string {
  return `VPC CNI asks nothing further for ${direction} of a pod that NetworkPolicies select for the other direction alone`;
}

/** Policies to be asked after the given ones of namespaces, which say nothing more of the pods that these isolate. */
export const inOtherDirections = (policies: readonly Policy[]): readonly Policy[] =>
  policies.flatMap(({ name, subject, ingress, egress }): readonly Policy[] => {
    if (ingress !== undefined && egress !== undefined) return [];
    return [{ name, subject, isolation: "none", ...(ingress === undefined ? { ingress: open.ingress } : { egress: open.egress }) }];
  });
