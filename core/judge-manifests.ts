import { type Broken, evaluateCluster } from "./evaluate.ts";
import type { AnyCheck } from "./model/check.ts";
import type { Cluster } from "./model/cluster.ts";
import type { Finding } from "./model/finding.ts";
import type { Settings } from "./model/settings.ts";

export interface ManifestEvaluation {
  readonly findings: readonly Finding[];
  readonly broken: readonly Broken[];
}

/** The checks that can be judged on these facts alone: those whose every need is given. */
export const judgeable = (checks: readonly AnyCheck[], given: ReadonlySet<string>): readonly AnyCheck[] =>
  checks.filter(({ subject, needs }) => subject === "cluster" && needs.length > 0 && needs.every((need) => given.has(need)));

/**
 * Judges manifests as if they were all that a cluster holds. A fail holds by what they say, and its evidence says so. A pass is
 * withheld where the check also looks at what they do not give: they are silent there, not safe.
 *
 * @param checks those of `judgeable`
 * @param given the facts that manifests give
 */
export function evaluateManifests(
  checks: readonly AnyCheck[],
  cluster: Cluster,
  given: ReadonlySet<string>,
  settings: Settings,
  readAt: string,
): ManifestEvaluation {
  const silent = new Map(checks.map(({ id, uses }) => [id, uses.filter((use) => !given.has(use))]));
  const { findings, broken } = evaluateCluster(checks, cluster, settings, readAt);
  return { findings: findings.map((finding) => bySilence(finding, silent.get(finding.check) ?? [])), broken };
}

function bySilence(finding: Finding, untold: readonly string[]): Finding {
  const { status, evidence, resource, reason } = finding;
  if (untold.length === 0) return finding;
  // What is wrong with a manifest is a gap; what no manifest could tell is none.
  if (status === "unknown" && reason !== undefined && reason.code !== "malformed") {
    return { ...finding, reason: { code: "not-supported", message: reason.message } };
  }
  if (status === "fail" || status === "waived") return { ...finding, evidence: { ...evidence, judgedBy: "manifests alone" } };
  if (status !== "pass") return finding;
  const { namespace, name, kind } = resource;
  const what = `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
  return {
    ...finding,
    status: "unknown",
    reason: { code: "not-supported", message: `Only a cluster tells ${untold.join(", ")}.` },
    message: `${what} breaks nothing by its manifests, and whether it passes they do not tell.`,
  };
}
