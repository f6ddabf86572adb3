/** Policies of every kind, and what goes with them. */
import { afterEach, describe, expect, it } from "vitest";
import { CalicoTierObject, calicoNetworkSetObject, calicoPolicyObject } from "../../core/collect/kubernetes/parse-calico.ts";
import { ciliumPolicyObject } from "../../core/collect/kubernetes/parse-cilium-policy.ts";
import { adminNetworkPolicyObject, clusterNetworkPolicyObject } from "../../core/collect/kubernetes/parse-cluster-network-policy.ts";
import { ApplicationNetworkPolicyObject, NetworkPolicyObject } from "../../core/collect/kubernetes/parse-network-policy.ts";
import { NodeClassObject } from "../../core/collect/kubernetes/parse-node-class.ts";
import { SecurityGroupPolicyObject } from "../../core/collect/kubernetes/parse-security-group-policy.ts";
import { readKubernetes } from "../../core/collect/kubernetes.ts";
import { Reading } from "../../core/collect/reading.ts";
import { CalicoNetworkSet, CalicoPolicy, CalicoTier } from "../../core/model/calico-policy.ts";
import { CiliumPolicy } from "../../core/model/cilium-policy.ts";
import { AdminNetworkPolicy, ApplicationNetworkPolicy, ClusterNetworkPolicy } from "../../core/model/cluster-network-policy.ts";
import { known } from "../../core/model/fact.ts";
import { NetworkPolicy } from "../../core/model/network-policy.ts";
import { NodeClass, SecurityGroupPolicy } from "../../core/model/pod-network.ts";
import type { KubernetesApi, KubernetesApiOptions } from "../../sandbox/kubernetes/server.ts";
import { read } from "./kept.ts";
import { ports, startCluster, targetOf } from "./kubernetes-bed.ts";

const metadata = { namespace: "shop", name: "web", uid: "0a1b", annotations: { note: "hunter2" }, labels: { app: "web" } };
const identity = { namespace: "shop", name: "web" };

describe("NetworkPolicy", () => {
  const policy = (spec: unknown) => read(NetworkPolicyObject, NetworkPolicy, { metadata, spec });
  it.each<[string, object]>([
    ["its selector alone", { podSelector: {} }],
    ["null as well as absent", { podSelector: { matchLabels: null }, policyTypes: null, ingress: null, egress: null }],
    [
      "everything that the API has",
      {
        podSelector: { matchLabels: { app: "web" }, matchExpressions: [{ key: "tier", operator: "In", values: ["a"] }] },
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ from: [{ podSelector: {} }, { namespaceSelector: {} }], ports: [{ protocol: "TCP", port: "http" }] }, {}],
        egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } }], ports: [{ port: 443, endPort: 444 }] }],
      },
    ],
  ])("kept whole: %s", (_name, spec) => {
    expect(policy(spec)).toEqual({ ...identity, spec });
  });
  it("one without a spec selects everything, as the API has it", () => {
    expect(policy(undefined)).toEqual({ ...identity, spec: {} });
  });
  it.each<[string, unknown]>([
    ["a field that is not known: it may change what a rule means", { podSelector: {}, ingress: [{ fromServices: [] }] }],
    ["a port that is none", { ingress: [{ ports: [{ port: 1.5 }] }] }],
  ])("malformed: %s", (_name, spec) => {
    expect(policy(spec)).toBe("malformed");
  });
});

