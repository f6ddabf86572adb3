/** How messages and evidence say what RBAC gives. Names and words are the cluster's: of long ones the beginning. */
import type { PolicyRule, RoleBinding, RoleSubject } from "../model/rbac.ts";
import { listed } from "./listed.ts";

const most = 100;
const word = (text: string): string => (text.length > most ? `${text.slice(0, most)}…` : text);
const words = (texts: readonly string[]): string => listed(texts.map(word));

/** "ClusterRoleBinding dashboard", "RoleBinding shop/dashboard". */
export const bindingText = ({ namespace, name }: RoleBinding): string =>
  namespace === "" ? `ClusterRoleBinding ${word(name)}` : `RoleBinding ${word(namespace)}/${word(name)}`;

/** "ClusterRole view", "Role shop/view". */
export const roleText = ({ namespace, role }: RoleBinding): string =>
  role.kind === "ClusterRole" ? `ClusterRole ${word(role.name)}` : `Role ${word(namespace)}/${word(role.name)}`;

export const subjectText = ({ kind, name }: RoleSubject): string => `${kind} ${word(name)}`;

/** "get, list on pods", "* on * in group *", "get on /metrics". */
export function ruleText({ verbs, apiGroups, resources, resourceNames, nonResourceUrls }: PolicyRule): string {
  const groups = apiGroups.map((group) => (group === "" ? "core" : group));
  // The core group goes without saying, as on the command line.
  const place = apiGroups.every((group) => group === "") ? "" : ` in ${groups.length === 1 ? "group" : "groups"} ${words(groups)}`;
  const named = resourceNames.length > 0 ? ` named ${words(resourceNames)}` : "";
  const objects = apiGroups.length > 0 && resources.length > 0 ? [`${words(resources)}${place}${named}`] : [];
  const paths = nonResourceUrls.length > 0 ? [words(nonResourceUrls)] : [];
  return `${words(verbs)} on ${[...objects, ...paths].join(" and on ")}`;
}
