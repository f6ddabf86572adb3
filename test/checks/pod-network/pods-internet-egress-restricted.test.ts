import { expect, it } from "vitest";
import { podsInternetEgressRestricted } from "../../../core/checks/pod-network/pods-internet-egress-restricted.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { NetworkPolicy } from "../../../core/model/network-policy.ts";
import type { Route } from "../../../core/model/vpc.ts";
import type { Pod } from "../../../core/model/workloads.ts";
import { aCluster, aNetwork, judged } from "../../support/cluster.ts";
import { anAwsNode } from "../../support/engines.ts";
import { aRoute, aRouteTable } from "../../support/network.ts";
import { anInterface } from "../../support/nodes.ts";
import { onNode, policed, policy, unpoliced } from "../../support/policed.ts";

const forbidden = unknown("forbidden", "No access.");
const web = onNode("web", "10.0.0.1", { hostIp: "10.0.0.4" });
const bystander = onNode("quiet", "10.0.0.9", { namespace: "bystander" });
const egress = (...cidrs: readonly string[]): NetworkPolicy =>
  policy("out", { podSelector: {}, policyTypes: ["Egress"], egress: [{ to: cidrs.map((cidr) => ({ ipBlock: { cidr } })) }] });
const quiet = policy("quiet", { podSelector: {}, policyTypes: ["Egress"] }, "bystander");
const routed = (...routes: readonly Route[]): Partial<ClusterFacts> => ({
  network: known(aNetwork()),
  prefixLists: known([]),
  routeTables: known([aRouteTable([], ...routes)]),
  networkInterfaces: known([anInterface("i-1", { privateIpv4: ["10.0.0.4", "10.0.0.1", "10.0.0.9"] })]),
});
const toNat = aRoute("0.0.0.0/0", "nat-0a1");
const shop = (facts: Partial<ClusterFacts>) => {
  const findings = judged(podsInternetEgressRestricted, aCluster(facts));
  const statuses = Object.fromEntries(findings.map(({ resource, status }) => [resource.name, status]));
  expect(statuses.bystander ?? "pass").toBe("pass");
  return findings.find(({ resource }) => resource.name === "shop") ?? findings[0];
};

it.each<readonly [string, readonly NetworkPolicy[], readonly Route[], string]>([
  ["fail: no policy, and a route to NAT", [], [toNat], "fail"],
  ["fail: no policy, and a route to an internet gateway", [], [aRoute("0.0.0.0/0", "igw-0a1")], "fail"],
  ["fail: the internet by two halves", [egress("0.0.0.0/1", "128.0.0.0/1")], [toNat], "fail"],
  ["fail: the routes lead there by two halves", [], [aRoute("0.0.0.0/1", "nat-0a1"), aRoute("128.0.0.0/1", "nat-0a1")], "fail"],
  ["fail: all addresses but some", [egress("0.0.0.0/1")], [toNat], "fail"],
  ["pass: a policy that allows one range", [egress("203.0.113.0/24", "10.0.0.0/8")], [toNat], "pass"],
  ["pass: a subnet without a route to anywhere else", [], [], "pass"],
  ["pass: a blackhole", [], [aRoute("0.0.0.0/0", "nat-0a1", "blackhole")], "pass"],
  ["pass: a peering connection, which leads no further", [], [aRoute("0.0.0.0/0", "pcx-0a1")], "pass"],
  ["unknown: a target of no known kind", [], [aRoute("0.0.0.0/0", "")], "unknown"],
  ["unknown: a route in a state of which is not known whether it holds", [], [{ ...toNat, state: "untold" }], "unknown"],
  [
    "unknown: one that may take from a route to NAT what it leads there",
    [],
    [{ ...aRoute("0.0.0.0/1", "pcx-0a1"), state: "untold" }, { ...aRoute("128.0.0.0/1", "pcx-0a1"), state: "untold" }, toNat],
    "unknown",
  ],
  ["pass: IPv6 alone is routed, and the pod has none", [], [aRoute("::/0", "eigw-0a1")], "pass"],
  ["pass: what is routed and what is allowed have little in common", [egress("0.0.0.0/1")], [aRoute("128.0.0.0/1", "nat-0a1")], "pass"],
  ["unknown: a transit gateway, which may lead there", [], [aRoute("0.0.0.0/0", "tgw-0a1")], "unknown"],
  ["pass: a transit gateway, and a policy that closes", [egress("10.0.0.0/8")], [aRoute("0.0.0.0/0", "tgw-0a1")], "pass"],
])("%s", (_rule, policies, routes, status) => {
  expect(shop(policed([web, bystander], [quiet, ...policies], routed(...routes)))?.status).toBe(status);
});