describe("policies for whole clusters", () => {
  const subject = { namespaces: { matchLabels: { team: "shop" } } };
  it("AdminNetworkPolicy and its baseline are told by their kind", () => {
    const spec = { priority: 7, subject, ingress: [{ name: "deny", action: "Deny", from: [{ namespaces: {} }] }] };
    const object = { metadata: { name: "web" }, spec };
    expect(read(adminNetworkPolicyObject("AdminNetworkPolicy"), AdminNetworkPolicy, object)).toEqual({
      kind: "AdminNetworkPolicy",
      name: "web",
      spec,
    });
    expect(read(adminNetworkPolicyObject("BaselineAdminNetworkPolicy"), AdminNetworkPolicy, object)).toMatchObject({
      kind: "BaselineAdminNetworkPolicy",
    });
  });
  it("ClusterNetworkPolicy of upstream and of AWS are told by their group", () => {
    const spec = { tier: "Admin", priority: 7, subject, egress: [{ action: "Accept", to: [{ networks: ["10.0.0.0/8"] }] }] };
    const object = { metadata: { name: "web" }, spec };
    expect(read(clusterNetworkPolicyObject("networking.k8s.aws"), ClusterNetworkPolicy, object)).toEqual({
      apiGroup: "networking.k8s.aws",
      name: "web",
      spec,
    });
    expect(read(clusterNetworkPolicyObject("policy.networking.k8s.io"), ClusterNetworkPolicy, { ...object, spec: { subject } })).toBe(
      "malformed",
    );
  });
  it("ApplicationNetworkPolicy may name domains", () => {
    const spec = { podSelector: {}, policyTypes: ["Egress"], egress: [{ to: [{ domainNames: ["*.example.com"] }] }] };
    expect(read(ApplicationNetworkPolicyObject, ApplicationNetworkPolicy, { metadata, spec })).toEqual({ ...identity, spec });
  });
});

it("Cilium's policies with and without a namespace, by one rule or several", () => {
  const rule = { endpointSelector: {}, ingress: [{ fromEntities: ["cluster"] }] };
  expect(read(ciliumPolicyObject("namespaced"), CiliumPolicy, { metadata, spec: rule })).toEqual({ ...identity, spec: rule });
  expect(read(ciliumPolicyObject("cluster"), CiliumPolicy, { metadata: { name: "web" }, specs: [rule] })).toEqual({
    name: "web",
    specs: [rule],
  });
  expect(read(ciliumPolicyObject("cluster"), CiliumPolicy, { metadata: { name: "web" }, spec: { later: true } })).toBe("malformed");
});

