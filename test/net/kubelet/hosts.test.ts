import { describe, expect, it } from "vitest";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import { sortPods } from "../../../core/net/kubelet/clients.ts";
import { allowsByHostEndpoints, hostEndpointPolicies, hostPolicies, hostProtectionsNotRead } from "../../../core/net/kubelet/hosts.ts";
import { enforcementOf } from "../../../core/net/policy/enforcement/enforcement.ts";
import { topControllers } from "../../../core/net/workloads/top-controller.ts";
import { aCluster, withSettings } from "../../support/cluster.ts";
import { manifestsOf } from "../../support/connectivity.ts";
import { absent, aCiliumAgent, aDaemonSet, anAgent, networkSettings, noEngines, settings as values } from "../../support/engines.ts";
import { aNode } from "../../support/nodes.ts";
import { noPolicies } from "../../support/policed.ts";
import { aPod } from "../../support/workloads.ts";

const unread = unknown("forbidden", "No access.");
const calicoNode = anAgent("calico-node", "0a", { namespace: "calico-system" });
const engineOn = (...pods: readonly ReturnType<typeof aPod>[]) =>
  enforcementOf({
    ...noEngines,
    nodes: known([aNode("0a")]),
    pods: known(pods),
    workloads: known(pods.length === 0 ? [] : [aDaemonSet("calico-node", "calico-system"), aDaemonSet("cilium")]),
  });

type Calico = Extract<ClusterFacts["calicoPolicies"], { readonly state: "known" }>;
const calico = (kind: "NetworkPolicy" | "GlobalNetworkPolicy", spec: object): Calico => {
  const metadata = { name: "web", ...(kind === "NetworkPolicy" ? { namespace: "shop" } : {}) };
  const { calicoPolicies = [] } = manifestsOf(JSON.stringify({ apiVersion: "projectcalico.org/v3", kind, metadata, spec })).lists;
  expect(calicoPolicies).toHaveLength(1);
  return known(calicoPolicies) as Calico;
};

describe("policies of Calico that may turn away at nodes what they select as host endpoints", () => {
  const allow = [{ action: "Allow" }];
  it.each<readonly [string, object, boolean]>([
    ["may: it says nothing of directions, and closes the way in", { selector: "all()" }, true],
    ["may: it has rules of the way in", { ingress: allow }, true],
    ["may: it has rules of both ways", { ingress: allow, egress: allow }, true],
    ["may: it names the way in among its types", { types: ["Ingress", "Egress"] }, true],
    ["may: it names no type at all", { types: [], ingress: allow }, true],
    ["may: it selects what is in no namespace", { namespaceSelector: "global()", ingress: allow }, true],
    ["not: it has rules of the way out alone", { egress: allow }, false],
    ["not: it names the way out alone, whatever rules it has", { types: ["Egress"], ingress: allow }, false],
    ["not: it names no type, and has rules of the way out alone", { types: [], egress: allow }, false],
    ["not: it selects what is in some namespaces", { namespaceSelector: "projectcalico.org/name == 'shop'", ingress: allow }, false],
  ])("%s", (_rule, spec, may) => {
    const calicoPolicies = calico("GlobalNetworkPolicy", spec);
    const reason = { code: "not-supported", message: "GlobalNetworkPolicy web may select host endpoints, which are not read." };
    expect(hostEndpointPolicies({ calicoPolicies }, engineOn(calicoNode))).toEqual(may ? reason : undefined);
  });

  it.each<readonly [string, ClusterFacts["calicoPolicies"], ReturnType<typeof engineOn>]>([
    ["not: it is of one namespace", calico("NetworkPolicy", { ingress: allow }), engineOn(calicoNode)],
    ["not: no node has Calico", calico("GlobalNetworkPolicy", { ingress: allow }), engineOn(aCiliumAgent("0a"))],
    ["not told: policies were not read", unread, engineOn(calicoNode)],
  ])("%s", (_rule, calicoPolicies, enforcement) => {
    expect(hostEndpointPolicies({ calicoPolicies }, enforcement)).toBeUndefined();
  });
});

describe("egress of Calico by a selector that may mean nodes", () => {
  const to = (destination: object, action = "Allow") => ({ egress: [{ action, destination }] });
  it.each<readonly [string, "NetworkPolicy" | "GlobalNetworkPolicy", object, boolean]>([
    ["may: a selector of all that there is", "GlobalNetworkPolicy", to({ selector: "all()" }), true],
    ["may: what is in no namespace", "NetworkPolicy", to({ namespaceSelector: "global()" }), true],
    ["may: passed on to what comes later", "GlobalNetworkPolicy", to({ selector: "all()" }, "Pass"), true],
    [
      "may: one of two rules",
      "GlobalNetworkPolicy",
      { egress: [{ action: "Deny" }, { action: "Allow", destination: { selector: "all()" } }] },
      true,
    ],
    ["not: a selector of pods in its own namespace", "NetworkPolicy", to({ selector: "all()" }), false],
    ["not: a selector of pods in some namespaces", "GlobalNetworkPolicy", to({ selector: "all()", namespaceSelector: "all()" }), false],
    ["not: blocks", "GlobalNetworkPolicy", to({ nets: ["10.0.0.0/8"] }), false],
    ["not: it denies", "GlobalNetworkPolicy", to({ selector: "all()" }, "Deny"), false],
    ["not: it names nobody", "GlobalNetworkPolicy", { egress: [{ action: "Allow" }] }, false],
    ["not: it says nothing of the way out", "GlobalNetworkPolicy", { ingress: [{ action: "Allow" }] }, false],
  ])("%s", (_rule, kind, spec, may) => {
    expect(allowsByHostEndpoints(calico(kind, spec))).toBe(may);
  });

  it("may: one of several policies", () => {
    const [one, other] = [
      calico("GlobalNetworkPolicy", to({ nets: ["10.0.0.0/8"] })),
      calico("GlobalNetworkPolicy", to({ selector: "all()" })),
    ];
    expect(allowsByHostEndpoints(known([...one.value, ...other.value]))).toBe(true);
  });

  it("not told: policies were not read", () => {
    expect(allowsByHostEndpoints(unread)).toBe(false);
  });
});

