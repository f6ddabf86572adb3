/**
 * Who is given what: bindings looked up by subject, so that the work grows with the bindings and not with the pairs of
 * bindings and accounts. Source: kubernetes:pkg/registry/rbac/validation/rule.go VisitRulesFor.
 */
import type { PolicyRule, Role, RoleBinding } from "../../model/rbac.ts";
import { beyond } from "./coverage.ts";
import { groupsOfEveryAccount, type Identity, keyOfSubject, keysOf, ownIdentity } from "./identity.ts";
import { type ApiRequest, allows, someNamespace } from "./rules.ts";

/** What one binding gives its subjects. */
export interface Grant {
  readonly binding: RoleBinding;
  /** The rules that hold: none where there is no such role; of a RoleBinding without those about URLs, which stand in no namespace. */
  readonly rules: readonly PolicyRule[];
  /** The role that it names does not exist: it gives nothing until somebody makes one. */
  readonly isDangling: boolean;
}

/** The grants of each subject, by its key. */
export type RbacIndex = ReadonlyMap<string, readonly Grant[]>;

export function indexRbac(bindings: readonly RoleBinding[], roles: readonly Role[]): RbacIndex {
  const rulesOf = new Map(roles.map((role) => [roleKey(role.namespace, role.name), role.rules]));
  const index = new Map<string, Grant[]>();
  for (const binding of bindings) {
    const grant = grantOf(binding, rulesOf);
    const keys = new Set(binding.subjects.map((subject) => keyOfSubject(subject, binding)));
    for (const key of keys) {
      if (key === undefined) continue;
      const grants = index.get(key);
      if (grants === undefined) index.set(key, [grant]);
      else grants.push(grant);
    }
  }
  return index;
}

/** Every grant to the identity, each binding once. */
export function grantsTo(index: RbacIndex, identity: Identity): readonly Grant[] {
  return [...new Set(keysOf(identity).flatMap((key) => index.get(key) ?? []))];
}

/** A grant that goes beyond what was compared with, and by which of its rules. */
export interface Excess {
  readonly grant: Grant;
  readonly rules: readonly PolicyRule[];
}

/** Which bindings give the identity more than the baseline's rules do anywhere. */
export const grantsBeyond = (index: RbacIndex, identity: Identity, baseline: readonly PolicyRule[]): readonly Excess[] =>
  grantsTo(index, identity).flatMap((grant) => excessOf(grant, baseline));

/**
 * By which grants a service account has more than what every account gets; none where it has no more. Ask the answer
 * for one account after the other: each binding is compared once.
 */
export function beyondEveryAccount(index: RbacIndex): (namespace: string, name: string) => readonly Excess[] {
  // By the text of the rule: what many bindings give everybody is compared with once.
  const baselines = new Map<string, Map<string, PolicyRule>>();
  for (const { binding, rules } of grantsTo(index, { user: "", groups: groupsOfEveryAccount })) {
    const baseline = baselines.get(binding.namespace) ?? new Map<string, PolicyRule>();
    baselines.set(binding.namespace, baseline);
    for (const rule of rules) baseline.set(JSON.stringify(rule), rule);
  }
  const listed = new Map([...baselines].map(([namespace, rules]) => [namespace, [...rules.values()]]));
  const everywhere = listed.get("") ?? [];
  const seen = new Map<Grant, readonly Excess[]>();
  const excess = (grant: Grant): readonly Excess[] => {
    const known = seen.get(grant);
    if (known !== undefined) return known;
    const { namespace } = grant.binding;
    const own = namespace === "" ? [] : (listed.get(namespace) ?? []);
    const found = excessOf(grant, own.length === 0 ? everywhere : [...everywhere, ...own]);
    seen.set(grant, found);
    return found;
  };
  return (namespace, name) => grantsTo(index, ownIdentity(namespace, name)).flatMap(excess);
}

/**
 * By which grant an identity may send the request; undefined where RBAC gives it none. Ask the answer for one identity
 * after the other: each subject's grants are looked through once.
 */
export function whoMay(index: RbacIndex, request: ApiRequest): (identity: Identity) => Grant | undefined {
  const found = new Map<string, Grant | undefined>();
  const byKey = (key: string): Grant | undefined => {
    if (!found.has(key))
      found.set(
        key,
        index.get(key)?.find((grant) => permits(grant, request)),
      );
    return found.get(key);
  };
  return (identity) => {
    for (const key of keysOf(identity)) {
      const grant = byKey(key);
      if (grant !== undefined) return grant;
    }
    return undefined;
  };
}

/** Whether RBAC allows the identity the request. To ask about many identities, take `whoMay`. */
export const may = (index: RbacIndex, identity: Identity, request: ApiRequest): boolean => whoMay(index, request)(identity) !== undefined;

function permits({ binding, rules }: Grant, request: ApiRequest): boolean {
  const applies =
    binding.namespace === "" || (!("url" in request) && (request.namespace === someNamespace || request.namespace === binding.namespace));
  return applies && rules.some((rule) => allows(rule, request));
}

function excessOf(grant: Grant, baseline: readonly PolicyRule[]): readonly Excess[] {
  const rules = beyond(grant.rules, baseline);
  return rules.length === 0 ? [] : [{ grant, rules }];
}

/** A Role is looked up in the binding's own namespace, so that a ClusterRoleBinding finds none. */
function grantOf(binding: RoleBinding, rulesOf: ReadonlyMap<string, readonly PolicyRule[]>): Grant {
  const { namespace, role } = binding;
  const isLost = role.kind === "Role" && namespace === "";
  const rules = isLost ? undefined : rulesOf.get(roleKey(role.kind === "Role" ? namespace : "", role.name));
  if (rules === undefined) return { binding, rules: [], isDangling: true };
  return { binding, isDangling: false, rules: namespace === "" ? rules : rules.map(withoutUrls) };
}

const withoutUrls = (rule: PolicyRule): PolicyRule => (rule.nonResourceUrls.length === 0 ? rule : { ...rule, nonResourceUrls: [] });

// A namespace holds no space: no two keys are alike.
const roleKey = (namespace: string, name: string): string => `${namespace} ${name}`;
