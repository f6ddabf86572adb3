/** Route tables in EC2's words, with the ones that a VPC has where an estate says nothing. */
import type { Route, RouteTable, Vpc } from "../estate/network.ts";
import { hex } from "./ids.ts";
import type { Item } from "./network.ts";
import type { Place } from "./place.ts";

/** The element that names a target, by the prefix of its id; everything else is a gateway. */
const targetElements: Readonly<Record<string, string>> = {
  eigw: "egressOnlyInternetGatewayId",
  nat: "natGatewayId",
  tgw: "transitGatewayId",
  pcx: "vpcPeeringConnectionId",
  lgw: "localGatewayId",
  cagw: "carrierGatewayId",
  eni: "networkInterfaceId",
};

const destinationOf = (to: string): Item =>
  to.startsWith("pl-")
    ? { destinationPrefixListId: to }
    : to.includes(":")
      ? { destinationIpv6CidrBlock: to }
      : { destinationCidrBlock: to };

const routeItem = ({ to, via, state }: Route, origin: string): Item => ({
  ...destinationOf(to),
  [targetElements[via.split("-")[0] ?? ""] ?? "gatewayId"]: via,
  state,
  origin,
});

const blocksOf = ({ cidr, ipv6Cidr }: Vpc): readonly string[] => [cidr, ...(ipv6Cidr === undefined ? [] : [ipv6Cidr])];

/** What most VPCs look like: public subnets behind an internet gateway, the others behind NAT, IPv6 of those going out only. */
function impliedTables(vpc: Vpc): readonly RouteTable[] {
  const id = (kind: string) => `${kind}-${hex(17, vpc.id, kind)}`;
  const open = vpc.subnets.filter((subnet) => subnet.public);
  const toWorld = (v4: string, v6: string): readonly Route[] => [
    { to: "0.0.0.0/0", via: v4, state: "active" },
    ...(vpc.ipv6Cidr === undefined ? [] : [{ to: "::/0", via: v6, state: "active" as const }]),
  ];
  const main: RouteTable = { id: id("rtb"), main: true, subnets: [], routes: open.length === 0 ? [] : [...toWorld(id("nat"), id("eigw"))] };
  if (open.length === 0) return [main];
  const igw = id("igw");
  return [
    main,
    { id: `rtb-${hex(17, vpc.id, "public")}`, main: false, subnets: open.map((subnet) => subnet.id), routes: [...toWorld(igw, igw)] },
  ];
}

export function routeTableItems(vpc: Vpc, place: Place): readonly Item[] {
  const named = vpc.routeTables ?? impliedTables(vpc);
  const tables = named.some(({ main }) => main)
    ? named
    : [{ id: `rtb-${hex(17, vpc.id, "rtb")}`, main: true, subnets: [], routes: [] }, ...named];
  const association = (id: string, rest: Item): Item => ({
    routeTableAssociationId: `rtbassoc-${hex(17, id, JSON.stringify(rest))}`,
    routeTableId: id,
    ...rest,
    associationState: { state: "associated" },
  });
  return tables.map(({ id, main, subnets, routes }) => ({
    routeTableId: id,
    vpcId: vpc.id,
    ownerId: place.account,
    routeSet: [
      ...blocksOf(vpc).map((to) => routeItem({ to, via: "local", state: "active" }, "CreateRouteTable")),
      ...routes.map((route) => routeItem(route, "CreateRoute")),
    ],
    associationSet: [
      ...(main ? [association(id, { main: true })] : []),
      ...subnets.map((subnetId) => association(id, { subnetId, main: false })),
    ],
    propagatingVgwSet: [],
    tagSet: [],
  }));
}
