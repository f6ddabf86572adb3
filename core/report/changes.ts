import type { Resource } from "../model/resource.ts";
import type { Severity } from "../model/severity.ts";

/** How a finding that fails differs from what was last judged. */
export const changeKinds = ["opened", "worsened", "reopened"] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** A finding that failed, and does not any more: the report of this run need not hold it. */
export interface Resolved {
  readonly id: string;
  readonly check: string;
  readonly severity: Severity;
  readonly resource: Resource;
  /** What was said when it last failed. */
  readonly message: string;
}

/** What changed of one cluster since it was last judged. */
export interface ClusterChanges {
  /** The time of the evidence that it was last judged by; absent: it was judged for the first time. */
  readonly since?: string;
  /** Ids of findings, by what happened to them. Of what was judged for the first time nothing is a change. */
  readonly opened: readonly string[];
  readonly worsened: readonly string[];
  readonly reopened: readonly string[];
  readonly resolved: readonly Resolved[];
  /** How many findings failed when they were last judged, and were not judged this time. */
  readonly notJudged: number;
}

/** By the cluster's ARN. A cluster that is absent left no word of what changed. */
export type Changes = ReadonlyMap<string, ClusterChanges>;
