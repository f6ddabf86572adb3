import { checks as everyCheck } from "../checks/index.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Finding } from "../model/finding.ts";
import { type Severity, severities } from "../model/severity.ts";
import { addRow, columnsOf, fitted, plainTable } from "./plain-table.ts";
import { plainText } from "./plain-text.ts";
import type { Report } from "./report.ts";
import { byStatus, coverageChecks, failBySeverity } from "./summary.ts";
import { placeOf, type Unread, unreadOf, whyNoneJudged } from "./unread.ts";
import { wrapped } from "./wrap.ts";

/** What a caller may colour: a severity's name, or a heading. */
export type Style = Severity | "heading";
export type Paint = (style: Style, text: string) => string;

export interface TableOptions {
  /** Columns of the terminal. */
  readonly width?: number;
  readonly paint?: Paint;
  /** Rows of failing findings; the rest is counted. */
  readonly rows?: number;
  readonly checks?: readonly AnyCheck[];
}

/** Below so many columns a table has no room, and is a list. */
const narrow = 80;
/** What the table of clusters takes as a rule. */
const clusterColumns = 120;

/** Tables of the report in plain text: clusters with their counts, what fails, the worst first, and last what was not seen. */
export function toTable(report: Report, options: TableOptions = {}): string {
  const { width = 120, paint = (_style, text) => text, rows = 50, checks = everyCheck } = options;
  const view: View = { width, paint, rows, coverage: coverageChecks(checks) };
  return `${[clusterTable(report, view), failures(report, view), gaps(report, view)].filter(Boolean).join("\n\n")}\n`;
}

type View = Required<Pick<TableOptions, "width" | "paint" | "rows">> & { readonly coverage: ReadonlySet<string> };

/** Something, and below it what is said of it. */
const indented = (what: string, said: string, width: number): readonly string[] => [
  ...wrapped(what, width),
  ...wrapped(said, width - 2).map((line) => `  ${line}`),
];

function clusterTable({ clusters, findings }: Report, { width, paint, coverage }: View): string {
  if (clusters.length === 0) return "No cluster was found.";
  const byCluster = Map.groupBy(exposures(findings, coverage), ({ cluster }) => cluster);
  if (width < clusterColumns) {
    const lines = clusters.flatMap(({ arn, account, region, name, kubernetesVersion }) => {
      const own = byCluster.get(arn) ?? [];
      const { waived = 0, unknown = 0, error = 0, pass = 0 } = byStatus(own);
      const fails = Object.entries(failBySeverity(own)).map(([severity, count]) => `${count} ${severity}`);
      const said = notJudged(own) ?? [...fails, `${waived} waived`, `${unknown + error} unknown`, `${pass} passed`].join(", ");
      return indented(plainText(`${name} ${region} ${account} ${kubernetesVersion ?? "?"}`), said, width);
    });
    return [paint("heading", "Clusters"), ...lines].join("\n");
  }
  const counts = ["Critical", "High", "Medium", "Low", "Waived", "Unknown", "Passed"];
  const table = plainTable({
    head: ["Account", "Region", "Cluster", "Version", ...counts],
    colAligns: [...leftwards(4), ...rightwards(counts.length)],
  });
  for (const { arn, account, region, name, kubernetesVersion } of clusters) {
    const own = byCluster.get(arn) ?? [];
    const what = [account, region, plainText(name), plainText(kubernetesVersion ?? "?")];
    const unasked = notJudged(own);
    if (unasked !== undefined) {
      table.push([...what, { colSpan: counts.length, content: unasked, hAlign: "left" }]);
      continue;
    }
    const fails = failBySeverity(own);
    const { waived = 0, unknown = 0, error = 0, pass = 0 } = byStatus(own);
    const bySeverity = (["critical", "high", "medium", "low"] as const).map((severity) => {
      const count = fails[severity] ?? 0;
      return count === 0 ? "·" : paint(severity, String(count));
    });
    const others = [waived, unknown + error, pass].map((count) => (count === 0 ? "·" : String(count)));
    table.push([...what, ...bySeverity, ...others]);
  }
  return `${paint("heading", "Clusters")}\n${table.toString()}`;
}

/** In place of counts, which would all be none and read as nothing to do. */
function notJudged(findings: readonly Finding[]): string | undefined {
  const reason = whyNoneJudged(findings);
  return reason && plainText(`not judged, ${reason.code}`);
}

function failures({ clusters, findings }: Report, { width, paint, rows, coverage }: View): string {
  const names = new Map(clusters.map(({ arn, name, region }) => [arn, `${name} ${region}`]));
  const fails = exposures(findings, coverage)
    .filter(({ status }) => status === "fail")
    .sort(worstFirst);
  if (fails.length === 0) return "";
  const where = ({ cluster, resource }: Pick<Finding, "cluster" | "resource">) => (cluster && names.get(cluster)) ?? resource.name;
  const listed = fails.slice(0, rows);
  const left = fails.length - listed.length;
  const rest = left === 0 ? "" : `\n${wrapped(`… and ${left} more; the report has all of them.`, width).join("\n")}`;
  if (width < narrow) {
    const lines = listed.flatMap(({ severity, check, message, ...finding }) => {
      const [first = "", ...others] = wrapped(`${severity} ${check}`, width);
      const said = indented(plainText(where(finding)), plainText(message), width - 2).map((line) => `  ${line}`);
      return [paint(severity, severity) + first.slice(severity.length), ...others, ...said];
    });
    return `${paint("heading", `Failing: ${fails.length}`)}\n${lines.join("\n")}${rest}`;
  }
  const columns = columnsOf(width, [15, 30]);
  const table = plainTable({ head: ["Severity", "Cluster", "Seen"], colWidths: columns });
  for (const { severity, check, message, ...finding } of listed) {
    addRow(table, [
      [paint(severity, severity)],
      fitted(where(finding), columns[1]),
      [message, check].flatMap((text) => fitted(text, columns[2])),
    ]);
  }
  return `${paint("heading", `Failing: ${fails.length}`)}\n${table.toString()}${rest}`;
}

function gaps(report: Report, { width, paint, coverage }: View): string {
  const unread = unreadOf(report, coverage);
  if (unread.length === 0) return "";
  if (width < narrow) {
    const lines = unread.flatMap((one) => indented(plainText(`${placeOf(one)}: ${one.what.join(", ")}`), plainText(whyOf(one)), width));
    return [paint("heading", "Not seen"), ...lines].join("\n");
  }
  const columns = columnsOf(width, width < 110 ? [24, 26] : [30, 34]);
  const table = plainTable({ head: ["Where", "What", "Why"], colWidths: columns });
  for (const one of unread)
    addRow(
      table,
      [placeOf(one), one.what.join(", "), whyOf(one)].map((text, at) => fitted(text, columns[at])),
    );
  return `${paint("heading", "Not seen")}\n${table.toString()}`;
}

const whyOf = ({ state, why }: Unread): string => (state === "skipped" ? `skipped, ${why}` : why);

/** What was judged about exposure; coverage is told as what was not seen. */
const exposures = (findings: readonly Finding[], coverage: ReadonlySet<string>): Finding[] =>
  findings.filter(({ check }) => !coverage.has(check));

const worstFirst = (a: Finding, b: Finding): number => severities.indexOf(a.severity) - severities.indexOf(b.severity);
const leftwards = (count: number) => Array.from({ length: count }, () => "left" as const);
const rightwards = (count: number) => Array.from({ length: count }, () => "right" as const);
