import type { Resource as AsffResource, Partition, ResourceDetails } from "@aws-sdk/client-securityhub";
import type { Finding } from "../model/finding.ts";
import { shortened } from "../model/finding-id.ts";
import type { Resource } from "../model/resource.ts";
import type { AsffContext } from "./asff.ts";
import { clipped, plainText } from "./plain-text.ts";

/** Resource.Details.Other: at most 50 pairs, keys under 128 and values under 1,024 characters. */
const most = { pairs: 50, key: 127, value: 1_023 } as const;
const maxRegionLength = 16;
/** Partitions that the format has a word for and that we call by the same. */
const partitions: readonly string[] = ["aws", "aws-cn", "aws-us-gov"] satisfies readonly Partition[];

type Place = Pick<AsffContext, "account" | "region" | "partition">;

/** What the finding is about first, with its evidence; the cluster that it belongs to second. */
export function asffResources({ resource, cluster, evidence }: Finding, context: Place & Pick<AsffContext, "clusterName">): AsffResource[] {
  const primary: AsffResource = {
    ...whereItIs(context),
    Type: typeOf(resource),
    Id: shortened(resource.kind === "Account" ? `AWS::::Account:${context.account}` : resource.id).toWellFormed(),
    Details: { ...ownDetails(resource), Other: otherOf(resource, evidence) },
  };
  if (cluster === undefined || cluster === resource.id) return [primary];
  const name = context.clusterName ?? cluster.slice(cluster.indexOf("/") + 1);
  return [primary, { ...whereItIs(context), Type: "AwsEksCluster", Id: cluster, Details: { AwsEksCluster: { Arn: cluster, Name: name } } }];
}

function whereItIs({ region, partition }: Place): Pick<AsffResource, "Region" | "Partition"> {
  return {
    ...(partitions.includes(partition) ? { Partition: partition as Partition } : {}),
    ...(region.length > maxRegionLength ? {} : { Region: region }),
  };
}

/** Types of the format; there is none for objects of Kubernetes, node groups or hubs. */
const types: ReadonlyMap<string, string> = new Map([
  ["Cluster", "AwsEksCluster"],
  ["Account", "AwsAccount"],
  ["Instance", "AwsEc2Instance"],
  ["AutoScalingGroup", "AwsAutoScalingAutoScalingGroup"],
]);

function typeOf({ kind, id }: Resource): string {
  // ARNs of newer load balancers say "app", "net" or "gwy" before the name; a classic one's name follows at once.
  if (kind === "LoadBalancer") return /:loadbalancer\/[a-z]+\//.test(id) ? "AwsElbv2LoadBalancer" : "AwsElbLoadBalancer";
  return types.get(kind) ?? "Other";
}

const ownDetails = ({ kind, id, name }: Resource): Pick<ResourceDetails, "AwsEksCluster"> =>
  kind === "Cluster" ? { AwsEksCluster: { Arn: id, Name: name } } : {};

function otherOf({ kind, namespace, name }: Resource, evidence: Finding["evidence"]): Record<string, string> {
  const identity = { kind, namespace, name };
  const pairs = Object.entries({ ...identity, ...evidence, ...identity }) // first, and not to be overwritten
    .map(([key, value]) => [clipped(plainText(key), most.key), clipped(plainText(shown(value)), most.value)] as const)
    .filter(([key, value]) => key.trim() !== "" && value.trim() !== "");
  if (pairs.length <= most.pairs) return Object.fromEntries(pairs);
  const kept = pairs.slice(0, most.pairs - 1);
  return Object.fromEntries([...kept, ["leftOut", `${pairs.length - kept.length} more values`]]);
}

const shown = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
