import { expect, it } from "vitest";
import { endpointRefusesAnonymousRequests } from "../../../core/checks/endpoint/endpoint-refuses-anonymous-requests.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { PolicyRule, Role, RoleBinding, RoleSubject } from "../../../core/model/rbac.ts";
import { aCluster, aVersion, judged } from "../../support/cluster.ts";

const rule = (rest: Partial<PolicyRule>): PolicyRule => ({
  verbs: ["get"],
  apiGroups: [],
  resources: [],
  resourceNames: [],
  nonResourceUrls: [],
  ...rest,
});
const health = rule({ nonResourceUrls: ["/healthz", "/livez", "/readyz", "/version", "/version/"] });
const discovery = rule({ nonResourceUrls: ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/version"] });
const pods = rule({ verbs: ["get", "list"], apiGroups: [""], resources: ["pods"] });
const role = (name: string, ...rules: readonly PolicyRule[]): Role => ({ namespace: "", name, rules });
const roles = known([
  role("public", health),
  role("discovery", discovery),
  role("pods", pods),
  role("all", rule({ verbs: ["*"], apiGroups: ["*"], resources: ["*"] })),
]);

const anonymous: RoleSubject = { kind: "User", name: "system:anonymous" };
const unauthenticated: RoleSubject = { kind: "Group", name: "system:unauthenticated" };
const bind = (name: string, subject: RoleSubject, namespace = ""): RoleBinding => ({
  namespace,
  name: `${name}-binding`,
  role: { kind: "ClusterRole", name },
  subjects: [{ kind: "Group", name: "system:authenticated" }, subject],
});
const byDefault = bind("public", unauthenticated);
const bystander: RoleBinding = { ...bind("all", { kind: "Group", name: "system:masters" }), name: "bystander" };
const version = known(aVersion("1.31"));
const facts = (...bindings: readonly RoleBinding[]) => ({ roleBindings: known([bystander, byDefault, ...bindings]), roles, version });

it.each([
  ["pass: the default binding alone", facts(), {}],
  ["pass: a binding of everybody known", facts({ ...bystander, subjects: [{ kind: "Group", name: "system:authenticated" }] }), {}],
  ["pass: an account that is called like nobody", facts(bind("pods", { ...anonymous, kind: "ServiceAccount", namespace: "shop" })), {}],
  ["pass: a group that is called like the user", facts(bind("pods", { ...anonymous, kind: "Group" })), {}],
  [
    "pass: a role that does not exist gives nothing",
    facts(bind("gone", anonymous)),
    { withoutRole: ["ClusterRoleBinding gone-binding to ClusterRole gone"] },
  ],
  ["pass: paths in a RoleBinding give nothing", facts(bind("discovery", unauthenticated, "shop")), {}],
])("%s", (_rule, read, evidence) => {
  expect(judged(endpointRefusesAnonymousRequests, aCluster(read))).toMatchObject([{ status: "pass", evidence }]);
});

it.each([
  ["fail: pods for the user", bind("pods", anonymous), "ClusterRoleBinding pods-binding", "get, list on pods"],
  ["fail: pods for the group", bind("pods", unauthenticated), "ClusterRoleBinding pods-binding", "get, list on pods"],
  ["fail: pods in one namespace", bind("pods", unauthenticated, "shop"), "RoleBinding shop/pods-binding", "get, list on pods"],
  [
    "fail: discovery, bound before 1.14",
    bind("discovery", unauthenticated),
    "ClusterRoleBinding discovery-binding",
    "get on /api, /api/*, /apis, /apis/*, /healthz, /version",
  ],
  ["fail: everything", bind("all", unauthenticated), "ClusterRoleBinding all-binding", "* on * in group *"],
])("%s", (_rule, binding, name, rules) => {
  const [finding, ...others] = judged(endpointRefusesAnonymousRequests, aCluster(facts(binding)));
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    status: "fail",
    severity: "high",
    evidence: { bindings: [{ binding: name }], kubernetesVersion: "1.31" },
  });
  expect(finding?.message).toContain(`${name} gives ${rules}`);
});

