/** Manifests as the facts that a live cluster would have answered. */

import type { ObjectOf } from "../kubernetes/kinds.ts";
import { describeIssue } from "../kubernetes/malformed-object.ts";
import { documentsOf, lineOf, type Problem, type Source } from "./documents.ts";
import {
  type AnyListName,
  type ManifestKind,
  type ManifestListName,
  manifestKind,
  manifestListNames,
  saysNothingOfConnections,
} from "./kinds.ts";

export type { Problem } from "./documents.ts";

export type ManifestLists<N extends AnyListName = ManifestListName> = { readonly [K in N]: readonly ObjectOf<K>[] };

export interface Manifests<N extends AnyListName = ManifestListName> {
  readonly lists: ManifestLists<N>;
  /** How many objects the lists hold. */
  readonly count: number;
  /** API groups of all objects, also of those that are not read. */
  readonly groups: ReadonlySet<string>;
  /** What was not read, and why. */
  readonly problems: readonly ManifestProblem[];
  /**
   * Where an object says something.
   *
   * @param object such as "NetworkPolicy shop/web"; of Calico's "Calico NetworkPolicy shop/web"
   * @param field such as "spec.ingress[0].from"
   */
  readonly whereIs: (object: string, field: string) => Place | undefined;
}

export interface ManifestProblem extends Problem {
  /** An object that would have been read may be missing for it. */
  readonly lost: boolean;
}

export type Place = Pick<Problem, "file" | "line">;

export interface ManifestFile {
  readonly path: string;
  readonly text: string;
}

/** Reads every document of the files, in order. What is malformed is left out and told; the rest counts. */
export function readManifests(files: Iterable<ManifestFile>): Manifests;
/** @param names which lists are read */
export function readManifests<N extends AnyListName>(files: Iterable<ManifestFile>, names: readonly N[]): Manifests<N>;
export function readManifests(files: Iterable<ManifestFile>, names: readonly AnyListName[] = manifestListNames): Manifests<AnyListName> {
  const reader = new Reader(names);
  for (const { path, text } of files) {
    for (const read of documentsOf(path, text)) {
      if ("problem" in read) reader.problems.push({ ...read.problem, lost: true });
      else reader.take(read.value, { source: read.source, path: [] });
    }
  }
  return {
    lists: reader.lists(),
    count: reader.objects.size,
    groups: reader.groups,
    problems: reader.problems,
    whereIs: (object, field) => {
      const place = reader.places.get(object);
      return place === undefined
        ? undefined
        : placeOf(
            place,
            field
              .split(/[.[\]]+/)
              .filter((part) => part !== "")
              .map(numbered),
          );
    },
  };
}

/** Where an object stands: in a document, and there in a list. */
interface ObjectPlace {
  readonly source: Source;
  readonly path: readonly (string | number)[];
}

const placeOf = ({ source, path }: ObjectPlace, field: readonly (string | number)[] = []): Place => ({
  file: source.file,
  line: lineOf(source, [...path, ...field]),
});

const numbered = (part: string): string | number => (/^\d+$/.test(part) ? Number(part) : part);
const qualified = (kind: string, namespace: string, name: string): string => `${kind} ${namespace === "" ? name : `${namespace}/${name}`}`;

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

class Reader {
  readonly #names: ReadonlySet<AnyListName>;
  readonly problems: ManifestProblem[] = [];
  readonly groups = new Set<string>();
  /** By list, kind, namespace and name: as for `kubectl apply`, the last one counts. */
  readonly objects = new Map<string, { readonly list: AnyListName; readonly value: unknown }>();
  readonly places = new Map<string, ObjectPlace>();

  constructor(names: readonly AnyListName[]) {
    this.#names = new Set(names);
  }

