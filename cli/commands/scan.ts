import pMap from "p-map";
import { discoverClusters } from "../../core/discover.ts";
import type { AnyCheck } from "../../core/model/check.ts";
import type { Coverage } from "../../core/model/cluster.ts";
import type { PlanRequest } from "../../core/model/request.ts";
import type { Settings } from "../../core/model/settings.ts";
import { planRun } from "../../core/plan.ts";
import type { PlanPorts } from "../../core/ports.ts";
import type { Slack } from "../../core/publish/slack/client.ts";
import { plainText } from "../../core/report/plain-text.ts";
import type { Report } from "../../core/report/report.ts";
import { type AccountRecord, keys, readChanges, readRecord } from "../../core/run-record.ts";
import { scanCluster } from "../../core/scan.ts";
import { summarizeRun } from "../../core/summarize.ts";
import { withOrganization } from "../../functions/organization.ts";
import { refuseAbsent } from "../absent.ts";
import { saveEvidence } from "../evidence.ts";
import type { ExitCode } from "../exit.ts";
import { interruptible } from "../interruption.ts";
import type { ClusterScope } from "../live.ts";
import { namedChecks } from "../named-checks.ts";
import { type FailOn, prepareFolder, writeReport } from "../output.ts";
import { openSession } from "../ports.ts";
import { type Progress, startProgress } from "../progress.ts";
import { loadSettings } from "../settings.ts";
import type { SlackAccess } from "../slack.ts";
import { writing } from "../writing.ts";

export interface ScanOptions extends ClusterScope {
  readonly check: readonly string[];
  readonly json?: boolean;
  readonly out?: string;
  readonly publish?: boolean;
  readonly slack?: boolean;
  readonly saveEvidence?: string;
  readonly failOn: FailOn;
  readonly state?: string;
  /** What a person is told to do next, instead of what follows from the report; and how many lines more are going to be said. */
  readonly after?: { readonly next: readonly string[]; readonly lines: number };
}

/** How many accounts, and how many clusters, are read at once. */
const concurrency = { accounts: 8, clusters: 8 };

/** `scan`: plan, discover, scan, summarize, as the deployed functions do it. */
export async function scan(options: ScanOptions): Promise<ExitCode> {
  const { slack, settings } = await withSlack(await loadSettings(options.config), options);
  const checks = namedChecks(options.check);
  if (options.out !== undefined) await prepareFolder(options.out);
  const progress = startProgress(options);
  const kept: Kept = {};
  try {
    return await interruptible(
      () => whatWasKept(progress.clusters, kept),
      (signal) => scanAll(options, { settings, checks, slack, progress, signal, kept }),
    );
  } finally {
    progress.stop();
  }
}

interface Scanning {
  readonly settings: Settings;
  readonly checks: readonly AnyCheck[];
  readonly slack: Slack | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly kept: Kept;
}

/** What an interruption leaves behind. */
interface Kept {
  /** Where the state of findings is kept, once findings are imported. */
  store?: string;
  isReported?: boolean;
}

async function scanAll(options: ScanOptions, { settings, checks, slack, progress, signal, kept }: Scanning): Promise<ExitCode> {
  const named = options.region.filter((region) => region !== "all");
  const session = await openSession({
    settings: { ...settings, ...(options.region.includes("all") ? { regions: "all" } : {}) },
    roleName: options.roleName,
    externalId: options.externalId,
    state: options.state,
    publish: options.publish === true,
    ...(slack === undefined ? {} : { slack }),
    region: named[0],
    progress,
    signal,
  });
  const ports = withOrganization(session.ports);
  if (options.publish === true) kept.store = ports.store.description;
  const regions = options.region.includes("all") ? undefined : named.length > 0 ? named : options.org ? undefined : [session.homeRegion];
  const request: PlanRequest = {
    ...(options.org ? {} : { accounts: options.account.length > 0 ? [...options.account] : [session.account] }),
    ...(regions === undefined ? {} : { regions: [...regions] }),
    ...(options.cluster.length > 0 ? { clusters: [...options.cluster] } : {}),
    ...(options.check.length > 0 ? { checks: [...options.check] } : {}),
  };
  const report = await (options.org === true ? runWorkflow : runDirectly)(request, ports, progress, signal);
  progress.stop();
  if (options.publish) process.stderr.write(`The state of findings is kept in ${plainText(ports.store.description)}.\n`);
  kept.isReported = true;
  const { next, lines: reserved } = options.after ?? { next: await followUps(report, options), lines: 0 };
  const source = { homeRegion: session.homeRegion, changes: () => readChanges(ports.store, report) };
  const { saveEvidence: path } = options;
  let code: ExitCode;
  try {
    if (path !== undefined) await writing(path, () => saveEvidence(ports.store, report, path));
  } finally {
    code = await writeReport(report, checks, options, source, { next, reserved }); // also where evidence could not be saved
  }
  return code;
}

