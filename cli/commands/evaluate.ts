import { evaluateCluster } from "../../core/evaluate.ts";
import type { Evidence } from "../../core/evidence.ts";
import type { AnyCheck } from "../../core/model/check.ts";
import type { Settings } from "../../core/model/settings.ts";
import { selectChecks } from "../../core/plan.ts";
import { plainLines } from "../../core/report/plain-text.ts";
import { toReport } from "../../core/report/summary.ts";
import { type ClusterRecord, noChanges } from "../../core/run-record.ts";
import { namespacesOf, readAtOf, reported } from "../../core/scan.ts";
import { version } from "../../core/version.ts";
import { UsageError } from "../errors.ts";
import { loadEvidence } from "../evidence.ts";
import type { ExitCode } from "../exit.ts";
import { judgeManifests } from "../manifests/judge.ts";
import { namedChecks } from "../named-checks.ts";
import { type OutputOptions, prepareFolder, writeReport } from "../output.ts";
import { loadSettings } from "../settings.ts";

export interface EvaluateOptions extends OutputOptions {
  /** A folder of manifests, instead of evidence. */
  readonly manifests?: string;
  readonly check: readonly string[];
  readonly config?: string;
}

/** `evaluate`: judges saved evidence as of the time at which it was read, or manifests; nothing is sent anywhere. */
export async function evaluate(paths: readonly string[], options: EvaluateOptions): Promise<ExitCode> {
  const settings = await loadSettings(options.config);
  const checks = namedChecks(options.check);
  if (options.out !== undefined) await prepareFolder(options.out);
  if (options.manifests !== undefined) {
    if (paths.length > 0) throw new UsageError("--manifests and files of evidence exclude each other.", { hint: "Name one input." });
    const judged = await judgeManifests(options.manifests, { all: selectChecks(undefined), asked: checks, settings });
    return writeReport(judged.report, judged.checks, options, judged.source);
  }
  if (paths.length === 0) {
    throw new UsageError("Nothing is named to be judged.", { hint: "Name files of --save-evidence, or --manifests and a folder." });
  }
  const evidence = await loadEvidence(paths);
  const times = evidence.map(({ cluster }) => readAtOf(cluster)).sort();
  const report = toReport({
    run: { id: "evaluate", startedAt: times[0] ?? "", finishedAt: times.at(-1) ?? "", version },
    accounts: [],
    clusters: evidence.map((one) => judged(one, checks, settings)),
    checks,
    settings,
    fullScope: false,
  });
  const { fixFrom, nextSteps } = await import("../next-steps.ts");
  const [path, ...more] = paths;
  const next = nextSteps(report, path === undefined || more.length > 0 ? {} : fixFrom(path));
  return writeReport(report, checks, options, { homeRegion: "" }, { next }); // no finding is about an account
}

function judged({ cluster }: Evidence, checks: readonly AnyCheck[], settings: Settings): ClusterRecord {
  const readAt = readAtOf(cluster);
  const { findings, broken } = evaluateCluster(checks, cluster, settings, readAt);
  for (const { check, cause } of broken)
    process.stderr.write(`${plainLines(`error: ${check} broke: ${cause instanceof Error ? cause.stack : cause}`)}\n`);
  const namespaces = namespacesOf(cluster, settings.internet, (cause) => {
    process.stderr.write(`${plainLines(`error: the picture of namespaces broke: ${cause instanceof Error ? cause.stack : cause}`)}\n`);
  });
  return { readAt, cluster: { ...reported(cluster, cluster), namespaces }, findings, changes: noChanges, delivered: 0, refused: [] };
}
