import { access, constants, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { AnyCheck } from "../core/model/check.ts";
import type { Severity } from "../core/model/severity.ts";
import { toJson } from "../core/report/json.ts";
import type { Report } from "../core/report/report.ts";
import { exitCode } from "../core/report/summary.ts";
import { UsageError } from "./errors.ts";
import type { ExitCode } from "./exit.ts";
import { type ReportSource, reportFiles } from "./report-files.ts";
import { type ShowOptions, shown } from "./show.ts";
import { writeWhole } from "./whole-files.ts";
import { writing } from "./writing.ts";

export type FailOn = Severity | "none";

export interface OutputOptions {
  readonly json?: boolean;
  readonly out?: string;
  readonly failOn: FailOn;
  readonly verbose?: boolean;
}

/**
 * Writes the report where the options say, and answers the exit code that it earns. What can't be written to files is shown all the
 * same.
 *
 * @param more what a person is told besides
 */
export async function writeReport(
  report: Report,
  checks: readonly AnyCheck[],
  { out, json, failOn, verbose = false }: OutputOptions,
  source: ReportSource,
  more: Pick<ShowOptions, "next" | "reserved"> = {},
): Promise<ExitCode> {
  let everything: Pick<ShowOptions, "everything"> = {};
  try {
    if (out !== undefined) {
      await writing(out, () => writeWhole(out, reportFiles(report, checks, source)));
      everything = { everything: join(out, "report.html") };
    }
  } finally {
    process.stdout.write(json === true ? toJson(report) : shown(report, { ...more, ...everything, verbose }, process.stdout));
  }
  return exitCode(report, failOn, checks);
}

/**
 * Makes the folder of --out before anything is scanned, so that a path that can't be written to costs no scan.
 *
 * @throws {UsageError}
 */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code; // of node:fs
    throw new UsageError(`${folder} can't be written to (${code}).`, { hint: "Name another folder with --out.", cause });
  }
}