async function followUps(report: Report, { org, account, region, saveEvidence }: ScanOptions): Promise<readonly string[]> {
  const { fixFrom, nextSteps } = await import("../next-steps.ts"); // it knows every fix, which nothing else of a scan needs
  const scope = [
    ...(org === true ? [" --org"] : []),
    ...account.map((id) => ` --account ${id}`),
    ...region.map((name) => ` --region ${name}`),
  ].join("");
  return nextSteps(report, { ...(saveEvidence === undefined ? { fix: scope } : fixFrom(saveEvidence)), doctor: scope });
}

/** No report, but what was delivered while the scan ran stays delivered. */
function whatWasKept({ done, all }: Progress["clusters"], { store, isReported }: Kept): string {
  if (isReported === true) return "The scan was over, and its report was being written.";
  const read = all === 0 ? "No cluster had been read" : `${done} of ${all} clusters had been read`;
  const sent = done === 0 || store === undefined ? "" : ` What they were found with was imported, and its state is kept in ${store}.`;
  return `${read}; no report was written.${sent}`;
}

/** The client of Slack is loaded only where it is asked for. */
async function withSlack(settings: Settings, { slack }: ScanOptions): Promise<Partial<SlackAccess> & Pick<SlackAccess, "settings">> {
  return slack === true ? (await import("../slack.ts")).slackFor(settings, process.env) : { settings };
}

/** The four steps, one after the other, in this process. */
async function runDirectly(request: PlanRequest, ports: PlanPorts, progress: Progress, signal: AbortSignal): Promise<Report> {
  const { runId, accounts } = await planRun(request, ports, signal);
  progress.accounts(accounts.length);
  const discover = async (account: string) => {
    const found = await discoverClusters({ runId, account }, ports, signal);
    progress.looked();
    return found;
  };
  const found = await pMap(accounts, discover, { concurrency: concurrency.accounts });
  const targets = found.flatMap(({ clusters }) => clusters);
  const records = await Promise.all(accounts.map((account) => readRecord<AccountRecord>(ports.store, keys.account(runId, account))));
  const reads = records.flatMap((record): readonly Pick<Coverage, "state">[] => record?.coverage ?? [{ state: "unknown" }]);
  refuseAbsent(
    request.clusters ?? [],
    targets.map(({ name }) => name),
    reads,
  );
  progress.found(targets.length);
  await pMap(
    targets,
    async ({ account, region, name }) => {
      await scanCluster({ account, region, cluster: name, runId }, ports, signal);
      progress.scanned();
    },
    { concurrency: concurrency.clusters },
  );
  return summarizeRun({ runId }, ports, signal);
}

/** The same steps by the workflow definition that is deployed. */
async function runWorkflow(request: PlanRequest, ports: PlanPorts, progress: Progress, signal: AbortSignal): Promise<Report> {
  const { runLocally } = await import("../workflow.ts");
  const report = await runLocally(request, ports, progress, signal);
  refuseAbsent(
    request.clusters ?? [],
    report.clusters.map(({ name }) => name),
    report.accounts.flatMap(({ coverage }) => coverage),
  );
  return report;
}
