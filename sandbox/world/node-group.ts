/** Managed node groups as DescribeNodegroup has them. */
import type { NodeGroup } from "../estate/node-group.ts";
import { hex, uuid } from "./ids.ts";
import { arn, type Place } from "./place.ts";

export interface NodeGroupState {
  readonly arn: string;
  readonly name: string;
  /** The member `nodegroup` of DescribeNodegroup's answer. */
  readonly description: Readonly<Record<string, unknown>>;
}

/** The cluster that a group belongs to. */
export interface NodeGroupSite {
  readonly cluster: string;
  readonly version: string;
  readonly subnetIds: readonly string[];
}

const instant = 1_767_225_600;

export function buildNodeGroup(group: NodeGroup, { cluster, version, subnetIds }: NodeGroupSite, place: Place): NodeGroupState {
  const id = uuid(place.account, place.region, cluster, group.name);
  const groupArn = arn(place, "eks", `nodegroup/${cluster}/${group.name}/${id}`);
  const kubernetes = group.version ?? version;
  return {
    arn: groupArn,
    name: group.name,
    description: {
      nodegroupName: group.name,
      nodegroupArn: groupArn,
      clusterName: cluster,
      version: kubernetes,
      releaseVersion: group.releaseVersion ?? (group.amiType === "CUSTOM" ? `ami-${hex(17, id)}` : `${kubernetes}.2-20260801`),
      createdAt: instant,
      modifiedAt: instant,
      status: group.status,
      capacityType: "ON_DEMAND",
      scalingConfig: { minSize: 1, maxSize: 3, desiredSize: 1 },
      // Those of an own launch template stand in the template.
      instanceTypes: group.launchTemplate === undefined ? ["m7g.large"] : null,
      subnets: group.subnets ?? subnetIds,
      amiType: group.amiType,
      nodeRole: `arn:${place.partition}:iam::${place.account}:role/eks-node`,
      labels: {},
      taints: null,
      resources: group.status === "CREATING" ? null : { autoScalingGroups: [{ name: `eks-${group.name}-${id}` }] },
      diskSize: group.launchTemplate === undefined ? 20 : null,
      health: { issues: [] },
      updateConfig: { maxUnavailable: 1 },
      launchTemplate:
        group.launchTemplate === undefined ? null : { id: group.launchTemplate, name: `${cluster}-${group.name}`, version: "1" },
      tags: group.tags,
    },
  };
}
