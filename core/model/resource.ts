import * as z from "zod";
import { partitionOf } from "./partition.ts";

/**
 * What a finding is about. An AWS resource's id is its ARN; a Kubernetes object's is
 * `<cluster ARN>/namespaces/<namespace>/<plural>/<name>`, without the namespace part where it has none.
 */
export const Resource = z
  .strictObject({
    kind: z.string(),
    id: z.string(),
    namespace: z.string().exactOptional(),
    name: z.string(),
  })
  .readonly();
export type Resource = z.infer<typeof Resource>;

/** Where one cluster is. `account` has 12 digits. */
export interface ClusterTarget {
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

export const clusterArn = ({ account, region, name }: ClusterTarget): string =>
  `arn:${partitionOf(region).name}:eks:${region}:${account}:cluster/${name}`;

/** The id of a Kubernetes object in the cluster with this ARN; `plural` is the API's resource name, such as "services". */
export const objectId = (cluster: string, plural: string, name: string, namespace?: string): string =>
  namespace === undefined ? `${cluster}/${plural}/${name}` : `${cluster}/namespaces/${namespace}/${plural}/${name}`;

export const accountArn = (account: string, region: string): string => `arn:${partitionOf(region).name}:iam::${account}:root`;
