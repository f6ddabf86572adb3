/** Network ACLs in EC2's words, with the default one that every VPC has. */
import type { AclRule, NetworkAcl, Vpc } from "../estate/network.ts";
import { hex } from "./ids.ts";
import type { Item } from "./network.ts";
import type { Place } from "./place.ts";

const protocolNumbers: Readonly<Record<string, string>> = { all: "-1", icmp: "1", tcp: "6", udp: "17", icmpv6: "58" };
const isIpv6 = (cidr: string): boolean => cidr.includes(":");

function entry({ number, action, protocol, ports, cidr }: AclRule, egress: boolean): Item {
  const [from, to = from] = ports === undefined ? [] : String(ports).split("-").map(Number);
  return {
    ruleNumber: number,
    protocol: protocolNumbers[protocol] ?? protocol,
    ruleAction: action,
    egress,
    ...(isIpv6(cidr) ? { ipv6CidrBlock: cidr } : { cidrBlock: cidr }),
    portRange: from === undefined ? undefined : { from, to },
  };
}

/** The last rules of each list, which nobody can take away. */
const implicitDenies = (egress: boolean, vpc: Vpc): readonly Item[] => [
  { ruleNumber: 32767, protocol: "-1", ruleAction: "deny", egress, cidrBlock: "0.0.0.0/0" },
  ...(vpc.ipv6Cidr === undefined ? [] : [{ ruleNumber: 32768, protocol: "-1", ruleAction: "deny", egress, ipv6CidrBlock: "::/0" }]),
];

function aclItem({ id, subnets, ingress, egress }: NetworkAcl, isDefault: boolean, vpc: Vpc, place: Place): Item {
  return {
    networkAclId: id,
    vpcId: vpc.id,
    ownerId: place.account,
    default: isDefault,
    entrySet: [
      ...egress.map((rule) => entry(rule, true)),
      ...implicitDenies(true, vpc),
      ...ingress.map((rule) => entry(rule, false)),
      ...implicitDenies(false, vpc),
    ],
    associationSet: subnets.map((subnetId) => ({
      networkAclAssociationId: `aclassoc-${hex(17, id, subnetId)}`,
      networkAclId: id,
      subnetId,
    })),
    tagSet: [],
  };
}

export function networkAclItems(vpc: Vpc, place: Place): readonly Item[] {
  const named = new Set(vpc.networkAcls.flatMap(({ subnets }) => subnets));
  const everything: AclRule[] = [
    { number: 100, action: "allow", protocol: "all", cidr: "0.0.0.0/0" },
    ...(vpc.ipv6Cidr === undefined ? [] : [{ number: 101, action: "allow" as const, protocol: "all", cidr: "::/0" }]),
  ];
  const rest = vpc.subnets.filter(({ id }) => !named.has(id)).map(({ id }) => id);
  const byDefault: NetworkAcl = { id: `acl-${hex(17, vpc.id, "default")}`, subnets: rest, ingress: everything, egress: everything };
  return [aclItem(byDefault, true, vpc, place), ...vpc.networkAcls.map((acl) => aclItem(acl, false, vpc, place))];
}
