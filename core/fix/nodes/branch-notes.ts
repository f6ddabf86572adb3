/** What to know of pods on branch interfaces in strict mode before they are made so. Sources: those of `branch-obstacles`. */
import type { SecurityGroup } from "../../model/aws.ts";
import type { Pod } from "../../model/workloads.ts";
import { configuration } from "../vpc-cni-add-on.ts";
import type { Restarted } from "./branch-commands.ts";
import type { Grant } from "./pods-group.ts";

export interface Told {
  readonly pods: readonly Pod[];
  readonly left: readonly Pod[];
  readonly controllers: readonly Restarted[];
  readonly grants: readonly Grant[];
  readonly former: readonly string[];
  readonly hasAddOn: boolean;
  readonly cutsEgress: boolean;
  readonly all: readonly SecurityGroup[];
}

/** A security group takes so many rules unless the quota was raised. Source: Amazon VPC user guide, "Amazon VPC quotas". */
const mostRules = 60;

export function branchNotes({ pods, left, controllers, grants, former, hasAddOn, cutsEgress, all }: Told): readonly string[] {
  const [unmended] = left;
  const full = [...Map.groupBy(grants, ({ groupId, direction }) => `${groupId} ${direction}`).values()].find((its) => {
    const [one] = its;
    const has = all.find(({ id }) => id === one?.groupId)?.[one?.direction ?? "ingress"] ?? [];
    return (
      its.length + has.reduce((sum, rule) => sum + rule.cidrs.length + rule.prefixListIds.length + rule.groupIds.length, 0) > mostRules
    );
  });
  const isForAll =
    grants.some(({ ports: { protocol } }) => protocol === "icmp") &&
    all.some(({ id, ingress }) => former.includes(id) && ingress.some(({ protocol }) => protocol === "-1"));
  return [
    `It restarts ${controllers.length} workloads, one after the other, and first aws-node on every node: carry it out when that may be.`,
    `Each of the ${pods.length} pods takes a branch interface, of which an instance has few (9 on m5.large), max-pods counts them too, and their subnets give each a further address: the commands stop before anything is restarted where a node has room for fewer than it runs today. Leave room for rollouts and for DaemonSets on new nodes.`,
    "Nodes whose instance types have no branch interfaces get none of these pods from then on: a DaemonSet's pods stay pending there.",
    `Security groups of other VPCs, and rules that are made later, that name ${former.join(" or ")} mean these pods no more: name the new group beside it.`,
    "In strict mode no packet of these pods goes to their own node past security groups: agents on the host that they send to, and pods on their node, have to be let in by a rule. What has an address of the link alone (169.254.0.0/16), such as the agent of EKS Pod Identity, is gone for them, and the instance metadata may be.",
    "They reach the internet by a NAT gateway and with their own addresses, not with their node's: whoever lets nodes in by those has to let the pods in.",
    "Pods start more slowly, as an interface is made for each. terminationGracePeriodSeconds must not be 0, or their interfaces are left behind.",
    "AWS advises standard mode where NetworkPolicies hold too, but in it no security group keeps a pod from its own node: see that policies hold for the pods after the first restart.",
    "Tools that set what aws-node runs with, and who makes security groups as code, have to be told of all of this, or will take it back.",
    ...(hasAddOn
      ? [
          `--configuration-values replaces the add-on's whole configuration: where it has one, the commands stop until ${configuration} holds it with this merged in.`,
        ]
      : ["Set the variables of aws-node in the chart's values too, or the next release takes them back."]),
    ...(unmended === undefined
      ? []
      : [
          `${left.length} pods stay as they are, such as ${unmended.namespace}/${unmended.name}: no controller that kubectl restarts makes them, or no label tells them from pods that are to reach kubelets. Make them anew by hand.`,
        ]),
    ...(full === undefined
      ? []
      : [
          `Security group ${full[0]?.groupId} comes to more than ${mostRules} rules: where EC2 refuses that, have the quota raised and run the script again.`,
        ]),
    ...(isForAll
      ? [
          "A rule for all protocols is written for the new group as TCP, UDP and ICMP: its members have no other protocol to nodes and among themselves, such as ESP, GRE or SCTP.",
        ]
      : []),
    ...(cutsEgress
      ? ["The pods reach TCP 10250 and 10255 of nobody any more, not only of nodes, as nodes admit them by their addresses."]
      : []),
    "A pod that reads metrics from kubelets, and has no RBAC that says so, is to be listed under kubeletClients.",
  ];
}
