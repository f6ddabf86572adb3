import { collectCluster } from "./collect/cluster.ts";
import { type Evaluation, evaluateCluster } from "./evaluate.ts";
import { evidenceOf } from "./evidence.ts";
import { hubOf } from "./hub.ts";
import type { AnyCheck, FactName } from "./model/check.ts";
import type { Cluster } from "./model/cluster.ts";
import { type Fact, unknown } from "./model/fact.ts";
import type { ScanRequest } from "./model/request.ts";
import { type ClusterTarget, clusterArn } from "./model/resource.ts";
import type { Severity } from "./model/severity.ts";
import { type NamespaceReach, namespaceReach } from "./net/connectivity/namespaces.ts";
import type { InternetLimits } from "./net/internet.ts";
import { newRunId, selectChecks } from "./plan.ts";
import type { Ports } from "./ports.ts";
import { publishCluster } from "./publish/publish.ts";
import type { ReportCluster } from "./report/report.ts";
import { failBySeverity, isComplete } from "./report/summary.ts";
import { type Changes, type ClusterRecord, keys, type RunRecord, readRun, writeRecord } from "./run-record.ts";

/** What `scan` answers: small, since findings and evidence go to the run store. */
export interface ScanAnswer {
  readonly runId: string;
  /** The cluster's ARN. */
  readonly cluster: string;
  readonly complete: boolean;
  readonly failBySeverity: Readonly<Partial<Record<Severity, number>>>;
  readonly changes: Changes;
  readonly reportKey: string;
}

/** Reads, judges and publishes one cluster. Without a `runId` it is a run of its own: an on-demand scan. */
export async function scanCluster(request: ScanRequest, ports: Ports, signal: AbortSignal): Promise<ScanAnswer> {
  const target: ClusterTarget = { account: request.account, region: request.region, name: request.cluster };
  const run = request.runId === undefined ? await onDemandRun(target, ports) : await readRun(ports.store, request.runId);
  const checks = selectChecks(run.checks);
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(ports.readTimeoutMs)]);
  const cluster = await collectCluster(target, factsNeededBy(checks), ports, deadline);
  signal.throwIfAborted();
  const readAt = readAtOf(cluster);
  const { findings, broken }: Evaluation = evaluateCluster(checks, cluster, ports.settings, readAt);
  for (const { check, cause } of broken) ports.log.error("a check broke", { runId: run.id, ...target, check, cause });

  const published = await publishCluster({
    findings,
    checks,
    cluster: { arn: clusterArn(target), ...target },
    facts: cluster.facts,
    readAt,
    store: ports.store,
    ...hubOf(ports, target.account, target.region),
    isTold: ports.settings.slack !== undefined,
    version: ports.version,
    signal,
  });
  ports.measure?.({ FindingsPublished: published.delivered, PublishFailed: published.refused.length });
  for (const { id, code, message } of published.refused)
    ports.log.warn("finding not published", { runId: run.id, ...target, id, code, message });

  const { suppressionsUnread, ...kept } = published;
  if (suppressionsUnread !== undefined)
    ports.log.warn("suppressed findings not read from Security Hub", { runId: run.id, ...target, ...suppressionsUnread });

  const namespaces = namespacesOf(cluster, ports.settings.internet, (cause) =>
    ports.log.error("the picture of namespaces broke", { runId: run.id, ...target, cause }),
  );
  const record: ClusterRecord = { readAt, cluster: { ...reported(cluster, target), namespaces }, findings, ...kept };
  const reportKey = keys.cluster(run.id, target);
  await writeRecord(ports.store, reportKey, record);
  await writeRecord(ports.store, keys.evidence(run.id, target), evidenceOf(cluster, ports.version));
  ports.log.info("scanned", { runId: run.id, ...target, findings: findings.length, ...published.changes });
  return {
    runId: run.id,
    cluster: record.cluster.arn,
    complete: isComplete(findings, checks),
    failBySeverity: failBySeverity(findings),
    changes: published.changes,
    reportKey,
  };
}

async function onDemandRun(target: ClusterTarget, ports: Ports): Promise<RunRecord> {
  const startedAt = ports.now().toISOString();
  const run: RunRecord = {
    id: newRunId(startedAt),
    startedAt,
    accounts: [target.account],
    regions: [target.region],
    clusters: [target.name],
  };
  await writeRecord(ports.store, keys.run(run.id), run);
  return run;
}

/** Every fact about a cluster that one of the checks may look at. */
export const factsNeededBy = (checks: readonly AnyCheck[]): ReadonlySet<FactName> =>
  new Set(checks.filter(({ subject }) => subject === "cluster").flatMap(({ needs, uses }) => [...needs, ...uses]) as FactName[]);

/** The time at which reading the cluster began; the collector always knows it. */
export function readAtOf({ facts }: Cluster): string {
  if (facts.readAt.state === "known") return facts.readAt.value;
  throw new TypeError("A cluster without the time of its reading is no evidence.");
}

/** Which namespaces reach which. It is no verdict: where working it out breaks, the scan goes on without it. */
export function namespacesOf(
  { inapplicable, facts }: Cluster,
  limits: InternetLimits,
  onBroken: (cause: unknown) => void,
): Fact<NamespaceReach> {
  if (inapplicable !== undefined) return { state: "unknown", reason: inapplicable };
  try {
    return namespaceReach(facts, limits);
  } catch (cause) {
    onBroken(cause);
    return unknown("internal", "Working out which namespaces reach which broke; the log has the cause.");
  }
}

/** The part of a cluster that reports show, but for which namespaces reach which. */
export function reported(cluster: Cluster, { account, region, name }: ClusterTarget): ReportCluster {
  const { version, reads } = cluster.facts;
  return {
    arn: cluster.resource.id,
    account,
    region,
    name,
    ...(version.state === "known" ? { kubernetesVersion: version.value.kubernetes } : {}),
    coverage: reads.state === "known" ? reads.value : [],
  };
}
