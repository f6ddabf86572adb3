/** Plans as folders of files. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Proposed, proposalJson, proposalsJson } from "../core/fix/json.ts";
import { manifestText } from "../core/fix/manifests.ts";
import type { Proposal } from "../core/fix/propose.ts";
import { manifestsFile, scriptOf } from "../core/fix/script.ts";
import { proofLines, proposalText } from "../core/fix/text.ts";
import type { Cluster } from "../core/model/cluster.ts";

/** Writes one folder for each finding, numbered in the order in which the plans are to be carried out; several clusters have one each. */
export async function writeFolder(folder: string, all: readonly Proposed[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "fix.json"), proposalsJson(all));
  for (const { cluster, proposals } of all) {
    const own = all.length === 1 ? folder : join(folder, safe(`${cluster.account}-${cluster.region}-${cluster.name}`));
    for (const [i, proposal] of proposals.entries()) await writePlan(join(own, folderName(i, proposal)), proposal, cluster);
  }
}

async function writePlan(folder: string, proposal: Proposal, cluster: Cluster): Promise<void> {
  const files: Record<string, string> = {
    "proof.json": `${JSON.stringify(proposalJson(proposal), undefined, 2)}\n`,
    "proof.txt": proposal.state === "planned" ? `${proofLines(proposal.proof).join("\n")}\n` : proposalText(proposal, cluster),
  };
  if (proposal.state === "planned") {
    files["commands.sh"] = scriptOf(proposal, cluster);
    if (proposal.plan.manifests.length > 0) files[manifestsFile] = manifestText(proposal.plan.manifests);
  }
  await mkdir(folder, { recursive: true });
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
}

function folderName(i: number, { finding }: Proposal): string {
  const { namespace, name } = finding.resource;
  return safe(`${String(i + 1).padStart(3, "0")}-${finding.check}-${namespace === undefined ? "" : `${namespace}-`}${name}`);
}

/** A name that every file system takes, whatever stands in the cluster's. */
const safe = (text: string): string => text.replaceAll(/[^A-Za-z0-9.-]+/g, "_").slice(0, 120);
