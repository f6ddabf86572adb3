import { ec2Command } from "../../checks/ec2-commands.ts";
import { listed } from "../../checks/listed.ts";
import { asksFor, quoted } from "../../checks/shell.ts";
import type { Subnet } from "../../model/aws.ts";
import { known, mapFact } from "../../model/fact.ts";
import type { NetworkInterface, Route, RouteTable } from "../../model/vpc.ts";
import { isUp } from "../../net/nodes/machines.ts";
import { poolsOf } from "../../net/nodes/pools.ts";
import { isGlobalIpv6 } from "../../net/reach/global-ipv6.ts";
import { hasInternetGateway, routeTableOf } from "../../net/reach/routes.ts";
import { aboutOf, type Fix, type FixInput } from "../fix.ts";

const wayOut = "NODES_HAVE_ANOTHER_WAY_OUT";
const egressOnly = "EGRESS_ONLY_GATEWAY_ID";

/** Takes public IPv4 addresses from the pool's interfaces and their subnets, and leads IPv6 of these subnets out only. */
export const fixNodeHasNoPublicAddress: Fix = (input) => {
  const { facts, resource } = input.cluster;
  const machines =
    poolsOf(facts, resource)
      .pools.find((pool) => pool.resource.id === input.finding.resource.id)
      ?.machines.filter(isUp) ?? [];
  if (machines.some(({ instance }) => instance?.isManaged)) {
    return {
      none: "The instances are managed by EKS, which lets nobody change them: choose subnets without public addresses in the NodeClass (spec.subnetSelectorTerms), and let EKS replace the nodes.",
    };
  }
  if (machines.some(({ interfaces }) => interfaces.state === "unknown") || facts.networkInterfaces.state === "unknown") {
    return { none: "The nodes' network interfaces were not read, only what their Nodes say of addresses." };
  }
  const interfaces = machines.flatMap(({ interfaces: its }) => (its.state === "known" ? its.value : []));
  const v4 = interfaces.filter(({ publicIpv4 }) => publicIpv4.length > 0);
  const v6 = ipv6Tables(
    input,
    interfaces.filter(({ ipv6 }) => ipv6.some(isGlobalIpv6)),
  );
  if ("none" in v6) return v6;
  const mapping = subnetsOf(input, v4).filter(({ mapPublicIpOnLaunch }) => mapPublicIpOnLaunch);
  const addresses = new Set(v4.flatMap(({ publicIpv4 }) => publicIpv4));
  return {
    plan: {
      summary: [
        ...(v4.length === 0 ? [] : [`Takes ${listed([...addresses])} from the nodes' interfaces`]),
        ...(v6.tables.length === 0 ? [] : [`leads IPv6 of ${listed(v6.tables.map(({ id }) => id))} out through an egress-only gateway`]),
      ]
        .join(", and ")
        .replace(/^./, (first) => first.toUpperCase())
        .concat("."),
      commands: [
        ...(loseTheirWay(input, v4)
          ? [asksFor(wayOut, "yes, once their subnets lead to a NAT gateway or to all the VPC endpoints that nodes need")]
          : []),
        ...mapping.map(({ id }) =>
          ec2Command(aboutOf(input), `modify-subnet-attribute --subnet-id ${quoted(id)} --no-map-public-ip-on-launch`),
        ),
        ...v4.map((one) => release(input, one)),
        ...v6.commands,
      ],
      manifests: [],
      after: {
        ...facts,
        networkInterfaces: known(
          facts.networkInterfaces.value.map((one) => (v4.some(({ id }) => id === one.id) ? { ...one, publicIpv4: [] } : one)),
        ),
        subnets: mapFact(facts.subnets, (all) => all.map((one) => (mapping.includes(one) ? { ...one, mapPublicIpOnLaunch: false } : one))),
        nodes: mapFact(facts.nodes, (all) =>
          all.map((node) => ({ ...node, externalIps: node.externalIps.filter((ip) => !addresses.has(ip)) })),
        ),
        routeTables: mapFact(facts.routeTables, (all) => all.map((table) => (v6.tables.includes(table) ? v6.led(table) : table))),
      },
      notes: [
        ...(v4.length === 0
          ? []
          : [
              "A launch template that asks for public addresses (AssociatePublicIpAddress) gives them to the next nodes again: take it out there.",
              "Where a node's subnet leads out by an internet gateway alone, a node without public address reaches neither images nor AWS: give the subnet a NAT gateway or VPC endpoints first.",
            ]),
        ...(v6.commands.length === 0
          ? []
          : ["The route changes for everything in these subnets: an internet-facing load balancer there loses its IPv6 clients."]),
        ...v6.notes,
      ],
    },
  };
};

