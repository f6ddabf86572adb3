/** Manifests as the facts of a cluster that holds what they say, and of which nothing else is known. */
import type { FactName } from "../../model/check.ts";
import { ClusterFacts, type Coverage } from "../../model/cluster.ts";
import { type Fact, known, unknown } from "../../model/fact.ts";
import type { Role } from "../../model/rbac.ts";
import { type Namespace, type Pod, someNode, type Workload } from "../../model/workloads.ts";
import { builtInRoles } from "./built-in-roles.ts";
import { manifestListNames } from "./kinds.ts";
import type { ManifestLists } from "./read.ts";

/** The lists of objects that checks of manifests may ask for. */
export const judgedListNames = [...manifestListNames, "roles", "roleBindings"] as const;
type JudgedLists = ManifestLists<(typeof judgedListNames)[number]>;

/** The facts that manifests give; of others they say nothing. */
export const manifestFactNames: ReadonlySet<string> = new Set<FactName>([...judgedListNames, "readAt", "reads"]);

/**
 * What the manifests say of a cluster. What a workload's template describes is a pod of it, on some node, as it would run.
 *
 * @param readAt when they were read, RFC 3339 with milliseconds
 * @param reads what became of the files
 */
export function factsOf(
  lists: JudgedLists,
  { readAt, reads }: { readonly readAt: string; readonly reads: readonly Coverage[] },
): ClusterFacts {
  const told: Readonly<Record<string, Fact<unknown>>> = {
    ...Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, known<unknown>(list)])),
    namespaces: known(namespacesOf(lists)),
    pods: known(podsOf(lists)),
    roles: known([...builtInRoles.filter(isNotIn(lists.roles)), ...lists.roles]),
    readAt: known(readAt),
    reads: known(reads),
  };
  const silent = unknown("not-supported", "Manifests do not say, only a cluster does.");
  const names = Object.keys(ClusterFacts.unwrap().shape);
  return Object.fromEntries(names.map((name) => [name, told[name] ?? silent])) as ClusterFacts; // each by its own name
}

const isNotIn =
  (roles: readonly Role[]) =>
  (role: Role): boolean =>
    !roles.some(({ namespace, name }) => namespace === role.namespace && name === role.name);

/** Those that stand in the manifests, and those that their objects are to be put into. */
function namespacesOf({ namespaces, workloads, pods, services, networkPolicies }: JudgedLists): readonly Namespace[] {
  const byName = new Map(namespaces.map((namespace) => [namespace.name, namespace]));
  for (const { namespace: name } of [...workloads, ...pods, ...services, ...networkPolicies]) {
    if (!byName.has(name)) byName.set(name, { name, labels: { "kubernetes.io/metadata.name": name } });
  }
  return [...byName.values()];
}

/**
 * On some node, also where a copy of a cluster names one, as what else runs there is not in it. Without a node a pod is told apart
 * as one that no policy is about yet.
 */
function podsOf({ pods, workloads }: JudgedLists): readonly Pod[] {
  const owners = new Set(pods.flatMap(({ namespace, owner }) => (owner === undefined ? [] : [`${owner.kind} ${namespace}/${owner.name}`])));
  const made = workloads.filter(makesPods).filter(({ kind, namespace, name }) => !owners.has(`${kind} ${namespace}/${name}`));
  return [...pods.map((pod): Pod => ({ ...pod, nodeName: someNode })), ...made.map(podOf)];
}

/** Pods in the host's network are no subjects of policies: what their templates say of that is judged by the templates. */
const makesPods = ({ owner, replicas, template }: Workload): boolean => owner === undefined && replicas !== 0 && !template.spec.hostNetwork;

const podOf = ({ kind, namespace, name, uid, template: { labels, spec } }: Workload): Pod => ({
  namespace,
  name,
  uid: `${uid} pod`,
  labels,
  owner: { apiVersion: kind.endsWith("Job") ? "batch/v1" : "apps/v1", kind, name, uid },
  nodeName: someNode,
  phase: "Running",
  podIps: [],
  hasBranchInterface: false,
  spec,
});
