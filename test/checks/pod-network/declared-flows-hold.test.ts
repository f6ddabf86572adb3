import { describe, expect, it } from "vitest";
import { declaredFlowsHold } from "../../../core/checks/pod-network/declared-flows-hold.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { NetworkPolicy } from "../../../core/model/network-policy.ts";
import type { Pod } from "../../../core/model/workloads.ts";
import { aCluster, aNetwork, judged, prod, withSettings } from "../../support/cluster.ts";
import { aCiliumAgent, anAwsNode, networkSettings, settings } from "../../support/engines.ts";
import { aNode } from "../../support/nodes.ts";
import { onNode, policed, policy, unpoliced } from "../../support/policed.ts";

const forbidden = unknown("forbidden", "No access.");
const web = onNode("web", "10.0.0.1", { labels: { app: "web" } });
const api = onNode("api", "10.0.0.2", { labels: { app: "api" } });
const old = onNode("api-old", "10.0.0.3", { labels: { app: "api", version: "old" } });
const shop = (app: string) => ({ namespace: "shop", labels: { app } });
const flow = { name: "judged", cluster: "prod", from: shop("web"), to: shop("api"), port: 8080, expect: "allowed" };
// Nothing is about it, so that it is allowed.
const bystander = { ...flow, name: "bystander", to: { cidr: "203.0.113.7/32" }, from: shop("api") };
const statuses = (facts: Partial<ClusterFacts>, one: object) =>
  Object.fromEntries(
    judged(declaredFlowsHold, aCluster(facts), withSettings({ flows: [bystander, { ...flow, ...one }] })).map(({ resource, status }) => [
      resource.name,
      status,
    ]),
  );
const forApi = (spec: NetworkPolicy["spec"]): NetworkPolicy =>
  policy("api", { podSelector: { matchLabels: { app: "api" } }, policyTypes: ["Ingress"], ...spec });
const admitsWeb = (port: number): NetworkPolicy =>
  forApi({ ingress: [{ from: [{ podSelector: { matchLabels: { app: "web" } } }], ports: [{ port }] }] });
const denied = { expect: "denied" };

it.each<readonly [string, readonly NetworkPolicy[], object, string]>([
  ["pass: allowed without policies", [], {}, "pass"],
  ["fail: denied without policies", [], denied, "fail"],
  ["pass: allowed by a rule", [admitsWeb(8080)], {}, "pass"],
  ["fail: the rule is for another port", [admitsWeb(80)], {}, "fail"],
  ["pass: denied, as the rule is for another port", [admitsWeb(80)], denied, "pass"],
  ["unknown: a pod to itself alone is to be allowed", [policy("web", { podSelector: {} })], { to: shop("web") }, "unknown"],
  [
    "pass: of two pods each to the other, and not to itself",
    [policy("all", { podSelector: {} })],
    { from: shop("api"), to: shop("api"), ...denied },
    "pass",
  ],
  ["fail: UDP, and the rule is for TCP", [admitsWeb(8080)], { protocol: "UDP" }, "fail"],
  [
    "fail: the source may not leave, though it would be let in",
    [policy("web", { podSelector: { matchLabels: { app: "web" } }, policyTypes: ["Egress"] }), admitsWeb(8080)],
    {},
    "fail",
  ],
  [
    "fail: one of two destinations is closed",
    [policy("old", { podSelector: { matchLabels: { version: "old" } }, policyTypes: ["Ingress"] })],
    {},
    "fail",
  ],
  [
    "fail: one of two destinations is open",
    [policy("new", { podSelector: { matchExpressions: [{ key: "version", operator: "DoesNotExist" }] }, policyTypes: ["Ingress"] })],
    denied,
    "fail",
  ],
  ["pass: addresses that a policy denies", [forApi({})], { ...denied, from: { cidr: "0.0.0.0/0" } }, "pass"],
  [
    "fail: some of the addresses are let in",
    [forApi({ ingress: [{ from: [{ ipBlock: { cidr: "203.0.113.0/24" } }] }] })],
    { ...denied, from: { cidr: "0.0.0.0/0" } },
    "fail",
  ],
  [
    "fail: not all of the addresses are let in",
    [forApi({ ingress: [{ from: [{ ipBlock: { cidr: "203.0.113.0/25" } }] }] })],
    { from: { cidr: "203.0.113.0/24" } },
    "fail",
  ],
  ["not-applicable: declared for another cluster", [], { cluster: "test-*" }, "not-applicable"],
  ["unknown: it means no pod", [], { to: shop("nobody") }, "unknown"],
  ["unknown: neither end is a pod", [], { from: { cidr: "10.0.0.0/8" }, to: { cidr: "10.0.0.0/8" } }, "unknown"],
  [
    "unknown: a pod to itself alone, which no policy can be relied on to block",
    [forApi({})],
    { ...denied, from: { namespace: "shop", labels: { version: "old" } }, to: { namespace: "shop", labels: { version: "old" } } },
    "unknown",
  ],
])("%s", (_rule, policies, one, status) => {
  expect(statuses(policed([web, api, old], policies), one)).toEqual({ bystander: "pass", judged: status });
});

