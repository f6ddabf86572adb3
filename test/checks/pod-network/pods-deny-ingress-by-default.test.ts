import { describe, expect, it } from "vitest";
import { podsDenyIngressByDefault } from "../../../core/checks/pod-network/pods-deny-ingress-by-default.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { NetworkPolicy } from "../../../core/model/network-policy.ts";
import type { Pod } from "../../../core/model/workloads.ts";
import { aCluster, judged, prod } from "../../support/cluster.ts";
import { aCiliumAgent, anAgent, anAwsNode, networkSettings, settings } from "../../support/engines.ts";
import { onNode, policed, policy, unpoliced } from "../../support/policed.ts";
import { aContainer, anOwner } from "../../support/workloads.ts";

const forbidden = unknown("forbidden", "No access.");
const types = { policyTypes: ["Ingress"] };
const deny = (namespace = "shop"): NetworkPolicy => policy("deny", { podSelector: {}, ...types }, namespace);
const rules = (...ingress: readonly NonNullable<NetworkPolicy["spec"]["ingress"]>[number][]): NetworkPolicy =>
  policy("rules", { podSelector: {}, ...types, ingress });
const web = onNode("web", "10.0.0.1", { labels: { app: "web" } });
const api = onNode("api", "10.0.0.2", { labels: { app: "api" } });
const bystander = onNode("quiet", "10.0.0.9", { namespace: "bystander" });
const withBystander = (pods: readonly Pod[], policies: readonly NetworkPolicy[], rest: Partial<ClusterFacts> = {}) =>
  policed([bystander, ...pods], [deny("bystander"), ...policies], rest);
const statuses = (facts: Partial<ClusterFacts>) =>
  Object.fromEntries(judged(podsDenyIngressByDefault, aCluster(facts)).map(({ resource, status }) => [resource.name, status]));
const everybody = { from: [{ namespaces: {} }] };
const others = { bystander: "pass", "kube-system": "not-applicable" };

describe("NetworkPolicy under VPC CNI", () => {
  it.each<readonly [string, readonly NetworkPolicy[], string]>([
    ["fail: no policy at all", [], "fail"],
    ["pass: one policy without rules for all pods", [deny()], "pass"],
    ["fail: a policy for one of two pods", [policy("one", { podSelector: { matchLabels: { app: "web" } }, ...types })], "fail"],
    ["fail: a policy of the other direction alone", [policy("other", { podSelector: {}, policyTypes: ["Egress"] })], "fail"],
    ["fail: a policy of another namespace", [deny("default")], "fail"],
    ["fail: a rule that lets everybody through", [rules({})], "fail"],
    ["fail: such a rule beside a policy without rules", [deny(), rules({})], "fail"],
    ["pass: a rule for some ports of everybody", [rules({ ports: [{ port: 443 }] })], "pass"],
    ["pass: a rule for every pod of the namespace", [rules({ from: [{ podSelector: {} }] })], "pass"],
  ])("%s", (_rule, policies, status) => {
    expect(statuses(withBystander([web, api], policies))).toEqual({ ...others, shop: status });
  });
});

describe("cluster-scoped policy of AWS", () => {
  const clusterPolicy = (tier: string, action: string, ingress: object) => ({
    apiGroup: "networking.k8s.aws" as const,
    name: "all",
    spec: { tier, priority: 10, subject: { namespaces: {} }, ingress: [{ action, ...ingress }] },
  });
  it.each<readonly [string, ReturnType<typeof clusterPolicy>, readonly NetworkPolicy[], string]>([
    ["pass: Baseline denies all", clusterPolicy("Baseline", "Deny", everybody), [], "pass"],
    ["pass: Admin denies all, before a NetworkPolicy that allows", clusterPolicy("Admin", "Deny", everybody), [rules({})], "pass"],
    ["fail: Baseline denies all, after a NetworkPolicy that allows", clusterPolicy("Baseline", "Deny", everybody), [rules({})], "fail"],
    ["pass: Admin accepts all pods, and a NetworkPolicy denies addresses", clusterPolicy("Admin", "Accept", everybody), [deny()], "pass"],
    [
      "fail: Admin denies one port alone",
      clusterPolicy("Admin", "Deny", { ...everybody, ports: [{ portNumber: { protocol: "TCP", port: 22 } }] }),
      [],
      "fail",
    ],
  ])("%s", (_rule, clusterPolicies, policies, status) => {
    // The bystander is subject to it too.
    const found = statuses(withBystander([web, api], policies, { clusterNetworkPolicies: known([clusterPolicies]) }));
    expect(found.shop).toBe(status);
  });
});

