/** Where a cluster's control plane stands in its VPC. */
import type { ClusterNetwork } from "../model/aws.ts";
import type { Fact, Reason } from "../model/fact.ts";
import type { NetworkInterface } from "../model/vpc.ts";

/**
 * The interfaces through which the VPC and the control plane reach each other.
 * Source: Amazon EKS best practices, "VPC and Subnet Considerations": their description is "Amazon EKS <cluster name>".
 */
export const controlPlaneInterfaces = (interfaces: readonly NetworkInterface[], cluster: string): readonly NetworkInterface[] =>
  interfaces.filter(({ description }) => description === `Amazon EKS ${cluster}`);

/** The security groups on those interfaces, and who says so. */
export interface ControlPlaneGroups {
  readonly ids: readonly string[];
  /** "cluster": those that DescribeCluster names, which EKS attaches; the interfaces were not seen. */
  readonly seenOn: "interfaces" | "cluster";
  readonly interfaceIds: readonly string[];
  /** Why the interfaces were not seen. */
  readonly unseen?: Reason;
}

export function controlPlaneGroups(
  network: ClusterNetwork,
  interfaces: Fact<readonly NetworkInterface[]>,
  cluster: string,
): ControlPlaneGroups {
  const found = interfaces.state === "known" ? controlPlaneInterfaces(interfaces.value, cluster) : [];
  const ids = sortedSet(found.flatMap(({ groupIds }) => groupIds));
  if (ids.length > 0) return { ids, seenOn: "interfaces", interfaceIds: found.map(({ id }) => id) };
  const { clusterSecurityGroupId, securityGroupIds } = network;
  const own = clusterSecurityGroupId === undefined ? securityGroupIds : [clusterSecurityGroupId, ...securityGroupIds];
  const unseen: Reason =
    interfaces.state === "unknown"
      ? interfaces.reason
      : { code: "not-found", message: `No network interface of the VPC is described as "Amazon EKS ${cluster}".` };
  return { ids: sortedSet(own), seenOn: "cluster", interfaceIds: [], unseen };
}

const sortedSet = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort();
