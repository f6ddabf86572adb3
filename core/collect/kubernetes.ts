import type { AwsCredentialIdentityProvider } from "@smithy/types";
import pMap from "p-map";
import type { FactName } from "../model/check.ts";
import type { ClusterFacts } from "../model/cluster.ts";
import { type Fact, known, mapFact, unknown } from "../model/fact.ts";
import type { CollectPorts } from "./access.ts";
import { ReadError } from "./errors.ts";
import { KubernetesClient } from "./kubernetes/client.ts";
import { Discovery } from "./kubernetes/discovery.ts";
import { endpointOf } from "./kubernetes/endpoint.ts";
import { type KubernetesFactName, type KubernetesKind, kubernetesFactNames, kubernetesKinds } from "./kubernetes/kinds.ts";
import { type ClientLimits, clientLimits } from "./kubernetes/limits.ts";
import type { Reading } from "./reading.ts";
import { kubernetesReads } from "./reads.ts";
import { eksToken } from "./token.ts";

export { type KubernetesFactName, kubernetesFactNames };

/** How one cluster's Kubernetes API is reached. */
export interface KubernetesTarget {
  /** As DescribeCluster names it. */
  readonly url: string;
  /** Base64 of PEM, as DescribeCluster gives it. */
  readonly certificateAuthority: string;
  /** What the token is bound to: the cluster's name; for a local cluster on Outposts its id. */
  readonly clusterId: string;
  readonly region: string;
  readonly credentials: AwsCredentialIdentityProvider;
}

/** What of the collectors' ports this plane needs: no AWS client. */
export type KubernetesPorts = Pick<CollectPorts, "now" | "allowedEndpointHosts">;

/**
 * What one cluster declares in Kubernetes, as far as the selected checks need it. A list that cannot be read makes its own
 * fact unknown and no other; a cluster that cannot be reached makes all of them unknown, each in the coverage.
 *
 * @param target unknown where DescribeCluster was refused, or named no endpoint; its reason becomes that of every fact
 */
export async function readKubernetes(
  target: Fact<KubernetesTarget>,
  needs: ReadonlySet<FactName>,
  reading: Reading,
  ports: KubernetesPorts,
  signal: AbortSignal,
  limits: ClientLimits = clientLimits,
): Promise<Pick<ClusterFacts, KubernetesFactName>> {
  const needed = kubernetesFactNames.filter((name) => needs.has(name));
  const connection = connect(target, ports, limits);
  const lists = needed.flatMap((fact) => kubernetesKinds[fact].map((kind: KubernetesKind<unknown>) => ({ fact, kind })));
  const answers = await readLists(lists, connection, reading, signal, limits);
  const facts = kubernetesFactNames.map((name): [KubernetesFactName, Fact<readonly unknown[]>] => [
    name,
    needs.has(name) ? joined(answers.filter(({ fact }) => fact === name)) : notNeeded(name),
  ]);
  // Each fact holds objects of its own kinds in `kubernetesKinds`, whose type ties the parser to the fact.
  return Object.fromEntries(facts) as Pick<ClusterFacts, KubernetesFactName>;
}

interface List {
  readonly fact: KubernetesFactName;
  readonly kind: KubernetesKind<unknown>;
}
type Answered = List & { readonly objects: Fact<readonly unknown[]> };

async function readLists(
  lists: readonly List[],
  { client, remedy }: Connection,
  reading: Reading,
  signal: AbortSignal,
  limits: ClientLimits,
): Promise<readonly Answered[]> {
  if (client.state === "unknown") {
    for (const { kind } of lists) reading.note(kind.read, client, remedy);
    return lists.map((list) => ({ ...list, objects: client }));
  }
  const discovery = new Discovery(client.value, signal);
  const read = async (list: List): Promise<Answered> => ({
    ...list,
    objects: await reading.attempt(list.kind.read, () => listKind(list.kind, client.value, discovery, signal)),
  });
  try {
    // No more at once than there are connections, so that no request waits for one beyond its own time.
    return await pMap(lists, read, { concurrency: limits.maxSockets });
  } finally {
    client.value.close();
  }
}

async function listKind<T>(
  { read, kind, versions, origin, object }: KubernetesKind<T>,
  client: KubernetesClient,
  discovery: Discovery,
  signal: AbortSignal,
): Promise<readonly T[]> {
  const { group, resource: plural } = kubernetesReads[read];
  if (origin === "built-in") return client.list({ group, version: versions[0], plural, kind, object }, signal);

  const served = await discovery.versionsOf(group);
  const isRead = (version: string): boolean => versions.includes(version);
  for (const version of served.filter(isRead)) {
    try {
      return await client.list({ group, version, plural, kind, object }, signal);
    } catch (error) {
      // A group may serve the kind in some of its versions alone, and every version in which it does has all its objects.
      if (!isRefusal(error) || (await discovery.serves(group, version, plural))) throw error;
    }
  }
  for (const version of served.filter((candidate) => !isRead(candidate))) {
    if (await discovery.serves(group, version, plural)) throw unfamiliar(`${plural}.${group}`, version, versions);
  }
  return [];
}

const unfamiliar = (what: string, served: string, versions: readonly string[]): ReadError =>
  new ReadError(
    { code: "not-supported", message: `The cluster serves ${what} as ${served}; only ${versions.join(", ")} can be read.` },
    { hint: "Use a release of this product that knows the version." },
  );

/** A list that was refused may be of a kind that its group does not have; discovery knows. */
const isRefusal = (error: unknown): boolean => error instanceof ReadError && ["forbidden", "not-found"].includes(error.reason.code);

interface Connection {
  readonly client: Fact<KubernetesClient>;
  /** What to do where there is none. */
  readonly remedy?: string;
}

function connect(target: Fact<KubernetesTarget>, { now, allowedEndpointHosts }: KubernetesPorts, limits: ClientLimits): Connection {
  if (target.state === "unknown") return { client: target };
  const { clusterId: cluster, region, credentials } = target.value;
  try {
    const endpoint = endpointOf(target.value, allowedEndpointHosts);
    const mint = () => eksToken({ cluster, region, credentials, now: now() });
    return { client: known(new KubernetesClient({ endpoint, mint, now, limits })) };
  } catch (error) {
    if (error instanceof ReadError) return { client: { state: "unknown", reason: error.reason }, remedy: error.hint };
    throw error;
  }
}

/** Several lists make one fact: known if all of them are. */
const joined = (answers: readonly Answered[]): Fact<readonly unknown[]> =>
  answers
    .map(({ objects }) => objects)
    .reduce((all, more) => (all.state === "unknown" ? all : mapFact(more, (objects) => [...all.value, ...objects])), known([]));

const notNeeded = (name: KubernetesFactName): Fact<never> =>
  unknown("not-supported", `No selected check needs ${name}, so it was not read.`);
