/** Runs the API servers of an estate's clusters. */
import type { State } from "./aws/service.ts";
import { accessEntriesOf } from "./estate/access-entries.ts";
import type { Account } from "./estate/account.ts";
import type { Cluster } from "./estate/cluster.ts";
import type { Estate } from "./estate.ts";
import { createAuthenticator } from "./kubernetes/access.ts";
import { type Certificates, createCertificates } from "./kubernetes/certificates.ts";
import { type KubernetesApi, startKubernetesApi } from "./kubernetes/server.ts";
import { isRunning, type KubernetesEndpoint } from "./world/cluster.ts";
import { arn } from "./world/place.ts";
import { newestVersion } from "./world/world.ts";

export interface RunningClusters {
  /** Where each cluster's endpoint is, by ARN; where nothing listens for one that can't be reached. */
  readonly endpoints: ReadonlyMap<string, KubernetesEndpoint>;
  readonly apis: ReadonlyMap<string, KubernetesApi>;
  close(): Promise<void>;
}

/** Whom the API servers know, and what time it is. */
export type ClusterOptions = Pick<State, "credentials" | "createdEntries" | "now">;

interface Sited {
  readonly cluster: Cluster;
  readonly account: Account;
  readonly arn: string;
}

/** Port 1 is nobody's: connections to it are refused at once. */
const nobody = "https://127.0.0.1:1";
/** Clusters share authorities in turn, so that neighbours have different ones and hundreds of clusters start quickly. */
const maxAuthorities = 8;

function start(
  { cluster, account, arn }: Sited,
  estate: Estate,
  { credentials, createdEntries, now }: ClusterOptions,
  certificates: Certificates,
): Promise<KubernetesApi> {
  const entries = accessEntriesOf(cluster, account.id, estate);
  const authenticate = createAuthenticator({
    clusterId: cluster.name,
    entries: () => [...entries, ...(createdEntries.get(arn) ?? [])],
    now,
    partition: estate.partition,
    secretOf: (accessKeyId) => {
      const issued = credentials.find(accessKeyId);
      if (issued === undefined || (issued.expiration !== undefined && issued.expiration <= now())) return undefined;
      const { secretAccessKey, sessionToken, principal } = issued;
      return { secretAccessKey, arn: principal.arn, ...(sessionToken !== undefined && { sessionToken }) };
    },
  });
  return startKubernetesApi({
    objects: cluster.objects,
    version: cluster.version ?? newestVersion(estate, now()),
    authenticate,
    rules: cluster.grants,
    certificates,
    faults: cluster.faults,
    ...(estate.longestPage === undefined ? {} : { longestPage: estate.longestPage }),
  });
}

/** Starts an API server for each cluster that has one and can be reached. */
export async function startClusters(estate: Estate, options: ClusterOptions): Promise<RunningClusters> {
  const clusters = estate.accounts.flatMap((account) =>
    Object.entries(account.regions).flatMap(([region, { clusters }]) =>
      clusters.filter(isRunning).map((cluster) => ({
        cluster,
        account,
        arn: arn({ partition: estate.partition, account: account.id, region }, "eks", `cluster/${cluster.name}`),
      })),
    ),
  );
  const authorities = await Promise.all(Array.from({ length: Math.min(maxAuthorities, clusters.length) }, () => createCertificates()));
  const apis = new Map<string, KubernetesApi>();
  const endpoints = new Map<string, KubernetesEndpoint>();
  for (const [i, sited] of clusters.entries()) {
    const certificates = authorities[i % authorities.length] as Certificates; // one of at least one, as there is a cluster
    const api = sited.cluster.reachable ? await start(sited, estate, options, certificates) : undefined;
    if (api !== undefined) apis.set(sited.arn, api);
    endpoints.set(sited.arn, { url: api?.url ?? nobody, certificateAuthorityData: certificates.certificateAuthorityData });
  }
  return {
    endpoints,
    apis,
    close: async () => {
      await Promise.all([...apis.values()].map((api) => api.close()));
    },
  };
}
