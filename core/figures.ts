/** What operators watch of a run. Few, and without a dimension per account or cluster: each combination is a metric that is paid for. */
import pMap from "p-map";
import type { Coverage } from "./model/cluster.ts";
import type { ClusterTarget } from "./model/resource.ts";
import { FindingState } from "./publish/finding-state.ts";
import { stateKeys } from "./publish/state-store.ts";
import type { Store } from "./publish/store.ts";
import type { AccountRecord, ClusterRecord } from "./run-record.ts";

export const figures = [
  /** Runs that had nothing to do, since another was in progress or they had been started before. */
  "RunsSkipped",
  "AccountsPlanned",
  /** The member role could not be assumed. */
  "AccountsDenied",
  /** Planned, and left no record. */
  "AccountsMissing",
  "ClustersPlanned",
  /** Found, and left no record. */
  "ClustersMissing",
  /** Scanned, and something of it could not be read. */
  "ClustersUnread",
  /** Findings that Security Hub took. */
  "FindingsPublished",
  /** Findings that Security Hub refused. */
  "PublishFailed",
  /** Slack channels that could not be told what changed; the next run tells it. */
  "SlackFailed",
  /** How long ago the cluster was scanned whose last scan is the oldest. */
  "OldestClusterScanAgeHours",
] as const;
export type Figure = (typeof figures)[number];
export type Figures = Readonly<Partial<Record<Figure, number>>>;

/** What a run left in the store of its accounts and clusters; undefined where it left nothing. */
export interface Left {
  readonly accounts: readonly (AccountRecord | undefined)[];
  readonly clusters: readonly { readonly target: ClusterTarget; readonly record: ClusterRecord | undefined }[];
}

/** The figures of a whole run, of which `summarize` alone knows. */
export async function figuresOf({ accounts, clusters }: Left, store: Store, now: Date): Promise<Figures> {
  const scannedAt = await pMap(clusters, ({ target, record }) => record?.readAt ?? lastScanOf(target, store), { concurrency: 32 });
  const agesMs = scannedAt.map((time) => (time === undefined ? 0 : now.getTime() - Date.parse(time)));
  return {
    AccountsDenied: accounts.filter((record) => hasUnread(record?.coverage, "sts:AssumeRole")).length,
    AccountsMissing: accounts.filter((record) => record === undefined).length,
    ClustersPlanned: clusters.length,
    ClustersMissing: clusters.filter(({ record }) => record === undefined).length,
    ClustersUnread: clusters.filter(({ record }) => hasUnread(record?.cluster.coverage)).length,
    OldestClusterScanAgeHours: Math.max(0, ...agesMs) / 3_600_000,
  };
}

const hasUnread = (coverage: readonly Coverage[] | undefined, only?: string): boolean =>
  (coverage ?? []).some(({ read, state }) => state === "unknown" && (only === undefined || read === only));

/** When an earlier run scanned the cluster, by its state of findings; undefined where none ever did: it is missing, not old. */
async function lastScanOf(target: ClusterTarget, store: Store): Promise<string | undefined> {
  const stored = await store.get(stateKeys.cluster(target));
  if (stored === undefined) return undefined;
  try {
    return Object.values(FindingState.parse(JSON.parse(stored.body)).judged)
      .sort()
      .at(-1);
  } catch {
    return undefined; // the scan of that cluster says what is wrong with it; a figure stops no summary
  }
}
