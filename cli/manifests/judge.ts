import { manifestFactNames } from "../../core/collect/manifests/facts.ts";
import { evaluateManifests, judgeable } from "../../core/judge-manifests.ts";
import type { AnyCheck } from "../../core/model/check.ts";
import { unknown } from "../../core/model/fact.ts";
import type { Settings } from "../../core/model/settings.ts";
import type { Report } from "../../core/report/report.ts";
import { toReport } from "../../core/report/summary.ts";
import { reported } from "../../core/scan.ts";
import { version } from "../../core/version.ts";
import { Messages } from "../connectivity/messages.ts";
import { UsageError } from "../errors.ts";
import type { ReportSource } from "../report-files.ts";
import { readFolder } from "./folder.ts";

export interface JudgedManifests {
  readonly report: Report;
  readonly checks: readonly AnyCheck[];
  readonly source: ReportSource;
}

/**
 * Judges a folder of manifests by those of the checks that it gives the facts for, and says how many it does not.
 *
 * @param all every check
 * @param asked those that were asked for
 * @throws {UsageError} where none of them can be judged, or nothing could be read
 */
export async function judgeManifests(
  path: string,
  { all, asked, settings }: { readonly all: readonly AnyCheck[]; readonly asked: readonly AnyCheck[]; readonly settings: Settings },
): Promise<JudgedManifests> {
  const judged = judgeable(asked, manifestFactNames);
  if (judged.length === 0) {
    throw new UsageError("No selected check can be judged on manifests alone.", { hint: "Scan a cluster, or select another check." });
  }
  const messages = new Messages();
  try {
    const folder = await readFolder(path);
    for (const remark of folder.remarks) messages.warn(remark);
    const left = asked.length - judged.length;
    const many = `${judged.length} check${judged.length === 1 ? "" : "s"}`;
    messages.note(`${many} judged as if the manifests were all there is; ${left} left out, which need what only a cluster tells.`);
    // Whatever was asked for, what could not be read is told.
    const coverage = judgeable(all, manifestFactNames).filter(
      ({ surface, id }) => surface === "coverage" && !judged.some((one) => one.id === id),
    );
    const checks = [...judged, ...coverage];
    const { cluster, readAt, whereIs } = folder;
    const { findings, broken } = evaluateManifests(checks, cluster, manifestFactNames, settings, readAt);
    for (const { check, cause } of broken) messages.error(`${check} broke: ${cause instanceof Error ? cause.stack : cause}`);
    const report = toReport({
      run: { id: "evaluate", startedAt: readAt, finishedAt: new Date().toISOString(), version },
      accounts: [],
      clusters: [{ cluster: { ...reported(cluster, cluster), namespaces: untold }, findings }],
      checks,
      settings,
      fullScope: false,
    });
    return { report, checks, source: { homeRegion: "", whereIs } };
  } finally {
    messages.end();
  }
}

const untold = unknown(
  "not-supported",
  "Which policies are enforced only a cluster tells; `npx eks-perimeter connectivity --manifests` lists what they would let through.",
);
