import type { RequestInfo, ResourceInfo } from "./request.ts";
import { tableName } from "./store.ts";

/** Who is asking, as authentication found out. */
export interface User {
  readonly username: string;
  readonly groups: readonly string[];
}

/** One RBAC rule with those whom it is bound to. Where `namespaces` is given it is a Role's, else a ClusterRole's. */
export interface AccessRule {
  readonly groups: readonly string[];
  readonly users?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

export const anonymous: User = { username: "system:anonymous", groups: ["system:unauthenticated"] };
/** Anybody who is known belongs to this group too. */
export const authenticated = ({ username, groups }: User): User => ({ username, groups: [...groups, "system:authenticated"] });

const publicPaths = ["/livez", "/readyz", "/healthz", "/version", "/version/"];

/** Paths that every group may get: ClusterRoles system:public-info-viewer and system:discovery, as bound by default. */
const openPaths: Readonly<Record<string, readonly string[]>> = {
  "system:unauthenticated": publicPaths,
  "system:authenticated": [...publicPaths, "/openapi", "/openapi/*", "/api", "/api/*", "/apis", "/apis/*"],
};

/** Paths that may be asked for anonymously since EKS 1.32; before, RBAC alone decides. */
const healthPaths: ReadonlySet<string> = new Set(["/livez", "/readyz", "/healthz"]);

/** Whether the server lets nobody in particular ask, be it to be refused by RBAC. */
export const admitsAnonymous = (minor: number, path: string): boolean => minor < 32 || healthPaths.has(path);

const holds = (allowed: readonly string[], asked: string): boolean => allowed.includes("*") || allowed.includes(asked);

function ruleAllows(rule: AccessRule, user: User, verb: string, resource: ResourceInfo): boolean {
  const { group, plural, subresource, namespace, name } = resource;
  const isBound = rule.users?.includes(user.username) === true || rule.groups.some((bound) => user.groups.includes(bound));
  if (!isBound || !holds(rule.verbs, verb) || !holds(rule.apiGroups, group)) return false;
  if (rule.namespaces !== undefined && !rule.namespaces.includes(namespace)) return false;
  const asked = subresource === "" ? plural : `${plural}/${subresource}`;
  const coversResource = holds(rule.resources, asked) || (subresource !== "" && rule.resources.includes(`*/${subresource}`));
  return coversResource && (rule.resourceNames === undefined || rule.resourceNames.length === 0 || rule.resourceNames.includes(name));
}

/** RBAC, which knows no resources: it answers the same for one that does not exist. */
export function mayDo(rules: readonly AccessRule[], user: User, { verb, path, resource }: RequestInfo): boolean {
  if (user.groups.includes("system:masters")) return true;
  if (resource !== undefined) return rules.some((rule) => ruleAllows(rule, user, verb, resource));
  const open = user.groups.flatMap((group) => openPaths[group] ?? []);
  return verb === "get" && open.some((allowed) => (allowed.endsWith("*") ? path.startsWith(allowed.slice(0, -1)) : path === allowed));
}

/** The resource as tables and faults name it. */
export const resourceName = ({ group, plural }: ResourceInfo): string => tableName(group, plural);