function subnetsOf({ cluster }: FixInput, interfaces: readonly NetworkInterface[]): readonly Subnet[] {
  const { subnets } = cluster.facts;
  return subnets.state === "unknown" ? [] : subnets.value.filter(({ id }) => interfaces.some(({ subnetId }) => subnetId === id));
}

/** Whether an internet gateway may be their only way out. */
function loseTheirWay({ cluster }: FixInput, interfaces: readonly NetworkInterface[]): boolean {
  const { routeTables, network } = cluster.facts;
  if (routeTables.state === "unknown" || network.state === "unknown") return interfaces.length > 0;
  return interfaces.some(({ subnetId }) => {
    const table = routeTableOf(subnetId, network.value.vpcId, routeTables.value);
    return table === undefined || hasInternetGateway(table);
  });
}

/** An Elastic IP is taken off; an address that came with the instance is given back, which EC2 refuses of the other kind. */
function release(input: FixInput, { id, publicIpv4 }: NetworkInterface): string {
  const about = aboutOf(input);
  const back = ec2Command(
    about,
    `modify-network-interface-attribute --network-interface-id ${quoted(id)} --no-associate-public-ip-address`,
  );
  const off = publicIpv4.map((ip) => ec2Command(about, `disassociate-address --public-ip ${quoted(ip)}`));
  return `${off.join(" && ")} || ${back}`;
}

interface Led {
  readonly tables: readonly RouteTable[];
  readonly led: (table: RouteTable) => RouteTable;
  readonly commands: readonly string[];
  readonly notes: readonly string[];
}

const leadsOut = ({ target, state, cidr }: Route): boolean =>
  target.startsWith("igw-") && state === "active" && cidr?.includes(":") === true;

function ipv6Tables(input: FixInput, interfaces: readonly NetworkInterface[]): Led | { readonly none: string } {
  const { routeTables, network } = input.cluster.facts;
  const nothing: Led = { tables: [], led: (table) => table, commands: [], notes: [] };
  if (interfaces.length === 0 || routeTables.state === "unknown" || network.state === "unknown") return nothing;
  const all = interfaces.flatMap(({ subnetId }) => routeTableOf(subnetId, network.value.vpcId, routeTables.value) ?? []);
  if (all.some(({ routes }) => routes.some(({ target, prefixListId }) => target.startsWith("igw-") && prefixListId !== undefined))) {
    return { none: "A route to the internet gateway stands behind a prefix list, of which no part can be led elsewhere." };
  }
  const tables = [...new Set(all)].filter(({ routes }) => routes.some(leadsOut));
  if (tables.length === 0) return nothing;
  const there = routeTables.value.flatMap(({ routes }) => routes).find(({ target }) => target.startsWith("eigw-"))?.target;
  const gateway = there === undefined ? `"$${egressOnly}"` : quoted(there);
  return {
    tables,
    led: (table) => ({
      ...table,
      routes: table.routes.map((route) => (leadsOut(route) ? { ...route, target: there ?? "eigw-stand-in" } : route)),
    }),
    commands: [
      ...(there === undefined ? [asksFor(egressOnly, `the id of an egress-only internet gateway of ${network.value.vpcId}`)] : []),
      ...tables.flatMap(({ id, routes }) =>
        routes
          .filter(leadsOut)
          .map(({ cidr = "" }) =>
            ec2Command(
              aboutOf(input),
              `replace-route --route-table-id ${quoted(id)} --destination-ipv6-cidr-block ${quoted(cidr)} --egress-only-internet-gateway-id ${gateway}`,
            ),
          ),
      ),
    ],
    notes: there === undefined ? ["Proved with the stand-in eigw-stand-in: which egress-only gateway it is decides nothing."] : [],
  };
}
