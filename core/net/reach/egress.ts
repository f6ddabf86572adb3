/**
 * Which addresses a subnet's route table leads out of the VPC to: the longest block that holds an address decides, a blackhole
 * route drops. Source: Amazon VPC user guide, "Route priority".
 */
import type { PrefixList } from "../../model/aws.ts";
import type { Fact, Reason } from "../../model/fact.ts";
import type { Route, RouteTable } from "../../model/vpc.ts";
import { type AddressSet, difference, intersection, isEmpty, noAddresses, parseFilterCidrs, union } from "../addresses.ts";
import { once } from "./once.ts";
import { entriesOf } from "./prefix-list-entries.ts";
import { routeTableOf } from "./routes.ts";

export interface WayOut {
  readonly atLeast: AddressSet;
  readonly atMost: AddressSet;
  /** Why they differ. */
  readonly doubt?: Reason;
  readonly routeTable?: string;
}

/** Gateways to the internet; what else leads out of the VPC may end there or not, but for another VPC: peering carries no further. */
const gateways = /^(?:igw|eigw|nat)-/;
const inside = /^(?:local$|pcx-)/;

/** By subnet. Of a subnet whose table was not read nothing is certain. */
export function waysOut(facts: {
  readonly vpcId: string;
  readonly routeTables: Fact<readonly RouteTable[]>;
  readonly prefixLists: Fact<readonly PrefixList[]>;
}): (subnetId: string) => WayOut {
  const { routeTables, vpcId } = facts;
  const prefixList = entriesOf(facts.prefixLists);
  const bySubnet = new Map<string, WayOut>();
  const byTable = new Map<string, WayOut>();
  return (subnetId) =>
    once(bySubnet, subnetId, () => {
      if (routeTables.state === "unknown") return anywhere(routeTables.reason);
      const table = routeTableOf(subnetId, vpcId, routeTables.value);
      if (table === undefined) return anywhere({ code: "not-found", message: `No route table was read for subnet ${subnetId}.` });
      return once(byTable, table.id, () => wayOutOf(table, prefixList));
    });
}

const everywhere = parseFilterCidrs(["0.0.0.0/0", "::/0"]);
export const anywhere = (doubt: Reason): WayOut => ({ atLeast: noAddresses, atMost: everywhere, doubt });

function wayOutOf(table: RouteTable, prefixList: (id: string) => Fact<readonly string[]>): WayOut {
  const blocks: { readonly route: Route; readonly block: string; readonly length: number }[] = [];
  let unread: Reason | undefined;
  for (const route of table.routes) {
    // What an endpoint of S3 or DynamoDB leads to is one service of AWS, and no internet.
    if (route.cidr === undefined && route.target.startsWith("vpce-")) continue;
    if (route.cidr !== undefined) blocks.push({ route, block: route.cidr, length: lengthOf(route.cidr) });
    else {
      const entries = prefixList(route.prefixListId ?? "");
      if (entries.state === "unknown") unread ??= entries.reason;
      else blocks.push(...entries.value.map((block) => ({ route, block, length: lengthOf(block) })));
    }
  }
  let taken = noAddresses;
  let certain = noAddresses;
  let possible = noAddresses;
  let untaken = noAddresses;
  let detour: string | undefined;
  for (const { route, block } of blocks.sort((a, b) => b.length - a.length || rankOf(a.route) - rankOf(b.route))) {
    const addresses = parseFilterCidrs([block]);
    const left = difference(addresses, taken);
    // Whether such a route takes its block is not known: a shorter one may hold for it.
    if (route.state === "untold") untaken = union(untaken, left);
    else taken = union(taken, addresses);
    if (route.state === "blackhole" || inside.test(route.target)) continue;
    const isSure = route.state === "active" && gateways.test(route.target);
    if (isSure) certain = union(certain, difference(left, untaken));
    if (isSure && isEmpty(intersection(left, untaken))) continue;
    possible = union(possible, left);
    detour ??= route.target;
  }
  const routeTable = table.id;
  if (unread !== undefined) return { ...anywhere(unread), routeTable };
  const message = `Where ${detour || "a target of no known kind"} leads on to, of route table ${table.id}, is not read.`;
  const doubt = detour === undefined ? {} : { doubt: { code: "not-supported", message } as const };
  return { atLeast: certain, atMost: union(certain, possible), routeTable, ...doubt };
}

const lengthOf = (block: string): number => Number(block.split("/")[1]);
const rankOf = ({ cidr, target }: Route): number => (cidr === undefined ? 2 : target.startsWith("igw-") ? 0 : 1);
