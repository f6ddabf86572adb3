/** Manifests as the facts that a live cluster would have answered. */

import type { ObjectOf } from "../kubernetes/kinds.ts";
import { describeIssue } from "../kubernetes/malformed-object.ts";
import { documentsOf, lineOf, type Problem, type Source } from "./documents.ts";
import { type ManifestKind, type ManifestListName, manifestKind, manifestListNames, saysNothingOfConnections } from "./kinds.ts";

export type { Problem } from "./documents.ts";

export type ManifestLists = { readonly [N in ManifestListName]: readonly ObjectOf<N>[] };

export interface Manifests {
  readonly lists: ManifestLists;
  /** How many objects the lists hold. */
  readonly count: number;
  /** API groups of all objects, also of those that are not read. */
  readonly groups: ReadonlySet<string>;
  /** What was not read, and why. */
  readonly problems: readonly Problem[];
  /**
   * Where an object says something.
   *
   * @param object such as "NetworkPolicy shop/web"; of Calico's "Calico NetworkPolicy shop/web"
   * @param field such as "spec.ingress[0].from"
   */
  readonly whereIs: (object: string, field: string) => Place | undefined;
}

export type Place = Pick<Problem, "file" | "line">;

export interface ManifestFile {
  readonly path: string;
  readonly text: string;
}

/** Reads every document of the files, in order. What is malformed is left out and told; the rest counts. */
export function readManifests(files: Iterable<ManifestFile>): Manifests {
  const reader = new Reader();
  for (const { path, text } of files) {
    for (const read of documentsOf(path, text)) {
      if ("problem" in read) reader.problems.push(read.problem);
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
  readonly problems: Problem[] = [];
  readonly groups = new Set<string>();
  /** By list, kind, namespace and name: as for `kubectl apply`, the last one counts. */
  readonly objects = new Map<string, { readonly list: ManifestListName; readonly value: unknown }>();
  readonly places = new Map<string, ObjectPlace>();

  lists(): ManifestLists {
    const lists = Object.fromEntries(manifestListNames.map((name): [string, unknown[]] => [name, []]));
    for (const { list, value } of this.objects.values()) lists[list]?.push(value);
    return lists as unknown as ManifestLists; // each value was read by the parser of its list
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
      this.#tell(place, "is no Kubernetes object: it has no apiVersion and kind");
      return;
    }
    const slash = apiVersion.indexOf("/");
    const [group, version] = slash < 0 ? ["", apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
    this.groups.add(group);
    const known = manifestKind(group, kind);
    if (known === undefined) {
      if (!saysNothingOfConnections(group, kind)) this.#tell(place, `is a ${kind} of ${apiVersion}, a kind that is not read`);
    } else if (!known.versions.includes(version)) {
      this.#tell(place, `is a ${kind} of ${apiVersion}; only ${known.versions.join(", ")} can be read`);
    } else {
      const problem = this.#read(known, value, place);
      if (problem !== undefined) this.#tell(place, problem.what, problem.at);
    }
  }

  /** Keeps the object; else answers why not. */
  #read(kind: ManifestKind, value: Fields, place: ObjectPlace): { readonly what: string; readonly at?: ObjectPlace["path"] } | undefined {
    const metadata = isFields(value.metadata) ? value.metadata : {};
    const namespace = textOf(metadata.namespace) ?? "default";
    const name = textOf(metadata.name) ?? textOf(metadata.generateName)?.replace(/[-.]+$/, "");
    if (name === undefined || !isName(name))
      return { what: `is a ${kind.kind} without a name that the API admits`, at: ["metadata", "name"] };
    if (!isNamespace(namespace)) {
      return { what: `is ${kind.kind} ${name} in a namespace that the API does not admit`, at: ["metadata", "namespace"] };
    }
    // What the API server fills in. An object of no namespace keeps none: its parser drops this.
    const completed = { ...value, metadata: { uid: qualified(kind.kind, namespace, name), ...metadata, namespace, name } };
    const parsed = kind.object.safeParse(completed);
    if (!parsed.success) {
      const at = (parsed.error.issues[0]?.path ?? []).map((part) => (typeof part === "symbol" ? String(part) : part));
      return { what: `is ${kind.kind} ${namespace}/${name}, and malformed: ${describeIssue(parsed.error)}`, at };
    }
    const key = `${kind.list} ${qualified(kind.kind, namespace, name)}`;
    const isRepeated = this.objects.has(key);
    this.objects.set(key, { list: kind.list, value: parsed.data });
    // Of two kinds that are called the same the one of Kubernetes itself goes by that name.
    const title = kind.group === "networking.k8s.io" || kind.kind !== "NetworkPolicy" ? kind.kind : `Calico ${kind.kind}`;
    const isNamespaced = isFields(parsed.data) && "namespace" in parsed.data && parsed.data.namespace !== "";
    this.places.set(qualified(title, isNamespaced ? namespace : "", name), place);
    return isRepeated ? { what: `is ${kind.kind} ${namespace}/${name} once more; the last one counts` } : undefined;
  }

  /** @param what the end of a sentence that begins with the document */
  #tell(place: ObjectPlace, what: string, field: readonly (string | number)[] = []): void {
    this.problems.push({ ...placeOf(place, field), message: what });
  }
}

/** DNS-1123, as the API server asks for: what else stands there would be somebody's text in our lines. */
const isName = (text: string): boolean =>
  text.length <= 253 && /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/.test(text);
const isNamespace = (text: string): boolean => text.length <= 63 && /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(text);
