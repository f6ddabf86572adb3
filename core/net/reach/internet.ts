import type { NetworkInterface } from "../../model/vpc.ts";
import { allAddresses, isEmpty, noAddresses } from "../addresses.ts";
import { admittedBy, type GroupIndex, type Ports } from "../security-group.ts";
import { isGlobalIpv6 } from "./global-ipv6.ts";
import { type Layer, layer, type Reach, through } from "./layer.ts";
import type { SubnetIndex } from "./subnet.ts";

/** What of the VPC stands between the internet and an interface. */
export interface Surroundings {
  readonly subnets: SubnetIndex;
  readonly groups: GroupIndex;
}

/** The parts of an interface that decide. */
export type Reachable = Pick<NetworkInterface, "subnetId" | "groupIds" | "publicIpv4" | "ipv6">;

/** Some of the ports, and who reaches the interface on them. */
export interface PortReach {
  readonly ports: Ports;
  readonly reach: Reach;
}

/**
 * Which sources reach an interface through the internet gateway, for each part of the ports that all rules treat alike, and
 * which layer decides: public address, route, Block Public Access, network ACL both ways, security groups. A protection that
 * was not read withholds no proof of reach; a route or security group that was not read withholds every proof.
 */
export function reachFromInternet(target: Reachable, ports: Ports, { subnets, groups }: Surroundings): readonly PortReach[] {
  const address = publicAddress(target);
  const onTheWay = [address, ...subnets.layers(target.subnetId, ports)];
  if (onTheWay.some(({ atMost }) => isEmpty(atMost))) return [{ ports, reach: through(onTheWay) }];
  const rules = target.groupIds.map(groups.group).flatMap((group) => (group.state === "known" ? group.value.ingress : []));
  const acl = subnets.networkAcl(target.subnetId);
  const entries = acl.state === "known" ? acl.value.entries.filter(({ direction }) => direction === "ingress") : [];
  return alikeParts(ports, [...rules, ...entries]).map((part) => ({
    ports: part,
    reach: through([address, ...subnets.layers(target.subnetId, part), securityGroup(target, part, groups)]),
  }));
}

/** The ports, cut wherever a rule about ports begins or ends. */
function alikeParts(ports: Ports, rules: readonly { readonly fromPort?: number; readonly toPort?: number }[]): readonly Ports[] {
  const starts = rules.flatMap(({ fromPort, toPort }) => (fromPort === undefined ? [] : [fromPort, (toPort ?? fromPort) + 1]));
  const cuts = [...new Set([ports.from, ...starts.filter((port) => port > ports.from && port <= ports.to)])].sort((a, b) => a - b);
  return cuts.map((from, i) => ({ protocol: ports.protocol, from, to: (cuts[i + 1] ?? ports.to + 1) - 1 }));
}

function publicAddress({ publicIpv4, ipv6 }: Reachable): Layer {
  return layer(
    "public address",
    {
      ipv4: publicIpv4.length > 0 ? allAddresses.ipv4 : noAddresses.ipv4,
      ipv6: ipv6.some(isGlobalIpv6) ? allAddresses.ipv6 : noAddresses.ipv6,
    },
    [...publicIpv4, ...ipv6],
  );
}

function securityGroup({ groupIds, subnetId }: Reachable, ports: Ports, groups: GroupIndex): Layer {
  // EC2 has no interface without a group, so none means that they were not told.
  if (groupIds.length === 0) {
    const unread = { code: "malformed", message: `An interface in subnet ${subnetId} was listed without security groups.` } as const;
    return { name: "security group", ids: [], atLeast: noAddresses, atMost: allAddresses, unread };
  }
  const { atLeast, atMost } = admittedBy(groupIds, [ports], groups);
  if (atMost.state === "known") return { name: "security group", ids: groupIds, atLeast, atMost: atMost.value };
  return { name: "security group", ids: groupIds, atLeast, atMost: allAddresses, unread: atMost.reason };
}
