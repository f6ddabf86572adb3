import * as z from "zod";
import type { Namespace } from "../../model/workloads.ts";
import { textsOrEmpty } from "./object-meta.ts";

/** v1 Namespace. */
export const NamespaceObject: z.ZodType<Namespace> = z
  .object({ metadata: z.object({ name: z.string().min(1), labels: textsOrEmpty }) })
  .transform(({ metadata }) => metadata);
