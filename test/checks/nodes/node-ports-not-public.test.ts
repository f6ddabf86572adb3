import { describe, expect, it } from "vitest";
import { nodePortsNotPublic } from "../../../core/checks/nodes/node-ports-not-public.ts";
import type { ClusterNetwork } from "../../../core/model/aws.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { NetworkInterface } from "../../../core/model/vpc.ts";
import type { Container, ContainerPort, Pod } from "../../../core/model/workloads.ts";
import { aNetwork, aRule, aSecurityGroup } from "../../support/cluster.ts";
import { anInterface } from "../../support/nodes.ts";
import { aRouteTable, aWay, groups, publicly } from "../../support/way.ts";
import { findings, told } from "./told.ts";

const check = nodePortsNotPublic;
const forbidden = unknown("forbidden", "No access.");
const web = (rest: Partial<NetworkInterface> = {}) => anInterface("i-1", { ...publicly, groupIds: ["sg-1"], ...rest });
const admitting = (protocol: string, from: number, to: number, cidr = "0.0.0.0/0") => ({
  securityGroups: known([...groups, aSecurityGroup("sg-1", [aRule({ protocol, fromPort: from, toPort: to, cidrs: [cidr] })])]),
});
const aPod = (port: ContainerPort, rest: Partial<Pod> = {}, of: { hostNetwork?: boolean; isInit?: boolean } = {}): Pod => {
  const container: Container = {
    name: "main",
    image: "web",
    isInit: of.isInit ?? false,
    ports: [port],
    isPrivileged: false,
    addedCapabilities: [],
    settings: {},
  };
  return {
    namespace: "shop",
    name: "web",
    uid: "uid",
    labels: {},
    nodeName: "node-of-i-1",
    phase: "Running",
    podIps: ["10.0.1.9"],
    hostIp: "10.0.1.7",
    hasBranchInterface: false,
    spec: {
      serviceAccount: "default",
      hostNetwork: of.hostNetwork ?? false,
      hostPid: false,
      hostIpc: false,
      hostPaths: [],
      containers: [container],
    },
    ...rest,
  };
};
const port = (containerPort: number, hostPort?: number, protocol: ContainerPort["protocol"] = "TCP"): ContainerPort => ({
  protocol,
  containerPort,
  ...(hostPort === undefined ? {} : { hostPort }),
});
const pods = (...some: readonly Pod[]) => ({ pods: known(some) });
const tcp8080 = admitting("tcp", 8080, 8080);

describe("node ports", () => {
  it.each<[string, readonly NetworkInterface[], Partial<ClusterFacts>, string]>([
    ["fail: TCP 30000-32767 open to the internet", [web()], admitting("tcp", 30_000, 32_767), "fail"],
    ["fail: one UDP port of the range", [web()], admitting("udp", 32_767, 40_000), "fail"],
    ["fail: one SCTP port of the range", [web()], admitting("132", 32_767, 40_000), "fail"],
    ["pass: the ports around the range", [web()], admitting("tcp", 32_768, 65_535), "pass"],
    ["pass: the port before the range", [web()], admitting("tcp", 22, 29_999), "pass"],
    ["pass: an office alone", [web()], admitting("tcp", 30_000, 32_767, "203.0.113.0/24"), "pass"],
    ["pass: private, though its group is open", [anInterface("i-1", { groupIds: ["sg-open"] })], {}, "pass"],
    ["unknown: routes not read", [web()], { ...admitting("tcp", 30_000, 32_767), routeTables: forbidden }, "unknown"],
    ["fail: proven, pods not read", [web()], { ...admitting("tcp", 30_000, 32_767), pods: forbidden }, "fail"],
  ])("%s", (_rule, interfaces, rest, expected) => {
    expect(told(check, aWay(interfaces, rest))).toEqual([`NodeGroup web: ${expected}`]);
  });
});

// Source: Amazon EKS API, KubeApiServerConfigResponse: serviceNodePortRange.
describe("a range of node ports that the API server was given", () => {
  const given = (nodePorts: NonNullable<ClusterNetwork["nodePorts"]>) => ({ network: known(aNetwork({ nodePorts })) });
  const moved = given(known({ from: 20_000, to: 22_767 }));
  it.each<[string, readonly NetworkInterface[], Partial<ClusterFacts>, string]>([
    ["fail: one port of the range that was given", [web()], { ...moved, ...admitting("tcp", 22_767, 22_767) }, "fail"],
    ["fail: the usual range too, whose ports older Services keep", [web()], { ...moved, ...admitting("tcp", 30_000, 30_000) }, "fail"],
    ["pass: ports of neither", [web()], { ...moved, ...admitting("tcp", 22_768, 29_999) }, "pass"],
    ["pass: no such port where no range was given", [web()], admitting("tcp", 20_000, 22_767), "pass"],
    ["unknown: a range that is not understood, some port open", [web()], { ...given(forbidden), ...admitting("tcp", 443, 443) }, "unknown"],
    [
      "pass: a range that is not understood, no port open",
      [web()],
      { ...given(forbidden), ...admitting("tcp", 1, 9, "10.0.0.0/8") },
      "pass",
    ],
    ["unknown: the cluster's network not read, some port open", [web()], { network: forbidden, ...admitting("tcp", 443, 443) }, "unknown"],
    ["fail: proven, the range not read", [web()], { network: forbidden, ...admitting("tcp", 30_000, 30_000) }, "fail"],
  ])("%s", (_rule, interfaces, rest, expected) => {
    expect(told(check, aWay(interfaces, rest))).toEqual([`NodeGroup web: ${expected}`]);
  });
});

