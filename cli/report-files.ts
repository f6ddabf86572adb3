import type { AnyCheck } from "../core/model/check.ts";
import type { Finding } from "../core/model/finding.ts";
import type { Changes } from "../core/report/changes.ts";
import type { Report } from "../core/report/report.ts";
import type { SourcePlace } from "../core/report/sarif-location.ts";
import type { FileMakers } from "./whole-files.ts";

export interface ReportSource {
  /** The Region of findings about accounts. */
  readonly homeRegion: string;
  /** Where what a finding is about is written, where it was read from files. */
  readonly whereIs?: (finding: Finding) => SourcePlace | undefined;
  /** What changed since the last run; absent where nothing is known of it. */
  readonly changes?: () => Promise<Changes>;
}

/** The report in every format. What makes a format is loaded when its turn comes. */
export function reportFiles(report: Report, checks: readonly AnyCheck[], { homeRegion, whereIs, changes }: ReportSource): FileMakers {
  const hub: FileMakers = {
    "findings.asff.json": async () => (await import("../core/report/asff-document.ts")).asffDocument(report, homeRegion, checks),
  };
  const sarif = { checks, ...(whereIs === undefined ? {} : { whereIs }) };
  return {
    "report.html": async () => {
      const { toHtml } = await import("../core/report/html/page.ts");
      return [toHtml(report, { checks, ...(changes === undefined ? {} : { changes: await changes() }) })];
    },
    "report.json": async () => (await import("../core/report/json.ts")).jsonPieces(report),
    ...(whereIs === undefined ? hub : {}), // Security Hub holds findings of accounts, and files are in none
    "findings.ocsf.json": async () => (await import("../core/report/ocsf.ts")).ocsfDocument(report, homeRegion, checks),
    "results.sarif": async () => [(await import("../core/report/sarif.ts")).toSarif(report, sarif)],
    "results.junit.xml": async () => [(await import("../core/report/junit.ts")).toJunit(report, checks)],
    "findings.csv": async () => (await import("../core/report/csv.ts")).csvLines(report),
  };
}
