import { publicInfo } from "../../checks/endpoint/anonymous.ts";
import { bindingText } from "../../checks/rbac-text.ts";
import { quoted, quotedJson } from "../../checks/shell.ts";
import { known } from "../../model/fact.ts";
import type { RoleBinding, RoleSubject } from "../../model/rbac.ts";
import { type Excess, grantsBeyond, indexRbac } from "../../net/rbac/access.ts";
import { anonymous } from "../../net/rbac/identity.ts";
import type { Fix } from "../fix.ts";

/** Takes anonymous requests out of each binding that gives them more than health and version, or deletes it where nobody is left. */
export const fixEndpointRefusesAnonymousRequests: Fix = ({ cluster }) => {
  const { roleBindings, roles } = cluster.facts;
  if (roleBindings.state === "unknown") return { none: roleBindings.reason.message };
  if (roles.state === "unknown") return { none: roles.reason.message };
  const excess = grantsBeyond(indexRbac(roleBindings.value, roles.value), anonymous, [publicInfo]);
  // Kubernetes binds it anew at every start of an API server: there the role is what went too far.
  const isBuiltIn = ({ grant }: Excess): boolean => grant.binding.namespace === "" && grant.binding.name === builtIn;
  const bindings = excess.filter((one) => !isBuiltIn(one)).map(({ grant }) => grant.binding);
  const changed = new Map(bindings.map((binding) => [binding, binding.subjects.filter((subject) => !isAnonymous(subject))]));
  const role = excess.find(isBuiltIn)?.grant.binding.role.name;
  return {
    plan: {
      summary: `Takes anonymous requests out of ${bindings.map(bindingText).join(", ")}${role === undefined ? "" : `${bindings.length > 0 ? " and " : ""}what ClusterRole ${builtIn} gives them too much`}.`,
      commands: [
        ...bindings.map((binding) => commandFor(binding, changed.get(binding) ?? [])),
        ...(role === undefined ? [] : [`kubectl patch clusterrole --type json --patch ${quotedJson(restored)} -- ${quoted(role)}`]),
      ],
      manifests: [],
      after: {
        ...cluster.facts,
        roleBindings: known(roleBindings.value.flatMap((binding) => remaining(binding, changed.get(binding)))),
        roles: known(roles.value.map((one) => (one.namespace === "" && one.name === role ? { ...one, rules: [publicInfo] } : one))),
      },
      notes: [
        "Whoever used this access without a credential loses it: give those who need it an identity, and bind that.",
        "A binding that a tool such as Helm or a GitOps controller applies comes back with its next run: change it at its source.",
      ],
    },
  };
};

const builtIn = "system:public-info-viewer";
const named = new Set([anonymous.user, ...anonymous.groups]);
const isAnonymous = ({ kind, name }: RoleSubject): boolean => kind !== "ServiceAccount" && named.has(name);

const remaining = (binding: RoleBinding, subjects: readonly RoleSubject[] | undefined): readonly RoleBinding[] => {
  if (subjects === undefined) return [binding];
  return subjects.length === 0 ? [] : [{ ...binding, subjects }];
};

function commandFor(binding: RoleBinding, left: readonly RoleSubject[]): string {
  const { namespace, name } = binding;
  const where = namespace === "" ? "" : ` --namespace ${quoted(namespace)}`;
  const kind = namespace === "" ? "clusterrolebinding" : "rolebinding";
  if (left.length === 0) return `kubectl delete ${kind}${where} -- ${quoted(name)}`;
  // The last first, as each takes its place in the list with it; the tests stop it where somebody changed the list meanwhile.
  const operations = binding.subjects
    .flatMap((subject, i) => (isAnonymous(subject) ? [{ subject, path: `/subjects/${i}` }] : []))
    .toReversed()
    .flatMap(({ subject, path }) => [
      { op: "test", path: `${path}/name`, value: subject.name },
      { op: "remove", path },
    ]);
  return `kubectl patch ${kind}${where} --type json --patch ${quotedJson(operations)} -- ${quoted(name)}`;
}

const restored = [
  {
    op: "replace",
    path: "/rules",
    value: [{ verbs: publicInfo.verbs, nonResourceURLs: publicInfo.nonResourceUrls }],
  },
];
