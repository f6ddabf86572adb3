import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PolicyRule, Role, RoleBinding, RoleSubject } from "../../../core/model/rbac.ts";
import { beyondEveryAccount, grantsBeyond, grantsTo, indexRbac, may, whoMay } from "../../../core/net/rbac/access.ts";
import { anonymous, serviceAccount } from "../../../core/net/rbac/identity.ts";
import { type ApiRequest, someNamespace } from "../../../core/net/rbac/rules.ts";
import {
  groups,
  names,
  namespaces,
  resources,
  bindings as someBindings,
  roles as someRoles,
  subresources,
  urls,
  verbs,
} from "./arbitrary.ts";
import { ruleAllows, rulesFor } from "./naive.ts";

const reading = (...what: readonly string[]): PolicyRule => ({
  verbs: ["get"],
  apiGroups: [""],
  resources: what,
  resourceNames: [],
  nonResourceUrls: [],
});
const paths = (...nonResourceUrls: readonly string[]): PolicyRule => ({ ...reading(), apiGroups: [], nonResourceUrls });
const role = (name: string, rules: readonly PolicyRule[], namespace = ""): Role => ({ namespace, name, rules });
const account = (name: string, namespace?: string): RoleSubject => ({
  kind: "ServiceAccount",
  name,
  ...(namespace === undefined ? {} : { namespace }),
});
const group = (name: string): RoleSubject => ({ kind: "Group", name });
const bind = (to: string, subject: RoleSubject, rest: Partial<RoleBinding> = {}): RoleBinding => ({
  namespace: "",
  name: `${to}-to-${subject.name}`,
  role: { kind: "ClusterRole", name: to },
  subjects: [{ kind: "User", name: "bystander" }, subject],
  ...rest,
});

const roles = [role("pods", [reading("pods")]), role("metrics", [reading("nodes/metrics"), paths("/metrics")])];
const getPods = (namespace: string | typeof someNamespace): ApiRequest => ({ verb: "get", group: "", resource: "pods", namespace });
const metrics = { verb: "get", group: "", resource: "nodes/metrics", namespace: "" };
const inRole = { kind: "Role", name: "pods" } as const;

describe("the account shop/web", () => {
  it.each([
    ["may, bound by name", bind("pods", account("web", "shop")), getPods("pay"), true],
    ["may not, another namespace's account of its name", bind("pods", account("web", "pay")), getPods("pay"), false],
    ["may not, another account", bind("pods", account("api", "shop")), getPods("pay"), false],
    ["may, bound as the user that it is", bind("pods", { kind: "User", name: "system:serviceaccount:shop:web" }), getPods("pay"), true],
    ["may, as one of all accounts", bind("pods", group("system:serviceaccounts")), getPods("pay"), true],
    ["may, as one of its namespace's", bind("pods", group("system:serviceaccounts:shop")), getPods("pay"), true],
    ["may not, as one of another namespace's", bind("pods", group("system:serviceaccounts:pay")), getPods("pay"), false],
    ["may, as somebody known", bind("pods", group("system:authenticated")), getPods("pay"), true],
    ["may not, as nobody", bind("pods", group("system:unauthenticated")), getPods("pay"), false],
    ["may, in the binding's namespace", bind("pods", account("web", "shop"), { namespace: "pay" }), getPods("pay"), true],
    ["may not, in another namespace", bind("pods", account("web", "shop"), { namespace: "pay" }), getPods("shop"), false],
    ["may not, in all namespaces at once", bind("pods", account("web", "shop"), { namespace: "pay" }), getPods(""), false],
    ["may, in some namespace", bind("pods", account("web", "shop"), { namespace: "pay" }), getPods(someNamespace), true],
    ["may, its namespace being the binding's", bind("pods", account("web"), { namespace: "shop" }), getPods("shop"), true],
    ["may not, an account of no namespace", bind("pods", account("web")), getPods("shop"), false],
    ["may not, a role that does not exist", bind("gone", account("web", "shop")), getPods("shop"), false],
    [
      "may not, a Role's name that only a ClusterRole has",
      bind("pods", account("web"), { namespace: "shop", role: inRole }),
      getPods("shop"),
      false,
    ],
    ["may not, a ClusterRoleBinding to a Role", bind("pods", account("web", "shop"), { role: inRole }), getPods("shop"), false],
    ["may not, node metrics by a RoleBinding", bind("metrics", account("web", "shop"), { namespace: "shop" }), metrics, false],
    ["may, node metrics by a ClusterRoleBinding", bind("metrics", account("web", "shop")), metrics, true],
    ["may not, a path by a RoleBinding", bind("metrics", account("web"), { namespace: "shop" }), { verb: "get", url: "/metrics" }, false],
    ["may, a path by a ClusterRoleBinding", bind("metrics", account("web", "shop")), { verb: "get", url: "/metrics" }, true],
  ])("%s", (_rule, binding, request, answer) => {
    expect(may(indexRbac([binding], roles), serviceAccount("shop", "web"), request)).toBe(answer);
  });

  it("gets a Role of the binding's own namespace", () => {
    const own = role("own", [reading("pods")], "shop");
    const binding = bind("own", account("web"), { namespace: "shop", role: { kind: "Role", name: "own" } });
    expect(may(indexRbac([binding], [own]), serviceAccount("shop", "web"), getPods("shop"))).toBe(true);
    expect(may(indexRbac([binding], [{ ...own, namespace: "pay" }]), serviceAccount("shop", "web"), getPods("shop"))).toBe(false);
  });

  it("is nobody where its namespace is missing, whoever calls itself so", () => {
    const index = indexRbac([bind("pods", account("web"))], roles);
    expect(may(index, { user: "system:serviceaccount::web", groups: [] }, getPods("shop"))).toBe(false);
  });

  it("is told each binding once, however many of its subjects it is", () => {
    const binding = bind("pods", account("web", "shop"), { subjects: [account("web", "shop"), group("system:authenticated")] });
    expect(grantsTo(indexRbac([binding], roles), serviceAccount("shop", "web")).map((grant) => grant.binding)).toEqual([binding]);
  });
});

