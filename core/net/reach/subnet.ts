/** What lies between the internet gateway and a subnet. Each route table and network ACL is worked out once, however many lie in its subnets. */
import type { PrefixList } from "../../model/aws.ts";
import { type Fact, known, unknown } from "../../model/fact.ts";
import type { BlockPublicAccess, NetworkAcl, RouteTable } from "../../model/vpc.ts";
import { type AddressSet, allAddresses, difference, isEmpty, noAddresses, union } from "../addresses.ts";
import { globallyReachable } from "../internet.ts";
import type { Ports } from "../security-group.ts";
import { admitsIngress } from "./block-public-access.ts";
import { route } from "./internet.ts";
import { type Layer, layer, unreadProtection } from "./layer.ts";
import { admittedByAcl } from "./network-acl.ts";

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
  const lists = new Map((prefixLists.state === "known" ? prefixLists.value : []).map(({ id, cidrs }) => [id, cidrs]));
  const prefixList = (id: string): Fact<readonly string[]> =>
    lists.get(id) ??
    (prefixLists.state === "unknown" ? prefixLists : unknown("not-found", `The entries of prefix list ${id} were not read.`));
  const routeTable = (subnetId: string): Fact<RouteTable> => {
    if (routeTables.state === "unknown") return routeTables;
    const table = tableBySubnet.get(subnetId) ?? main;
    return table === undefined ? unknown("not-found", `No route table was read for subnet ${subnetId}.`) : known(table);
  };
  const byTable = new Map<string, Layer>();
  const routeLayer = (subnetId: string): Layer => {
    const table = routeTable(subnetId);
    const only = table.state === "known" ? known([table.value]) : table;
    const work = () =>
      readable(route({ subnetId }, { vpcId: table.state === "known" ? table.value.vpcId : "", routeTables: only, prefixList }));
    return table.state === "known" ? once(byTable, table.value.id, work) : work();
  };

  const aclBySubnet = new Map(
    (networkAcls.state === "known" ? networkAcls.value : []).flatMap((acl) => acl.subnetIds.map((id) => [id, acl] as const)),
  );
  const networkAcl = (subnetId: string): Fact<NetworkAcl> => {
    if (networkAcls.state === "unknown") return networkAcls;
    const acl = aclBySubnet.get(subnetId);
    return acl === undefined ? unknown("not-found", `No network ACL was read for subnet ${subnetId}.`) : known(acl);
  };
  const byAcl = new Map<string, Layer>();
  const aclLayer = (subnetId: string, ports: Ports): Layer => {
    const acl = networkAcl(subnetId);
    if (acl.state === "unknown") return unreadProtection("network ACL", acl.reason);
    const { id } = acl.value;
    return once(byAcl, `${id} ${ports.protocol} ${ports.from}-${ports.to}`, () =>
      layer("network ACL", admittedByAcl(acl.value, ports), [id]),
    );
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

function once<T>(made: Map<string, T>, key: string, make: () => T): T {
  const before = made.get(key);
  if (before !== undefined) return before;
  const value = make();
  made.set(key, value);
  return value;
}
