import * as z from "zod";
import type { Gateway } from "../../model/gateway.ts";
import { listOrEmpty, maybe, NamespacedIdentity, ParametersReference, present } from "./object-meta.ts";

const Listener = z.object({ name: z.string(), port: z.int(), protocol: z.string() });

const Spec = z.object({
  gatewayClassName: z.string(),
  listeners: listOrEmpty(Listener),
  infrastructure: z.object({ parametersRef: maybe(ParametersReference) }).nullish(),
});

/** An address without a type is an IP address. Host names are lower case, as they are compared with DNS names of load balancers. */
const Hostnames = z
  .object({ addresses: listOrEmpty(z.object({ type: z.string().nullish(), value: z.string() })) })
  .nullish()
  .transform((status) =>
    (status?.addresses ?? []).flatMap(({ type, value }) => (type === "Hostname" && value !== "" ? [value.toLowerCase()] : [])),
  );

/** gateway.networking.k8s.io/v1 Gateway, the same in v1beta1. */
export const GatewayObject: z.ZodType<Gateway> = z
  .object({ metadata: NamespacedIdentity, spec: Spec, status: Hostnames })
  .transform(({ metadata, spec, status: hostnames }) => ({
    ...metadata,
    className: spec.gatewayClassName,
    listeners: spec.listeners,
    hostnames,
    ...present({ parameters: spec.infrastructure?.parametersRef }),
  }));
