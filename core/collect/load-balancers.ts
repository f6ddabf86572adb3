import pMap from "p-map";
import type { LoadBalancer } from "../model/aws.ts";
import { type Fact, known } from "../model/fact.ts";
import { malformed } from "./answer.ts";
import type { AwsPlane } from "./aws-plane.ts";
import { classicLoadBalancers, classicTags } from "./elb-classic.ts";
import { loadBalancersV2, tagsV2 } from "./elb-v2.ts";
import { unlessGone } from "./gone.ts";
import { readListeners } from "./listeners.ts";

/** Calls at once in one account and Region: its API quota is its own work's. */
const concurrency = 4;
/** Of DescribeTags, in both APIs. */
const namesPerCall = 20;

const listRead = "elasticloadbalancing:DescribeLoadBalancers";
const tagsRead = "elasticloadbalancing:DescribeTags";

type Tags = Readonly<Record<string, string>>;
type Untagged = Omit<LoadBalancer, "tags">;

/**
 * Every load balancer of the VPC, of both APIs: one API alone would make the other's load balancers look absent. Refused
 * listeners or tags are unknown in the load balancers that they are about. One that goes away meanwhile is left out.
 */
export async function readLoadBalancers(vpcId: string, plane: AwsPlane): Promise<Fact<readonly LoadBalancer[]>> {
  const { reading } = plane;
  const [classic, v2] = await Promise.all([
    reading.attempt(listRead, () => classicLoadBalancers(vpcId, plane), "(classic)"),
    reading.attempt(listRead, () => loadBalancersV2(vpcId, plane)),
  ]);
  if (classic.state === "unknown") return classic;
  if (v2.state === "unknown") return v2;
  const listening = await pMap(v2.value, (balancer) => withListeners(balancer, plane), { concurrency });
  const [classicOnes, v2Ones] = await Promise.all([
    withTags(classic.value, { api: "elb", nameOf: ({ name }) => name, ask: classicTags }, plane),
    withTags(listening.flat(), { api: "elbv2", nameOf: ({ arn }) => arn, ask: tagsV2 }, plane),
  ]);
  return known([...classicOnes, ...v2Ones]);
}

/** The load balancer with its listeners, or nothing where it is gone. */
async function withListeners(balancer: Omit<Untagged, "listeners">, plane: AwsPlane): Promise<readonly Untagged[]> {
  const listeners = await readListeners(balancer, plane);
  if (listeners.state === "unknown") return [{ ...balancer, listeners }];
  return listeners.value === undefined ? [] : [{ ...balancer, listeners: known(listeners.value) }];
}

/** How one of the two APIs is asked for tags. */
interface Tagging {
  readonly api: string;
  readonly nameOf: (balancer: Untagged) => string;
  readonly ask: (names: readonly string[], plane: AwsPlane, signal: AbortSignal) => Promise<ReadonlyMap<string, Tags>>;
}

async function withTags(balancers: readonly Untagged[], tagging: Tagging, plane: AwsPlane): Promise<readonly LoadBalancer[]> {
  const batches = Array.from({ length: Math.ceil(balancers.length / namesPerCall) }, (_, i) =>
    balancers.slice(i * namesPerCall, (i + 1) * namesPerCall),
  );
  return (await pMap(batches, (batch) => withTagsOfBatch(batch, tagging, plane), { concurrency })).flat();
}

async function withTagsOfBatch(batch: readonly Untagged[], tagging: Tagging, plane: AwsPlane): Promise<readonly LoadBalancer[]> {
  const { api, nameOf, ask } = tagging;
  const names = batch.map(nameOf);
  const read = async (signal: AbortSignal): Promise<readonly Tags[]> => {
    const answer = await ask(names, plane, signal);
    return names.map((name) => answer.get(name) ?? fail());
  };
  const tags = await plane.reading.attempt(tagsRead, () => unlessGone(plane.shared(`tags/${api}/${names.join()}`, read)));
  if (tags.state === "unknown") return batch.map((balancer) => ({ ...balancer, tags }));
  // One that is gone makes AWS refuse the whole batch, without a word about which.
  if (tags.value === undefined && batch.length > 1) {
    return (await pMap(batch, (one) => withTagsOfBatch([one], tagging, plane), { concurrency })).flat();
  }
  return (tags.value ?? []).flatMap((found, i) => batch.slice(i, i + 1).map((balancer) => ({ ...balancer, tags: known(found) })));
}

function fail(): never {
  throw malformed("AWS did not answer for every load balancer whose tags were asked for.");
}
