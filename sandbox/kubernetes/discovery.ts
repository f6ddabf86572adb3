import { byVersionPriority, type ResourceKind } from "./kinds.ts";
import { joinApiVersion } from "./objects.ts";
import type { Snapshot } from "./store.ts";

const kindsOf = (snapshot: Snapshot): readonly ResourceKind[] => [...snapshot.tables.values()].map(({ kind }) => kind);

/** Groups in the order of the server's list: the aggregator's own first, custom ones last. */
function groupsOf(snapshot: Snapshot): readonly string[] {
  const kinds = kindsOf(snapshot).filter(({ group }) => group !== "");
  const builtIn = new Set(kinds.filter(({ custom }) => !custom).map(({ group }) => group));
  const custom = new Set(kinds.map(({ group }) => group).filter((group) => !builtIn.has(group)));
  const first = "apiregistration.k8s.io";
  return [first, ...[...builtIn].filter((group) => group !== first), ...[...custom].sort()];
}

const versionsOf = (snapshot: Snapshot, group: string): readonly string[] =>
  [...new Set(kindsOf(snapshot).flatMap((kind) => (kind.group === group ? kind.versions : [])))].sort(byVersionPriority);

/** Whether the server itself serves the group, which decides how its 404 looks. */
export const isBuiltInGroup = (snapshot: Snapshot, group: string): boolean =>
  kindsOf(snapshot).some((kind) => kind.group === group && !kind.custom);

function apiGroup(snapshot: Snapshot, group: string): object {
  const versions = versionsOf(snapshot, group).map((version) => ({ groupVersion: joinApiVersion(group, version), version }));
  return { name: group, versions, preferredVersion: versions[0] };
}

/** GET /api */
export const coreVersions = (serverAddress: string): object => ({
  kind: "APIVersions",
  versions: ["v1"],
  serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress }],
});

/** GET /apis */
export const groupList = (snapshot: Snapshot): object => ({
  kind: "APIGroupList",
  apiVersion: "v1",
  groups: groupsOf(snapshot).map((group) => apiGroup(snapshot, group)),
});

/** GET /apis/<group>; undefined for a group that is not installed. */
export const group = (snapshot: Snapshot, name: string): object | undefined =>
  groupsOf(snapshot).includes(name) ? { kind: "APIGroup", apiVersion: "v1", ...apiGroup(snapshot, name) } : undefined;

const allVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const withStatus = new Set([
  "Service",
  "Pod",
  "Node",
  "Namespace",
  "Ingress",
  "Deployment",
  "DaemonSet",
  "StatefulSet",
  "ReplicaSet",
  "Job",
]);

function resourcesOf(kind: ResourceKind): readonly object[] {
  const { plural, singular, namespaced, shortNames, categories } = kind;
  const row = {
    name: plural,
    singularName: singular,
    namespaced,
    kind: kind.kind,
    verbs: allVerbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
  };
  if (!withStatus.has(kind.kind)) return [row];
  return [row, { name: `${plural}/status`, singularName: "", namespaced, kind: kind.kind, verbs: ["get", "patch", "update"] }];
}

/** GET /api/v1 and /apis/<group>/<version>; undefined for a version that is not served. */
export function resourceList(snapshot: Snapshot, name: string, version: string): object | undefined {
  const kinds = kindsOf(snapshot).filter((kind) => kind.group === name && kind.versions.includes(version));
  if (kinds.length === 0) return undefined;
  return {
    kind: "APIResourceList",
    ...(name === "" ? {} : { apiVersion: "v1" }), // the core group's list has none
    groupVersion: joinApiVersion(name, version),
    resources: kinds.flatMap(resourcesOf),
  };
}