describe("more than a baseline", () => {
  it("is what a binding's rules allow beyond it, anywhere", () => {
    const wide = bind("pods", group("system:unauthenticated"), { namespace: "shop" });
    const narrow = bind("metrics", { kind: "User", name: "system:anonymous" });
    const index = indexRbac([wide, narrow, bind("pods", account("web", "shop"))], roles);
    expect(grantsBeyond(index, anonymous, [reading("nodes/metrics"), paths("/metrics", "/version")])).toEqual([
      { grant: { binding: wide, rules: [reading("pods")], isDangling: false }, rules: [reading("pods")] },
    ]);
  });

  it("is nothing by a role that does not exist, nor by paths in a RoleBinding", () => {
    const gone = bind("gone", group("system:unauthenticated"));
    const inert = bind("paths", group("system:unauthenticated"), { namespace: "shop" });
    const index = indexRbac([gone, inert], [role("paths", [paths("*")])]);
    expect(grantsBeyond(index, anonymous, [])).toEqual([]);
    expect(grantsTo(index, anonymous).map(({ isDangling }) => isDangling)).toEqual([true, false]);
  });
});

describe("more than every account gets", () => {
  const everyone = [bind("pods", group("system:authenticated")), bind("metrics", group("system:serviceaccounts"), { namespace: "shop" })];
  it.each([
    ["no: nothing of its own", [], false],
    ["no: what everybody has", [bind("pods", account("web", "shop"))], false],
    ["no: what everybody has there", [bind("metrics", account("web"), { namespace: "shop" })], false],
    ["no: a role that does not exist", [bind("gone", account("web", "shop"))], false],
    ["yes: what everybody has elsewhere", [bind("metrics", account("web", "shop"), { namespace: "pay" })], true],
    ["yes: everywhere what everybody has in one namespace", [bind("metrics", account("web", "shop"))], true],
    ["yes: what its namespace's accounts have", [bind("metrics", group("system:serviceaccounts:shop"))], true],
    ["yes: by its user's name", [bind("metrics", { kind: "User", name: "system:serviceaccount:shop:web" })], true],
    ["no: another account's", [bind("metrics", account("api", "shop"))], false],
  ])("%s", (_rule, own, answer) => {
    const excess = beyondEveryAccount(indexRbac([...everyone, ...own], roles))("shop", "web");
    expect(excess.map(({ grant }) => grant.binding)).toEqual(answer ? own : []);
  });
});

it("an account may what the API server's own evaluation allows it", () => {
  const identities = [
    serviceAccount("shop", "web"),
    serviceAccount("pay", "web"),
    anonymous,
    { user: "ann", groups: ["system:authenticated"] },
  ];
  const objects = verbs.flatMap((verb) =>
    groups.flatMap((apiGroup) =>
      resources.flatMap((resource) =>
        subresources.flatMap((subresource) =>
          names.flatMap((name) =>
            ["", ...namespaces].map((namespace) => ({ verb, group: apiGroup, resource, subresource, name, namespace })),
          ),
        ),
      ),
    ),
  );
  fc.assert(
    fc.property(someBindings, someRoles, (bindings, theirRoles) => {
      const index = indexRbac(bindings, theirRoles);
      for (const identity of identities) {
        for (const request of objects) {
          const rules = rulesFor(identity, request.namespace, bindings, theirRoles);
          const { subresource, name, ...rest } = request;
          const ours = {
            ...rest,
            ...(name === "" ? {} : { name }),
            resource: subresource === "" ? rest.resource : `${rest.resource}/${subresource}`,
          };
          expect(may(index, identity, ours)).toBe(rules.some((rule) => ruleAllows(rule, request)));
        }
        for (const request of verbs.flatMap((verb) => urls.map((url) => ({ verb, url })))) {
          const rules = rulesFor(identity, "", bindings, theirRoles);
          expect(may(index, identity, request)).toBe(rules.some((rule) => ruleAllows(rule, request)));
        }
      }
    }),
    { numRuns: 30 },
  );
});

it("thousands of bindings and accounts are answered without comparing each with each", () => {
  let reads = 0;
  const counted: PolicyRule = {
    ...reading("nodes/proxy"),
    get verbs() {
      reads++;
      return ["get"];
    },
  };
  const many = Array.from({ length: 2000 }, (_, i) => i);
  const bindings = [
    ...many.map((i) => bind(`r${i}`, account(`a${i}`, "shop"))),
    ...many.map((i) => bind(`r${i}`, group("system:serviceaccounts"))),
  ];
  const index = indexRbac(
    bindings,
    many.map((i) => role(`r${i}`, [counted])),
  );
  const ask = whoMay(index, metrics);
  expect(many.filter((i) => ask(serviceAccount("shop", `a${i}`)) !== undefined)).toEqual([]);
  const excess = beyondEveryAccount(index);
  expect(many.filter((i) => excess("shop", `a${i}`).length > 0)).toEqual([]);
  expect(reads).toBeLessThanOrEqual(6 * bindings.length);
});
