import type { About } from "../model/check.ts";
import type { Cluster, ClusterFacts } from "../model/cluster.ts";
import type { Finding } from "../model/finding.ts";
import type { Settings } from "../model/settings.ts";
import type { ManifestObject } from "./manifests.ts";

/** A failing finding, and all that is known where it was found. */
export interface FixInput {
  readonly cluster: Cluster;
  readonly finding: Finding;
  readonly settings: Settings;
  readonly account: string;
  readonly region: string;
  /** When reading the cluster began, RFC 3339: the only clock that a fix sees. */
  readonly readAt: string;
}

/** What to type for one finding, and what the cluster then looks like. */
export interface Plan {
  /** What it does: one sentence with a period. */
  readonly summary: string;
  /** In order, after the manifests were applied. Names in them are quoted: text of a cluster or an account is hostile. */
  readonly commands: readonly string[];
  /** Objects to apply, whole. */
  readonly manifests: readonly ManifestObject[];
  /** The cluster's facts as they would be read after the plan was carried out; of manifests, by `applied`. */
  readonly after: ClusterFacts;
  /** What to know before and afterwards: what breaks, what can't be undone, which values stand in for ones that only the user knows. */
  readonly notes?: readonly string[];
  /**
   * How the finding ends. "gone": what it is about is deleted, or is nothing that the check judges any more; without this
   * word only a pass counts as proof.
   */
  readonly ends?: "gone";
  /** It is meant to let somebody in, and its notes say whom: without this word what it opens is no proof. */
  readonly opens?: true;
  /** It may take the API server from whoever carries plans out: it goes after those of other findings. */
  readonly isLast?: true;
}

/**
 * Answers a plan, or why there is nothing to type for this finding, in a sentence; `or` are other plans, of which the first that is
 * proved is taken where this one is not. Pure: no clock, no I/O.
 */
export type Fix = (input: FixInput) => { readonly plan: Plan; readonly or?: readonly Plan[] } | { readonly none: string };

/** What commands are made for. */
export const aboutOf = ({ cluster, account, region }: Pick<FixInput, "cluster" | "account" | "region">): About => ({
  resource: cluster.resource,
  account,
  region,
});