it.each<readonly [string, readonly NetworkPolicy[], Partial<ClusterFacts>, string]>([
  ["unknown: routes were not read", [], { routeTables: forbidden }, "unknown"],
  ["pass: routes were not read, and a policy closes", [egress("10.0.0.0/8")], { routeTables: forbidden }, "pass"],
  ["unknown: interfaces, which tell the subnet, were not read", [], { networkInterfaces: forbidden }, "unknown"],
  ["unknown: whether policies are enforced was not read", [egress("10.0.0.0/8")], { networkSettings: forbidden }, "unknown"],
  ["unknown: policies were not read", [], { networkPolicies: forbidden }, "unknown"],
])("%s", (_rule, policies, rest, status) => {
  const facts = { ...routed(toNat), ...rest };
  expect(
    judged(podsInternetEgressRestricted, aCluster(policed([web], policies, facts))).find(({ resource }) => resource.name === "shop"),
  ).toMatchObject({ status });
});
const six = onNode("web", "2600:1f18::1", { hostIp: "10.0.0.4" });
const told = (cni: Readonly<Record<string, string>>, pod: Pod) => known([anAwsNode("n1", undefined, cni), pod]);
it.each<readonly [string, Pod, readonly Route[], Readonly<Record<string, string>>, string]>([
  ["unknown: VPC CNI lets IPv6 pods send in IPv4 past every policy, and IPv4 is routed out", six, [toNat], {}, "unknown"],
  ["pass: IPv6 pods, and VPC CNI is told to let them send in IPv6 alone", six, [toNat], { ENABLE_V4_EGRESS: "false" }, "pass"],
  [
    "unknown: an IPv6 pod that is older than the agent that lets it send in IPv6 alone",
    { ...six, createdAt: "2025-12-31T09:00:00Z" },
    [toNat],
    { ENABLE_V4_EGRESS: "false" },
    "unknown",
  ],
  [
    "pass: an IPv4 pod that is older than the agent, which by default lets it send in IPv4 alone",
    { ...web, createdAt: "2025-12-31T09:00:00Z" },
    [aRoute("::/0", "eigw-0a1")],
    {},
    "pass",
  ],
  ["pass: IPv6 pods, and IPv4 is routed nowhere", six, [], {}, "pass"],
  ["unknown: IPv6 pods, and what VPC CNI is told is taken from elsewhere", six, [toNat], { ENABLE_V4_EGRESS: "(valueFrom)" }, "unknown"],
  ["unknown: VPC CNI is told to let IPv4 pods send in IPv6", web, [aRoute("::/0", "eigw-0a1")], { ENABLE_V6_EGRESS: "true" }, "unknown"],
  ["pass: IPv4 pods send in IPv4 alone by default", web, [aRoute("::/0", "eigw-0a1")], {}, "pass"],
])("%s", (_rule, pod, routes, cni, status) => {
  const interfaces = known([anInterface("i-1", { privateIpv4: ["10.0.0.4", "10.0.0.1"], ipv6: ["2600:1f18::1"] })]);
  const facts = { ...routed(...routes), networkInterfaces: interfaces, pods: told(cni, pod) };
  expect(shop(policed([pod], [egress("10.0.0.0/8", "2001:db8::/32")], facts))?.status).toBe(status);
});

it("pass: policies were not read, and no route leads there", () => {
  expect(shop(policed([web], [], { ...routed(), networkPolicies: forbidden }))?.status).toBe("pass");
});

it("fail: nothing enforces, and says so with the pod, the addresses and the route table", () => {
  const facts = { ...unpoliced([web], [egress("10.0.0.0/8")]), ...routed(toNat) };
  expect(shop(facts)).toMatchObject({
    status: "fail",
    evidence: {
      policies: "present but inert",
      witness: { pod: "shop/web", port: "TCP 443", enforcement: "no policy engine enforces on the node", routeTable: "rtb-of-all" },
    },
  });
});

it("unknown: the subnets of the pod and of its node lead elsewhere", () => {
  const facts = {
    ...routed(),
    routeTables: known([aRouteTable([], toNat), aRouteTable(["subnet-pods"])]),
    networkInterfaces: known([
      anInterface("i-1", { privateIpv4: ["10.0.0.4"] }),
      anInterface("i-1", { id: "eni-2", subnetId: "subnet-pods", privateIpv4: ["10.0.0.1"] }),
    ]),
  };
  expect(shop(policed([web], [], facts))?.status).toBe("unknown");
});
