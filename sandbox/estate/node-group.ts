/** Managed node groups of an estate's clusters, as they stand in the file. */
import * as z from "zod";
import { Tags } from "./words.ts";

export const NodeGroup = z.strictObject({
  name: z.string(),
  status: z.enum(["CREATING", "ACTIVE", "UPDATING", "DELETING", "CREATE_FAILED", "DELETE_FAILED", "DEGRADED"]).default("ACTIVE"),
  /** Default: the cluster's. */
  version: z.string().optional(),
  /** Of an AMI that EKS provides, such as 1.35.2-20260801; of an own one, its id. */
  releaseVersion: z.string().optional(),
  amiType: z.string().default("AL2023_x86_64_STANDARD"),
  /** Default: the cluster's. */
  subnets: z.array(z.string()).optional(),
  /** The id of a launch template. */
  launchTemplate: z.string().startsWith("lt-").optional(),
  tags: Tags.default({}),
});
export type NodeGroup = z.infer<typeof NodeGroup>;
