/** What lies between the internet gateway and a subnet. Each route table and network ACL is worked out once, however many lie in its subnets. */
import type { PrefixList } from "../../model/aws.ts";
import { type Fact, known, unknown } from "../../model/fact.ts";
import type { BlockPublicAccess, NetworkAcl, RouteTable } from "../../model/vpc.ts";
import { type AddressSet, allAddresses, difference, isEmpty, noAddresses, union } from "../addresses.ts";
import { globallyReachable } from "../internet.ts";
import type { Ports } from "../security-group.ts";
import { admitsIngress } from "./block-public-access.ts";
import { type Layer, layer, unreadProtection } from "./layer.ts";
import { admittedByAcl, networkAclsBySubnet } from "./network-acl.ts";
import { once } from "./once.ts";
import { entriesOf } from "./prefix-list-entries.ts";
import { behindInternetGateway } from "./routes.ts";

export interface SubnetFacts {
  readonly routeTables: Fact<readonly RouteTable[]>;
  readonly networkAcls: Fact<readonly NetworkAcl[]>;
  readonly blockPublicAccess: Fact<BlockPublicAccess>;
  readonly prefixLists: Fact<readonly PrefixList[]>;
}

export interface SubnetIndex {
  readonly routeTable: (subnetId: string) => Fact<RouteTable>;
  readonly networkAcl: (subnetId: string) => Fact<NetworkAcl>;
  /** Route, Block Public Access, and network ACL both ways: what a source has to pass to one of the ports. */
  readonly layers: (subnetId: string, ports: Ports) => readonly Layer[];
}

export function indexSubnets({ routeTables, networkAcls, blockPublicAccess, prefixLists }: SubnetFacts): SubnetIndex {
  const tables = routeTables.state === "known" ? routeTables.value : [];
  const tableBySubnet = new Map(tables.flatMap((table) => table.subnetIds.map((id) => [id, table])));
  const main = tables.find(({ isMain }) => isMain);
  const prefixList = entriesOf(prefixLists);
  const routeTable = (subnetId: string): Fact<RouteTable> => {
    if (routeTables.state === "unknown") return routeTables;
    const table = tableBySubnet.get(subnetId) ?? main;
    return table === undefined ? unknown("not-found", `No route table was read for subnet ${subnetId}.`) : known(table);
  };
  const byTable = new Map<string, Layer>();
  const routeLayer = (subnetId: string): Layer => {
    const table = routeTable(subnetId);
    if (table.state === "unknown") return { name: "route", atLeast: noAddresses, atMost: allAddresses, ids: [], unread: table.reason };
    const { id } = table.value;
    return once(byTable, id, () => readable({ name: "route", ids: [id], ...behindInternetGateway(table.value, prefixList) }));
  };

  const networkAcl = networkAclsBySubnet(networkAcls);
  const byAcl = new Map<string, Layer>();
  const aclLayer = (subnetId: string, ports: Ports): Layer => {
    const acl = networkAcl(subnetId);
    if (acl.state === "unknown") return unreadProtection("network ACL", acl.reason);
    const { id } = acl.value;
    return once(byAcl, `${id} ${ports.protocol} ${ports.from}-${ports.to}`, () => {
      const { doubt, ...admitted } = admittedByAcl(acl.value, ports);
      return { name: "network ACL", ids: [id], ...admitted, ...(doubt === undefined ? {} : { unread: doubt }) };
    });
  };

  const vpcId = tables[0]?.vpcId;
  return {
    routeTable,
    networkAcl,
    layers: (subnetId, ports) => [
      routeLayer(subnetId),
      blockPublicAccessLayer(subnetId, vpcId, blockPublicAccess),
      aclLayer(subnetId, ports),
    ],
  };
}

/** @param vpcId undefined where it was not read; then an exclusion of any VPC may be this one's */
function blockPublicAccessLayer(subnetId: string, vpcId: string | undefined, access: Fact<BlockPublicAccess>): Layer {
  const name = "Block Public Access";
  if (access.state === "unknown") return unreadProtection(name, access.reason);
  const { mode, exclusions } = access.value;
  const mayBeExcluded = exclusions.some((one) => one.mode === "allow-bidirectional" && one.resourceId.startsWith("vpc-"));
  if (mode !== "off" && vpcId === undefined && mayBeExcluded) {
    const message = "Block Public Access excludes a VPC, and the subnet's own was not read.";
    return unreadProtection(name, { code: "depends-on-unknown", message });
  }
  return layer(name, admitsIngress(access.value, subnetId, vpcId ?? "") ? allAddresses : noAddresses, [mode]);
}

const nobodyOutside = difference(allAddresses, globallyReachable(allAddresses));

/**
 * The same sources for the world: those that it can't send from are left in, so that 0.0.0.0/0 less the VPC's own range
 * reads as it was written.
 */
function readable(one: Layer): Layer {
  const whole = (set: AddressSet): AddressSet =>
    union(set, {
      ipv4: set.ipv4.length === 0 ? [] : nobodyOutside.ipv4,
      ipv6: set.ipv6.length === 0 ? [] : nobodyOutside.ipv6,
    });
  if (isEmpty(one.atMost)) return one;
  const atLeast = whole(one.atLeast);
  // The two stay one where they were: a layer is in doubt where they differ.
  return { ...one, atLeast, atMost: one.atMost === one.atLeast ? atLeast : whole(one.atMost) };
}
