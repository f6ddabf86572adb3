import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { bootstrapObjects } from "./bootstrap.ts";
import { completeBody, createServiceAllocator } from "./defaults.ts";
import { ObjectRefusedError } from "./errors.ts";
import { builtInKinds, inferDefinition, kindOfDefinition, type ResourceKind } from "./kinds.ts";
import {
  type Fields,
  fieldsOf,
  isFields,
  joinApiVersion,
  type KubernetesObject,
  listOf,
  type ObjectMetadata,
  splitApiVersion,
} from "./objects.ts";

/** One stored object. */
export interface Stored {
  /** "namespace/name", or the name where the object has no namespace: the order of lists. */
  readonly key: string;
  readonly name: string;
  readonly namespace: string;
  readonly manifest: KubernetesObject;
  readonly metadata: Fields;
  /** The object without apiVersion and kind. */
  readonly body: Fields;
}

/** The objects of one resource at one revision, in the order of their keys. */
export interface Table {
  readonly kind: ResourceKind;
  readonly rows: readonly Stored[];
  readonly byKey: ReadonlyMap<string, Stored>;
}

/** The whole cluster at one revision. */
export interface Snapshot {
  readonly revision: number;
  /** By "plural.group"; the core group's have no dot: "services", "ingresses.networking.k8s.io". */
  readonly tables: ReadonlyMap<string, Table>;
}

export const tableName = (group: string, plural: string): string => (group === "" ? plural : `${plural}.${group}`);

/** Keeps every revision until it is compacted, as etcd does, so that a list goes on in the state in which it began. */
export interface Store {
  current(): Snapshot;
  /** The state at a revision: undefined if it was compacted away. */
  at(revision: number): Snapshot | undefined;
  /** The cluster from now on. Objects that did not change keep their resourceVersion. */
  replace(objects: readonly KubernetesObject[]): void;
  /** Writes once and forgets all earlier states: every continue token handed out so far is expired. */
  compact(): void;
}

const byKey = (a: Stored, b: Stored): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
const keyOf = (namespace: string, name: string): string => (namespace === "" ? name : `${namespace}/${name}`);

/** A version 4 UUID in form, the same for the same object in every run. */
function uidOf(identity: string): string {
  const hex = createHash("sha256").update(identity).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The field set of a value, in the form of managedFields. Source: structured-merge-diff, serialize.go. */
function fieldSet(value: Fields): Fields {
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [`f:${name}`, isFields(field) ? { ".": {}, ...fieldSet(field) } : {}]),
  );
}

/** Kinds whose objects count their generations. Source: the registries' strategies (PrepareForCreate). */
const withGeneration = new Set([
  "Ingress",
  "NetworkPolicy",
  "Deployment",
  "DaemonSet",
  "StatefulSet",
  "ReplicaSet",
  "Job",
  "CronJob",
  "Pod",
  "EndpointSlice",
  "CustomResourceDefinition",
]);

function completeMetadata(kind: ResourceKind, object: KubernetesObject, revision: number, createdAt: string): Fields {
  const { name, namespace, labels, annotations, ...rest } = object.metadata;
  const nameLabel = kind.kind === "Namespace" && kind.group === "" ? { "kubernetes.io/metadata.name": name } : undefined;
  const { apiVersion, kind: _kind, metadata: _metadata, ...body } = object;
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    uid: uidOf(`${tableName(kind.group, kind.plural)}/${keyOf(namespace ?? "", name)}`),
    resourceVersion: String(revision),
    ...(kind.custom || withGeneration.has(kind.kind) ? { generation: 1 } : {}),
    creationTimestamp: createdAt,
    ...(labels === undefined && nameLabel === undefined ? {} : { labels: { ...labels, ...nameLabel } }),
    ...(annotations === undefined ? {} : { annotations }),
    ...rest,
    managedFields: [
      {
        manager: "kubectl-client-side-apply",
        operation: "Update",
        apiVersion,
        time: createdAt,
        fieldsType: "FieldsV1",
        fieldsV1: {
          "f:metadata": fieldSet({ ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) }),
          ...fieldSet(body),
        },
      },
    ],
  };
}

