import { expect, it } from "vitest";
import { namespacesAreIsolated } from "../../../core/checks/pod-network/namespaces-are-isolated.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { NetworkPolicy } from "../../../core/model/network-policy.ts";
import { aCluster, judged } from "../../support/cluster.ts";
import { namespacesNamed, onNode, policed, policy, unpoliced } from "../../support/policed.ts";

const forbidden = unknown("forbidden", "No access.");
const web = onNode("web", "10.0.0.1", { labels: { app: "web" } });
const bystander = onNode("quiet", "10.0.0.9", { namespace: "bystander", labels: { app: "quiet" } });
const quiet = policy("quiet", { podSelector: {}, policyTypes: ["Ingress"] }, "bystander");
const from = (...peers: readonly object[]): NetworkPolicy =>
  policy("in", { podSelector: {}, ingress: [{ from: peers, ports: [{ port: 80 }] }] });
const named = (name: string) => ({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } });
const notNamed = (...values: readonly string[]) => ({
  namespaceSelector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values }] },
});
const shop = (policies: readonly NetworkPolicy[], rest: Partial<ClusterFacts> = {}) => {
  const findings = judged(namespacesAreIsolated, aCluster(policed([web, bystander], [quiet, ...policies], rest)));
  return findings.find(({ resource }) => resource.name === "shop") ?? findings[0];
};

it.each<readonly [string, readonly NetworkPolicy[], string]>([
  ["fail: no policy", [], "fail"],
  ["fail: every namespace on one port", [from({ namespaceSelector: {} })], "fail"],
  ["fail: every namespace by name", [from(named("default"), named("bystander"))], "fail"],
  ["fail: every namespace but one of the system", [from(notNamed("kube-system"))], "fail"],
  ["fail: a range that holds all pods, where blocks mean pods", [from({ ipBlock: { cidr: "10.0.0.0/8" } })], "fail"],
  ["pass: every namespace but one", [from(notNamed("default"))], "pass"],
  ["pass: pods of the namespace alone", [from({ podSelector: {} })], "pass"],
  ["pass: one other namespace", [from(named("bystander"))], "pass"],
  [
    "pass: pods with a label that one other namespace has",
    [from({ namespaceSelector: {}, podSelector: { matchLabels: { app: "quiet" } } })],
    "pass",
  ],
])("%s", (_rule, policies, status) => {
  expect(shop(policies)?.status).toBe(status);
});

it.each<readonly [string, boolean, string]>([
  ["fail: the pod of the other namespace has the label that is let in", false, "fail"],
  ["pass: it is on the network of its node, where no selector means it", true, "pass"],
])("%s", (_rule, hostNetwork, status) => {
  const agent = onNode("agent", "10.0.0.8", { namespace: "default", labels: { app: "quiet" }, spec: { hostNetwork } });
  const policies = [quiet, from({ namespaceSelector: {}, podSelector: { matchLabels: { app: "quiet" } } })];
  const findings = judged(namespacesAreIsolated, aCluster(policed([web, bystander, agent], policies)));
  expect(findings.find(({ resource }) => resource.name === "shop")?.status).toBe(status);
});

it("pass: there is no other namespace", () => {
  const facts = policed([web], [], { namespaces: namespacesNamed("shop", "kube-system") });
  expect(judged(namespacesAreIsolated, aCluster(facts)).find(({ resource }) => resource.name === "shop")?.status).toBe("pass");
});

it("not-applicable: a namespace of the system, whose pods serve all", () => {
  const dns = onNode("dns", "10.0.0.7", { namespace: "kube-system" });
  const findings = judged(namespacesAreIsolated, aCluster(policed([web, dns, bystander], [quiet])));
  expect(findings.map(({ resource, status }) => [resource.name, status])).toEqual([
    ["bystander", "pass"],
    ["kube-system", "not-applicable"],
    ["shop", "fail"],
  ]);
});

it.each<readonly [string, Partial<ClusterFacts>]>([
  ["unknown: policies were not read", { networkPolicies: forbidden }],
  ["unknown: whether they are enforced was not read", { networkSettings: forbidden }],
  ["unknown: namespaces were not read", { namespaces: forbidden }],
])("%s", (_rule, rest) => {
  expect(shop([from({ podSelector: {} })], rest)?.status).toBe("unknown");
});

it("fail: nothing enforces, and names the pod, the namespaces and the rule or its absence", () => {
  const facts = unpoliced([web, bystander], [quiet, from({ podSelector: {} })]);
  expect(judged(namespacesAreIsolated, aCluster(facts)).map(({ status, evidence }) => [status, evidence?.policies])).toEqual([
    ["fail", "present but inert"],
    ["fail", "present but inert"],
  ]);
  expect(shop([from({ namespaceSelector: {} })])).toMatchObject({
    message: expect.stringMatching(/^Namespace shop has 1 of 1 pods that accept/),
    evidence: {
      podsFailing: 1,
      witness: {
        pod: "shop/web",
        fromNamespaces: ["bystander", "default"],
        port: "TCP 80",
        policy: "NetworkPolicy shop/in ingress[0] allows it",
      },
    },
  });
});
it("known namespaces without pods count by a plain pod", () => {
  expect(
    shop([from({ namespaceSelector: { matchLabels: { open: "yes" } } })], {
      namespaces: known([
        { name: "shop", labels: {} },
        { name: "bystander", labels: { open: "yes" } },
        { name: "default", labels: { open: "yes" } },
      ]),
    })?.status,
  ).toBe("fail");
});
