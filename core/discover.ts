import { checks as catalogue } from "./checks/index.ts";
import { collectAccount } from "./collect/account.ts";
import type { ReadName } from "./collect/reads.ts";
import { evaluateAccount } from "./evaluate.ts";
import { hubOf } from "./hub.ts";
import type { Coverage } from "./model/cluster.ts";
import type { DiscoverRequest } from "./model/request.ts";
import type { ClusterTarget } from "./model/resource.ts";
import { selectChecks } from "./plan.ts";
import type { Ports } from "./ports.ts";
import { goneClusters, type Listed } from "./publish/gone-clusters.ts";
import { publishAccount, publishGoneCluster } from "./publish/publish.ts";
import { type AccountRecord, keys, readRun, writeRecord } from "./run-record.ts";

/**
 * Finds the clusters of one account. What could not be read (the role, a Region) is recorded in the run and judged as a
 * finding about the account; it is no error of the step.
 */
export async function discoverClusters(
  { runId, account }: DiscoverRequest,
  ports: Ports,
  signal: AbortSignal,
): Promise<{ readonly clusters: readonly ClusterTarget[] }> {
  const run = await readRun(ports.store, runId);
  const readAt = ports.now().toISOString();
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(ports.readTimeoutMs)]);
  const seen = await collectAccount(account, scopeOf(run), ports, deadline);
  signal.throwIfAborted();
  const coverage = seen.facts.reads.state === "known" ? seen.facts.reads.value : [];
  const checks = selectChecks(run.checks);
  const { findings, broken } = evaluateAccount(checks, seen, ports.settings, readAt);
  for (const { check, cause } of broken) ports.log.error("a check broke", { runId, account, check, cause });
  const { delivered, refused, suppressionsUnread } = await publishAccount({
    findings,
    checks,
    facts: seen.facts,
    account,
    region: ports.homeRegion,
    readAt,
    store: ports.store,
    ...hubOf(ports, account, ports.homeRegion),
    isTold: ports.settings.slack !== undefined,
    version: ports.version,
    signal,
  });
  ports.measure?.({ FindingsPublished: delivered, PublishFailed: refused.length });
  for (const { id, code, message } of refused) ports.log.warn("finding not published", { runId, account, id, code, message });
  if (suppressionsUnread !== undefined)
    ports.log.warn("suppressed findings not read from Security Hub", { runId, account, ...suppressionsUnread });
  const record: AccountRecord = { account, readAt, coverage, clusters: seen.clusters, findings };
  await writeRecord(ports.store, keys.account(runId, account), record);
  // Last, and only until the time for reading is over: those that are there have to be scanned.
  await closeGone({ account, regions: listedRegions(coverage), clusters: seen.clusters }, { runId, readAt }, ports, deadline);
  ports.log.info("discovered", { runId, account, clusters: seen.clusters.length });
  return { clusters: seen.clusters };
}

const scopeOf = ({ regions, clusters }: Awaited<ReturnType<typeof readRun>>) => ({
  regions,
  ...(clusters === undefined ? {} : { clusters }),
});

const listing: ReadName = "eks:ListClusters";
/** The Regions that listed their clusters to the end. */
const listedRegions = (coverage: readonly Coverage[]): readonly string[] =>
  coverage.flatMap(({ read, state }) => (state === "read" && read.startsWith(`${listing} `) ? [read.slice(listing.length + 1)] : []));

/** Ends what is known of clusters that were deleted. What goes wrong with one is tried again by the next run, and keeps no other from being scanned. */
async function closeGone(
  listed: Listed,
  { runId, readAt }: { readonly runId: string; readonly readAt: string },
  ports: Ports,
  signal: AbortSignal,
): Promise<void> {
  const { account } = listed;
  const { store, version, log, measure } = ports;
  const broken = (error: unknown, about: object = {}) =>
    log.error("what is known of a deleted cluster was not closed", { runId, account, ...about, error });
  try {
    for (const cluster of await goneClusters(listed, store, broken)) {
      if (signal.aborted) return; // the next run goes on
      try {
        const hub = hubOf(ports, account, cluster.region);
        const { delivered, refused, changes } = await publishGoneCluster({
          cluster,
          checks: catalogue,
          readAt,
          store,
          ...hub,
          version,
          signal,
        });
        measure?.({ FindingsPublished: delivered, PublishFailed: refused.length });
        for (const { id, code, message } of refused) log.warn("finding not published", { runId, ...cluster, id, code, message });
        log.info("closed, as the cluster is gone", { runId, ...cluster, ...changes });
      } catch (error) {
        broken(error, cluster);
      }
    }
  } catch (error) {
    broken(error);
  }
}
