import pMap from "p-map";
import type { AccountAccess } from "../../core/collect/access.ts";
import { failureOf } from "../../core/collect/reason.ts";
import { onboardingOf } from "../../core/doctor/onboarding.ts";
import type { Deployment, DeploymentCluster } from "../../core/model/deployment.ts";
import { PerimeterError } from "../../core/model/error.ts";
import { type Onboarding, readersGroup } from "../../core/model/onboarding.ts";
import { createAccessEntry } from "../../core/publish/access-entries.ts";
import { plainText } from "../../core/report/plain-text.ts";

/** The way into each account, for writing. */
type Ways = (account: string) => AccountAccess;

/** Creates the access entries that lack, each announced on stderr before it is, and notes at each cluster what became of its own. */
export async function onboard({ accounts, ...rest }: Deployment, ways: Ways, signal: AbortSignal): Promise<Deployment> {
  const decided = accounts.map((account) => ({
    account,
    clusters: account.clusters.map((cluster) => ({ cluster, onboarding: onboardingOf(cluster) })),
  }));
  for (const { cluster, onboarding } of decided.flatMap(({ clusters }) => clusters)) {
    if (onboarding.outcome === "create") announce(cluster, onboarding.principalArn);
  }
  const done = await pMap(
    decided,
    async ({ account, clusters }) => ({
      ...account,
      clusters: await pMap(
        clusters,
        async ({ cluster, onboarding }) => ({
          ...cluster,
          onboarding: onboarding.outcome === "create" ? await create(cluster, onboarding.principalArn, ways, signal) : onboarding,
        }),
        { concurrency: 2 },
      ),
    }),
    { concurrency: 8 },
  );
  signal.throwIfAborted();
  return { ...rest, accounts: done };
}

function announce({ account, region, name }: DeploymentCluster, principalArn: string): void {
  const place = plainText(`${account} ${region} ${name}`);
  process.stderr.write(`Creating in ${place} the access entry of ${plainText(principalArn)} with the group ${readersGroup}.\n`);
}

async function create(cluster: DeploymentCluster, principalArn: string, ways: Ways, signal: AbortSignal): Promise<Onboarding> {
  signal.throwIfAborted();
  const { eks } = ways(cluster.account).clients(cluster.region);
  try {
    return { principalArn, outcome: await createAccessEntry(eks, { cluster: cluster.name, principalArn }, signal) };
  } catch (error) {
    signal.throwIfAborted();
    const why = failureOf(error, "eks:CreateAccessEntry")?.reason.message ?? (error instanceof PerimeterError ? error.message : undefined);
    if (why === undefined) throw error;
    return { principalArn, outcome: "refused", why };
  }
}
