import pMap from "p-map";
import { evaluateAccount, evaluateCluster } from "./evaluate.ts";
import { figuresOf, type Left } from "./figures.ts";
import type { AnyCheck } from "./model/check.ts";
import { type Cluster, ClusterFacts } from "./model/cluster.ts";
import { type Fact, known } from "./model/fact.ts";
import type { SummarizeRequest } from "./model/request.ts";
import { accountArn, type ClusterTarget, clusterArn } from "./model/resource.ts";
import type { Settings } from "./model/settings.ts";
import { selectChecks } from "./plan.ts";
import type { Ports } from "./ports.ts";
import { tellChanges } from "./publish/slack/tell.ts";
import { toHtml } from "./report/html/page.ts";
import type { Report } from "./report/report.ts";
import { coverageChecks, toReport } from "./report/summary.ts";
import { releaseLock } from "./run-lock.ts";
import { type AccountRecord, type ClusterRecord, changesIn, keys, noChanges, type RunRecord, readRecord, readRun } from "./run-record.ts";
import { reported } from "./scan.ts";

/** Of the store: however large the run, none waits for a connection until it times out. */
const readsAtOnce = { concurrency: 32 };

/**
 * Puts a run together: every account and cluster that was planned, those that left no record included. Completeness is
 * the plan minus the records, never the status of the workflow's map. The run is over then, also if this fails: the next may begin.
 */
export async function summarizeRun({ runId }: SummarizeRequest, ports: Ports, signal = new AbortController().signal): Promise<Report> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(ports.readTimeoutMs)]);
  try {
    return await reportOf(runId, ports, deadline);
  } finally {
    await releaseLock(ports.store, runId, ports.now());
  }
}

async function reportOf(runId: string, ports: Ports, deadline: AbortSignal): Promise<Report> {
  const run = await readRun(ports.store, runId);
  const checks = selectChecks(run.checks);
  const { store } = ports;
  const accountsLeft = await pMap(
    run.accounts,
    async (account) => ({ account, record: await readRecord<AccountRecord>(store, keys.account(runId, account)) }),
    readsAtOnce,
  );
  const accounts = accountsLeft.map(({ account, record }) => record ?? missingAccount(run, account, checks, ports));
  const targets = accounts.flatMap(({ clusters }) => clusters);
  const clustersLeft = await pMap(
    targets,
    async (target) => ({ target, record: await readRecord<ClusterRecord>(store, keys.cluster(runId, target)) }),
    readsAtOnce,
  );
  const clusters = clustersLeft.map(({ target, record }) => record ?? missingCluster(run, target, checks, ports.settings));
  const report = toReport({
    run: { id: run.id, startedAt: run.startedAt, finishedAt: ports.now().toISOString(), version: ports.version },
    accounts,
    clusters,
    checks,
    settings: ports.settings,
    fullScope: run.clusters === undefined && run.checks === undefined,
  });
  await store.put(keys.report(runId, "report.json"), JSON.stringify(report));
  await store.put(
    keys.report(runId, "report.html"),
    toHtml(report, { checks, changes: changesIn(clustersLeft.map(({ record }) => record)) }),
  );
  const left: Left = { accounts: accountsLeft.map(({ record }) => record), clusters: clustersLeft };
  if (ports.measure !== undefined) ports.measure(await figuresOf(left, store, ports.now()));
  await tellSlack(run, report, left, ports, deadline);
  ports.log.info("summarized", { runId, accounts: accounts.length, clusters: clusters.length, ...report.summary.byStatus });
  return report;
}

/** Tells Slack what changed, where it is to be told. The run is a success without it. */
async function tellSlack(run: RunRecord, report: Report, left: Left, ports: Ports, signal: AbortSignal): Promise<void> {
  const { slack, settings, store, homeRegion, securityHub, now, log, measure } = ports;
  if (slack === undefined) return;
  const { id: runId, ...scope } = run;
  let failed = 1;
  try {
    if (settings.slack === undefined) {
      log.warn("Slack was not told, as the configuration names no channel", { runId });
      return;
    }
    const told = await tellChanges({
      scope: { runId, ...scope },
      report,
      reportKey: keys.report(runId, "report.html"),
      failures: failuresOf(left),
      coverage: coverageChecks(selectChecks(undefined)),
      store,
      slack: await slack(signal),
      settings: settings.slack,
      homeRegion,
      isPublished: securityHub !== undefined,
      now,
      log,
      signal,
    });
    failed = told.failed;
  } catch (error) {
    log.error("Slack was not told", { runId, error });
  } finally {
    measure?.({ SlackFailed: failed });
  }
}

/** What failed in a run beside what its reads were refused, in numbers. */
function failuresOf({ accounts, clusters }: Left): readonly string[] {
  const missingAccounts = accounts.filter((record) => record === undefined).length;
  const missingClusters = clusters.filter(({ record }) => record === undefined).length;
  const refused = clusters.reduce((sum, { record }) => sum + (record?.refused.length ?? 0), 0);
  return [
    ...(missingAccounts === 0 ? [] : [`Accounts that were planned and left no record: ${missingAccounts}.`]),
    ...(missingClusters === 0 ? [] : [`Clusters that were found and left no record: ${missingClusters}.`]),
    ...(refused === 0 ? [] : [`Findings that Security Hub refused: ${refused}.`]),
  ];
}

/** An account whose discovery left no record, because it crashed or ran out of time: its clusters are not known. */
function missingAccount(run: RunRecord, account: string, checks: readonly AnyCheck[], ports: Ports): AccountRecord {
  const reason = { code: "internal", message: "The account was planned, but listing its clusters ended without a record." } as const;
  const coverage = [{ read: "discover", state: "unknown", reason } as const];
  const seen = {
    resource: { kind: "Account", id: accountArn(account, ports.homeRegion), name: account },
    account,
    facts: { reads: known(coverage) },
    clusters: [],
  };
  const { findings } = evaluateAccount(checks, seen, ports.settings, run.startedAt);
  return { account, readAt: run.startedAt, coverage, clusters: [], findings };
}

/** A cluster whose scan left no record, because it crashed or ran out of time: nothing of it is known. */
function missingCluster(run: RunRecord, target: ClusterTarget, checks: readonly AnyCheck[], settings: Settings): ClusterRecord {
  const reason = { code: "internal", message: "The cluster was found, but scanning it ended without a record." } as const;
  const refusal: Fact<never> = { state: "unknown", reason };
  const reads = known([{ read: "scan", state: "unknown", reason } as const]);
  const facts = Object.fromEntries(Object.keys(ClusterFacts.unwrap().shape).map((name) => [name, refusal])) as unknown as ClusterFacts;
  const cluster: Cluster = {
    resource: { kind: "Cluster", id: clusterArn(target), name: target.name },
    ...target,
    facts: { ...facts, readAt: known(run.startedAt), reads },
  };
  const { findings } = evaluateCluster(checks, cluster, settings, run.startedAt);
  return {
    readAt: run.startedAt,
    cluster: { ...reported(cluster, target), namespaces: refusal },
    findings,
    changes: noChanges,
    delivered: 0,
    refused: [],
  };
}

/** The part of a report that a step may answer: small, whatever the size of the run. */
export const summaryOf = ({ run, accounts, clusters, summary }: Report) => ({
  runId: run.id,
  accounts: accounts.length,
  clusters: clusters.length,
  ...summary,
  reportKey: keys.report(run.id, "report.json"),
});
