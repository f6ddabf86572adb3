/** Manifests as they are written, and the facts of a cluster to which they were applied. */
import { stringify } from "yaml";
import { readManifests } from "../collect/manifests/read.ts";
import type { ClusterFacts } from "../model/cluster.ts";
import { PerimeterError } from "../model/error.ts";
import type { Fact } from "../model/fact.ts";

/** A Kubernetes object as a file holds it. */
export interface ManifestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** A manifest that nothing would take: no plan leans on one. Names that no API server admits come to be so by a hand in the evidence. */
export class ManifestError extends PerimeterError {
  override readonly name = "ManifestError";
}

const hint = "Look at the objects by hand.";

/** YAML that says the same to readers of YAML 1.1, as kubectl is one, and of 1.2. */
export const manifestText = (objects: readonly ManifestObject[]): string =>
  objects.map((object) => stringify(object, { compat: "yaml-1.1", lineWidth: 0, aliasDuplicateObjects: false })).join("---\n");

/**
 * The facts after the objects were applied, each whole: read from the very text that is written, by the reader of manifests.
 * A list that was not read stays unread: what else it holds is not known.
 *
 * @throws {ManifestError} for an object that the reader refuses, or of a kind that it does not read: a plan must not lean on it
 */
export function applied(facts: ClusterFacts, objects: readonly ManifestObject[]): ClusterFacts {
  const { lists, problems, count } = readManifests([{ path: "fix.yaml", text: manifestText(objects) }]);
  const [problem] = problems;
  if (problem !== undefined) throw new ManifestError(`A manifest of the plan can't be read: it ${problem.message}.`, { hint });
  if (count !== objects.length) throw new ManifestError("A manifest of the plan is of a kind that is not read.", { hint });
  const changed = Object.entries(lists).flatMap(([name, fresh]: [string, readonly object[]]) =>
    fresh.length === 0 ? [] : [[name, together(facts[name as keyof typeof lists], fresh)]],
  );
  return { ...facts, ...Object.fromEntries(changed) };
}

function together(before: Fact<readonly object[]>, fresh: readonly object[]): Fact<readonly object[]> {
  if (before.state === "unknown") return before;
  const replaced = new Map(fresh.map((one) => [identity(one), one]));
  const known = before.value.map((one) => {
    const other = replaced.get(identity(one));
    replaced.delete(identity(one));
    // It stays the same object, with the identity and the age that the API server gave to it.
    return other === undefined ? one : { ...other, ...own(one) };
  });
  return { state: "known", value: [...known, ...replaced.values()] };
}

const identity = (object: object): string => {
  const { apiGroup, kind, namespace, name } = object as Readonly<Record<string, unknown>>;
  return JSON.stringify([apiGroup, kind, namespace, name]);
};

const own = (object: object): object =>
  Object.fromEntries(Object.entries(object).filter(([field]) => field === "uid" || field === "createdAt"));
