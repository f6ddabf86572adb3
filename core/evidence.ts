import * as z from "zod";
import { toDotPath } from "zod/v4/core";
import { Cluster, ClusterFacts } from "./model/cluster.ts";
import { PerimeterError } from "./model/error.ts";
import { unknown } from "./model/fact.ts";

/** A file that was handed over as evidence holds none, or one that this version can't read. */
export class EvidenceError extends PerimeterError {
  override readonly name = "EvidenceError";
}

/** A cluster as it is saved, to be judged again later. */
export const Evidence = z
  .strictObject({ schema: z.literal("eks-perimeter/evidence/v1"), version: z.string(), cluster: Cluster })
  .readonly();
export type Evidence = z.infer<typeof Evidence>;

export const evidenceOf = (cluster: Cluster, version: string): Evidence => ({ schema: "eks-perimeter/evidence/v1", version, cluster });

/**
 * Evidence from the text of a file. Facts that an older version did not read are unknown.
 *
 * @param source what the text is called in errors, such as its path
 * @throws {EvidenceError}
 */
export function parseEvidence(text: string, source: string): Evidence {
  const hint = "Name a file that `scan --save-evidence` wrote.";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new EvidenceError(`${source} is not JSON.`, { hint, cause });
  }
  const parsed = Evidence.safeParse(completed(value));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new EvidenceError(`${source}: ${issue === undefined ? "malformed" : `${toDotPath(issue.path)}: ${issue.message}`}.`, {
    hint,
    cause: parsed.error,
  });
}

function completed(value: unknown): unknown {
  const { cluster } = (value ?? {}) as { cluster?: { facts?: object } };
  if (typeof cluster?.facts !== "object" || cluster.facts === null) return value;
  const absent = unknown("not-supported", "The version that saved this evidence did not read it.");
  const all = Object.fromEntries(Object.keys(ClusterFacts.unwrap().shape).map((name) => [name, absent]));
  return { ...(value as object), cluster: { ...cluster, facts: { ...all, ...cluster.facts } } };
}
