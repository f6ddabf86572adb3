import { checks } from "../../core/checks/index.ts";
import { type Proposed, proposalsJson } from "../../core/fix/json.ts";
import { propose } from "../../core/fix/propose.ts";
import { type Ground, judgedOn } from "../../core/fix/prove.ts";
import { outcomeOf, proposalText } from "../../core/fix/text.ts";
import type { Cluster } from "../../core/model/cluster.ts";
import type { Finding } from "../../core/model/finding.ts";
import type { Settings } from "../../core/model/settings.ts";
import { plainText } from "../../core/report/plain-text.ts";
import { factsNeededBy, readAtOf } from "../../core/scan.ts";
import { UsageError } from "../errors.ts";
import { loadEvidence } from "../evidence.ts";
import { type ExitCode, exit } from "../exit.ts";
import { refusePlansIn, writePlans } from "../fix-folder.ts";
import type { ClusterScope, Found } from "../live.ts";
import { namedChecks } from "../named-checks.ts";
import { nearest } from "../nearest.ts";
import { prepareFolder } from "../output.ts";
import { startCount } from "../progress.ts";
import { loadSettings } from "../settings.ts";
import { writing } from "../writing.ts";

export interface FixOptions extends ClusterScope {
  readonly finding: readonly string[];
  readonly check: readonly string[];
  readonly evidence?: string;
  readonly json?: boolean;
  readonly out?: string;
}

/** `fix`: what to type for findings, each plan proved by judging the facts after it; nothing is changed. */
export async function fix(options: FixOptions): Promise<ExitCode> {
  if (options.finding.length + options.check.length === 0) {
    throw new UsageError("Nothing was said to be fixed.", { hint: "Name findings with --finding, or checks with --check." });
  }
  namedChecks(options.check);
  const settings = await loadSettings(options.config);
  if (options.out !== undefined) {
    await prepareFolder(options.out);
    await refusePlansIn(options.out);
  }
  const { clusters, unseen } = await clustersOf(options, settings);
  const grounds = clusters.map((cluster) => groundOf(cluster, settings));
  const seen = grounds.map((ground) => ({ ground, findings: judgedOn(ground) }));
  refuseUnknown(
    options.finding,
    seen.flatMap(({ findings }) => findings.map(({ id }) => id)),
  );
  const all = proposed(seen.map(({ ground, findings }) => ({ ground, asked: findings.filter(isAsked(options)) })));
  const { out } = options;
  if (out !== undefined) await writing(out, () => writePlans(out, all, unseen));
  process.stdout.write(options.json === true ? proposalsJson(all, unseen) : textOf(all, unseen, options));
  return exitCodeOf(all, unseen);
}

interface Asked {
  readonly ground: Ground;
  readonly asked: readonly Finding[];
}

function proposed(all: readonly Asked[]): readonly Proposed[] {
  const count = startCount(
    all.reduce((sum, { asked }) => sum + asked.length, 0),
    "findings planned for",
  );
  let before = 0;
  try {
    return all.flatMap(({ ground, asked }) => {
      if (asked.length === 0) return [];
      const proposals = propose(ground, asked, (done) => count.tell(before + done));
      before += asked.length;
      return [{ cluster: ground.cluster, proposals }];
    });
  } finally {
    count.stop();
  }
}

const groundOf = (cluster: Cluster, settings: Settings): Ground => ({ cluster, checks, settings, readAt: readAtOf(cluster) });

async function clustersOf(options: FixOptions, settings: Settings): Promise<Found> {
  const { evidence, cluster, region, account, org } = options;
  const isScoped = cluster.length + region.length + account.length > 0 || org === true;
  if (evidence !== undefined && isScoped) {
    throw new UsageError("--evidence and the scope of clusters exclude each other.", { hint: "Name one input." });
  }
  if (evidence !== undefined) return { clusters: (await loadEvidence([evidence])).map((one) => one.cluster), unseen: [] };
  const { readClusters } = await import("../live.ts");
  const interrupted = "No plan was made.";
  return readClusters(options, { settings, facts: factsNeededBy(checks), interrupted, choose: (found) => found });
}

/** Of a check those that fail, and those of which that is not known: they have no plan, and nobody is to take them for mended. */
const isAsked =
  ({ finding, check }: FixOptions) =>
  ({ id, check: its, status }: Finding): boolean =>
    finding.includes(id) || (check.includes(its) && (status === "fail" || status === "unknown" || status === "error"));

function refuseUnknown(asked: readonly string[], there: readonly string[]): void {
  const ids = new Set(there);
  const stranger = asked.find((id) => !ids.has(id));
  if (stranger === undefined) return;
  const close = nearest(stranger, there);
  throw new UsageError(
    `No finding has the id ${JSON.stringify(stranger)}${close === undefined ? "" : `; the nearest is ${JSON.stringify(close)}`}.`,
    {
      hint: "`evaluate EVIDENCE --json` and `scan --json` list every finding with its id.",
    },
  );
}

function textOf(all: readonly Proposed[], unseen: readonly string[], { out }: FixOptions): string {
  const gap = unseen.length === 0 ? [] : [`Not all clusters could be looked for in ${unseen.join(", ")}.`];
  const written = out === undefined ? [] : [`Written to ${out}`];
  if (all.length === 0) {
    const nothing = unseen.length === 0 ? "Nothing fails of what was asked for." : "Nothing fails of what was asked for and found.";
    return `${[nothing, ...gap, ...written].join("\n")}\n`;
  }
  const outcomes = all.flatMap(({ proposals }) => proposals.map(outcomeOf));
  const counts = [...new Set(outcomes)].map((outcome) => `${outcomes.filter((one) => one === outcome).length} ${outcome}`);
  const clusters = all.flatMap(({ cluster, proposals }) => [
    plainText(`Cluster ${cluster.name} (${cluster.account}, ${cluster.region})`),
    ...(out === undefined
      ? proposals.map((proposal) => proposalText(proposal, cluster))
      : proposals.map((proposal) => plainText(`  ${outcomeOf(proposal)}: ${proposal.finding.check}, ${proposal.finding.message}`))),
  ]);
  return `${[...clusters, `${counts.join(", ")}.`, ...gap, ...written].join("\n")}\n`;
}

/** As for `scan`: what is open goes before what is not known. */
function exitCodeOf(all: readonly Proposed[], unseen: readonly string[]): ExitCode {
  const outcomes = new Set(all.flatMap(({ proposals }) => proposals.map(outcomeOf)));
  if (outcomes.has("not proved") || outcomes.has("no command")) return exit.failed;
  return outcomes.has("not judged") || unseen.length > 0 ? exit.gap : exit.ok;
}
