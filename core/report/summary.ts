import type { AnyCheck } from "../model/check.ts";
import type { Coverage } from "../model/cluster.ts";
import { type Finding, type Status, statuses } from "../model/finding.ts";
import type { Settings } from "../model/settings.ts";
import { isAtLeast, type Severity, severities } from "../model/severity.ts";
import type { Report, ReportCluster, ReportSummary } from "./report.ts";
import { unusedDeclarations } from "./unused.ts";

/** A run's results, as they were recorded account by account and cluster by cluster. */
export interface RunResults {
  readonly run: Report["run"];
  readonly accounts: readonly { readonly account: string; readonly coverage: readonly Coverage[]; readonly findings: readonly Finding[] }[];
  readonly clusters: readonly { readonly cluster: ReportCluster; readonly findings: readonly Finding[] }[];
  /** The checks that were judged. */
  readonly checks: readonly AnyCheck[];
  readonly settings: Settings;
  /** Every check was asked of every cluster, so that what matched nothing matches nothing. */
  readonly fullScope: boolean;
}

/** The report of a run: accounts by id, clusters by ARN, findings by cluster, then check, then resource. */
export function toReport({ run, accounts, clusters, checks, settings, fullScope }: RunResults): Report {
  const byAccount = [...accounts].sort((a, b) => compare(a.account, b.account));
  const byArn = [...clusters].sort((a, b) => compare(a.cluster.arn, b.cluster.arn));
  const inOrder = orderOf(checks);
  const findings = [...byAccount, ...byArn].flatMap((one) => [...one.findings].sort(inOrder));
  const complete = isComplete(findings, checks) && !accounts.some(isUnread);
  const summary: ReportSummary = {
    complete,
    byStatus: byStatus(findings),
    failBySeverity: failBySeverity(findings),
    unused: complete && fullScope ? unusedDeclarations(settings, findings) : [],
  };
  return {
    schema: "eks-perimeter/report/v1",
    run,
    accounts: byAccount.map(({ account, coverage }) => ({ account, coverage })),
    clusters: byArn.map(({ cluster }) => cluster),
    findings,
    summary,
  };
}

/** How many findings there are of each status; statuses that none has are left out. */
export const byStatus = (findings: readonly Finding[]): Readonly<Partial<Record<Status, number>>> =>
  counted(
    statuses,
    findings.map(({ status }) => status),
  );

/** How many findings fail at each severity; waived ones do not count. */
export const failBySeverity = (findings: readonly Finding[]): Readonly<Partial<Record<Severity, number>>> =>
  counted(
    severities,
    findings.filter(({ status }) => status === "fail").map(({ severity }) => severity),
  );

/** Whether these findings say that everything in scope was read and judged. */
export function isComplete(findings: readonly Finding[], checks: readonly AnyCheck[]): boolean {
  const coverage = coverageChecks(checks);
  return !findings.some((finding) => isGap(finding, coverage));
}

/** The exit code of a report: 1 something fails at or above `failOn`, else 3 something was not read or judged, else 0. */
export function exitCode(
  { findings, summary }: Pick<Report, "findings" | "summary">,
  failOn: Severity | "none",
  checks: readonly AnyCheck[],
): 0 | 1 | 3 {
  const coverage = coverageChecks(checks);
  const fails = ({ status, check, severity }: Finding) =>
    failOn !== "none" && status === "fail" && !coverage.has(check) && isAtLeast(severity, failOn);
  if (findings.some(fails)) return 1;
  return summary.complete ? 0 : 3;
}

/** Whether something of it was not read: in an account clusters may be missing then, whatever checks were asked for. */
export const isUnread = ({ coverage }: { readonly coverage: readonly Coverage[] }): boolean =>
  coverage.some(({ state }) => state === "unknown");

/** Ids of the checks whose failing means that something was not seen. */
export const coverageChecks = (checks: readonly AnyCheck[]): ReadonlySet<string> =>
  new Set(checks.filter(({ surface }) => surface === "coverage").map(({ id }) => id));

/** Whether the finding says that something could not be read or judged. What no product could judge is no gap. */
export function isGap({ status, check, reason }: Finding, coverage: ReadonlySet<string>): boolean {
  if (status === "fail") return coverage.has(check);
  return status === "error" || (status === "unknown" && reason?.code !== "not-supported");
}

function counted<K extends string>(order: readonly K[], found: readonly K[]): Readonly<Partial<Record<K, number>>> {
  const counts = new Map<K, number>();
  for (const key of found) counts.set(key, (counts.get(key) ?? 0) + 1);
  // fromEntries forgets the type of its keys, which are those of `order`.
  return Object.fromEntries(order.flatMap((key) => (counts.has(key) ? [[key, counts.get(key)]] : []))) as Partial<Record<K, number>>;
}

function orderOf(checks: readonly AnyCheck[]): (a: Finding, b: Finding) => number {
  const places = new Map(checks.map(({ id }, place) => [id, place]));
  const place = ({ check }: Finding) => places.get(check) ?? checks.length;
  return (a, b) => place(a) - place(b) || compare(a.check, b.check) || compare(a.resource.id, b.resource.id);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
