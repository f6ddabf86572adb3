/** The machines that a cluster's pods run on, as EC2 and EKS have them. Fields carry the APIs' own words. */
import * as z from "zod";
import { factOf } from "./fact.ts";

const strings = z.array(z.string()).readonly();
const texts = z.record(z.string(), z.string()).readonly();

/** MetadataOptions of an instance. */
export const InstanceMetadata = z
  .strictObject({
    endpoint: z.enum(["enabled", "disabled"]),
    ipv6Endpoint: z.enum(["enabled", "disabled"]),
    tokens: z.enum(["optional", "required"]),
    hopLimit: z.int(),
  })
  .readonly();
export type InstanceMetadata = z.infer<typeof InstanceMetadata>;

/** An EC2 instance of the VPC that has not ended. Whose node it is, its tags and the cluster's Nodes tell. */
export const Instance = z
  .strictObject({
    id: z.string(),
    arn: z.string(),
    state: z.enum(["pending", "running", "shutting-down", "stopping", "stopped"]),
    subnetId: z.string().exactOptional(),
    privateDnsName: z.string(),
    isWindows: z.boolean(),
    /** Operator.Managed: run by an AWS service, as EKS Auto Mode does. */
    isManaged: z.boolean(),
    tags: texts,
    /** Unknown where EC2 answered without some option. */
    metadata: factOf(InstanceMetadata),
  })
  .readonly();
export type Instance = z.infer<typeof Instance>;

/** A managed node group. */
export const NodeGroup = z
  .strictObject({
    arn: z.string(),
    name: z.string(),
    /** EKS's word, such as ACTIVE, CREATING, DEGRADED. */
    status: z.string(),
    kubernetesVersion: z.string().exactOptional(),
    /** Of an AMI that EKS provides; absent for an own AMI. */
    releaseVersion: z.string().exactOptional(),
    /** Such as AL2023_x86_64_STANDARD; CUSTOM for an own AMI. */
    amiType: z.string(),
    autoScalingGroups: strings,
    subnetIds: strings,
    hasLaunchTemplate: z.boolean(),
  })
  .readonly();
export type NodeGroup = z.infer<typeof NodeGroup>;
