import * as z from "zod";
import type { IngressClass } from "../../model/kubernetes.ts";
import { ClusterMeta, maybe, present } from "./object-meta.ts";

const Parameters = z
  .object({ apiGroup: maybe(z.string()), kind: z.string(), name: z.string() })
  .transform(({ apiGroup, ...rest }) => ({ ...rest, ...present({ apiGroup }) }));

const Spec = z.object({ controller: z.string().nullish(), parameters: maybe(Parameters) }).nullish();

/** networking.k8s.io/v1 IngressClass. */
export const IngressClassObject: z.ZodType<IngressClass> = z
  .object({ metadata: ClusterMeta, spec: Spec })
  .transform(({ metadata, spec }) => ({
    ...metadata,
    controller: spec?.controller ?? "",
    isDefault: metadata.annotations["ingressclass.kubernetes.io/is-default-class"] === "true",
    ...present({ parameters: spec?.parameters }),
  }));
