/**
 * Which sources a subnet exchanges packets with through an internet gateway: the longest block that holds an address decides; a
 * blackhole route matches and drops; of equal blocks one written as a CIDR goes before one of a prefix list.
 * Source: Amazon VPC user guide, "Route priority", "Prefix lists", "Internet gateways".
 */
import { type Fact, known, type Reason } from "../../model/fact.ts";
import type { Route, RouteTable } from "../../model/vpc.ts";
import { type AddressSet, difference, noAddresses, parseFilterCidrs, union } from "../addresses.ts";

/** The table that holds for a subnet: its own, else the VPC's main one. Undefined where neither is among the tables. */
export const routeTableOf = (subnetId: string, vpcId: string, tables: readonly RouteTable[]): RouteTable | undefined =>
  tables.find(({ subnetIds }) => subnetIds.includes(subnetId)) ?? tables.find((table) => table.isMain && table.vpcId === vpcId);

/** Addresses behind an internet gateway. Egress-only gateways and NAT let nobody in. */
export interface GatewayReach {
  readonly atLeast: AddressSet;
  readonly atMost: AddressSet;
  /** Why they differ: the entries of a prefix list that a route names were not read. */
  readonly unread?: Reason;
}

/** @param prefixList the entries of a managed prefix list, by its id */
export function behindInternetGateway(table: RouteTable, prefixList: (id: string) => Fact<readonly string[]>): GatewayReach {
  const routes = table.routes.map((route) => ({ route, blocks: blocksOf(route, prefixList) }));
  const read = routes.flatMap(({ route, blocks }) => (blocks.state === "known" ? [{ route, blocks: blocks.value }] : []));
  const certain = decided(read);
  const unread = routes.flatMap(({ route, blocks }) => (blocks.state === "unknown" ? [{ route, reason: blocks.reason }] : []));
  const [first] = unread;
  if (first === undefined) return { atLeast: certain, atMost: certain };
  // Such a route may hold any address, and lead it to the gateway or away from it.
  const mayLeadAway = unread.some(({ route }) => !leadsToInternet(route));
  const mayLeadThere = unread.some(({ route }) => leadsToInternet(route));
  return { atLeast: mayLeadAway ? noAddresses : certain, atMost: mayLeadThere ? everywhere : certain, unread: first.reason };
}

const everywhere = parseFilterCidrs(["0.0.0.0/0", "::/0"]);

const leadsToInternet = ({ target, state }: Route): boolean => state === "active" && target.startsWith("igw-");

function blocksOf({ cidr, prefixListId }: Route, prefixList: (id: string) => Fact<readonly string[]>): Fact<readonly string[]> {
  if (cidr !== undefined) return known([cidr]);
  return prefixListId === undefined ? known([]) : prefixList(prefixListId);
}

/** The longest block first; a block takes only what no longer one has taken. */
function decided(routes: readonly { readonly route: Route; readonly blocks: readonly string[] }[]): AddressSet {
  const ranked = routes
    .flatMap(({ route, blocks }) => blocks.map((block) => ({ route, block, length: Number(block.split("/")[1]) })))
    .sort((a, b) => b.length - a.length || Number(a.route.cidr === undefined) - Number(b.route.cidr === undefined));
  let taken = noAddresses;
  let reached = noAddresses;
  for (const { route, block } of ranked) {
    const addresses = parseFilterCidrs([block]);
    if (leadsToInternet(route)) reached = union(reached, difference(addresses, taken));
    taken = union(taken, addresses);
  }
  return reached;
}
