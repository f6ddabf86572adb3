import { expect, it } from "vitest";
import { cutBetween } from "../../core/fix/cut.ts";
import { applied, ManifestError, type ManifestObject, manifestText } from "../../core/fix/manifests.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known, unknown } from "../../core/model/fact.ts";
import { connectionLines } from "../../core/report/connectivity-text.ts";
import { aCluster, withSettings } from "../support/cluster.ts";
import { aPod } from "../support/workloads.ts";

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
  expect(unread.filter((sentence) => /[Rr]outes/.test(sentence))).toEqual(sentences);
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