/** Definitions as the server keeps them: established, with their names accepted. */
function establish(definition: KubernetesObject): KubernetesObject {
  const spec = fieldsOf(definition.spec);
  const condition = (type: string, reason: string, message: string) => ({ type, status: "True", reason, message });
  return {
    ...definition,
    spec: { conversion: { strategy: "None" }, ...spec },
    status: {
      acceptedNames: spec.names,
      conditions: [
        condition("NamesAccepted", "NoConflicts", "no conflicts found"),
        condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
      ],
      storedVersions: listOf(spec.versions)
        .map(fieldsOf)
        .filter(({ storage }) => storage === true)
        .map(({ name }) => name),
      ...fieldsOf(definition.status),
    },
  };
}

interface Arranged {
  readonly kinds: readonly ResourceKind[];
  readonly objects: readonly KubernetesObject[];
}

const isDefinition = ({ apiVersion, kind }: KubernetesObject): boolean =>
  kind === "CustomResourceDefinition" && splitApiVersion(apiVersion).group === "apiextensions.k8s.io";

/** Adds what every cluster has, the namespaces that objects name, and definitions of kinds that nothing defines. */
function arrange(given: readonly KubernetesObject[], minor: number): Arranged {
  const kinds = [...builtInKinds(minor)];
  const known = new Set(kinds.map(({ group, kind }) => `${group}/${kind}`));
  const definitions = given.filter(isDefinition).map(establish);
  const unknown = new Map<string, [KubernetesObject, ...KubernetesObject[]]>();
  for (const definition of definitions) {
    const kind = kindOfDefinition(definition);
    kinds.push(kind);
    known.add(`${kind.group}/${kind.kind}`);
  }
  for (const object of given) {
    const { group } = splitApiVersion(object.apiVersion);
    const name = `${group}/${object.kind}`;
    if (known.has(name)) continue;
    if (group === "")
      throw new ObjectRefusedError(`no kind "${object.kind}" in version "${object.apiVersion}"; did you mean a kind of a group?`);
    const others = unknown.get(name);
    if (others === undefined) unknown.set(name, [object]);
    else others.push(object);
  }
  const inferred = [...unknown.values()].map(inferDefinition).map(establish);
  for (const definition of inferred) kinds.push(kindOfDefinition(definition));
  const namespaces = new Set(given.map(({ metadata }) => metadata.namespace).filter((name) => name !== undefined));
  const implied = [...namespaces].map((name): KubernetesObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
  const own = given.filter((object) => !isDefinition(object));
  const identity = ({ apiVersion, kind, metadata }: KubernetesObject) =>
    `${splitApiVersion(apiVersion).group}/${kind}/${metadata.namespace ?? ""}/${metadata.name}`;
  const taken = new Set(own.map(identity));
  const added = [...bootstrapObjects, ...implied].filter((object) => {
    if (taken.has(identity(object))) return false;
    taken.add(identity(object));
    return true;
  });
  return { kinds, objects: [...added, ...definitions, ...inferred, ...own] };
}

function claimedBy(objects: readonly KubernetesObject[]): ReadonlySet<string | number> {
  const claimed = new Set<string | number>();
  for (const { kind, spec } of objects) {
    if (kind !== "Service") continue;
    const { clusterIP, ports } = fieldsOf(spec);
    if (typeof clusterIP === "string") claimed.add(clusterIP);
    for (const { nodePort } of listOf(ports).map(fieldsOf)) if (typeof nodePort === "number") claimed.add(nodePort);
  }
  return claimed;
}

/** Refuses what no apiserver would store, and puts a namespaced object without a namespace where kubectl would. */
function admit(kind: ResourceKind, object: KubernetesObject): KubernetesObject {
  const { name, namespace } = object.metadata as Partial<ObjectMetadata>; // may come from a file that nobody checked
  const version = splitApiVersion(object.apiVersion).version;
  const what = `${object.kind} "${name ?? ""}"`;
  if (name === undefined || name === "") throw new ObjectRefusedError(`${object.kind} without metadata.name`);
  if (!kind.versions.includes(version)) {
    throw new ObjectRefusedError(
      `${what} is of version "${object.apiVersion}"; served are ${kind.versions.map((v) => joinApiVersion(kind.group, v)).join(", ")}`,
    );
  }
  if (!kind.namespaced && namespace !== undefined) throw new ObjectRefusedError(`${what} has a namespace, but its kind has none`);
  if (kind.namespaced && namespace === undefined) return { ...object, metadata: { ...object.metadata, namespace: "default" } };
  return object;
}

/**
 * @param options.minor the minor version of Kubernetes, which decides the built-in kinds
 * @param options.createdAt when every object was made, as an RFC 3339 time to the second
 */
export function createStore(objects: readonly KubernetesObject[], options: { readonly minor: number; readonly createdAt: string }): Store {
  const snapshots: Snapshot[] = [];
  let revision = 1000; // a cluster that runs has written before

  const write = (given: readonly KubernetesObject[]): Snapshot => {
    const { kinds, objects: all } = arrange(given, options.minor);
    const allocator = createServiceAllocator("172.20", claimedBy(all));
    const before = snapshots.at(-1)?.tables;
    const rows = new Map<string, Stored[]>(kinds.map(({ group, plural }) => [tableName(group, plural), []]));
    const kindOf = new Map(kinds.map((kind) => [`${kind.group}/${kind.kind}`, kind]));
    const seen = new Set<string>();
    for (const raw of all) {
      const { group } = splitApiVersion(raw.apiVersion);
      const kind = kindOf.get(`${group}/${raw.kind}`);
      if (kind === undefined) throw new ObjectRefusedError(`no kind "${raw.kind}" in group "${group}"`);
      const object = admit(kind, raw);
      const table = tableName(kind.group, kind.plural);
      const { name, namespace = "" } = object.metadata;
      const key = keyOf(namespace, name);
      if (seen.has(`${table} ${key}`)) throw new ObjectRefusedError(`${table} "${key}" already exists`);
      seen.add(`${table} ${key}`);
      const body = completeBody(kind.group, object, key, allocator);
      const earlier = before?.get(table)?.byKey.get(key);
      if (earlier !== undefined && isDeepStrictEqual([earlier.manifest, earlier.body], [object, body])) {
        rows.get(table)?.push(earlier);
        continue;
      }
      revision += 1;
      const metadata = completeMetadata(kind, object, revision, options.createdAt);
      rows.get(table)?.push({ key, name, namespace, manifest: object, metadata, body });
    }
    const removed = [...(before ?? [])].some(([table, { rows: old }]) => old.some(({ key }) => !seen.has(`${table} ${key}`)));
    if (removed) revision += 1;
    const tables = kinds.map((kind): [string, Table] => {
      const name = tableName(kind.group, kind.plural);
      const sorted = (rows.get(name) ?? []).sort(byKey);
      return [name, { kind, rows: sorted, byKey: new Map(sorted.map((row) => [row.key, row])) }];
    });
    return { revision, tables: new Map(tables) };
  };

  snapshots.push(write(objects));
  const current = (): Snapshot => snapshots.at(-1) as Snapshot; // the one above is never taken away
  return {
    current,
    at: (wanted) => snapshots.findLast((snapshot) => snapshot.revision <= wanted),
    replace(next) {
      snapshots.push(write(next));
    },
    compact() {
      revision += 1;
      snapshots.splice(0, snapshots.length, { ...current(), revision });
    },
  };
}
