import { describe, expect, it } from "vitest";
import { roleObject } from "../../core/collect/kubernetes/parse-role.ts";
import { roleBindingObject } from "../../core/collect/kubernetes/parse-role-binding.ts";
import { Role, RoleBinding } from "../../core/model/rbac.ts";
import { read } from "./kept.ts";

const apiGroup = "rbac.authorization.k8s.io";

describe("Role and ClusterRole", () => {
  const metadata = { name: "system:public-info-viewer", uid: "u", labels: { a: "b" }, annotations: { a: "b" } };
  const clusterRole = (fields: object) => read(roleObject("cluster"), Role, { metadata, ...fields });
  const bare = { verbs: [], apiGroups: [], resources: [], resourceNames: [], nonResourceUrls: [] };

  it.each<[string, object, readonly object[]]>([
    ["none", {}, []],
    ["null, as Go writes them", { rules: null }, []],
    [
      "about URLs",
      { rules: [{ nonResourceURLs: ["/version", "/version/"], verbs: ["get"] }] },
      [{ ...bare, nonResourceUrls: ["/version", "/version/"], verbs: ["get"] }],
    ],
    [
      "about resources, one object of them named",
      { rules: [{ apiGroups: [""], resources: ["nodes/proxy"], resourceNames: ["a"], verbs: ["*"] }] },
      [{ ...bare, apiGroups: [""], resources: ["nodes/proxy"], resourceNames: ["a"], verbs: ["*"] }],
    ],
    [
      "aggregated, as the API serves them",
      {
        aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: "b" } }] },
        rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["list"] }],
      },
      [{ ...bare, apiGroups: ["apps"], resources: ["deployments"], verbs: ["list"] }],
    ],
    ["a rule whose lists are null", { rules: [{ apiGroups: null, resources: null, verbs: null }] }, [bare]],
  ])("rules: %s", (_name, fields, rules) => {
    expect(clusterRole(fields)).toEqual({ namespace: "", name: "system:public-info-viewer", rules });
  });

  it("a Role has a namespace, and is malformed without", () => {
    const role = (of: object) => read(roleObject("namespaced"), Role, { metadata: { name: "reader", uid: "u", ...of } });
    expect(role({ namespace: "shop" })).toEqual({ namespace: "shop", name: "reader", rules: [] });
    expect([role({}), role({ namespace: "" })]).toEqual(["malformed", "malformed"]);
  });

  it("a ClusterRole has none, whatever its metadata says", () => {
    expect(clusterRole({ metadata: { ...metadata, namespace: "shop" } })).toMatchObject({ namespace: "" });
  });

  it.each<[string, object]>([
    ["rules that are no list", { rules: {} }],
    ["verbs that are text", { rules: [{ verbs: "get" }] }],
    ["a resource that is a number", { rules: [{ resources: [1] }] }],
  ])("malformed: %s", (_name, fields) => {
    expect(clusterRole(fields)).toBe("malformed");
  });
});

describe("RoleBinding and ClusterRoleBinding", () => {
  const roleRef = { apiGroup, kind: "ClusterRole", name: "view" };
  const binding = (fields: object) =>
    read(roleBindingObject("cluster"), RoleBinding, { metadata: { name: "viewers", uid: "u" }, roleRef, ...fields });
  const bare = { namespace: "", name: "viewers", role: { kind: "ClusterRole", name: "view" }, subjects: [] };

  it.each<[string, object, object]>([
    ["nobody", {}, {}],
    ["nobody, as Go writes it", { subjects: null }, {}],
    [
      "a user, a group and a service account",
      {
        subjects: [
          { apiGroup, kind: "User", name: "system:anonymous" },
          { apiGroup, kind: "Group", name: "system:unauthenticated" },
          { kind: "ServiceAccount", name: "web", namespace: "shop" },
        ],
      },
      {
        subjects: [
          { kind: "User", name: "system:anonymous" },
          { kind: "Group", name: "system:unauthenticated" },
          { kind: "ServiceAccount", name: "web", namespace: "shop" },
        ],
      },
    ],
    [
      "a group of no namespace",
      { subjects: [{ kind: "Group", name: "g", namespace: "shop" }] },
      { subjects: [{ kind: "Group", name: "g" }] },
    ],
  ])("bound: %s", (_name, fields, difference) => {
    expect(binding(fields)).toEqual({ ...bare, ...difference });
  });

  it("in a namespace, to a Role of it", () => {
    const metadata = { namespace: "shop", name: "readers", uid: "u" };
    const answer = read(roleBindingObject("namespaced"), RoleBinding, { metadata, roleRef: { apiGroup, kind: "Role", name: "reader" } });
    expect(answer).toEqual({ namespace: "shop", name: "readers", role: { kind: "Role", name: "reader" }, subjects: [] });
  });

  it.each<[string, object]>([
    ["a subject of a kind that does not exist yet", { subjects: [{ kind: "Robot", name: "r" }] }],
    ["a subject without a name", { subjects: [{ kind: "User" }] }],
    ["a role of a kind that does not exist yet", { roleRef: { kind: "SuperRole", name: "r" } }],
    ["no role", { roleRef: undefined }],
    ["subjects that are no list", { subjects: {} }],
  ])("malformed: %s", (_name, fields) => {
    expect(binding(fields)).toBe("malformed");
  });
});
