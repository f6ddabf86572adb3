import fc from "fast-check";
import type { PolicyRule, Role, RoleBinding, RoleSubject } from "../../../core/model/rbac.ts";

const some = (...texts: readonly string[]) => fc.subarray([...texts]);

export const verbs = ["get", "list", "create"];
export const groups = ["", "apps"];
export const resources = ["pods", "nodes"];
export const subresources = ["", "proxy", "stats"];
export const names = ["", "a", "b"];
export const namespaces = ["shop", "pay"];
export const urls = ["/api", "/api/v1", "/apis", "/version", "/metrics/x", "/"];

/** A rule out of few words, wildcards of every kind among them. */
export const aRule: fc.Arbitrary<PolicyRule> = fc.record({
  verbs: some(...verbs, "*"),
  apiGroups: some(...groups, "*"),
  resources: some("pods", "nodes", "nodes/proxy", "nodes/stats", "pods/*", "*/proxy", "*"),
  resourceNames: fc.oneof(fc.constant([]), some("a", "b")),
  nonResourceUrls: fc.oneof(fc.constant([]), some("/api", "/api/*", "/api*", "/version", "/metrics/**", "/v*rsion", "*")),
});

const roleName = fc.constantFrom("one", "two", "gone");
export const roles: fc.Arbitrary<readonly Role[]> = fc.uniqueArray(
  fc.record({
    namespace: fc.constantFrom("", ...namespaces),
    name: fc.constantFrom("one", "two"),
    rules: fc.array(aRule, { maxLength: 3 }),
  }),
  { selector: ({ namespace, name }) => `${namespace}/${name}`, maxLength: 6 },
);

const subject: fc.Arbitrary<RoleSubject> = fc.oneof(
  fc.record({
    kind: fc.constant("User" as const),
    name: fc.constantFrom("ann", "system:serviceaccount:shop:web", "system:serviceaccounts"),
  }),
  fc.record({
    kind: fc.constant("Group" as const),
    name: fc.constantFrom("system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated", "system:unauthenticated"),
  }),
  fc.record(
    { kind: fc.constant("ServiceAccount" as const), name: fc.constantFrom("web", "api"), namespace: fc.constantFrom("", ...namespaces) },
    { requiredKeys: ["kind", "name"] },
  ),
);
export const bindings: fc.Arbitrary<readonly RoleBinding[]> = fc.array(
  fc.record({
    namespace: fc.constantFrom("", ...namespaces),
    name: fc.constantFrom("b1", "b2", "b3"),
    role: fc.record({ kind: fc.constantFrom("Role" as const, "ClusterRole" as const), name: roleName }),
    subjects: fc.array(subject, { maxLength: 3 }),
  }),
  { maxLength: 6 },
);