describe("where policies are enforced", () => {
  it("fail: nothing enforces, and says that policies are present but inert", () => {
    const findings = judged(podsDenyIngressByDefault, aCluster(unpoliced([web], [deny()])));
    expect(findings.find(({ resource }) => resource.name === "shop")).toMatchObject({
      status: "fail",
      resource: { kind: "Namespace", id: `${prod}/namespaces/shop` },
      message:
        "Namespace shop has 1 of 1 pods open to ingress, such as web: no policy engine enforces on the node, so that policies are present but inert.",
      evidence: { policies: "present but inert", witness: { pod: "shop/web", enforcement: "no policy engine enforces on the node" } },
    });
  });
  it("fail: a pod without a controller, which VPC CNI does not police", () => {
    const { owner: _, ...bare } = api;
    expect(statuses(withBystander([web, bare], [deny()]))).toEqual({ ...others, shop: "fail" });
  });
  it("fail: one of two pods is on a node without an engine", () => {
    const other = onNode("other", "10.0.0.3", { nodeName: "n2" });
    const proxy = anAgent("kube-proxy", "n2");
    expect(statuses(withBystander([web, other, proxy], [deny()])).shop).toBe("fail");
  });
  it("pass: VPC CNI closes pods without any policy", () => {
    const strict = anAwsNode("n1", undefined, { NETWORK_POLICY_ENFORCING_MODE: "strict" });
    expect(statuses(policed([], [], { pods: known([strict, web, bystander]) })).shop).toBe("pass");
  });
  it("fail: it opens those that a policy of the other direction selects alone, and no others", () => {
    const strict = anAwsNode("n1", undefined, { NETWORK_POLICY_ENFORCING_MODE: "strict" });
    const pods = { pods: known([strict, web, bystander]) };
    const other = policy("other", { podSelector: {}, policyTypes: ["Egress"] });
    expect(statuses(policed([], [other], pods))).toMatchObject({ shop: "fail", bystander: "pass" });
    expect(JSON.stringify(judged(podsDenyIngressByDefault, aCluster(policed([], [other], pods))))).toContain(
      "select for the other direction alone",
    );
    expect(statuses(policed([], [other, deny()], pods))).toMatchObject({ shop: "pass", bystander: "pass" });
  });
  it("fail: without policies the standard mode leaves pods open", () => {
    const standard = anAwsNode("n1", undefined, { NETWORK_POLICY_ENFORCING_MODE: "standard" });
    expect(statuses(policed([], [], { pods: known([standard, web]) })).shop).toBe("fail");
  });
  it("unknown: the mode is taken from elsewhere, and no policy selects the pod", () => {
    const untold = anAwsNode("n1", undefined, { NETWORK_POLICY_ENFORCING_MODE: "(valueFrom)" });
    expect(statuses(policed([], [], { pods: known([untold, web]) })).shop).toBe("unknown");
    expect(statuses(policed([], [deny()], { pods: known([untold, web]) })).shop).toBe("pass");
  });
  it("pass: Calico enforces NetworkPolicy", () => {
    const calico = [anAgent("calico-node", "n1"), web];
    expect(statuses(policed([], [deny()], { pods: known(calico), networkSettings: networkSettings() })).shop).toBe("pass");
    expect(statuses(policed([], [], { pods: known(calico), networkSettings: networkSettings() })).shop).toBe("fail");
  });
});

describe("under Cilium", () => {
  const cilium = { networkSettings: networkSettings({ cilium: settings({ "enable-policy": "default" }) }) };
  const pods = known([aCiliumAgent("n1"), web]);
  const own = known([{ namespace: "shop", name: "own", specs: [{ endpointSelector: {}, ingress: [{}] }] }]);
  it.each<readonly [string, readonly NetworkPolicy[], Partial<ClusterFacts>, string]>([
    ["pass: NetworkPolicy counts", [deny()], {}, "pass"],
    ["pass: a policy of its own counts", [], { ciliumPolicies: own }, "pass"],
    ["fail: no policy of either kind", [], {}, "fail"],
    ["unknown: its own policies were not read", [deny()], { ciliumPolicies: forbidden }, "unknown"],
  ])("%s", (_rule, policies, rest, status) => {
    expect(statuses(policed([], policies, { ...cilium, pods, ...rest })).shop).toBe(status);
  });
});

