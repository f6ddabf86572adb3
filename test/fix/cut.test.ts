import { describe, expect, it } from "vitest";
import { cutBetween } from "../../core/fix/cut.ts";
import { applied, ManifestError, type ManifestObject, manifestText } from "../../core/fix/manifests.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known, unknown } from "../../core/model/fact.ts";
import type { Pod } from "../../core/model/workloads.ts";
import { connectionLines } from "../../core/report/connectivity-text.ts";
import { aCluster, anIngress, aService, withSettings } from "../support/cluster.ts";
import { aDaemonSet, anAwsNode, controllerOn, networkSettings } from "../support/engines.ts";
import { aNode } from "../support/nodes.ts";
import { anOwner, aPod } from "../support/workloads.ts";

const closed: ManifestObject = {
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { namespace: "shop", name: "api" },
  spec: { podSelector: { matchLabels: { app: "api" } }, policyTypes: ["Ingress"] },
};
const pod = (app: string) => aPod(app, { namespace: "shop", labels: { app }, podIps: [] });
const facts = (rest: Partial<ClusterFacts> = {}): ClusterFacts =>
  aCluster({
    namespaces: known([{ name: "shop", labels: {} }]),
    pods: known([pod("web"), pod("api")]),
    workloads: known([]),
    networkPolicies: known([]),
    ...rest,
  }).facts;
const flow = (app: string) => ({
  name: `${app}-to-api`,
  cluster: "*",
  from: { namespace: "shop", labels: { app } },
  to: { namespace: "shop", labels: { app: "api" } },
  port: 8080,
  expect: "allowed",
});
const { flows } = withSettings({ flows: [flow("web"), flow("stranger"), { ...flow("web"), name: "elsewhere", cluster: "other" }] });

it("lists what a policy cuts, and marks the declared flow among it", () => {
  const { removed, added } = cutBetween(facts(), applied(facts(), [closed]), { flows, cluster: "prod" });
  const line = connectionLines();
  expect(removed.map(({ connection, flows: its }) => [line(connection), its])).toEqual([
    ["0.0.0.0-255.255.255.255[External] => shop/api[Pod] : All Connections", []],
    ["shop/web[Pod] => shop/api[Pod] : All Connections", ["web-to-api"]],
  ]);
  expect(added).toEqual([]);
});

it("cuts nothing where nothing enforces policies, before and after", () => {
  const inert = facts({ nodes: known([]) });
  expect(cutBetween(inert, applied(inert, [closed]), { flows, cluster: "prod" })).toMatchObject({ removed: [], added: [] });
});

it.each([
  ["nothing, where the cluster has no Gateways", [], []],
  [
    "that routes are missing, where it has some",
    [{ namespace: "shop", name: "web", uid: "g-1", className: "alb", listeners: [], addresses: [] }],
    ["What Gateways lead to pods is not among the connections: their routes were not read, as no check needs them."],
  ],
])("of routes that no check needs it says %s", (_rule, gateways, sentences) => {
  const some = facts({
    gatewayRoutes: unknown("not-supported", "No selected check needs gatewayRoutes, so it was not read."),
    gateways: known(gateways) as unknown as ClusterFacts["gateways"],
  });
  const { unread } = cutBetween(some, applied(some, [closed]), { flows, cluster: "prod" });
  const ofOthers = unread.filter((sentence) => /^(?!gatewayRoutes)\w+ were not read: This test did not say\.$/.test(sentence));
  expect(ofOthers).toContain("services were not read: This test did not say.");
  expect(unread.filter((sentence) => !ofOthers.includes(sentence))).toEqual(sentences);
});

it("a list that was not read stays unread: nothing says what else it holds", () => {
  const unread = facts({ networkPolicies: unknown("forbidden", "No access.") });
  expect(applied(unread, [closed]).networkPolicies).toEqual(unread.networkPolicies);
});

it("an object of the same name is replaced, and keeps its identity", () => {
  const once = applied(facts(), [closed]);
  const twice = applied(once, [{ ...closed, spec: { podSelector: {}, policyTypes: ["Ingress"] } }]);
  expect(twice.networkPolicies).toMatchObject({ value: [{ name: "api" }] });
  expect(twice.networkPolicies).not.toEqual(once.networkPolicies);
});

