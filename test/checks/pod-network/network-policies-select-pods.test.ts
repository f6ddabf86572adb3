import { expect, it } from "vitest";
import { networkPoliciesSelectPods } from "../../../core/checks/pod-network/network-policies-select-pods.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { NetworkPolicy } from "../../../core/model/network-policy.ts";
import { aCluster, judged, prod } from "../../support/cluster.ts";
import { onNode, policed, policy } from "../../support/policed.ts";
import { aPodSpec, aWorkload } from "../../support/workloads.ts";

const forbidden = unknown("forbidden", "No access.");
const forApp = (app: string, namespace = "shop"): NetworkPolicy =>
  policy("judged", { podSelector: { matchLabels: { app } }, policyTypes: ["Ingress"] }, namespace);
const web = onNode("web", "10.0.0.1", { labels: { app: "web" } });
const bystander = policy("bystander", { podSelector: {} });
const template = (kind: "Deployment" | "CronJob", app: string, rest = {}) =>
  aWorkload(kind, app, { ...rest, template: { labels: { app }, spec: aPodSpec() } });
const statuses = (facts: Partial<ClusterFacts>) =>
  Object.fromEntries(judged(networkPoliciesSelectPods, aCluster(facts)).map(({ resource, status }) => [resource.name, status]));

it.each<readonly [string, NetworkPolicy, Partial<ClusterFacts>, string]>([
  ["pass: it selects a pod", forApp("web"), {}, "pass"],
  ["fail: a label that no pod has", forApp("wbe"), {}, "fail"],
  ["fail: the pod is of another namespace", forApp("web", "default"), {}, "fail"],
  ["pass: a workload at no replicas", forApp("idle"), { workloads: known([template("Deployment", "idle", { replicas: 0 })]) }, "pass"],
  ["pass: a CronJob between two runs", forApp("nightly"), { workloads: known([template("CronJob", "nightly")]) }, "pass"],
  ["unknown: workloads were not read", forApp("idle"), { workloads: forbidden }, "unknown"],
  ["pass: workloads were not read, and a pod is selected", forApp("web"), { workloads: forbidden }, "pass"],
])("%s", (_rule, judgedPolicy, rest, status) => {
  expect(statuses(policed([web], [bystander, judgedPolicy], rest))).toEqual({ bystander: "pass", judged: status });
});

it("fail: all pods that it selects have ended, or share the network of their node", () => {
  const ended = onNode("old", "10.0.0.2", { labels: { app: "old" }, phase: "Failed" });
  const host = onNode("host", "10.0.0.3", { labels: { app: "old" }, spec: { hostNetwork: true } });
  expect(statuses(policed([web, ended, host], [bystander, forApp("old")]))).toEqual({ bystander: "pass", judged: "fail" });
});

it("unknown: policies were not read, for the cluster", () => {
  expect(judged(networkPoliciesSelectPods, aCluster(policed([web], [], { networkPolicies: forbidden })))).toMatchObject([
    { status: "unknown", resource: { kind: "Cluster" }, reason: { code: "forbidden" } },
  ]);
  expect(statuses(policed([web], [bystander], { calicoPolicies: forbidden }))).toEqual({ bystander: "pass", prod: "unknown" });
});

it("unknown: a policy whose text could not be read", () => {
  const broken = policy("judged", { podSelector: { matchExpressions: [{ key: "app", operator: "Like" }] } });
  expect(statuses(policed([web], [bystander, broken]))).toEqual({ bystander: "pass", judged: "unknown" });
});

it("names the policy by its id, and peers that match nothing in the evidence alone", () => {
  const ingress = [{ from: [{ podSelector: { matchLabels: { app: "nobody" } } }] }, { from: [{ podSelector: {} }] }];
  const [finding] = judged(networkPoliciesSelectPods, aCluster(policed([web], [policy("in", { podSelector: {}, ingress })])));
  expect(finding).toMatchObject({
    status: "pass",
    resource: { kind: "NetworkPolicy", id: `${prod}/namespaces/shop/networkpolicies/in`, namespace: "shop", name: "in" },
    evidence: { peersThatMatchNothing: ["ingress[0]"] },
  });
});

it("tells a cluster-scoped policy from a NetworkPolicy", () => {
  const spec = { tier: "Admin", priority: 1, subject: { namespaces: { matchLabels: { team: "nobody" } } }, ingress: [] };
  const cluster = { apiGroup: "networking.k8s.aws" as const, name: "baseline", spec };
  const findings = judged(networkPoliciesSelectPods, aCluster(policed([web], [bystander], { clusterNetworkPolicies: known([cluster]) })));
  expect(findings.map(({ resource: { kind, id }, status }) => [kind, id, status])).toEqual([
    ["NetworkPolicy", `${prod}/namespaces/shop/networkpolicies/bystander`, "pass"],
    ["ClusterNetworkPolicy", `${prod}/clusternetworkpolicies/baseline`, "fail"],
  ]);
});

it.each<readonly [string, string, string, string]>([
  ["fail: AWS's selects nobody, and one of upstream of the same name selects a pod", "shop", "nobody", "fail"],
  ["fail: upstream's selects nobody, and one of AWS of the same name selects a pod", "nobody", "shop", "fail"],
  ["pass: both of one name select a pod", "shop", "shop", "pass"],
])("%s", (_rule, ofUpstream, ofAws, status) => {
  const guard = (apiGroup: "networking.k8s.aws" | "policy.networking.k8s.io", name: string) => {
    const subject = { namespaces: { matchLabels: { "kubernetes.io/metadata.name": name } } };
    return { apiGroup, name: "guard", spec: { tier: "Admin", priority: 1, subject, ingress: [{ action: "Deny", from: [subject] }] } };
  };
  const clusterNetworkPolicies = known([guard("policy.networking.k8s.io", ofUpstream), guard("networking.k8s.aws", ofAws)]);
  const findings = judged(networkPoliciesSelectPods, aCluster(policed([web], [bystander], { clusterNetworkPolicies })));
  expect(findings).toHaveLength(2);
  expect(findings.find(({ resource }) => resource.name === "bystander")?.status).toBe("pass");
  expect(findings.find(({ resource }) => resource.name === "guard")).toMatchObject({
    status,
    evidence: {
      ofThisName: [
        { apiGroup: "policy.networking.k8s.io", status: ofUpstream === "shop" ? "pass" : "fail" },
        { apiGroup: "networking.k8s.aws", status: ofAws === "shop" ? "pass" : "fail" },
      ],
    },
  });
});
