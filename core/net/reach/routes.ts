/**
 * Which sources a subnet exchanges packets with through an internet gateway: the longest block that holds an address decides; a
 * blackhole route matches and drops; of equal blocks one written by hand goes before one that was propagated, and one written as
 * a CIDR before one of a prefix list.
 * Source: Amazon VPC user guide, "Route priority", "Prefix lists", "Internet gateways".
 */
import { type Fact, known, type Reason } from "../../model/fact.ts";
import type { Route, RouteTable } from "../../model/vpc.ts";
import { type AddressSet, difference, isEmpty, noAddresses, parseFilterCidrs, union } from "../addresses.ts";
import { globallyReachable } from "../internet.ts";

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
  const { certain, detour } = decided(read);
  const possible = detour.length === 0 ? certain : union(certain, ...detour.map(({ addresses }) => addresses));
  const unread = routes.flatMap(({ route, blocks }) => (blocks.state === "unknown" ? [{ route, reason: blocks.reason }] : []));
  const [first] = unread;
  if (first === undefined) {
    const [middlebox] = detour;
    return { atLeast: certain, atMost: possible, ...(middlebox === undefined ? {} : { unread: untold(table, middlebox.target) }) };
  }
  // Such a route may hold any address, and lead it to the gateway or away from it.
  const mayLeadAway = unread.some(({ route }) => !leadsToInternet(route));
  const mayLeadThere = unread.some(({ route }) => leadsToInternet(route));
  return { atLeast: mayLeadAway ? noAddresses : certain, atMost: mayLeadThere ? everywhere : possible, unread: first.reason };
}

const untold = ({ id }: RouteTable, target: string): Reason => ({
  code: "not-supported",
  message: `Route table ${id} leads through ${target}, and whether the internet gateway hands connections to it is not read.`,
});

const everywhere = parseFilterCidrs(["0.0.0.0/0", "::/0"]);

const leadsToInternet = ({ target, state }: Route): boolean => state === "active" && target.startsWith("igw-");

/** Whether some route of the table leads to an internet gateway. */
export const hasInternetGateway = ({ routes }: RouteTable): boolean => routes.some(leadsToInternet);

/**
 * An endpoint of a firewall or an appliance may stand between the subnet and the gateway, which then hands it what comes in.
 * The endpoints of S3 and DynamoDB stand behind prefix lists. Source: Amazon VPC user guide, "Middlebox routing".
 */
const leadsToMiddlebox = ({ target, state, cidr }: Route): boolean =>
  state === "active" && cidr !== undefined && /^(?:vpce|eni|i)-/.test(target);

function blocksOf({ cidr, prefixListId }: Route, prefixList: (id: string) => Fact<readonly string[]>): Fact<readonly string[]> {
  if (cidr !== undefined) return known([cidr]);
  return prefixListId === undefined ? known([]) : prefixList(prefixListId);
}

interface Decided {
  /** Led to an internet gateway. */
  readonly certain: AddressSet;
  /** Led to what may hand it on to one. */
  readonly detour: readonly { readonly target: string; readonly addresses: AddressSet }[];
}

/**
 * Of equal blocks, the first by this number holds. A route to an internet gateway is always written by hand, so another one of
 * the same CIDR was propagated and gives way.
 */
function rankOf({ cidr, target }: Route): number {
  if (cidr === undefined) return 2;
  return target.startsWith("igw-") ? 0 : 1;
}

/** The longest block first; a block takes only what no longer one has taken. */
function decided(routes: readonly { readonly route: Route; readonly blocks: readonly string[] }[]): Decided {
  const ranked = routes
    .flatMap(({ route, blocks }) => blocks.map((block) => ({ route, block, length: Number(block.split("/")[1]) })))
    .sort((a, b) => b.length - a.length || rankOf(a.route) - rankOf(b.route));
  let taken = noAddresses;
  let certain = noAddresses;
  const detour: { target: string; addresses: AddressSet }[] = [];
  for (const { route, block } of ranked) {
    const addresses = parseFilterCidrs([block]);
    const left = difference(addresses, taken);
    if (leadsToInternet(route)) certain = union(certain, left);
    else if (leadsToMiddlebox(route) && !isEmpty(globallyReachable(left))) detour.push({ target: route.target, addresses: left });
    taken = union(taken, addresses);
  }
  return { certain, detour };
}
