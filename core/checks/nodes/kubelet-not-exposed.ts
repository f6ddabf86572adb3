import type { ClusterNetwork } from "../../model/aws.ts";
import { defineCheck } from "../../model/check.ts";
import { known } from "../../model/fact.ts";
import type { NetworkInterface } from "../../model/vpc.ts";
import { intersection, isEmpty, isWithin, parseFilterCidrs, toCidrs, union } from "../../net/addresses.ts";
import { type Outsiders, outsidersOf } from "../../net/nodes/admission.ts";
import type { Machine } from "../../net/nodes/machines.ts";
import { indexGroups, type Ports } from "../../net/security-group.ts";
import { few, listed } from "../listed.ts";
import { cidrsOf } from "../words.ts";
import { exampleGroups, exampleInterface, exampleNetwork, exampleNode, exampleSurroundings } from "./example-node.ts";
import { judgePools, nodeFacts, type Opinion, type Witness } from "./judge-pools.ts";
import { kubeletPorts } from "./judged-ports.ts";
import { revocations } from "./revoke-rules.ts";

const text =
  "Revoke the rules that admit addresses outside the VPC to TCP 10250 and 10255 (aws ec2 revoke-security-group-ingress), remote node and pod networks included: admit the cluster security group instead.";
const { networkAcls, prefixLists } = exampleSurroundings;
const rest = {
  ...exampleNode,
  network: exampleNetwork,
  networkInterfaces: known([exampleInterface]),
  networkAcls,
  prefixLists,
  vpc: known({ id: "vpc-0a1", cidrs: ["10.0.0.0/16"] }),
};

export const kubeletNotExposed = defineCheck({
  id: "kubelet-not-exposed",
  title: "Security groups and network ACLs admit no source outside the VPC to the kubelet",
  surface: "nodes",
  severity: "high",
  path: { from: "vpc", to: "kubelet" },
  needs: ["network"],
  uses: [...nodeFacts, "securityGroups", "prefixLists", "networkAcls", "vpc"],
  why: "Through the kubelet's API come the logs of every pod on its node and shells in them; its authentication is not to be the only wall.",
  judged:
    "Fails a node when the security groups of one of its interfaces, and the network ACL of its subnet, admit any address outside the VPC to TCP 10250 or 10255, however narrow the range. The cluster's own groups are inside the VPC; networks of hybrid nodes and their pods are outside, and named in the evidence. Prefix lists count by their entries. Public addresses and routes play no part: a rule for 203.0.113.0/24 on a private node fails, as peered networks may come that way. A network ACL that was not read withholds no fail. Where the VPC's ranges were not read only the internet is certainly outside. Of a pool the worst node decides; Fargate and hybrid nodes are not-applicable.",
  unseen: "Whether anything is routed there, and what the kubelet answers. Pods inside the VPC are judged by kubelet-blocked-from-pods.",
  remediation: text,
  examples: {
    fail: { ...rest, securityGroups: exampleGroups({ fromPort: 10_250, toPort: 10_250, cidrs: ["203.0.113.0/24"] }) },
    pass: { ...rest, securityGroups: exampleGroups({ fromPort: 10_250, toPort: 10_250, groupIds: ["sg-0a1"] }) },
  },
  evaluate: ({ network, securityGroups, prefixLists, networkAcls, vpc, ...facts }, { internet }, about) => {
    const vpcCidrs = vpc.state === "known" ? known(vpc.value.cidrs) : vpc;
    const groups = indexGroups(securityGroups, prefixLists);
    const outsiders = outsidersOf({ groups, networkAcls, vpcCidrs, internet });
    const own = vpcCidrs.state === "known" ? parseFilterCidrs(vpcCidrs.value) : undefined;
    const isUnwanted = (cidr: string): boolean => own !== undefined && !isWithin(parseFilterCidrs([cidr]), own);
    const commandsFor = ({ groupIds }: NetworkInterface) => revocations(groupIds, { groups, ports: kubeletPorts, isUnwanted, about });
    return judgePools({
      about,
      facts,
      remediation: text,
      failing: "whose kubelet is open to addresses outside the VPC",
      judge: (machine) =>
        opinionOf(machine, (one) => kubeletPorts.map((ports) => ({ ports, who: outsiders(one, ports) })), { network, commandsFor }),
    });
  },
});

interface Beside {
  readonly network: ClusterNetwork;
  readonly commandsFor: (target: NetworkInterface) => readonly string[];
}
type PortOutsiders = readonly { readonly ports: Ports; readonly who: Outsiders }[];

function opinionOf(
  { interfaces }: Machine,
  outsiders: (target: NetworkInterface) => PortOutsiders,
  { network, commandsFor }: Beside,
): Opinion {
  if (interfaces.state === "unknown") return { status: "unknown", reason: interfaces.reason };
  const seen = interfaces.value.map((one) => ({ one, parts: outsiders(one) }));
  for (const { one, parts } of seen) {
    const open = parts.filter(({ who }) => !isEmpty(who.atLeast));
    if (open.length > 0) return { status: "fail", witness: () => ({ ...witnessOf(one, open, network), commands: commandsFor(one) }) };
  }
  const doubt = seen.flatMap(({ parts }) => parts.flatMap(({ who }) => who.doubt ?? []))[0];
  if (doubt !== undefined) return { status: "unknown", reason: doubt };
  return { status: "pass", evidence: { securityGroups: [...new Set(interfaces.value.flatMap(({ groupIds }) => groupIds))] } };
}

function witnessOf({ id, groupIds, subnetId }: NetworkInterface, open: PortOutsiders, network: ClusterNetwork): Witness {
  const sources = union(...open.map(({ who }) => who.atLeast));
  // Networks of hybrid nodes and their pods are outside the VPC as well, which is worth knowing before a rule is revoked.
  const remote = intersection(sources, parseFilterCidrs([...network.remoteNodeNetworks, ...network.remotePodNetworks]));
  const ports = open.map(({ ports: { from } }) => from);
  return {
    seen: `${id} admits ${listed(toCidrs(sources))} to TCP ${ports.join(" and ")}`,
    evidence: {
      networkInterface: id,
      subnetId,
      securityGroups: few(groupIds),
      ports,
      sources: cidrsOf(sources),
      ...(isEmpty(remote) ? {} : { ofRemoteNetworks: cidrsOf(remote) }),
      ...(open.some(({ who }) => who.aclUnread) ? { notRead: ["network ACL"] } : {}),
    },
  };
}
