import * as z from "zod";
import type { NodeClass } from "../../model/pod-network.ts";
import { filled, present } from "./object-meta.ts";

/** eks.amazonaws.com/v1 NodeClass. */
export const NodeClassObject: z.ZodType<NodeClass> = z
  .object({ metadata: z.object({ name: z.string().min(1) }), spec: z.object({ networkPolicy: filled }).nullish() })
  .transform(({ metadata: { name }, spec }) => ({ name, ...present({ networkPolicy: spec?.networkPolicy }) }));
