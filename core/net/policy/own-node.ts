/**
 * What engines let through between a pod and the node that it runs on, beside what policies say.
 * Sources: aws/aws-network-policy-agent pkg/fwruleprocessor/fw_rule_processor.go; kubernetes/api networking/v1/types.go
 * (NetworkPolicyIngressRule); cilium/cilium pkg/policy/mapstate.go (determineAllowLocalhostIngress).
 */
import { difference, isEmpty, noAddresses, parseCidrs, parseFilterCidrs, unionOf } from "../addresses.ts";
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

/** Later agents do the same for ClusterNetworkPolicies: see enforcement/vpc-cni-agent.ts. */
const perhaps = ownNode({ partly: "the version of VPC CNI's agent" });
export const perhapsByVpcCni: OwnNodeRules = { egress: perhaps, ingress: perhaps };

/**
 * What VPC CNI makes of a rule of ClusterNetworkPolicies towards the pod's own node: it leaves out every block that begins at the
 * node's primary address, of whatever length. Which of a node's addresses that is the model does not tell.
 * Source: aws/aws-network-policy-agent pkg/fwruleprocessor/fw_rule_processor.go (shouldSkipRule), pkg/utils/utils.go (IsNodeIP).
 */
export function skippingOwnNode(rule: Rule, blocks: readonly string[]): readonly Rule[] {
  const { peers, partly } = rule;
  if (peers === undefined || partly !== undefined || isEmpty(peers.outside)) return [rule];
  const begins = parseCidrs(blocks.map((block) => block.slice(0, block.indexOf("/"))));
  const left = blocks.map((block) => difference(parseFilterCidrs([block]), parseCidrs([block.slice(0, block.indexOf("/"))])));
  const own = unionOf(left);
  const skipped = difference(begins, own);
  return [
    { ...rule, peers: { ...peers, nodes: { own, other: peers.outside } } },
    ...(isEmpty(skipped)
      ? []
      : [
          {
            ...rule,
            partly: "blocks that begin at the node's own address",
            peers: { pods: [], outside: noAddresses, nodes: { own: skipped, other: noAddresses } },
          },
        ]),
  ];
}

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
