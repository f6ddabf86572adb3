/** EKS add-ons of an estate's clusters, as they stand in the file. */
import * as z from "zod";
import { Tags } from "./words.ts";

export const AddOn = z.strictObject({
  name: z.string(),
  version: z.string().default("v1.0.0-eksbuild.1"),
  status: z
    .enum(["CREATING", "ACTIVE", "CREATE_FAILED", "UPDATING", "DELETING", "DELETE_FAILED", "DEGRADED", "UPDATE_FAILED"])
    .default("ACTIVE"),
  /** The text as somebody gave it to EKS: JSON or YAML. */
  configuration: z.string().optional(),
  /** Codes of health issues, such as InsufficientNumberOfReplicas. */
  issues: z.array(z.string()).default([]),
  tags: Tags.default({}),
});
export type AddOn = z.infer<typeof AddOn>;
