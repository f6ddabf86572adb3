/** What a run leaves in the store: the run itself, a record per account, a record and the evidence per cluster, the report. */

import pMap from "p-map";
import { RunNotFoundError } from "./errors.ts";
import type { Coverage } from "./model/cluster.ts";
import type { Finding } from "./model/finding.ts";
import type { ClusterTarget } from "./model/resource.ts";
import type { Store } from "./publish/store.ts";
import type { ClusterChanges, Changes as ReportChanges } from "./report/changes.ts";
import type { Report, ReportCluster } from "./report/report.ts";

/** The scope that `plan` settled. */
export interface RunRecord {
  readonly id: string;
  /** The execution of the workflow that began it, where one did. */
  readonly startedBy?: { readonly execution: string };
  readonly startedAt: string;
  readonly accounts: readonly string[];
  readonly regions: "all" | readonly string[];
  /** Absent: every cluster. */
  readonly clusters?: readonly string[];
  /** Absent: every check. */
  readonly checks?: readonly string[];
}

/** What `discover` saw of one account. */
export interface AccountRecord {
  readonly account: string;
  readonly readAt: string;
  readonly coverage: readonly Coverage[];
  readonly clusters: readonly ClusterTarget[];
  readonly findings: readonly Finding[];
}

/** How many findings of a kind changed since the last run. */
export interface Changes {
  readonly opened: number;
  readonly worsened: number;
  readonly reopened: number;
  readonly resolved: number;
}
export const noChanges: Changes = { opened: 0, worsened: 0, reopened: 0, resolved: 0 };

/** What `scan` saw of one cluster. */
export interface ClusterRecord {
  readonly readAt: string;
  readonly cluster: ReportCluster;
  readonly findings: readonly Finding[];
  readonly changes: Changes;
  /** The same for the report; absent where nothing was compared. */
  readonly changed?: ClusterChanges;
  readonly delivered: number;
  readonly refused: readonly { readonly id: string; readonly code: string; readonly message: string }[];
}

/** The schedule gives a run the time that it was due as its id, and no key of the store holds a colon. */
const folder = (id: string): string => id.replaceAll(":", "-");
const run = (id: string): string => `runs/${folder(id)}`;
const within = ({ account, region, name }: ClusterTarget): string => `${account}/${region}/${name}`;

export const keys = {
  run: (id: string) => `${run(id)}/run.json`,
  account: (id: string, account: string) => `${run(id)}/accounts/${account}.json`,
  cluster: (id: string, target: ClusterTarget) => `${run(id)}/clusters/${within(target)}.json`,
  /** Apart from the run's own records, since it is kept for a shorter time. */
  evidence: (id: string, target: ClusterTarget) => `evidence/${folder(id)}/${within(target)}.json`,
  report: (id: string, file: string) => `${run(id)}/${file}`,
} as const;

/** Reads a record that this product wrote. */
export async function readRecord<T>(store: Store, key: string): Promise<T | undefined> {
  const stored = await store.get(key);
  return stored === undefined ? undefined : (JSON.parse(stored.body) as T);
}

export const writeRecord = (store: Store, key: string, record: unknown): Promise<unknown> => store.put(key, JSON.stringify(record));

/** @throws {RunNotFoundError} */
export async function readRun(store: Store, id: string): Promise<RunRecord> {
  const record = await readRecord<RunRecord>(store, keys.run(id));
  if (record !== undefined) return record;
  throw new RunNotFoundError(`The run ${id} is not in ${store.description}.`, {
    hint: "Begin with the step plan, which makes the run, or leave runId out.",
  });
}

/** What changed since the last run, as the clusters' records tell it; of a cluster without a record nothing is known. */
export const changesIn = (records: readonly (ClusterRecord | undefined)[]): ReportChanges =>
  new Map(records.flatMap((record) => (record?.changed === undefined ? [] : [[record.cluster.arn, record.changed] as const])));

/** The same for a report of which the records are in the store. */
export const readChanges = async (store: Store, { run, clusters }: Report): Promise<ReportChanges> =>
  changesIn(await pMap(clusters, (target) => readRecord<ClusterRecord>(store, keys.cluster(run.id, target)), { concurrency: 32 }));