it.each([
  ["pass: a part of the default paths", health.nonResourceUrls.slice(0, 2), "pass"],
  ["fail: what lies below a health path", ["/healthz/*"], "fail"],
  ["fail: a path that begins like a health path", ["/readyzz"], "fail"],
  ["fail: metrics", ["/healthz", "/metrics"], "fail"],
  ["fail: every path", ["*"], "fail"],
])("%s", (_rule, nonResourceUrls, status) => {
  const edited = known([role("public", rule({ nonResourceUrls }))]);
  expect(judged(endpointRefusesAnonymousRequests, aCluster({ ...facts(), roles: edited }))).toMatchObject([{ status }]);
});

it.each(health.nonResourceUrls)("pass: %s alone, which Kubernetes gives to everybody", (path) => {
  const edited = known([role("public", rule({ nonResourceUrls: [path] }))]);
  expect(judged(endpointRefusesAnonymousRequests, aCluster({ ...facts(), roles: edited }))).toMatchObject([{ status: "pass" }]);
});

it("fail: the default role, edited, by its rules and not by its name", () => {
  const edited = known([role("public", health, pods)]);
  expect(judged(endpointRefusesAnonymousRequests, aCluster({ ...facts(), roles: edited }))).toMatchObject([
    { status: "fail", evidence: { bindings: [{ binding: "ClusterRoleBinding public-binding", rules: ["get, list on pods"] }] } },
  ]);
});

it("fail: another method on the default paths", () => {
  const edited = known([role("public", { ...health, verbs: ["get", "post"] })]);
  expect(judged(endpointRefusesAnonymousRequests, aCluster({ ...facts(), roles: edited }))).toMatchObject([{ status: "fail" }]);
});

it.each([
  ["fail: high on 1.31", known(aVersion("1.31")), "high", /pods\.$/],
  ["fail: low from 1.32 on, which refuses", known(aVersion("1.32")), "low", /EKS itself refuses from Kubernetes 1\.32 on\.$/],
  ["fail: low on 1.100, which is no decimal", known(aVersion("1.100")), "low", /refuses/],
  ["fail: high where the version was not read", unknown("forbidden", "Denied."), "high", /could not be read\.$/],
  ["fail: high where the version is no version", known(aVersion("v1.36")), "high", /"v1\.36" is no version/],
] as const)("%s", (_rule, read, severity, message) => {
  const cluster = aCluster({ ...facts(bind("pods", anonymous)), version: read });
  expect(judged(endpointRefusesAnonymousRequests, cluster)).toMatchObject([
    { status: "fail", severity, message: expect.stringMatching(message) },
  ]);
});

it("pass: needs no version", () => {
  const cluster = aCluster({ ...facts(), version: unknown("forbidden", "Denied.") });
  expect(judged(endpointRefusesAnonymousRequests, cluster)).toMatchObject([{ status: "pass" }]);
});

it("pass: no binding names them, whatever roles there are", () => {
  const cluster = aCluster({ roleBindings: known([bystander]) });
  expect(judged(endpointRefusesAnonymousRequests, cluster)).toMatchObject([{ status: "pass" }]);
});

it.each([
  ["unknown: bindings could not be listed", { roles, version }],
  ["unknown: a binding names them and roles could not be listed", { roleBindings: known([byDefault]), version }],
])("%s", (_rule, read) => {
  expect(judged(endpointRefusesAnonymousRequests, aCluster(read))).toMatchObject([{ status: "unknown", reason: { code: "forbidden" } }]);
});

it("the remedy names each binding whose name a shell reads as it is", () => {
  const theirs = { ...bind("all", anonymous, "shop"), subjects: [anonymous, unauthenticated] };
  const hostile = { ...bind("pods", anonymous), name: "x; rm -rf ~" };
  const [finding] = judged(endpointRefusesAnonymousRequests, aCluster(facts(bind("pods", anonymous), theirs, hostile)));
  expect(finding?.remediation?.commands).toEqual([
    "kubectl edit clusterrolebinding pods-binding",
    "kubectl delete rolebinding all-binding --namespace shop",
  ]);
});

it("words without end stand cut in the message", () => {
  const long = known([role("pods", { ...pods, verbs: ["x".repeat(100_000)] })]);
  const [finding] = judged(endpointRefusesAnonymousRequests, aCluster({ ...facts(bind("pods", anonymous)), roles: long }));
  expect(finding?.message.length).toBeLessThan(1000);
});