it.each<readonly [string, Partial<ClusterFacts>, object]>([
  ["unknown: policies were not read", { networkPolicies: forbidden }, {}],
  ["unknown: whether they are enforced was not read", { networkSettings: forbidden }, denied],
])("%s", (_rule, rest, one) => {
  expect(statuses(policed([web, api], [forApi({})], rest), one).judged).toBe("unknown");
});

describe("a range of the cluster's own addresses", () => {
  const admitted = policy("web", {
    podSelector: { matchLabels: { app: "web" } },
    policyTypes: ["Egress"],
    egress: [{ to: [{ podSelector: { matchLabels: { app: "api" } } }] }],
  });
  const network = known(aNetwork({ serviceCidrs: ["172.20.0.0/16"] }));
  it.each<readonly [string, string, string]>([
    ["unknown: a Service's address, behind which a pod is let through by its labels", "172.20.3.7/32", "unknown"],
    ["unknown: a pod's address, which is let through by its labels", "10.0.0.2/32", "unknown"],
    ["pass: addresses outside", "198.51.100.0/24", "pass"],
  ])("%s", (_rule, cidr, status) => {
    const facts = policed([web, api], [admitted], { network });
    expect(statuses(facts, { ...denied, to: { cidr } })).toEqual({ bystander: "pass", judged: status });
  });
});

describe("a range that holds addresses of nodes", () => {
  const cilium = (toCIDR: readonly string[] | undefined, nodes: ClusterFacts["nodes"]): Partial<ClusterFacts> =>
    policed([], [], {
      pods: known([aCiliumAgent("n1"), web, api]),
      networkSettings: networkSettings({ cilium: settings({ "enable-policy": "default" }) }),
      ciliumPolicies: known([
        {
          namespace: "shop",
          name: "no-way-out",
          specs: [
            {
              endpointSelector: { matchLabels: { app: "web" } },
              egress: [{ toEntities: ["all"] }],
              egressDeny: [toCIDR === undefined ? { toEntities: ["world", "remote-node"] } : { toCIDR }],
            },
          ],
        },
      ]),
      nodes,
    });
  const read = known([aNode("n1", { internalIps: ["10.0.7.1"] }), aNode("n2", { internalIps: ["10.0.7.2"] })]);
  const noWayOut = { ...denied, to: { cidr: "10.0.0.0/16" } };
  it.each<readonly [string, Partial<ClusterFacts>, object, string]>([
    ["fail: Cilium's denial of addresses means no node", cilium(["10.0.0.0/16"], read), noWayOut, "fail"],
    ["pass: Cilium denies the nodes too", cilium(undefined, read), noWayOut, "pass"],
    ["pass: no node is in the range", cilium(["10.9.0.0/16"], read), { ...denied, to: { cidr: "10.9.0.0/16" } }, "pass"],
    ["unknown: nodes were not read", cilium(["10.0.0.0/16"], forbidden), noWayOut, "unknown"],
    [
      "pass: VPC CNI's denial of addresses means nodes, the own one apart",
      policed([web, api], [policy("web", { podSelector: { matchLabels: { app: "web" } }, policyTypes: ["Egress"] })], { nodes: read }),
      noWayOut,
      "pass",
    ],
  ])("%s", (_rule, facts, one, status) => {
    expect(statuses(facts, one)).toEqual({ bystander: "pass", judged: status });
  });
});

it("unknown: only a pod on the network of its node is meant", () => {
  const host = onNode("host", "10.0.0.5", { labels: { app: "host" }, spec: { hostNetwork: true } });
  expect(statuses(policed([web, api, host], []), { from: shop("host") })).toEqual({ bystander: "pass", judged: "unknown" });
});

