/**
 * Which sources a subnet exchanges packets with through an internet gateway: the longest block that holds an address decides; a
 * blackhole route matches and drops; of equal blocks one written by hand goes before one that was propagated, and one written as
 * a CIDR before one of a prefix list.
 * Source: Amazon VPC user guide, "Route priority", "Prefix lists", "Internet gateways".
 */
import { type Fact, known, type Reason } from "../../model/fact.ts";
import type { Route, RouteTable } from "../../model/vpc.ts";
import { type AddressSet, difference, intersection, isEmpty, noAddresses, parseFilterCidrs, union } from "../addresses.ts";
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
    const [why] = detour;
    return {
      atLeast: certain,
      atMost: possible,
      ...(why === undefined ? {} : { unread: why.isOfGateway ? unsettled(table) : untold(table, why.target) }),
    };
  }
  // Such a route may hold any address, and lead it to the gateway or away from it.
  const mayLeadAway = unread.some(({ route }) => !leadsToInternet(route));
  const mayLeadThere = unread.some(({ route }) => isToGateway(route) && route.state !== "blackhole");
  return { atLeast: mayLeadAway ? noAddresses : certain, atMost: mayLeadThere ? everywhere : possible, unread: first.reason };
}

const untold = ({ id }: RouteTable, target: string): Reason => ({
  code: "not-supported",
  message: `Route table ${id} leads through ${target || "a target of no known kind"}, and whether the internet gateway hands connections to it is not read.`,
});

const unsettled = ({ id }: RouteTable): Reason => ({
  code: "not-supported",
  message: `Route table ${id} has a route in a state of which is not known whether it holds, and an internet gateway hangs on it.`,
});

const everywhere = parseFilterCidrs(["0.0.0.0/0", "::/0"]);

const isToGateway = ({ target }: Route): boolean => target.startsWith("igw-");
const leadsToInternet = (route: Route): boolean => route.state === "active" && isToGateway(route);

/** Whether some route of the table certainly leads to an internet gateway. */
export const hasInternetGateway = ({ routes }: RouteTable): boolean => routes.some(leadsToInternet);

/** The same, or why it is not known. */
export function internetGatewayOf(table: RouteTable): boolean | Reason {
  if (hasInternetGateway(table)) return true;
  return table.routes.some((route) => route.state === "untold" && isToGateway(route)) ? unsettled(table) : false;
}

/** Targets that no internet gateway hands connections to. Source: Amazon VPC user guide, "Route tables", "Gateway route tables". */
const aside = /^(?:local$|(?:igw|eigw|nat|tgw|vgw|pcx|lgw|cagw)-|arn:)/;

/**
 * An endpoint of a firewall or an appliance may stand between the subnet and the gateway, which then hands it what comes in; so may
 * what is of no known kind. The endpoints of S3 and DynamoDB stand behind prefix lists. Source: Amazon VPC user guide, "Middlebox routing".
 */
const leadsToMiddlebox = ({ target, state, cidr }: Route): boolean =>
  state === "active" && !aside.test(target) && (cidr !== undefined || !target.startsWith("vpce-"));

function blocksOf({ cidr, prefixListId }: Route, prefixList: (id: string) => Fact<readonly string[]>): Fact<readonly string[]> {
  if (cidr !== undefined) return known([cidr]);
  return prefixListId === undefined ? known([]) : prefixList(prefixListId);
}

interface Detour {
  readonly target: string;
  readonly addresses: AddressSet;
  /** By a route whose state does not tell whether it holds. */
  readonly isOfGateway?: boolean;
}

interface Decided {
  /** Led to an internet gateway. */
  readonly certain: AddressSet;
  /** Led to what may hand it on to one. */
  readonly detour: readonly Detour[];
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
  // Whether a route takes these is not known: a shorter one may hold for them.
  let untaken = noAddresses;
  const detour: Detour[] = [];
  for (const { route, block } of ranked) {
    const addresses = parseFilterCidrs([block]);
    const left = difference(addresses, taken);
    if (route.state === "untold") {
      untaken = union(untaken, left);
      if (isToGateway(route)) detour.push({ target: route.target, addresses: left, isOfGateway: true });
      continue;
    }
    if (leadsToInternet(route)) {
      certain = union(certain, difference(left, untaken));
      const doubted = intersection(left, untaken);
      if (!isEmpty(globallyReachable(doubted))) detour.push({ target: route.target, addresses: doubted, isOfGateway: true });
    } else if (leadsToMiddlebox(route) && !isEmpty(globallyReachable(left))) detour.push({ target: route.target, addresses: left });
    taken = union(taken, addresses);
  }
  return { certain, detour };
}
