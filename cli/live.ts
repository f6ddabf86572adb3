/** Clusters as they are now, read for a command that judges or tells something of them. */
import pMap from "p-map";
import { collectAccount } from "../core/collect/account.ts";
import { collectCluster } from "../core/collect/cluster.ts";
import type { Account } from "../core/model/account.ts";
import type { FactName } from "../core/model/check.ts";
import type { Cluster, Coverage } from "../core/model/cluster.ts";
import type { ClusterTarget } from "../core/model/resource.ts";
import type { Settings } from "../core/model/settings.ts";
import { withOrganization } from "../functions/organization.ts";
import { refuseAbsent } from "./absent.ts";
import { UsageError } from "./errors.ts";
import { interruptible } from "./interruption.ts";
import { openSession } from "./ports.ts";
import { type Progress, startProgress } from "./progress.ts";

/** Which clusters, and with whose credentials. */
export interface ClusterScope {
  readonly cluster: readonly string[];
  readonly region: readonly string[];
  readonly account: readonly string[];
  readonly org?: boolean;
  readonly roleName?: string;
  readonly externalId?: string;
  readonly config?: string;
  readonly verbose?: boolean;
}

export interface Wanted {
  readonly settings: Settings;
  readonly facts: ReadonlySet<FactName>;
  /** What is said where reading was interrupted, as a sentence. */
  readonly interrupted: string;
  /** Which of those that were found are read; may refuse by throwing. */
  readonly choose: (found: readonly ClusterTarget[]) => readonly ClusterTarget[];
}

export interface Found {
  readonly clusters: readonly Cluster[];
  /** The accounts in which not all clusters could be looked for. */
  readonly unseen: readonly string[];
}

/**
 * Reads clusters of the scope.
 *
 * @throws {UsageError} where the scope holds none, or names one that is nowhere
 */
export async function readClusters(scope: ClusterScope, wanted: Wanted): Promise<Found> {
  const progress = startProgress(scope);
  try {
    return await interruptible(
      () => wanted.interrupted,
      (signal) => read(scope, wanted, { progress, signal }),
    );
  } finally {
    progress.stop();
  }
}

interface Surroundings {
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

async function read(scope: ClusterScope, { settings, facts, choose }: Wanted, { progress, signal }: Surroundings): Promise<Found> {
  const named = scope.region.filter((region) => region !== "all");
  const { account, homeRegion, ports } = await openSession({
    settings,
    roleName: scope.roleName,
    externalId: scope.externalId,
    state: undefined,
    publish: false,
    region: named[0],
    progress,
    signal,
  });
  const accounts =
    scope.org === true ? await withOrganization(ports).listAccounts(signal) : scope.account.length > 0 ? scope.account : [account];
  const regions = scope.region.includes("all") ? "all" : named.length > 0 ? named : scope.org === true ? settings.regions : [homeRegion];
  const search = { regions, ...(scope.cluster.length > 0 ? { clusters: scope.cluster } : {}) };
  const deadline = () => AbortSignal.any([signal, AbortSignal.timeout(ports.readTimeoutMs)]);
  progress.accounts(accounts.length);
  const look = async (one: string): Promise<Account> => {
    const seen = await collectAccount(one, search, ports, deadline());
    progress.looked();
    return seen;
  };
  const seen = await pMap(accounts, look, { concurrency: 8 });
  signal.throwIfAborted();
  const found = seen.flatMap(({ clusters }) => clusters);
  refuseAbsent(
    scope.cluster,
    found.map(({ name }) => name),
    seen.flatMap(({ facts: { reads } }): readonly Pick<Coverage, "state">[] =>
      reads.state === "known" ? reads.value : [{ state: "unknown" }],
    ),
  );
  const unseen = new Set<string>();
  for (const { account: at, facts } of seen) {
    if (facts.reads.state === "unknown") unseen.add(at);
    for (const { read, state, reason } of facts.reads.state === "known" ? facts.reads.value : []) {
      if (state !== "unknown") continue;
      unseen.add(at);
      progress.log.warn("not all clusters of an account could be looked for", { account: at, read, message: reason?.message });
    }
  }
  if (found.length === 0) {
    throw new UsageError("No cluster was found in the selected accounts and Regions.", {
      hint: "Check --cluster, --region and --account.",
    });
  }
  const targets = choose(found);
  progress.found(targets.length);
  const read = async (target: ClusterTarget): Promise<Cluster> => {
    const cluster = await collectCluster(target, facts, ports, deadline());
    progress.scanned();
    return cluster;
  };
  const clusters = await pMap(targets, read, { concurrency: 8 });
  signal.throwIfAborted();
  return { clusters, unseen: [...unseen] };
}
