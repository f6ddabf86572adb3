import { describe, expect, it } from "vitest";
import { nodeHasNoPublicAddress } from "../../../core/checks/nodes/node-has-no-public-address.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { NetworkInterface, RouteTable } from "../../../core/model/vpc.ts";
import { aNetwork } from "../../support/cluster.ts";
import { aNode, anInstance, anInterface, nodeGroupTags, nodeOf, noMachines } from "../../support/nodes.ts";
import { aRouteTable, aWay, publicly } from "../../support/way.ts";
import { findings, told } from "./told.ts";

const check = nodeHasNoPublicAddress;
const forbidden = unknown("forbidden", "No access.");
const ipv6 = { ipv6: ["2600:1f18::7"] };
const web = (rest: Partial<NetworkInterface> = {}) => anInterface("i-1", rest);
const byList: RouteTable = { ...aRouteTable(), routes: [{ prefixListId: "pl-1", target: "igw-0a1", state: "active" }] };
const egressOnly = known([aRouteTable(["0.0.0.0/0", "igw-0a1"], ["::/0", "eigw-0a1"])]);

describe("verdict", () => {
  it.each<[string, readonly NetworkInterface[], Partial<ClusterFacts>, readonly string[]]>([
    ["pass: no public address", [web()], {}, ["NodeGroup web: pass"]],
    ["pass: no public address, whatever routes were not read", [web()], { routeTables: forbidden }, ["NodeGroup web: pass"]],
    ["fail: a public IPv4 address", [web(publicly)], {}, ["NodeGroup web: fail"]],
    ["fail: a public IPv4 address on the second interface", [web(), web({ id: "eni-2", ...publicly })], {}, ["NodeGroup web: fail"]],
    ["fail: a public IPv4 address, whatever routes were not read", [web(publicly)], { routeTables: forbidden }, ["NodeGroup web: fail"]],
    ["fail: one node of two", [web(), anInterface("i-2", publicly)], {}, ["NodeGroup web: fail"]],
    ["fail: global IPv6 routed to an internet gateway", [web(ipv6)], {}, ["NodeGroup web: fail"]],
    ["pass: global IPv6 behind an egress-only gateway", [web(ipv6)], { routeTables: egressOnly }, ["NodeGroup web: pass"]],
    ["pass: a unique local IPv6 address", [web({ ipv6: ["fd00::7"] })], {}, ["NodeGroup web: pass"]],
    [
      "pass: only IPv4 is routed to the internet gateway",
      [web(ipv6)],
      { routeTables: known([aRouteTable(["0.0.0.0/0", "igw-0a1"])]) },
      ["NodeGroup web: pass"],
    ],
    [
      "fail: global IPv6 routed to an internet gateway by the entries of a prefix list",
      [web(ipv6)],
      { routeTables: known([byList]), prefixLists: known([{ id: "pl-1", cidrs: known(["2000::/3"]) }]) },
      ["NodeGroup web: fail"],
    ],
    [
      "unknown: global IPv6, the prefix list of the route to an internet gateway not read",
      [web(ipv6)],
      { routeTables: known([byList]), prefixLists: forbidden },
      ["NodeGroup web: unknown"],
    ],
    [
      "pass: global IPv6 routed to an internet gateway for IPv4 alone by a prefix list",
      [web(ipv6)],
      { routeTables: known([byList]), prefixLists: known([{ id: "pl-1", cidrs: known(["0.0.0.0/0"]) }]) },
      ["NodeGroup web: pass"],
    ],
    ["unknown: global IPv6, routes not read", [web(ipv6)], { routeTables: forbidden }, ["NodeGroup web: unknown"]],
    ["unknown: global IPv6, no table for its subnet", [web(ipv6)], { routeTables: known([]) }, ["NodeGroup web: unknown"]],
    [
      "fail: proven by one interface while another's routes are not read",
      [web(ipv6), web({ id: "eni-2", ...publicly })],
      { routeTables: forbidden },
      ["NodeGroup web: fail"],
    ],
    ["unknown: interfaces not read", [web()], { networkInterfaces: forbidden }, ["NodeGroup web: unknown"]],
    [
      "unknown: its interface is not among those read",
      [],
      { instances: known([anInstance("i-1", { tags: nodeGroupTags("web") })]) },
      ["NodeGroup web: unknown"],
    ],
    [
      "not-applicable: a stopped instance keeps its address and has no reach",
      [web(publicly)],
      { instances: known([anInstance("i-1", { tags: nodeGroupTags("web"), state: "stopped" })]), nodes: known([]) },
      ["NodeGroup web: not-applicable"],
    ],
  ])("%s", (_rule, interfaces, rest, expected) => {
    expect(told(check, aWay(interfaces, rest))).toEqual(expected);
  });
});