describe("Cilium's host firewall", () => {
  const policy = (fields: object) => {
    const object = { apiVersion: "cilium.io/v2", kind: "CiliumClusterwideNetworkPolicy", metadata: { name: "hosts" }, ...fields };
    return known(manifestsOf(JSON.stringify(object)).lists.ciliumPolicies ?? []);
  };
  const ofNodes = { nodeSelector: {}, ingress: [{ fromEntities: ["cluster"] }] };
  const ofPods = { endpointSelector: {}, ingress: [{ fromEntities: ["cluster"] }] };
  const on = values({ "enable-host-firewall": "true" });
  const reason = { code: "not-supported", message: "CiliumClusterwideNetworkPolicy hosts selects nodes, which is not judged." };

  it.each<readonly [string, ClusterFacts["ciliumPolicies"], Parameters<typeof networkSettings>[0], object | undefined]>([
    ["may: a policy selects nodes", policy({ spec: ofNodes }), { cilium: on }, reason],
    ["may: one of several rules of a policy selects nodes", policy({ specs: [ofPods, ofNodes] }), { cilium: on }, reason],
    ["may: nobody read whether it is on", policy({ spec: ofNodes }), { cilium: unread }, reason],
    ["not: no policy selects nodes", policy({ spec: ofPods }), { cilium: on }, undefined],
    ["not: it is off", policy({ spec: ofNodes }), { cilium: values({ "enable-host-firewall": "false" }) }, undefined],
    ["not: nobody turned it on", policy({ spec: ofNodes }), { cilium: absent }, undefined],
    ["not told: policies were not read", unread, { cilium: on }, undefined],
  ])("%s", (_rule, ciliumPolicies, its, expected) => {
    expect(hostPolicies({ ciliumPolicies, networkSettings: networkSettings(its) })).toEqual(expected);
  });
});

it("may: nobody read any setting of an engine, and a policy of Cilium selects nodes", () => {
  const spec = { nodeSelector: {}, ingress: [{ fromEntities: ["cluster"] }] };
  const object = { apiVersion: "cilium.io/v2", kind: "CiliumClusterwideNetworkPolicy", metadata: { name: "hosts" }, spec };
  const ciliumPolicies = known(manifestsOf(JSON.stringify(object)).lists.ciliumPolicies ?? []);
  expect(hostPolicies({ ciliumPolicies, networkSettings: unread })).toMatchObject({ code: "not-supported" });
});

describe("protections of nodes that nobody reads", () => {
  const messages = (ciliumPolicies: ClusterFacts["ciliumPolicies"], ...pods: readonly ReturnType<typeof aPod>[]): readonly string[] => {
    const facts = { ...noEngines, ...aCluster(noPolicies).facts, namespaces: [], pods, ciliumPolicies };
    return hostProtectionsNotRead(facts, engineOn(...pods)).map(({ message }) => message);
  };
  const ofCalico = "Host endpoints of Calico and its defaultEndpointToHostAction are not read.";

  it.each<readonly [string, ClusterFacts["ciliumPolicies"], readonly ReturnType<typeof aPod>[], readonly string[]]>([
    ["of Calico always", known([]), [calicoNode], [ofCalico]],
    ["of Cilium where its policies were not read", unread, [aCiliumAgent("0a")], ["No access."]],
    ["none of Cilium where they were", known([]), [aCiliumAgent("0a")], []],
    ["none where no engine is", unread, [], []],
  ])("%s", (_rule, policies, pods, expected) => {
    expect(messages(policies, ...pods)).toEqual(expected);
  });
});

describe("pods that may call kubelets for a reason", () => {
  const kubeletClients = [{ namespace: "shop", labels: { app: "metrics", tier: "agent" } }];
  const sorted = (pod: ReturnType<typeof aPod>) => {
    const { judged, exempt } = sortPods([pod], {
      topOf: topControllers(known([])),
      isClient: known(() => false),
      settings: withSettings({ kubeletClients }),
    });
    const why = Object.entries(exempt).flatMap(([name, all]) => (all.length > 0 ? [name] : []));
    return [...(judged.length > 0 ? ["judged"] : []), ...why];
  };
  const labels = { app: "metrics", tier: "agent" };

  it.each([
    ["exempt: it has every label of a client", aPod("a", { namespace: "shop", labels }), ["kubeletClients"]],
    ["judged: it has one of the labels of a client", aPod("a", { namespace: "shop", labels: { app: "metrics" } }), ["judged"]],
    ["judged: it has them in another namespace", aPod("a", { namespace: "pay", labels }), ["judged"]],
    ["exempt: it has no address yet", aPod("a", { namespace: "shop", phase: "Pending", podIps: [] }), ["withoutAddressYet"]],
    ["judged: it has an address already", aPod("a", { namespace: "shop", phase: "Pending", podIps: ["10.0.0.9"] }), ["judged"]],
    ["judged: it runs, and its address was not told", aPod("a", { namespace: "shop", phase: "Running", podIps: [] }), ["judged"]],
    ["neither: it has ended", aPod("a", { namespace: "shop", phase: "Succeeded" }), []],
  ])("%s", (_rule, pod, expected) => {
    expect(sorted(pod)).toEqual(expected);
  });
});
