import { expect, it } from "vitest";
import { networkPoliciesRestrict } from "../../../core/checks/pod-network/network-policies-restrict.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { NetworkPolicy } from "../../../core/model/network-policy.ts";
import { aCluster, judged } from "../../support/cluster.ts";
import { onNode, policed, policy, unpoliced } from "../../support/policed.ts";

const forbidden = unknown("forbidden", "No access.");
const web = onNode("web", "10.0.0.1", { labels: { app: "web" } });
const bystander = policy("bystander", { podSelector: {}, policyTypes: ["Ingress"] });
const ingress = (...rules: readonly NonNullable<NetworkPolicy["spec"]["ingress"]>[number][]): NetworkPolicy =>
  policy("judged", { podSelector: {}, policyTypes: ["Ingress"], ingress: rules });
const statuses = (facts: Partial<ClusterFacts>) =>
  Object.fromEntries(judged(networkPoliciesRestrict, aCluster(facts)).map(({ resource, status }) => [resource.name, status]));

it.each<readonly [string, NetworkPolicy, string]>([
  ["fail: a rule without peers and ports", ingress({}), "fail"],
  ["fail: every port of TCP by a range", ingress({ ports: [{ port: 1, endPort: 65535 }] }), "fail"],
  ["fail: every address, where blocks mean pods", ingress({ from: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }), "fail"],
  [
    "fail: every address by two halves",
    ingress({ from: [{ ipBlock: { cidr: "0.0.0.0/1" } }] }, { from: [{ ipBlock: { cidr: "128.0.0.0/1" } }] }),
    "fail",
  ],
  ["fail: egress to everybody", policy("judged", { podSelector: {}, policyTypes: ["Egress"], egress: [{}] }), "fail"],
  ["pass: every peer on one port", ingress({ ports: [{ port: 443 }] }), "pass"],
  ["pass: every pod, and no address outside", ingress({ from: [{ namespaceSelector: {} }] }), "pass"],
  ["pass: some pods on every port", ingress({ from: [{ podSelector: {} }] }), "pass"],
  ["pass: it opens nobody, as it selects nobody", policy("judged", { podSelector: { matchLabels: { app: "x" } }, ingress: [{}] }), "pass"],
  ["pass: a section that policyTypes leaves out", policy("judged", { podSelector: {}, policyTypes: ["Ingress"], egress: [{}] }), "pass"],
])("%s", (_rule, judgedPolicy, status) => {
  expect(statuses(policed([web], [bystander, judgedPolicy]))).toEqual({ bystander: "pass", judged: status });
});

it("pass: Admin denies what it would let through, so that it is not the reason", () => {
  const spec = { tier: "Admin", priority: 1, subject: { namespaces: {} }, ingress: [{ action: "Deny", from: [{ namespaces: {} }] }] };
  const clusterNetworkPolicies = known([{ apiGroup: "networking.k8s.aws" as const, name: "deny", spec }]);
  expect(statuses(policed([web], [ingress({})], { clusterNetworkPolicies }))).toEqual({ judged: "pass", deny: "pass" });
});

it("pass: nothing enforces, so that the policy is not the reason why pods are open", () => {
  expect(statuses(unpoliced([web], [ingress({})]))).toEqual({ judged: "pass" });
});

it.each<readonly [string, Partial<ClusterFacts>, Record<string, string>]>([
  ["unknown: whether anything enforces was not read", { networkSettings: forbidden }, { bystander: "pass", judged: "unknown" }],
  [
    "unknown: another kind of policy, which may close the pods, was not read",
    { clusterNetworkPolicies: forbidden },
    { bystander: "pass", judged: "unknown", prod: "unknown" },
  ],
])("%s", (_rule, rest, expected) => {
  expect(statuses(policed([web], [bystander, ingress({})], rest))).toEqual(expected);
});

it("says how many pods it opens, in which direction, and names one", () => {
  const both = policy("both", { podSelector: {}, policyTypes: ["Ingress", "Egress"], ingress: [{}], egress: [{}] });
  const [finding] = judged(networkPoliciesRestrict, aCluster(policed([web, onNode("api", "10.0.0.2")], [both])));
  expect(finding).toMatchObject({
    message: "NetworkPolicy shop/both lets every peer through on every port, for ingress and egress of 2 pods such as shop/web.",
    evidence: { podsOpened: 2, witness: { pod: "shop/web", directions: ["ingress", "egress"], policy: "NetworkPolicy shop/both" } },
  });
});

it("fail: AWS's lets everybody through, whatever one of upstream of the same name that could not be read says", () => {
  const spec = { tier: "Baseline", priority: 1, subject: { namespaces: {} } };
  const everybody = { action: "Accept", to: [{ networks: ["0.0.0.0/0"] }] };
  const clusterNetworkPolicies = known([
    { apiGroup: "networking.k8s.aws" as const, name: "guard", spec: { ...spec, egress: [everybody] } },
    { apiGroup: "policy.networking.k8s.io" as const, name: "guard", spec: { ...spec, egress: [{ ...everybody, action: "Open" }] } },
  ]);
  expect(statuses(policed([web], [bystander], { clusterNetworkPolicies }))).toEqual({ bystander: "pass", guard: "fail" });
});
