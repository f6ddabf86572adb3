/** What judging one large cluster takes, in a process of its own, so that its memory is that of one size. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { evaluateCluster } from "../core/evaluate.ts";
import type { AnyCheck } from "../core/model/check.ts";
import type { ClusterFacts } from "../core/model/cluster.ts";
import { clusterArn } from "../core/model/resource.ts";
import type { Settings } from "../core/model/settings.ts";

export interface Judged {
  /** Of CPU, in all and by check. */
  readonly seconds: number;
  readonly perCheck: Readonly<Record<string, number>>;
  /** The largest that the process had. */
  readonly megabytes: number;
  readonly statuses: Readonly<Record<string, number>>;
}

/** Judges the facts by each check in turn, does what else is to be measured by its name, and writes what it took to stdout. */
export function judge(
  checks: readonly AnyCheck[],
  facts: ClusterFacts,
  settings: Settings,
  besides: Readonly<Record<string, () => unknown>> = {},
): void {
  const id = clusterArn({ account: "111122223333", region: "eu-west-1", name: "prod" });
  const cluster = { resource: { kind: "Cluster", id, name: "prod" }, account: "111122223333", region: "eu-west-1", name: "prod", facts };
  const perCheck: Record<string, number> = {};
  const statuses: Record<string, number> = {};
  const before = process.cpuUsage();
  for (const check of checks) {
    const start = process.cpuUsage();
    const { findings, broken } = evaluateCluster([check], cluster, settings, "2026-11-01T06:00:00.000Z");
    if (broken.length > 0) throw new Error(`${check.id} broke.`, { cause: broken[0]?.cause });
    for (const { status } of findings) statuses[status] = (statuses[status] ?? 0) + 1;
    const { user, system } = process.cpuUsage(start);
    perCheck[check.id] = (user + system) / 1e6;
  }
  for (const [name, work] of Object.entries(besides)) {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    perCheck[name] = (user + system) / 1e6;
  }
  const { user, system } = process.cpuUsage(before);
  const judged: Judged = { seconds: (user + system) / 1e6, megabytes: process.resourceUsage().maxRSS / 1024, perCheck, statuses };
  process.stdout.write(`${JSON.stringify(judged)}\n`);
}

/** What a script wrote by `judge` when it was run for the size of this index. */
export async function judgedBy(script: string, index: number): Promise<Judged> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, String(index)]);
  return JSON.parse(stdout);
}
