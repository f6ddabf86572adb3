import pMap from "p-map";
import { collectAccount } from "../../core/collect/account.ts";
import { collectCluster } from "../../core/collect/cluster.ts";
import type { Account } from "../../core/model/account.ts";
import type { ClusterTarget } from "../../core/model/resource.ts";
import type { Settings } from "../../core/model/settings.ts";
import { connectivityFacts } from "../../core/net/connectivity/estate.ts";
import { withOrganization } from "../../functions/organization.ts";
import { UsageError } from "../errors.ts";
import { interruptible } from "../interruption.ts";
import { openSession } from "../ports.ts";
import { type Progress, startProgress } from "../progress.ts";
import { loadSettings } from "../settings.ts";
import { fromFacts, type Input } from "./input.ts";
import type { Messages } from "./messages.ts";

/** Which cluster, as for `scan`. */
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

/**
 * Reads the one cluster of the scope.
 *
 * @throws {UsageError} where the scope holds none or several, or too little of it could be read
 */
export async function fromCluster(scope: ClusterScope, messages: Messages): Promise<Input> {
  if (scope.org === true && scope.account.length > 0) {
    throw new UsageError("--org and --account exclude each other.", { hint: "Name accounts, or take the whole organization." });
  }
  const settings = await loadSettings(scope.config);
  const progress = startProgress(scope);
  try {
    return await interruptible(
      () => "No connection was told.",
      (signal) => readCluster(scope, settings, { messages, progress, signal }),
    );
  } finally {
    progress.stop();
  }
}

interface Surroundings {
  readonly messages: Messages;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

async function readCluster(scope: ClusterScope, settings: Settings, { messages, progress, signal }: Surroundings): Promise<Input> {
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
  const target = onlyOne(seen.flatMap(({ clusters }) => clusters));
  progress.found(1);
  const { facts } = await collectCluster(target, new Set(connectivityFacts), ports, deadline());
  signal.throwIfAborted();
  progress.stop();
  return fromFacts(facts, `Cluster ${target.name}`, messages);
}

function onlyOne(clusters: readonly ClusterTarget[]): ClusterTarget {
  const [target, ...more] = clusters;
  if (target === undefined) {
    throw new UsageError("No such cluster was found in the selected accounts and Regions.", {
      hint: "Check --cluster, --region and --account.",
    });
  }
  if (more.length > 0) {
    const names = clusters.slice(0, 10).map(({ account, region, name }) => `${account}/${region}/${name}`);
    throw new UsageError(`The scope holds ${clusters.length} clusters: ${names.join(", ")}.`, { hint: "Name one with --cluster." });
  }
  return target;
}
