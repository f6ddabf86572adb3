import { type Fact, known, unknown } from "../../model/fact.ts";
import type { BlockPublicAccess, NetworkAcl, NetworkInterface, RouteTable } from "../../model/vpc.ts";
import { allAddresses, isEmpty, noAddresses, parseCidrs } from "../addresses.ts";
import { globallyReachable } from "../internet.ts";
import { admittedBy, type GroupIndex, type Ports } from "../security-group.ts";
import { admitsIngress } from "./block-public-access.ts";
import { type Layer, layer, type Reach, through, unreadProtection } from "./layer.ts";
import { admittedByAcl } from "./network-acl.ts";
import { behindInternetGateway, routeTableOf } from "./routes.ts";

/** What of the VPC stands between the internet and an interface. */
export interface Surroundings {
  readonly vpcId: string;
  readonly routeTables: Fact<readonly RouteTable[]>;
  readonly networkAcls: Fact<readonly NetworkAcl[]>;
  readonly blockPublicAccess: Fact<BlockPublicAccess>;
  readonly groups: GroupIndex;
  /** The entries of a managed prefix list, by its id. */
  readonly prefixList: (id: string) => Fact<readonly string[]>;
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
export function reachFromInternet(target: Reachable, ports: Ports, around: Surroundings): readonly PortReach[] {
  const common = [publicAddress(target), route(target, around), blockPublicAccess(target, around)];
  if (common.some(({ atMost }) => isEmpty(atMost))) return [{ ports, reach: through(common) }];
  const acl = networkAclOf(target, around);
  const rules = target.groupIds.map(around.groups.group).flatMap((group) => (group.state === "known" ? group.value.ingress : []));
  const entries = acl.state === "known" ? acl.value.entries.filter(({ direction }) => direction === "ingress") : [];
  return alikeParts(ports, [...rules, ...entries]).map((part) => ({
    ports: part,
    reach: through([...common, networkAcl(acl, part), securityGroup(target, part, around)]),
  }));
}

/** The ports, cut wherever a rule about ports begins or ends. */
function alikeParts(ports: Ports, rules: readonly { readonly fromPort?: number; readonly toPort?: number }[]): readonly Ports[] {
  const starts = rules.flatMap(({ fromPort, toPort }) => (fromPort === undefined ? [] : [fromPort, (toPort ?? fromPort) + 1]));
  const cuts = [...new Set([ports.from, ...starts.filter((port) => port > ports.from && port <= ports.to)])].sort((a, b) => a - b);
  return cuts.map((from, i) => ({ protocol: ports.protocol, from, to: (cuts[i + 1] ?? ports.to + 1) - 1 }));
}

function publicAddress({ publicIpv4, ipv6 }: Reachable): Layer {
  const global = globallyReachable(parseCidrs(ipv6));
  return layer(
    "public address",
    {
      ipv4: publicIpv4.length > 0 ? allAddresses.ipv4 : noAddresses.ipv4,
      ipv6: global.ipv6.length > 0 ? allAddresses.ipv6 : noAddresses.ipv6,
    },
    [...publicIpv4, ...ipv6],
  );
}

/** Sources behind an internet gateway, by the subnet's route table. */
export function route(
  { subnetId }: Pick<Reachable, "subnetId">,
  { vpcId, routeTables, prefixList }: Pick<Surroundings, "vpcId" | "routeTables" | "prefixList">,
): Layer {
  const nobodyProven = { name: "route", atLeast: noAddresses, atMost: allAddresses, ids: [] } as const;
  if (routeTables.state === "unknown") return { ...nobodyProven, unread: routeTables.reason };
  const table = routeTableOf(subnetId, vpcId, routeTables.value);
  if (table === undefined)
    return { ...nobodyProven, unread: { code: "not-found", message: `No route table was read for subnet ${subnetId}.` } };
  return { name: "route", ids: [table.id], ...behindInternetGateway(table, prefixList) };
}

function blockPublicAccess({ subnetId }: Reachable, { vpcId, blockPublicAccess: access }: Surroundings): Layer {
  if (access.state === "unknown") return unreadProtection("Block Public Access", access.reason);
  return layer("Block Public Access", admitsIngress(access.value, subnetId, vpcId) ? allAddresses : noAddresses, [access.value.mode]);
}

function networkAclOf({ subnetId }: Reachable, { networkAcls }: Surroundings): Fact<NetworkAcl> {
  if (networkAcls.state === "unknown") return networkAcls;
  const acl = networkAcls.value.find(({ subnetIds }) => subnetIds.includes(subnetId));
  return acl === undefined ? unknown("not-found", `No network ACL was read for subnet ${subnetId}.`) : known(acl);
}

const networkAcl = (acl: Fact<NetworkAcl>, ports: Ports): Layer =>
  acl.state === "known"
    ? layer("network ACL", admittedByAcl(acl.value, ports), [acl.value.id])
    : unreadProtection("network ACL", acl.reason);

function securityGroup({ groupIds }: Reachable, ports: Ports, { groups }: Surroundings): Layer {
  const { atLeast, atMost } = admittedBy(groupIds, [ports], groups);
  if (atMost.state === "known") return { name: "security group", ids: groupIds, atLeast, atMost: atMost.value };
  return { name: "security group", ids: groupIds, atLeast, atMost: allAddresses, unread: atMost.reason };
}
