/** RBAC as the API server works it out, request by request and binding by binding: slow and obvious. */
import type { PolicyRule, Role, RoleBinding, RoleSubject } from "../../../core/model/rbac.ts";
import type { Identity } from "../../../core/net/rbac/identity.ts";

export interface PlainRequest {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  readonly namespace: string;
}
export interface PlainUrlRequest {
  readonly verb: string;
  readonly url: string;
}

const matches = (list: readonly string[], asked: string): boolean => list.some((one) => one === "*" || one === asked);

export function ruleAllows(rule: PolicyRule, request: PlainRequest | PlainUrlRequest): boolean {
  if (!matches(rule.verbs, request.verb)) return false;
  if ("url" in request) {
    return rule.nonResourceUrls.some(
      (url) => url === "*" || url === request.url || (/\*$/.test(url) && request.url.startsWith(url.replace(/\*+$/, ""))),
    );
  }
  const { group, resource, subresource, name } = request;
  const combined = subresource === "" ? resource : `${resource}/${subresource}`;
  const ofResource = rule.resources.some((one) => one === "*" || one === combined || (subresource !== "" && one === `*/${subresource}`));
  return matches(rule.apiGroups, group) && ofResource && (rule.resourceNames.length === 0 || rule.resourceNames.includes(name));
}

function appliesTo({ user, groups }: Identity, subject: RoleSubject, namespace: string): boolean {
  if (subject.kind === "User") return user === subject.name;
  if (subject.kind === "Group") return groups.includes(subject.name);
  const its = subject.namespace === undefined || subject.namespace === "" ? namespace : subject.namespace;
  return its !== "" && user === `system:serviceaccount:${its}:${subject.name}`;
}

/** The rules that an identity has in a namespace, or with "" outside of all. */
export function rulesFor(identity: Identity, namespace: string, bindings: readonly RoleBinding[], roles: readonly Role[]): PolicyRule[] {
  return bindings
    .filter((binding) => binding.namespace === "" || binding.namespace === namespace)
    .filter((binding) => binding.subjects.some((subject) => appliesTo(identity, subject, binding.namespace)))
    .flatMap(({ role, namespace: its }) => {
      const found = roles.find((one) =>
        role.kind === "ClusterRole"
          ? one.namespace === "" && one.name === role.name
          : its !== "" && one.namespace === its && one.name === role.name,
      );
      return found?.rules ?? [];
    });
}
