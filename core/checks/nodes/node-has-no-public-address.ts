import { defineCheck, type Evidence } from "../../model/check.ts";
import { known } from "../../model/fact.ts";
import type { NetworkInterface } from "../../model/vpc.ts";
import { isCidr, parseCidrs } from "../../net/addresses.ts";
import { globallyReachable } from "../../net/internet.ts";
import { type Ipv6Route, ipv6RouteOf } from "../../net/nodes/ipv6-route.ts";
import type { Machine } from "../../net/nodes/machines.ts";
import { isGlobalIpv6 } from "../../net/reach/global-ipv6.ts";
import { listed } from "../listed.ts";
import { exampleInterface, exampleNetwork, exampleNode } from "./example-node.ts";
import { judgePools, nodeFacts, type Opinion } from "./judge-pools.ts";

const rest = { ...exampleNode, network: exampleNetwork, prefixLists: known([]), routeTables: known([]) };

export const nodeHasNoPublicAddress = defineCheck({
  id: "node-has-no-public-address",
  title: "Nodes have no public address",
  surface: "nodes",
  severity: "medium",
  path: { from: "internet", to: "nodes" },
  needs: ["network"],
  uses: [...nodeFacts, "routeTables", "prefixLists"],
  why: "A node with a public address is one security group rule away from the internet, and all pods on it share that fate.",
  judged:
    "Fails a node when one of its interfaces, not only the first, has a public IPv4 address, or a global IPv6 address in a subnet whose route table leads IPv6 to an internet gateway. An egress-only internet gateway does not count, and a global IPv6 address without such a route passes. Security groups and Block Public Access play no part: the address itself is the finding. Where interfaces were not read, an ExternalIP in the Node's status fails, and its absence proves nothing. Nodes are told by AWS's tags, by their Auto Scaling group and by the Node objects. Of a pool the worst node decides; stopped instances are left out, Fargate and hybrid nodes are not-applicable.",
  unseen: "Whether the subnet or the launch template gives the next node a public address.",
  remediation:
    "Launch nodes in private subnets without public addresses (turn off the subnets' auto-assignment and the launch template's AssociatePublicIpAddress), release Elastic IPs, route IPv6 through an egress-only internet gateway, and replace the nodes that run.",
  examples: {
    fail: { ...rest, networkInterfaces: known([exampleInterface]) },
    pass: { ...rest, networkInterfaces: known([{ ...exampleInterface, publicIpv4: [] }]) },
  },
  evaluate: ({ network: { vpcId }, routeTables, prefixLists, ...facts }, _settings, about) => {
    const ipv6Route = ipv6RouteOf({ vpcId, routeTables, prefixLists });
    return judgePools({ about, facts, failing: "with a public address", judge: (machine) => opinionOf(machine, ipv6Route) });
  },
});

function opinionOf({ interfaces, node }: Machine, ipv6Route: (subnetId: string) => Ipv6Route): Opinion {
  if (interfaces.state === "unknown") {
    // The cloud's own word, written where the interface has one. IPv6 depends on the subnet, which only the interface tells.
    const external = (node?.externalIps ?? []).filter(isPublicIpv4);
    if (external.length === 0) return { status: "unknown", reason: interfaces.reason };
    return failing(`its Node names ${listed(external)}`, { externalIps: external });
  }
  const opinions = interfaces.value.map((one) => interfaceOpinion(one, ipv6Route(one.subnetId)));
  return (
    opinions.find(({ status }) => status === "fail") ??
    opinions.find(({ status }) => status === "unknown") ?? { status: "pass", evidence: ipv6Evidence(interfaces.value) }
  );
}

const failing = (seen: string, evidence: Evidence): Opinion => ({ status: "fail", witness: () => ({ seen, evidence }) });

function interfaceOpinion({ id, publicIpv4, ipv6, subnetId }: NetworkInterface, route: Ipv6Route): Opinion {
  if (publicIpv4.length > 0) {
    return failing(`${id} has ${listed(publicIpv4)}`, { networkInterface: id, publicIpv4, subnetId });
  }
  const global = ipv6.filter(isGlobalIpv6);
  if (global.length === 0 || route.state === "none") return { status: "pass", evidence: {} };
  if (route.state === "unknown") return { status: "unknown", reason: route.reason };
  const seen = `${id} has ${listed(global)} in ${subnetId}, which routes IPv6 to an internet gateway`;
  return failing(seen, { networkInterface: id, ipv6: global, subnetId, routeTable: route.routeTable });
}

/** An address in a Node's status is whatever text was written there. */
const isPublicIpv4 = (address: string): boolean => isCidr(address) && globallyReachable(parseCidrs([address])).ipv4.length > 0;

/** A global IPv6 address may stand where nothing leads to it. */
const ipv6Evidence = (interfaces: readonly NetworkInterface[]): Readonly<Record<string, readonly string[]>> => {
  const addresses = interfaces.flatMap(({ ipv6 }) => ipv6.filter(isGlobalIpv6));
  return addresses.length === 0 ? {} : { ipv6WithoutInternetGateway: addresses };
};
