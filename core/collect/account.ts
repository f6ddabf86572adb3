import { ListRegionsCommand } from "@aws-sdk/client-account";
import { ListClustersCommand } from "@aws-sdk/client-eks";
import pMap from "p-map";
import * as z from "zod";
import type { Account } from "../model/account.ts";
import { type Fact, known, type Reason } from "../model/fact.ts";
import { accountArn, type ClusterTarget } from "../model/resource.ts";
import type { AccountAccess, CollectPorts } from "./access.ts";
import { allPages } from "./answer.ts";
import { unlessAborted } from "./deadline.ts";
import { describeCluster } from "./describe-cluster.ts";
import { Reading } from "./reading.ts";
import type { AwsReadName } from "./reads.ts";
import { reasonOf } from "./reason.ts";

/** Where clusters are looked for. */
export interface AccountScope {
  /** "all": every Region that is enabled for the account. */
  readonly regions: "all" | readonly string[];
  /** Absent: every cluster. */
  readonly clusters?: readonly string[];
}

/** Regions asked at once. Quotas count per Region, so this is the product's own load, not the account's. */
const concurrency = 8;

/** What collecting one account goes by. */
interface Visit {
  readonly access: AccountAccess;
  readonly ports: CollectPorts;
  readonly reading: Reading;
  readonly signal: AbortSignal;
}

/**
 * The clusters of one account. What could not be read (the role, the Regions, a Region) is in the account's reads; a Region
 * that is closed on purpose, by a service control policy or by not being enabled, is skipped there.
 */
export async function collectAccount(account: string, scope: AccountScope, ports: CollectPorts, signal: AbortSignal): Promise<Account> {
  const reading = new Reading(ports, account);
  const visit: Visit = { access: ports.access(account), ports, reading, signal };
  const clusters = (await isOpen(visit)) ? await findClusters(scope, visit) : [];
  return {
    resource: { kind: "Account", id: accountArn(account, ports.homeRegion), name: account },
    account,
    facts: { reads: known(reading.outcomes) },
    clusters,
  };
}

/** Whether the member role can be assumed, where there is one. */
async function isOpen({ access: { credentials, roleArn }, reading, signal }: Visit): Promise<boolean> {
  if (roleArn === undefined) return true;
  const session = await reading.attempt("sts:AssumeRole", () => unlessAborted(credentials(), signal));
  if (session.state === "known") return true;
  if (session.reason.code === "denied-by-policy") reading.skip("sts:AssumeRole", session.reason);
  return false;
}

/** One question about clusters in one Region. */
interface Look {
  readonly region: string;
  readonly read: AwsReadName;
  /** What was asked for, as coverage names it. */
  readonly detail: string;
  /** Names of clusters. */
  readonly ask: () => Promise<readonly string[]>;
  /** Clusters that go on to be scanned though the question was refused, so that they are reported as unread. */
  readonly kept: readonly string[];
}

async function findClusters(scope: AccountScope, visit: Visit): Promise<readonly ClusterTarget[]> {
  const { access, reading } = visit;
  const regions = scope.regions === "all" ? await listRegions(visit) : known(scope.regions);
  if (regions.state === "unknown") return [];
  const looks = [...new Set(regions.value)].flatMap((region) =>
    scope.clusters === undefined ? [listing(region, visit)] : scope.clusters.map((name) => probing(region, name, visit)),
  );
  const answers = await pMap(looks, async (look) => ({ look, names: await reading.attempt(look.read, look.ask, look.detail) }), {
    concurrency,
  });
  // A Region that is not enabled answers as if the credentials were wrong; only the account knows which it is.
  const doubted =
    scope.regions !== "all" && answers.some(({ names }) => names.state === "unknown" && names.reason.code === "unauthenticated");
  const enabled = doubted ? await listRegions(visit) : regions;
  return answers.flatMap(({ look, names }) => {
    const { region } = look;
    const closed = names.state === "unknown" ? whyClosed(region, names.reason, enabled) : undefined;
    if (closed !== undefined) reading.skip(look.read, closed, look.detail);
    const found = names.state === "known" ? names.value : closed === undefined ? look.kept : [];
    return found.map((name) => ({ account: access.account, region, name }));
  });
}

/** Why a refusal is no gap: the Region is closed on purpose. */
function whyClosed(region: string, reason: Reason, enabled: Fact<readonly string[]>): Reason | undefined {
  if (reason.code === "denied-by-policy") return reason;
  if (reason.code !== "unauthenticated" || enabled.state === "unknown" || enabled.value.includes(region)) return undefined;
  return { code: "not-enabled", message: `The Region ${region} is not enabled for the account.` };
}

const RegionPage = z.object({ Regions: z.array(z.object({ RegionName: z.string() })), NextToken: z.string().optional() });

/** The Regions that are enabled for the account, asked with its own credentials, so that no trusted access is needed. */
function listRegions({ access, ports: { homeRegion }, reading, signal }: Visit): Promise<Fact<readonly string[]>> {
  const { account } = access.clients(homeRegion);
  return reading.attempt("account:ListRegions", () =>
    allPages({
      shape: RegionPage,
      ask: (NextToken) =>
        account.send(new ListRegionsCommand({ RegionOptStatusContains: ["ENABLED", "ENABLED_BY_DEFAULT"], MaxResults: 50, NextToken }), {
          abortSignal: signal,
        }),
      items: ({ Regions }) => Regions.map(({ RegionName }) => RegionName),
      next: ({ NextToken }) => NextToken,
      signal,
    }),
  );
}

const ClusterPage = z.object({ clusters: z.array(z.string()), nextToken: z.string().optional() });

function listing(region: string, { access, signal }: Visit): Look {
  const ask = () =>
    allPages({
      shape: ClusterPage,
      ask: (nextToken) => access.clients(region).eks.send(new ListClustersCommand({ maxResults: 100, nextToken }), { abortSignal: signal }),
      items: ({ clusters }) => clusters,
      next: ({ nextToken }) => nextToken,
      signal,
    });
  return { region, read: "eks:ListClusters", detail: region, ask, kept: [] };
}

/** Looks for one cluster by its name; that there is none is an answer. */
function probing(region: string, name: string, { access, signal }: Visit): Look {
  const ask = async (): Promise<readonly string[]> => {
    try {
      await describeCluster(access.clients(region).eks, name, signal);
      return [name];
    } catch (error) {
      if (reasonOf(error)?.code === "not-found") return [];
      throw error;
    }
  };
  return { region, read: "eks:DescribeCluster", detail: `${region} ${name}`, ask, kept: [name] };
}
