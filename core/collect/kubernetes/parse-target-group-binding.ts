import * as z from "zod";
import type { TargetGroupBinding } from "../../model/gateway.ts";
import { filled, NamespacedIdentity, present } from "./object-meta.ts";

/** A group that is named by its name alone gets its ARN from the controller's webhook, or none. */
const Spec = z.object({ targetGroupARN: filled, serviceRef: z.object({ name: z.string() }) });

/** elbv2.k8s.aws/v1beta1 TargetGroupBinding, the same in eks.amazonaws.com/v1. */
export const TargetGroupBindingObject: z.ZodType<TargetGroupBinding> = z
  .object({ metadata: NamespacedIdentity, spec: Spec })
  .transform(({ metadata, spec }) => ({
    ...metadata,
    service: spec.serviceRef.name,
    ...present({ targetGroupArn: spec.targetGroupARN }),
  }));
