import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Evidence, parseEvidence } from "../core/evidence.ts";
import type { Store } from "../core/publish/store.ts";
import type { Report } from "../core/report/report.ts";
import { keys } from "../core/run-record.ts";
import { UsageError } from "./errors.ts";

/** Copies what a run read out of its store: to a file for one cluster, into a folder for several. */
export async function saveEvidence(store: Store, report: Report, path: string): Promise<void> {
  for (const { account, region, name } of report.clusters) {
    const stored = await store.get(keys.evidence(report.run.id, { account, region, name }));
    if (stored === undefined) continue; // its scan left no record, which the report says
    const file = report.clusters.length === 1 && path.endsWith(".json") ? path : join(path, `${account}-${region}-${name}.json`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, stored.body);
  }
}

/**
 * The evidence in the files, and in the *.json files of the folders, that are named.
 *
 * @throws {UsageError} for a path that can't be read, and for a cluster that is in several files: which of them counts is not known
 * @throws {EvidenceError} for a file that holds no evidence
 */
export async function loadEvidence(paths: readonly string[]): Promise<readonly Evidence[]> {
  const files = (await Promise.all(paths.map(filesAt))).flat();
  if (files.length === 0) throw new UsageError("The folders hold no *.json file.", { hint: "Name files that --save-evidence wrote." });
  const evidence = await Promise.all(files.map(async (file) => parseEvidence(await readFile(file, "utf8"), file)));
  const fileOf = new Map<string, string>();
  for (const [at, file] of files.entries()) {
    const arn = evidence[at]?.cluster.resource.id ?? "";
    const other = fileOf.get(arn);
    if (other !== undefined)
      throw new UsageError(`${arn} is in ${other} and in ${file}.`, { hint: "Name one file for each cluster, such as the latest." });
    fileOf.set(arn, file);
  }
  return evidence;
}

async function filesAt(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`${path} can't be read (${cause.code}).`, { hint: "Name files that --save-evidence wrote.", cause });
  });
  if (!found.isDirectory()) return [path];
  const names = await readdir(path);
  return names
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => join(path, name));
}
