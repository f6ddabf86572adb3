import * as z from "zod";
import { factOf } from "./fact.ts";

/** An EKS add-on of the cluster. Of its configuration one setting is kept. */
export const AddOn = z
  .strictObject({
    /** Such as "vpc-cni". */
    name: z.string(),
    /** Such as "v1.23.1-eksbuild.1". */
    version: z.string().exactOptional(),
    /** EKS's word, such as ACTIVE, DEGRADED, UPDATING. */
    status: z.string(),
    /** Codes of the issues that EKS names, each once. */
    healthIssues: z.array(z.string()).readonly(),
    /** configurationValues.enableNetworkPolicy as text; undefined where it is not set, unknown where the text can't be read. */
    enableNetworkPolicy: factOf(z.string()).exactOptional(),
  })
  .readonly();
export type AddOn = z.infer<typeof AddOn>;