it.each([
  ["a kind that is not read", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" } }],
  ["a policy that is malformed", { ...closed, spec: { podSelector: 7 } }],
])("a plan does not lean on %s", (_rule, object) => {
  expect(() => applied(facts(), [object as ManifestObject])).toThrow(ManifestError);
});

it("texts that YAML 1.1 takes for something else are quoted", () => {
  const text = manifestText([
    { ...closed, metadata: { namespace: "shop", name: "api", labels: { a: "yes", b: "0o17", c: "1:30", d: "on" } } },
  ]);
  expect(text).toMatch(/a: "yes"\n\s+b: "0o17"\n\s+c: "1:30"\n\s+d: "on"/);
});

describe("what it adds is declared", () => {
  const workload = (name: string, namespace: string, ...labels: readonly Readonly<Record<string, string>>[]) =>
    labels.map((its, i) => aPod(`${name}-${i}`, { namespace, labels: its, podIps: [], owner: anOwner("StatefulSet", name) }));
  const estate = facts({
    namespaces: known(["shop", "pay"].map((name) => ({ name, labels: { is: name } }))),
    pods: known([
      ...workload("api", "shop", { app: "api", tier: "back" }),
      ...workload("web", "shop", { app: "web", tier: "front" }, { app: "web", tier: "canary" }),
      ...workload("web", "pay", { app: "web", tier: "front" }),
    ]),
  });
  const web = { podSelector: { matchLabels: { app: "web" } } };
  const api = { namespace: "shop", labels: { app: "api" } };
  const declared = (rest: object = {}) => ({
    name: "meant",
    cluster: "*",
    from: { namespace: "shop", labels: { app: "web" } },
    to: api,
    port: 8080,
    expect: "allowed",
    ...rest,
  });
  const canary = { podSelector: { matchLabels: { tier: "canary" } } };
  const block = (cidr: string) => ({ ipBlock: { cidr } });
  /** Which flows the one connection carries that is let through besides, and whether it is one of them as a whole. */
  const added = (from: object, ports: readonly object[], flow: object) => {
    const before = applied(estate, [closed]);
    const spec = { podSelector: { matchLabels: { app: "api" } }, policyTypes: ["Ingress"], ingress: [{ from: [from], ports }] };
    const after = applied(before, [{ ...closed, metadata: { namespace: "shop", name: "open" }, spec }]);
    const { flows } = withSettings({ flows: [declared(flow)] });
    return cutBetween(before, after, { flows, cluster: "prod" }).added.map(({ flows: names, isDeclared }) => [names.join(), isDeclared]);
  };

  it.each<readonly [string, object, object, readonly [string, boolean]]>([
    ["yes: all of its pods, and its port", web, {}, ["meant", true]],
    ["yes: any pod of the namespace", web, { from: { namespace: "shop" } }, ["meant", true]],
    ["yes: all of the block", block("192.0.2.0/24"), { from: { cidr: "192.0.2.0/23" } }, ["meant", true]],
    ["yes: all of a block of IPv6, which nothing else names", block("2001:db8::/48"), { from: { cidr: "2001:db8::/32" } }, ["meant", true]],
    ["a part: some of its pods", web, { from: { namespace: "shop", labels: { app: "web", tier: "front" } } }, ["meant", false]],
    ["yes: all pods that it leads to, by another label", web, { to: { namespace: "shop", labels: { tier: "back" } } }, ["meant", true]],
    ["a part: some of the block", block("192.0.2.0/24"), { from: { cidr: "192.0.2.0/25" } }, ["meant", false]],
    ["no: other pods", web, { from: { namespace: "shop", labels: { app: "web", tier: "none" } } }, ["", false]],
    ["no: pods of the same labels in another namespace", web, { from: { namespace: "pay", labels: { app: "web" } } }, ["", false]],
    ["no: it leads to other pods", web, { to: { namespace: "shop", labels: { app: "web" } } }, ["", false]],
    ["no: another block", block("192.0.2.0/24"), { from: { cidr: "203.0.113.0/24" } }, ["", false]],
    ["no: a block where it comes from pods", web, { from: { cidr: "0.0.0.0/0" } }, ["", false]],
    ["no: pods where it comes from a block", block("192.0.2.0/24"), {}, ["", false]],
    ["no: another port", web, { port: 8081 }, ["", false]],
    ["no: it is to be denied", web, { expect: "denied" }, ["meant", false]],
    ["no: it is declared of another cluster", web, { cluster: "other" }, ["", false]],
  ])("%s", (_rule, from, flow, expected) => {
    expect(added(from, [{ port: 8080 }], flow)).toEqual([expected]);
  });

  it("a part: some of its ports", () => {
    expect(added(web, [{ port: 8080, endPort: 8081 }], {})).toEqual([["meant", false]]);
  });

  it("no: an Ingress leads there, which no flow speaks of", () => {
    const service = aService("api", { selector: { app: "api" }, ports: [{ protocol: "TCP", port: 8080, targetPort: 8080 }] });
    const ingress = anIngress("api", { backends: [{ service: "api", port: 8080 }] });
    const before = applied({ ...estate, services: known([service]), ingresses: known([ingress]) }, [closed]);
    const { flows } = withSettings({
      flows: [declared({ from: { cidr: "0.0.0.0/0" } }), declared({ name: "any", from: { namespace: "shop" } })],
    });
    const open = { podSelector: { matchLabels: { app: "api" } }, policyTypes: ["Ingress"], ingress: [{}] };
    const after = applied(before, [{ ...closed, metadata: { namespace: "shop", name: "open" }, spec: open }]);
    const changes = cutBetween(before, after, { flows, cluster: "prod" }).added;
    const byIngress = changes.filter(({ connection: { from } }) => "ingressController" in from);
    expect(byIngress.map(({ flows: names, isDeclared }) => [names, isDeclared])).toEqual([[[], false]]);
  });

  it("a part: one pod of a workload, as connections are told by workload", () => {
    expect(added(canary, [{ port: 8080 }], { from: { namespace: "shop", labels: { tier: "canary" } } })).toEqual([["meant", false]]);
  });
});

describe("on nodes", () => {
  const nodes = known(["0a", "0b"].map((name) => aNode(name)));
  const on = (...agents: readonly Pod[]) => {
    const before = facts({
      nodes,
      pods: known([pod("web"), pod("api"), ...agents]),
      nodeClasses: known([]),
      workloads: known([aDaemonSet("aws-node")]),
      networkSettings: networkSettings({ vpcCni: controllerOn }),
    });
    return cutBetween(before, applied(before, [closed]), { flows, cluster: "prod" }).removed.length;
  };
  it.each([
    ["cuts: an engine enforces on both", anAwsNode("0a"), anAwsNode("0b"), true],
    ["cuts: an engine enforces on one of them", anAwsNode("0a"), anAwsNode("0b", {}), true],
    ["cuts nothing: the engine enforces on none", anAwsNode("0a", {}), anAwsNode("0b", {}), false],
  ])("%s", (_rule, one, other, cuts) => {
    expect(on(one, other) > 0).toBe(cuts);
  });
});
