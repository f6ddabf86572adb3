/** What the tags of an instance tell of the cluster and the pool that it is of. */
import type { Instance } from "../../model/nodes.ts";

/**
 * Tags whose value is the cluster's name, put on nodes alone: by managed node groups, by EKS on each instance that joins a
 * cluster, and by Auto Mode and Karpenter. Sources: EKS user guide, "Tag your resources" and "Customize managed nodes with
 * launch templates"; AmazonEKSComputePolicy; karpenter-provider-aws:pkg/apis/v1/labels.go.
 */
const nodeTags = ["eks:cluster-name", "aws:eks:cluster-name", "eks:eks-cluster-name"] as const;

/** By this tag self-managed nodes are found, and so are subnets, groups, and whatever somebody tagged like them. */
const clusterTagPrefix = "kubernetes.io/cluster/";

/** Tags by which makers of nodes mark what they launch. Sources: eksctl:pkg/apis/eksctl.io/v1alpha5/types.go; Karpenter. */
const makerTags = [
  "karpenter.sh/nodepool",
  "eks:kubernetes-node-pool-name",
  "eks:nodegroup-name",
  "alpha.eksctl.io/nodegroup-name",
] as const;

/**
 * Whose node an instance is by its tags. `kubernetes.io/cluster/<name>` may sit on a bastion too, so it proves a node only
 * beside a mark of a node: the tag of a maker of nodes, or an interface of VPC CNI.
 */
export function claimOf({ tags }: Instance, cluster: string, runsVpcCni: boolean): "ours" | "another's" | "unclear" {
  const clusters = nodeTags.flatMap((key) => tags[key] ?? []);
  if (clusters.includes(cluster)) return "ours";
  if (clusters.length > 0) return "another's";
  const tagged = Object.keys(tags).flatMap((key) => (key.startsWith(clusterTagPrefix) ? [key.slice(clusterTagPrefix.length)] : []));
  const isNode = runsVpcCni || makerTags.some((key) => tags[key] !== undefined);
  if (!isNode || tagged.length !== 1) return "unclear";
  return tagged[0] === cluster ? "ours" : "another's";
}

/** Set by EC2 Auto Scaling on each instance that it launches; nobody else may set an "aws:" tag. */
export const autoScalingGroupOf = ({ tags }: Instance): string | undefined => tags["aws:autoscaling:groupName"];

export const nodeGroupTagOf = ({ tags }: Instance): string | undefined => tags["eks:nodegroup-name"];

/** Of Karpenter, and of Auto Mode. */
export const nodePoolTagOf = ({ tags }: Instance): string | undefined =>
  tags["karpenter.sh/nodepool"] ?? tags["eks:kubernetes-node-pool-name"];