describe("pods on the network of their nodes beside others", () => {
  const host = onNode("host", "10.0.0.5", { labels: { app: "web" }, spec: { hostNetwork: true } });
  const closed = [forApi({})];
  it.each<readonly [string, Partial<ClusterFacts>, object, string]>([
    ["unknown: nothing was asked of one that is meant too", policed([web, host, api], closed), denied, "unknown"],
    ["unknown: it may be the destination", policed([web, host, api], []), { from: shop("api"), to: shop("web") }, "unknown"],
    ["fail: another one is let through", policed([web, host, api], []), denied, "fail"],
    ["pass: it has ended", policed([web, { ...host, phase: "Succeeded" }, api], closed), denied, "pass"],
    ["pass: it is not meant", policed([web, { ...host, namespace: "other" }, api], closed), denied, "pass"],
  ])("%s", (_rule, facts, one, status) => {
    expect(statuses(facts, one).judged).toBe(status);
  });
});

describe("pods with addresses of both families", () => {
  const both = onNode("web", "10.0.0.1", { labels: { app: "web" }, podIps: ["10.0.0.1", "fd00::1"] });
  const both2 = onNode("api", "10.0.0.2", { labels: { app: "api" }, podIps: ["10.0.0.2", "fd00::2"] });
  const admits = (...cidrs: readonly string[]) => [forApi({ ingress: [{ from: cidrs.map((cidr) => ({ ipBlock: { cidr } })) }] })];
  it.each<readonly [string, readonly Pod[], readonly NetworkPolicy[], object, string]>([
    ["fail: let in by its second family", [both, both2], admits("fd00::/8"), denied, "fail"],
    ["pass: let in by neither family", [both, both2], admits("192.0.2.0/24"), denied, "pass"],
    ["pass: let in by a family that the destination has none of", [both, api], admits("fd00::/8"), denied, "pass"],
    ["pass: the family that both have is let in", [both, api], admits("10.0.0.0/16"), {}, "pass"],
    ["fail: one of the families is not let in", [both, both2], admits("10.0.0.0/16"), {}, "fail"],
  ])("%s", (_rule, pods, policies, one, status) => {
    expect(statuses(policed(pods, policies), one).judged).toBe(status);
  });
});

describe("addresses of the family that a pod has no address of", () => {
  const v6 = onNode("web", "fd00::1", { labels: { app: "web" } });
  const closed = [policy("web", { podSelector: { matchLabels: { app: "web" } }, policyTypes: ["Egress"] })];
  const over = (pod: Pod, cni: Readonly<Record<string, string>>, policies = closed) =>
    policed([], policies, { pods: known([anAwsNode("n1", undefined, cni), pod, api]) });
  const toIpv4 = { to: { cidr: "203.0.113.0/24" } };
  const toIpv6 = { to: { cidr: "2600::/16" } };
  it.each<readonly [string, Partial<ClusterFacts>, object, string]>([
    ["unknown: VPC CNI lets IPv6 pods send in IPv4 past every policy", over(v6, {}), { ...denied, ...toIpv4 }, "unknown"],
    ["pass: VPC CNI lets IPv6 pods send in IPv6 alone", over(v6, { ENABLE_V4_EGRESS: "false" }), { ...denied, ...toIpv4 }, "pass"],
    ["pass: its own family is denied", over(v6, {}), { ...denied, ...toIpv6 }, "pass"],
    ["pass: IPv4 pods send no IPv6, without a policy too", over(web, {}, []), { ...denied, ...toIpv6 }, "pass"],
    ["fail: IPv4 pods send no IPv6, and are expected to", over(web, {}, []), toIpv6, "fail"],
  ])("%s", (_rule, facts, one, status) => {
    expect(statuses(facts, one).judged).toBe(status);
  });
});

it("fail: nothing enforces what denies it", () => {
  expect(statuses(unpoliced([web, api], [forApi({})]), denied)).toEqual({ bystander: "pass", judged: "fail" });
});

it("not-applicable: no flow is declared", () => {
  expect(judged(declaredFlowsHold, aCluster(policed([web], [])))).toMatchObject([{ status: "not-applicable" }]);
});

it("names the pair and what decides", () => {
  const settings = withSettings({ flows: [flow] });
  const [finding] = judged(declaredFlowsHold, aCluster(policed([web, api], [forApi({})])), settings);
  expect(finding).toMatchObject({
    resource: { kind: "Flow", id: `${prod}/flows/judged` },
    message:
      "Flow judged is denied on TCP 8080 from shop/web to shop/api, against what is declared: NetworkPolicy shop/api isolates it for ingress, and no rule allows it.",
    evidence: { podsFrom: 1, podsTo: 1, witness: { from: "shop/web", to: "shop/api", port: "TCP 8080" } },
  });
});
