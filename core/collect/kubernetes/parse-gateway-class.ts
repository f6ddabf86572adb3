import * as z from "zod";
import type { GatewayClass } from "../../model/gateway.ts";
import { maybe, ParametersReference, present } from "./object-meta.ts";

/** gateway.networking.k8s.io/v1 GatewayClass, the same in v1beta1. */
export const GatewayClassObject: z.ZodType<GatewayClass> = z
  .object({
    metadata: z.object({ name: z.string().min(1) }),
    spec: z.object({ controllerName: z.string(), parametersRef: maybe(ParametersReference) }),
  })
  .transform(({ metadata, spec }) => ({
    ...metadata,
    controller: spec.controllerName,
    ...present({ parameters: spec.parametersRef }),
  }));
