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
import { type KubernetesKind, kubernetesKinds } from "./kubernetes/kinds.ts";
import { type ClientLimits, clientLimits } from "./kubernetes/limits.ts";
import { type Answers, type SingleObject, singleObjects } from "./kubernetes/single-objects.ts";
import type { Reading } from "./reading.ts";
import {
  type KubernetesFactName,
  type KubernetesRead,
  type KubernetesReadName,
  kubernetesListNames,
  kubernetesObjectNames,
  kubernetesReads,
} from "./reads.ts";
import { eksToken } from "./token.ts";

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
  const lists = kubernetesListNames.flatMap((name): readonly Job[] => (needs.has(name) ? kubernetesKinds[name].map(listJob) : []));
  const objects = kubernetesObjectNames.flatMap((name) => (needs.has(name) ? singleObjects[name].objects.map(findJob) : []));
  const answers = await answersTo([...lists, ...objects], connect(target, ports, limits), reading, signal, limits);
  // Under the name of a read stands what its own parser made, and `kubernetesKinds` and `singleObjects` tie parsers to facts.
  const answer: Answers = <T>(read: KubernetesReadName) => answers.get(read) as Fact<T>;
  const facts = [
    ...kubernetesListNames.map((name) => [
      name,
      needs.has(name) ? joined(kubernetesKinds[name].map(({ read }) => answer(read))) : notNeeded(name),
    ]),
    ...kubernetesObjectNames.map((name) => [name, needs.has(name) ? singleObjects[name].make(answer) : notNeeded(name)]),
  ];
  return Object.fromEntries(facts) as Pick<ClusterFacts, KubernetesFactName>;
}

/** One read, whose name stands in the coverage. */
interface Job {
  readonly read: KubernetesReadName;
  readonly work: (client: KubernetesClient, discovery: Discovery, signal: AbortSignal) => Promise<unknown>;
}
const listJob = (kind: KubernetesKind<unknown>): Job => ({ read: kind.read, work: (...how) => listKind(kind, ...how) });
const findJob = (one: SingleObject<unknown>): Job => ({ read: one.read, work: (client, _, signal) => findObject(one, client, signal) });

async function answersTo(
  jobs: readonly Job[],
  { client, remedy }: Connection,
  reading: Reading,
  signal: AbortSignal,
  limits: ClientLimits,
): Promise<ReadonlyMap<KubernetesReadName, Fact<unknown>>> {
  if (client.state === "unknown") {
    for (const { read } of jobs) reading.note(read, client, remedy);
    return new Map(jobs.map(({ read }) => [read, client]));
  }
  const discovery = new Discovery(client.value, signal);
  const answered = async ({ read, work }: Job) => [read, await reading.attempt(read, () => work(client.value, discovery, signal))] as const;
  try {
    // No more at once than there are connections, so that no request waits for one beyond its own time.
    return new Map(await pMap(jobs, answered, { concurrency: limits.maxSockets }));
  } finally {
    client.value.close();
  }
}

async function findObject<T>(
  { read, version, object, absent }: SingleObject<T>,
  client: KubernetesClient,
  signal: AbortSignal,
): Promise<T> {
  const { group, resource: plural, object: place } = kubernetesReads[read] as KubernetesRead;
  const [namespace = "", name = ""] = place?.split("/") ?? [];
  const found = (await client.find({ group, version, plural, namespace, name, object }, signal)) ?? absent;
  if (found !== undefined) return found;
  throw new ReadError(
    { code: "not-found", message: `The Kubernetes API has no ${plural} ${place}, which every cluster has.` },
    { hint: "Look at whether the endpoint is that of a whole Kubernetes API." },
  );
}

/** Whether a custom kind is served under another group as well, which then has the same objects. */
async function isServed(read: KubernetesReadName, discovery: Discovery): Promise<boolean> {
  const { group, resource } = kubernetesReads[read];
  for (const version of await discovery.versionsOf(group)) if (await discovery.serves(group, version, resource)) return true;
  return false;
}

async function listKind<T>(
  { read, kind, versions, origin, object, unlessServedAs }: KubernetesKind<T>,
  client: KubernetesClient,
  discovery: Discovery,
  signal: AbortSignal,
): Promise<readonly T[]> {
  const { group, resource: plural } = kubernetesReads[read];
  if (origin === "built-in") return client.list({ group, version: versions[0], plural, kind, object }, signal);

  const served = await discovery.versionsOf(group);
  if (served.length > 0 && unlessServedAs !== undefined && (await isServed(unlessServedAs, discovery))) return [];
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
const joined = (lists: readonly Fact<readonly unknown[]>[]): Fact<readonly unknown[]> =>
  lists.reduce((all, more) => (all.state === "unknown" ? all : mapFact(more, (objects) => [...all.value, ...objects])), known([]));

const notNeeded = (name: KubernetesFactName): Fact<never> =>
  unknown("not-supported", `No selected check needs ${name}, so it was not read.`);