describe("Calico", () => {
  it("policies with and without a namespace", () => {
    const spec = {
      tier: "security",
      order: 7.5,
      selector: "all()",
      types: ["Egress"],
      egress: [{ action: "Deny", destination: { nets: ["10.0.0.0/8"] } }],
    };
    expect(read(calicoPolicyObject("namespaced"), CalicoPolicy, { metadata, spec })).toEqual({ ...identity, spec });
    expect(read(calicoPolicyObject("cluster"), CalicoPolicy, { metadata: { name: "web" }, spec })).toEqual({ name: "web", spec });
    expect(read(calicoPolicyObject("cluster"), CalicoPolicy, { metadata: { name: "web" }, spec: { later: true } })).toBe("malformed");
  });
  it.each<[string, unknown, object]>([
    ["denies what it does not decide, by default", {}, { defaultAction: "Deny" }],
    ["has an order, and may pass", { order: 100, defaultAction: "Pass" }, { order: 100, defaultAction: "Pass" }],
    ["null is as good as absent", { order: null, defaultAction: null }, { defaultAction: "Deny" }],
    ["has no spec", undefined, { defaultAction: "Deny" }],
  ])("a tier %s", (_name, spec, expected) => {
    expect(read(CalicoTierObject, CalicoTier, { metadata: { name: "security" }, spec })).toEqual({ name: "security", ...expected });
  });
  it("network sets with their labels", () => {
    const spec = { nets: ["10.0.0.0/8"] };
    expect(read(calicoNetworkSetObject("namespaced"), CalicoNetworkSet, { metadata, spec })).toEqual({
      ...identity,
      labels: { app: "web" },
      nets: ["10.0.0.0/8"],
    });
    expect(read(calicoNetworkSetObject("cluster"), CalicoNetworkSet, { metadata: { name: "web" } })).toEqual({
      name: "web",
      labels: {},
      nets: [],
    });
  });

  it.each<[string, object, unknown]>([
    [
      "its domains",
      { nets: null, allowedEgressDomains: ["*.example.com"] },
      { ...identity, labels: { app: "web" }, nets: [], domains: ["*.example.com"] },
    ],
    ["a field that is not known", { nets: ["10.0.0.0/8"], allowedEgressFeeds: ["vpn"] }, "malformed"],
  ])("a network set by %s", (_what, spec, expected) => {
    expect(read(calicoNetworkSetObject("namespaced"), CalicoNetworkSet, { metadata, spec })).toEqual(expected);
  });

  const open: KubernetesApi[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((api) => api.close()));
  });
  const policy = (apiVersion: string, name: string, kind = "GlobalNetworkPolicy") => ({ apiVersion, kind, metadata: { name }, spec: {} });
  const v3 = policy("projectcalico.org/v3", "served");
  const v1 = policy("crd.projectcalico.org/v1", "stored");
  const global = "globalnetworkpolicies";
  it.each<[string, KubernetesApiOptions["objects"], readonly string[], readonly string[]]>([
    ["neither group is installed", [], [], []],
    ["as served, where Calico's own API is installed", [v3], ["served"], [`/apis/projectcalico.org/v3/${global}`]],
    [
      "staged policies, which never enforce, are not read",
      [v3, policy("projectcalico.org/v3", "staged", "StagedGlobalNetworkPolicy")],
      ["served"],
      [`/apis/projectcalico.org/v3/${global}`],
    ],
    ["as served alone, where both are", [v3, v1], ["served"], [`/apis/projectcalico.org/v3/${global}`]],
    ["as stored, where that API is not installed", [v1], ["stored"], [`/apis/crd.projectcalico.org/v1/${global}`]],
    [
      "as stored, where the served group lacks the kind",
      [policy("projectcalico.org/v3", "t", "Tier"), v1],
      ["stored"],
      [`/apis/projectcalico.org/v3/${global}`, `/apis/crd.projectcalico.org/v1/${global}`],
    ],
  ])("policies are read once: %s", async (_name, objects, names, paths) => {
    const api = await startCluster({ objects });
    open.push(api);
    const facts = await readKubernetes(
      known(targetOf(api.url)),
      new Set(["calicoPolicies"]),
      new Reading(ports),
      ports,
      AbortSignal.timeout(10_000),
    );
    expect(facts.calicoPolicies).toMatchObject(known(names.map((name) => ({ name }))));
    expect(
      api
        .requests()
        .map(({ path }) => path)
        .filter((path) => /(?:staged|global)[a-z]*policies$/.test(path)),
    ).toEqual(paths);
  });
});

it.each<[string, unknown, object]>([
  ["its word for network policies", { networkPolicy: "DefaultDeny", role: "node" }, { networkPolicy: "DefaultDeny" }],
  ["none", { role: "node" }, {}],
  ["no spec", undefined, {}],
])("NodeClass: %s", (_name, spec, expected) => {
  expect(read(NodeClassObject, NodeClass, { metadata: { name: "default" }, spec })).toEqual({ name: "default", ...expected });
});

it.each<[string, unknown, object | "malformed"]>([
  [
    "pods by their labels",
    { podSelector: { matchLabels: { app: "web" } }, securityGroups: { groupIds: ["sg-1", "sg-2"] } },
    { podSelector: { matchLabels: { app: "web" } }, groupIds: ["sg-1", "sg-2"] },
  ],
  [
    "pods by their accounts; all of them",
    { serviceAccountSelector: {}, securityGroups: { groupIds: ["sg-1"] } },
    { serviceAccountSelector: {}, groupIds: ["sg-1"] },
  ],
  ["nothing", undefined, { groupIds: [] }],
  ["a selector that is not understood", { podSelector: { matchNames: ["web"] } }, "malformed"],
])("SecurityGroupPolicy: %s", (_name, spec, expected) => {
  const policy = read(SecurityGroupPolicyObject, SecurityGroupPolicy, { metadata, spec });
  expect(policy).toEqual(expected === "malformed" ? expected : { ...identity, ...expected });
});
