/**
 * What engines let through between a pod and the node that it runs on, beside what policies say.
 * Sources: aws/aws-network-policy-agent pkg/fwruleprocessor/fw_rule_processor.go; kubernetes/api networking/v1/types.go
 * (NetworkPolicyIngressRule); cilium/cilium pkg/policy/mapstate.go (determineAllowLocalhostIngress).
 */
import { noAddresses } from "../addresses.ts";
import type { Direction, Policy, Rule } from "./model.ts";
import { onlyNodes } from "./peers.ts";

/** A rule for the own node, by direction. */
export type OwnNodeRules = Readonly<Partial<Record<Direction, Rule>>>;

const ownNode = (rest: Pick<Rule, "because" | "partly">): Rule => ({
  action: "allow",
  name: "for the own node",
  peers: { pods: [], outside: noAddresses, nodes: onlyNodes("own") },
  ...rest,
});

/** NetworkPolicies never hold for the node's primary address: its agent allows that in both of a pod's maps. */
export const byVpcCni: OwnNodeRules = {
  egress: ownNode({ because: "VPC CNI lets every pod reach its own node, whatever NetworkPolicies say" }),
  ingress: ownNode({ because: "VPC CNI lets every node reach its own pods, whatever NetworkPolicies say" }),
};

/** Agents newer than v1.4.1 do the same for ClusterNetworkPolicies. */
const perhaps = ownNode({ partly: "the version of VPC CNI's agent" });
export const perhapsByVpcCni: OwnNodeRules = { egress: perhaps, ingress: perhaps };

/** "OR if the traffic source is the pod's local node". */
export const byApi: OwnNodeRules = { ingress: ownNode({ because: "NetworkPolicies let every node reach its own pods" }) };

/** Denials beat it. */
export const byCilium: OwnNodeRules = {
  ingress: ownNode({ because: "Cilium lets every node reach its own pods, unless a policy denies it" }),
};

/** The policy with one rule more, asked first, in each direction of which it speaks. */
export function sparingOwnNode(policy: Policy, rules: OwnNodeRules): Policy {
  const directions = (["ingress", "egress"] as const).flatMap((direction) => {
    const [its, rule] = [policy[direction], rules[direction]];
    return its === undefined || rule === undefined ? [] : [[direction, [rule, ...its]]];
  });
  return directions.length === 0 ? policy : { ...policy, ...Object.fromEntries(directions) };
}
