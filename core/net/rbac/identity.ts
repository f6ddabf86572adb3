/** Who asks the API server. Source: Kubernetes documentation, "Authenticating"; kubernetes:staging/src/k8s.io/apiserver/pkg/authentication. */
import type { RoleBinding, RoleSubject } from "../../model/rbac.ts";

export interface Identity {
  readonly user: string;
  readonly groups: readonly string[];
}

/** A request without credentials. */
export const anonymous: Identity = { user: "system:anonymous", groups: ["system:unauthenticated"] };

/** Groups that every service account is in. */
export const groupsOfEveryAccount: readonly string[] = ["system:serviceaccounts", "system:authenticated"];

const accountUser = (namespace: string, name: string): string => `system:serviceaccount:${namespace}:${name}`;

/** What a service account adds to what every account is. */
export const ownIdentity = (namespace: string, name: string): Identity => ({
  user: accountUser(namespace, name),
  groups: [`system:serviceaccounts:${namespace}`],
});

export function serviceAccount(namespace: string, name: string): Identity {
  const { user, groups } = ownIdentity(namespace, name);
  return { user, groups: [...groups, ...groupsOfEveryAccount] };
}

const userKey = (name: string): string => `User ${name}`;
const groupKey = (name: string): string => `Group ${name}`;

/** The keys under which bindings name the identity. */
export const keysOf = ({ user, groups }: Identity): readonly string[] => [userKey(user), ...groups.map(groupKey)];

/** The key of who is meant by a binding's subject. Undefined for an account in no namespace, which is nobody. */
export function keyOfSubject({ kind, name, namespace }: RoleSubject, binding: RoleBinding): string | undefined {
  if (kind !== "ServiceAccount") return kind === "User" ? userKey(name) : groupKey(name);
  // The API server takes the binding's own namespace where the subject names none.
  const its = namespace === undefined || namespace === "" ? binding.namespace : namespace;
  return its === "" ? undefined : userKey(accountUser(its, name));
}
