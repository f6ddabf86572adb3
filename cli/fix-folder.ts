/** Plans as folders of files. */
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Proposed, proposalJson, proposalsJson } from "../core/fix/json.ts";
import { manifestText } from "../core/fix/manifests.ts";
import type { Proposal } from "../core/fix/propose.ts";
import { manifestsFile, scriptOf } from "../core/fix/script.ts";
import { proofLines, proposalText } from "../core/fix/text.ts";
import type { Cluster } from "../core/model/cluster.ts";
import { plainJson } from "../core/report/plain-text.ts";
import { UsageError } from "./errors.ts";

/**
 * Writes the plans, whole or not at all: the folders take their names when all are written.
 *
 * @throws {UsageError} where the folder holds plans already, which nobody could tell from these
 */
export async function writePlans(folder: string, all: readonly Proposed[], unseenAccounts: readonly string[]): Promise<void> {
  await refusePlansIn(folder);
  await mkdir(folder, { recursive: true });
  const part = await mkdtemp(join(folder, ".part-"));
  try {
    for (const [path, text] of fixFiles(all, unseenAccounts)) {
      await mkdir(dirname(join(part, path)), { recursive: true });
      await writeFile(join(part, path), text);
    }
    // Who finds the list of all finds all.
    const names = (await readdir(part)).toSorted((a, b) => Number(a === list) - Number(b === list));
    for (const name of names) await rename(join(part, name), join(folder, name));
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

const list = "fix.json";

/** @throws {UsageError} where the folder holds plans already */
export async function refusePlansIn(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const plan = names.find((name) => name === list || /^\d{3,}-/.test(name));
  if (plan === undefined) return;
  throw new UsageError(`${folder} holds plans of an earlier run already, such as ${JSON.stringify(plan)}.`, {
    hint: "Name another folder with --out, or remove this one: carrying out plans of two runs is not what was proved.",
  });
}

/**
 * The files of all plans, by their paths in the folder: a folder for each finding, numbered in the order in which the plans are to be
 * carried out; several clusters have one each.
 */
function* fixFiles(all: readonly Proposed[], unseenAccounts: readonly string[]): Generator<readonly [path: string, text: string]> {
  yield [list, proposalsJson(all, unseenAccounts)];
  for (const { cluster, proposals } of all) {
    const own = all.length === 1 ? "" : `${safe(`${cluster.account}-${cluster.region}-${cluster.name}`)}/`;
    for (const [i, proposal] of proposals.entries()) {
      for (const [name, text] of filesOf(proposal, cluster)) yield [`${own}${folderName(i, proposal)}/${name}`, text];
    }
  }
}

function* filesOf(proposal: Proposal, cluster: Cluster): Generator<readonly [name: string, text: string]> {
  yield ["proof.json", `${plainJson(proposalJson(proposal), 2)}\n`];
  if (proposal.state !== "planned") {
    yield ["proof.txt", proposalText(proposal, cluster)];
    return;
  }
  yield ["proof.txt", `${proofLines(proposal.proof).join("\n")}\n`];
  yield ["commands.sh", scriptOf(proposal, cluster)];
  if (proposal.plan.manifests.length > 0) yield [manifestsFile, manifestText(proposal.plan.manifests)];
}

function folderName(i: number, { finding }: Proposal): string {
  const { namespace, name } = finding.resource;
  return safe(`${String(i + 1).padStart(3, "0")}-${finding.check}-${namespace === undefined ? "" : `${namespace}-`}${name}`);
}

/** A name that every file system takes, whatever stands in the cluster's. */
const safe = (text: string): string => text.replaceAll(/[^\w.-]+/g, "_").slice(0, 200);
