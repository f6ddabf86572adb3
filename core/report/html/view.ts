import { checks as everyCheck } from "../../checks/index.ts";
import type { AnyCheck } from "../../model/check.ts";
import type { Finding } from "../../model/finding.ts";
import type { Changes } from "../changes.ts";
import type { Report, ReportCluster } from "../report.ts";
import { coverageChecks } from "../summary.ts";

/** What the page may know beside the report. */
export interface PageContext {
  /** The checks that were judged; every one of the product unless said otherwise. */
  readonly checks?: readonly AnyCheck[];
  /** What changed since the last run; absent: it is not known, and the page says so. */
  readonly changes?: Changes;
}

/** What the sections of the page look at: the report, and what each of them would work out again. */
export interface View {
  readonly report: Report;
  readonly checks: readonly AnyCheck[];
  readonly checkOf: ReadonlyMap<string, AnyCheck>;
  /** Ids of the checks that judge what was read. */
  readonly coverage: ReadonlySet<string>;
  /** What was judged about exposure. */
  readonly judged: readonly Finding[];
  /** The same by the cluster's ARN; what is about accounts stands under `undefined`. */
  readonly byCluster: ReadonlyMap<string | undefined, readonly Finding[]>;
  readonly byCheck: ReadonlyMap<string, readonly Finding[]>;
  readonly clusterOf: ReadonlyMap<string, ReportCluster>;
  readonly changes: Changes | undefined;
}

export function viewOf(report: Report, { checks = everyCheck, changes }: PageContext): View {
  const coverage = coverageChecks(checks);
  const judged = report.findings.filter(({ check }) => !coverage.has(check));
  return {
    report,
    checks,
    checkOf: new Map(checks.map((check) => [check.id, check])),
    coverage,
    judged,
    byCluster: Map.groupBy(judged, ({ cluster }) => cluster),
    byCheck: Map.groupBy(judged, ({ check }) => check),
    clusterOf: new Map(report.clusters.map((cluster) => [cluster.arn, cluster])),
    changes,
  };
}
