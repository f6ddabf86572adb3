import type { PolicyRule, Role } from "../../model/rbac.ts";

const rule = (verbs: readonly string[], apiGroups: readonly string[], resources: readonly string[]): PolicyRule => ({
  verbs,
  apiGroups,
  resources,
  resourceNames: [],
  nonResourceUrls: [],
});
const read = ["get", "list", "watch"];
const write = ["create", "delete", "deletecollection", "patch", "update"];

/**
 * ClusterRoles that every cluster has for people to bind, with rules that each of them has at least: what is bound to one is
 * given, although no manifest describes it. Source: kubernetes/kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go.
 */
export const builtInRoles: readonly Role[] = [
  {
    namespace: "",
    name: "cluster-admin",
    rules: [rule(["*"], ["*"], ["*"]), { verbs: ["*"], apiGroups: [], resources: [], resourceNames: [], nonResourceUrls: ["*"] }],
  },
  {
    namespace: "",
    name: "admin",
    rules: [
      rule([...read, ...write], [""], ["pods", "secrets", "services"]),
      rule([...read, ...write], ["rbac.authorization.k8s.io"], ["rolebindings", "roles"]),
    ],
  },
  { namespace: "", name: "edit", rules: [rule([...read, ...write], [""], ["pods", "secrets", "services"])] },
  { namespace: "", name: "view", rules: [rule(read, [""], ["configmaps", "pods", "services"])] },
];
