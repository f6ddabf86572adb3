import type { Fact, Reason } from "../../model/fact.ts";
import type { Role, RoleBinding } from "../../model/rbac.ts";
import type { Settings } from "../../model/settings.ts";
import type { Pod } from "../../model/workloads.ts";
import { beyondEveryAccount, indexRbac } from "./access.ts";

/**
 * Whether a pod needs the API server: its service account has more than what every account gets, or the configuration says so.
 * The reason where that was not told.
 */
export function apiClients(
  { roles, roleBindings }: { readonly roles: Fact<readonly Role[]>; readonly roleBindings: Fact<readonly RoleBinding[]> },
  clients: Settings["apiClients"],
): (pod: Pod) => boolean | Reason {
  const isListed = ({ namespace, labels }: Pod): boolean =>
    clients.some((one) => one.namespace === namespace && Object.entries(one.labels ?? {}).every(([key, value]) => labels[key] === value));
  if (roles.state === "unknown") return (pod) => isListed(pod) || roles.reason;
  if (roleBindings.state === "unknown") return (pod) => isListed(pod) || roleBindings.reason;
  const beyond = beyondEveryAccount(indexRbac(roleBindings.value, roles.value));
  const known = new Map<string, boolean>();
  return (pod) => {
    if (isListed(pod)) return true;
    const key = `${pod.namespace}/${pod.spec.serviceAccount}`;
    const needs = known.get(key) ?? beyond(pod.namespace, pod.spec.serviceAccount).length > 0;
    known.set(key, needs);
    return needs;
  };
}