describe("host ports, 8080 open to the internet", () => {
  it.each<[string, Partial<ClusterFacts>, string]>([
    ["fail: a pod's hostPort", pods(aPod(port(80, 8080))), "fail"],
    ["fail: the port of a pod on the host's network", pods(aPod(port(8080), {}, { hostNetwork: true })), "fail"],
    ["pass: a container port is none of the host's", pods(aPod(port(8080))), "pass"],
    ["pass: a pod on another node", pods(aPod(port(80, 8080), { nodeName: "node-of-i-bystander" })), "pass"],
    ["pass: a pod that has ended", pods(aPod(port(80, 8080), { phase: "Succeeded" })), "pass"],
    ["pass: a pod that has failed", pods(aPod(port(80, 8080), { phase: "Failed" })), "pass"],
    ["pass: host port 0 is none", { ...pods(aPod(port(8080, 0))), ...admitting("tcp", 0, 0) }, "pass"],
    ["fail: one of two host ports", pods(aPod(port(80, 8080)), aPod(port(80, 8081), { name: "other" })), "fail"],
    ["fail: one of two host ports, in the other order", pods(aPod(port(80, 8081)), aPod(port(80, 8080), { name: "other" })), "fail"],
    ["fail: the same number by UDP as well", pods(aPod(port(80, 8080)), aPod(port(80, 8080, "UDP"), { name: "other" })), "fail"],
    ["pass: an init container that is gone", pods(aPod(port(80, 8080), {}, { isInit: true })), "pass"],
    ["pass: the same number by UDP", pods(aPod(port(80, 8080, "UDP"))), "pass"],
    ["pass: the same number by SCTP", pods(aPod(port(80, 8080, "SCTP"))), "pass"],
    ["pass: another host port", pods(aPod(port(80, 8081))), "pass"],
    ["unknown: pods not read, and some port is open", { pods: forbidden }, "unknown"],
    ["pass: pods not read, and no way from the internet", { pods: forbidden, routeTables: known([aRouteTable()]) }, "pass"],
    ["pass: pods not read, and no port open", { pods: forbidden, ...admitting("tcp", 8080, 8080, "10.0.0.0/8") }, "pass"],
  ])("%s", (_rule, rest, expected) => {
    expect(told(check, aWay([web()], { ...tcp8080, ...rest }))).toEqual([`NodeGroup web: ${expected}`]);
  });

  it("unknown: the host port of one node hangs on what was not read, the node judged before it has none", () => {
    const byList = aRule({ protocol: "tcp", fromPort: 8080, toPort: 8080, prefixListIds: ["pl-1"] });
    const two = [web(), anInterface("i-2", { ...publicly, groupIds: ["sg-1"] })];
    const rest = {
      securityGroups: known([...groups, aSecurityGroup("sg-1", [byList])]),
      prefixLists: forbidden,
      ...pods(aPod(port(80, 8080), { nodeName: "node-of-i-2" })),
    };
    expect(told(check, aWay(two, rest))).toEqual(["NodeGroup web: unknown"]);
  });

  it("fail: an SCTP host port, where a rule for SCTP has no ports", () => {
    expect(told(check, aWay([web()], { ...admitting("132", 1, 1), ...pods(aPod(port(80, 8080, "SCTP"))) }))).toEqual([
      "NodeGroup web: fail",
    ]);
  });

  it("fail: Nodes not read, the pod found by its host's address", () => {
    const seen = told(check, aWay([web()], { ...tcp8080, nodes: forbidden, ...pods(aPod(port(80, 8080))) }));
    expect(seen).toContain("NodeGroup web: fail");
  });
});

it("names the ports, merged", () => {
  const [finding] = findings(check, aWay([web({ groupIds: ["sg-open"] })], pods(aPod(port(80, 8080)))));
  expect(finding?.evidence).toMatchObject({ ports: "SCTP 30000-32767,TCP 8080,30000-32767,UDP 30000-32767" });
});