// Source: cilium/cilium pkg/option/config.go, pkg/policy/k8s/cell.go.
describe("under Cilium that is told which policies to read", () => {
  const pods = known([aCiliumAgent("n1"), web]);
  const closed = [{ endpointSelector: {}, ingress: [{}] }];
  const own = known([{ namespace: "shop", name: "own", specs: closed }]);
  const wide = known([{ name: "wide", specs: closed }]);
  const upstream = known([
    {
      apiGroup: "policy.networking.k8s.io" as const,
      name: "open",
      spec: { tier: "Admin", priority: 1, subject: { namespaces: {} }, ingress: [{ action: "Accept", from: [{ namespaces: {} }] }] },
    },
  ]);
  const told = (values: Readonly<Record<string, string>>) => ({ networkSettings: networkSettings({ cilium: settings(values) }) });
  it.each<readonly [string, Readonly<Record<string, string>>, readonly NetworkPolicy[], Partial<ClusterFacts>, string]>([
    ["fail: no NetworkPolicy", { "enable-k8s-networkpolicy": "false" }, [deny()], {}, "fail"],
    ["pass: no NetworkPolicy, beside one of its own", { "enable-k8s-networkpolicy": "false" }, [deny()], { ciliumPolicies: own }, "pass"],
    ["fail: no CiliumNetworkPolicy", { "enable-cilium-network-policy": "false" }, [], { ciliumPolicies: own }, "fail"],
    [
      "pass: no CiliumNetworkPolicy, beside a clusterwide one",
      { "enable-cilium-network-policy": "false" },
      [],
      { ciliumPolicies: wide },
      "pass",
    ],
    ["fail: no clusterwide one", { "enable-cilium-clusterwide-network-policy": "false" }, [], { ciliumPolicies: wide }, "fail"],
    ["pass: each kind by name", { "enable-k8s-networkpolicy": "true" }, [deny()], {}, "pass"],
    ["pass: no ClusterNetworkPolicy of upstream, as by default", {}, [deny()], { clusterNetworkPolicies: upstream }, "pass"],
    [
      "unknown: ClusterNetworkPolicies of upstream, which may open what others close",
      { "enable-k8s-cluster-network-policy": "true" },
      [deny()],
      { clusterNetworkPolicies: upstream },
      "unknown",
    ],
    ["pass: ClusterNetworkPolicies, and there are none", { "enable-k8s-cluster-network-policy": "true" }, [deny()], {}, "pass"],
    ["unknown: blocks that mean pods too", { "policy-cidr-match-mode": "nodes,pods" }, [deny()], {}, "unknown"],
    ["unknown: labels that make up no identity match no selector", { labels: "k8s:app" }, [deny()], {}, "unknown"],
    ["pass: every label, as by default", { labels: "" }, [deny()], {}, "pass"],
    ["pass: blocks that mean nodes too", { "policy-cidr-match-mode": "nodes" }, [deny()], {}, "pass"],
  ])("%s", (_rule, values, policies, rest, status) => {
    expect(statuses(policed([], policies, { ...told(values), pods, ...rest })).shop).toBe(status);
  });
});

describe("what was not read", () => {
  it.each<readonly [string, Partial<ClusterFacts>]>([
    ["unknown: NetworkPolicies", { networkPolicies: forbidden }],
    ["unknown: cluster-scoped policies, which could open or close", { clusterNetworkPolicies: forbidden }],
    ["unknown: the settings that tell whether VPC CNI enforces", { networkSettings: forbidden }],
  ])("%s", (_rule, rest) => {
    expect(statuses(withBystander([web], [deny()], rest))).toMatchObject({ shop: "unknown", bystander: "unknown" });
    expect(statuses(withBystander([web], [], rest))).toMatchObject({ shop: "unknown" });
  });
  it("pass: a kind of policy that the engine does not enforce", () => {
    expect(statuses(withBystander([web], [deny()], { calicoPolicies: forbidden, adminNetworkPolicies: forbidden }))).toEqual({
      ...others,
      shop: "pass",
    });
  });
  it("unknown: pods, for the whole cluster", () => {
    expect(judged(podsDenyIngressByDefault, aCluster({ ...withBystander([], []), pods: forbidden }))).toMatchObject([
      { status: "unknown", resource: { kind: "Cluster" } },
    ]);
  });
  it("unknown: a policy of the namespace that could not be read", () => {
    const broken = policy("broken", { podSelector: { matchExpressions: [{ key: "app", operator: "Like" }] } });
    expect(statuses(withBystander([web], [deny(), broken]))).toEqual({ ...others, shop: "unknown" });
  });
});

describe("pods that are not judged", () => {
  it("pass: on the network of their node, ended, not placed yet, or of a system workload, each counted", () => {
    const host = onNode("host", "10.0.0.3", { spec: { hostNetwork: true } });
    const ended = onNode("ended", "10.0.0.4", { phase: "Succeeded" });
    const { nodeName: _, ...pending } = onNode("pending", "10.0.0.5", { phase: "Pending" });
    const findings = judged(podsDenyIngressByDefault, aCluster(withBystander([web, host, ended, pending], [deny()])));
    expect(findings.find(({ resource }) => resource.name === "shop")).toMatchObject({
      status: "pass",
      evidence: { podsJudged: 1, notJudged: { hostNetwork: 1, withoutAddressYet: 1 } },
    });
  });
  it("not-applicable: a namespace of system workloads alone, and fail: with a foreign image among them", () => {
    const dns = (image: string) =>
      onNode("coredns", "10.0.0.6", {
        namespace: "kube-system",
        owner: anOwner("Deployment", "coredns"),
        spec: { containers: [aContainer(image)] },
      });
    const image = "602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/coredns:v1.12.4";
    expect(statuses(withBystander([web, dns(image)], [deny()]))).toEqual({ ...others, shop: "pass" });
    expect(statuses(withBystander([web, dns("registry.example.com/coredns:1")], [deny()]))).toMatchObject({ "kube-system": "fail" });
  });
  it("unknown: whose pod it is was not read, and it would fail unless it is of the system", () => {
    const dns = onNode("coredns", "10.0.0.6", {
      namespace: "kube-system",
      owner: anOwner("ReplicaSet", "coredns-5f6"),
      spec: { containers: [aContainer("602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/coredns:v1.12.4")] },
    });
    expect(statuses(withBystander([web, dns], [deny()], { workloads: forbidden }))).toMatchObject({
      shop: "pass",
      "kube-system": "unknown",
    });
  });
});