  lists(): ManifestLists<AnyListName> {
    const lists = Object.fromEntries([...this.#names].map((name): [string, unknown[]] => [name, []]));
    for (const { list, value } of this.objects.values()) lists[list]?.push(value);
    return lists as unknown as ManifestLists<AnyListName>; // each value was read by the parser of its list
  }

  take(value: unknown, place: ObjectPlace): void {
    if (value === null || value === undefined) return;
    const [apiVersion, kind] = isFields(value) ? [textOf(value.apiVersion), textOf(value.kind)] : [];
    if (isFields(value) && kind?.endsWith("List") && Array.isArray(value.items)) {
      const ofItem = { apiVersion, kind: kind.slice(0, -"List".length) };
      for (const [i, item] of value.items.entries()) {
        // Items of a typed list, such as PodList, may leave out what the list says.
        const whole = isFields(item) && kind !== "List" ? { ...ofItem, ...item } : item;
        this.take(whole, { ...place, path: [...place.path, "items", i] });
      }
      return;
    }
    if (!isFields(value) || apiVersion === undefined || kind === undefined) {
      // Both keys without both texts: a template that happens to be YAML.
      const lost = isFields(value) && "apiVersion" in value && "kind" in value;
      this.#tell(place, { what: "is no Kubernetes object: it has no apiVersion and kind", lost });
      return;
    }
    const slash = apiVersion.indexOf("/");
    const [group, version] = slash < 0 ? ["", apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
    this.groups.add(group);
    const known = manifestKind(group, kind);
    if (known === undefined || !this.#names.has(known.list)) {
      if (!saysNothingOfConnections(group, kind))
        this.#tell(place, { what: `is a ${kind} of ${apiVersion}, a kind that is not read`, lost: false });
    } else if (!known.versions.includes(version)) {
      this.#tell(place, { what: `is a ${kind} of ${apiVersion}; only ${known.versions.join(", ")} can be read`, lost: true });
    } else {
      const problem = this.#read(known, value, place);
      if (problem !== undefined) this.#tell(place, problem);
    }
  }

  /** Keeps the object; else answers why not. */
  #read(kind: ManifestKind, value: Fields, place: ObjectPlace): Told | undefined {
    const metadata = isFields(value.metadata) ? value.metadata : {};
    const namespace = textOf(metadata.namespace) ?? "default";
    const name = textOf(metadata.name) ?? textOf(metadata.generateName)?.replace(/[-.]+$/, "");
    if (name === undefined || !isName(name, kind.group)) {
      return { what: `is a ${kind.kind} without a name that the API admits`, lost: true, at: ["metadata", "name"] };
    }
    if (!isNamespace(namespace)) {
      return { what: `is ${kind.kind} ${name} in a namespace that the API does not admit`, lost: true, at: ["metadata", "namespace"] };
    }
    // What the API server fills in. An object of no namespace keeps none: its parser drops this.
    const completed = { ...value, metadata: { uid: qualified(kind.kind, namespace, name), ...metadata, namespace, name } };
    const parsed = kind.object.safeParse(completed);
    if (!parsed.success) {
      const at = (parsed.error.issues[0]?.path ?? []).map((part) => (typeof part === "symbol" ? String(part) : part));
      return { what: `is ${kind.kind} ${namespace}/${name}, and malformed: ${describeIssue(parsed.error)}`, lost: true, at };
    }
    const key = `${kind.list} ${qualified(kind.kind, namespace, name)}`;
    const before = this.objects.get(key);
    this.objects.set(key, { list: kind.list, value: parsed.data });
    // Of two kinds that are called the same the one of Kubernetes itself goes by that name.
    const title = kind.group === "networking.k8s.io" || kind.kind !== "NetworkPolicy" ? kind.kind : `Calico ${kind.kind}`;
    const isNamespaced = isFields(parsed.data) && "namespace" in parsed.data && parsed.data.namespace !== "";
    this.places.set(qualified(title, isNamespaced ? namespace : "", name), place);
    if (before === undefined) return undefined;
    // Folders of several environments hold each object several times; only what is the same is none the less for it.
    const lost = JSON.stringify(before.value) !== JSON.stringify(parsed.data);
    return { what: `is ${kind.kind} ${namespace}/${name} once more; the last one counts`, lost };
  }

  #tell(place: ObjectPlace, { what, lost, at = [] }: Told): void {
    this.problems.push({ ...placeOf(place, at), message: what, lost });
  }
}

interface Told {
  /** The end of a sentence that begins with the document. */
  readonly what: string;
  readonly lost: boolean;
  readonly at?: ObjectPlace["path"];
}

/** DNS-1123, as the API server asks for: what else stands there would be somebody's text in our lines. */
const isName = (text: string, group: string): boolean =>
  text.length <= 253 && (group === "rbac.authorization.k8s.io" ? segment : subdomain).test(text);
const subdomain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
/** Roles and their bindings have names such as "system:discovery". */
const segment = /^[\w.:@-]+$/;
const isNamespace = (text: string): boolean => text.length <= 63 && /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(text);