describe("one plane alone", () => {
  it.each<[string, readonly NetworkInterface[], Partial<ClusterFacts>, readonly string[]]>([
    [
      "fail: tags prove the node, Nodes not read",
      [web(publicly)],
      { nodes: forbidden, instances: known([anInstance("i-1", { tags: nodeGroupTags("web") })]) },
      ["NodeGroup web: fail"],
    ],
    [
      "pass, and unknown: whether the bastion is a node only Nodes would tell",
      [web()],
      { nodes: forbidden },
      ["NodeGroup web: pass", "Cluster prod: unknown"],
    ],
    [
      "unknown: an instance that may be a self-managed node has a public address, Nodes not read",
      [web(publicly)],
      { nodes: forbidden, instances: known([anInstance("i-1", { tags: { "kubernetes.io/cluster/prod": "owned" } })]) },
      ["Cluster prod: unknown"],
    ],
    [
      "unknown: a pass without instances, which may hold nodes that have not registered",
      [web()],
      { instances: forbidden, nodes: known([nodeOf("i-1", { labels: { "eks.amazonaws.com/nodegroup": "web" } })]) },
      ["NodeGroup web: unknown"],
    ],
    [
      "fail: proven by interfaces, instances not read",
      [web(publicly)],
      { instances: forbidden, nodes: known([nodeOf("i-1", { labels: { "eks.amazonaws.com/nodegroup": "web" } })]) },
      ["NodeGroup web: fail"],
    ],
    [
      "unknown: seen, but its Auto Scaling group is told by unread tags alone",
      [web(publicly)],
      { instances: forbidden, nodes: known([nodeOf("i-1")]) },
      ["Instance node-of-i-1: unknown"],
    ],
    [
      "fail: the Node itself names a public address, interfaces not read",
      [web()],
      { networkInterfaces: forbidden, nodes: known([nodeOf("i-1", { externalIps: ["not an address", "8.8.4.4"] })]) },
      ["NodeGroup web: fail"],
    ],
    ["unknown: neither instances nor Nodes read", [web()], { instances: forbidden, nodes: forbidden }, ["Cluster prod: unknown"]],
  ])("%s", (_rule, interfaces, rest, expected) => {
    expect(told(check, aWay(interfaces, rest))).toEqual(expected);
  });
});

describe("nothing to judge", () => {
  const network = known(aNetwork());
  it.each<[string, Partial<ClusterFacts>, readonly string[]]>([
    ["not-applicable: no machine at all", { ...noMachines, network }, ["Cluster prod: not-applicable"]],
    [
      "not-applicable: Fargate alone",
      { ...noMachines, network, nodes: known([aNode("fargate-1", { labels: { "eks.amazonaws.com/compute-type": "fargate" } })]) },
      ["Node fargate-1: not-applicable"],
    ],
    [
      "not-applicable: a hybrid node",
      { ...noMachines, network, nodes: known([aNode("mi-1", { providerId: "eks-hybrid:///eu-west-1/prod/mi-1" })]) },
      ["Node mi-1: not-applicable"],
    ],
    ["unknown: no Node, but instances not read", { ...noMachines, network, instances: forbidden }, ["Cluster prod: unknown"]],
  ])("%s", (_rule, facts, expected) => {
    expect(told(check, facts)).toEqual(expected);
  });
});

it("names the pool, how many of its nodes, and the interface that decides", () => {
  const [finding] = findings(check, aWay([web(publicly), anInterface("i-2")]));
  expect([finding?.message, finding?.evidence]).toEqual([
    "NodeGroup web has 1 of 2 nodes with a public address, such as node-of-i-1: eni-i-1 has 198.51.100.7.",
    {
      failing: ["node-of-i-1"],
      witness: "node-of-i-1",
      networkInterface: "eni-i-1",
      publicIpv4: ["198.51.100.7"],
      subnetId: "subnet-0a1",
    },
  ]);
});
