import * as z from "zod";
import type { Ingress } from "../../model/kubernetes.ts";
import { LoadBalancerHostnames, listOrEmpty, maybe, NamespacedMeta, present } from "./object-meta.ts";

/** A backend that is no Service (`resource`) leads to no pod and is left out. */
const Backend = z
  .object({
    service: z.object({ name: z.string(), port: z.object({ number: maybe(z.int()), name: maybe(z.string()) }).nullish() }).nullish(),
  })
  .transform(({ service }) =>
    service ? [{ service: service.name, ...present({ port: service.port?.number || service.port?.name || undefined }) }] : [],
  );

const Rule = z.object({ http: z.object({ paths: listOrEmpty(z.object({ backend: Backend })) }).nullish() });

const Spec = z
  .object({ ingressClassName: maybe(z.string()), defaultBackend: Backend.nullish(), rules: listOrEmpty(Rule) })
  .nullish()
  .transform((spec) => {
    const { ingressClassName, defaultBackend, rules = [] } = spec ?? {};
    const backends = [...(defaultBackend ?? []), ...rules.flatMap(({ http }) => (http?.paths ?? []).flatMap(({ backend }) => backend))];
    // Many paths lead to one Service; each pair of Service and port is kept once.
    const distinct = new Map(backends.map((backend) => [JSON.stringify([backend.service, backend.port]), backend]));
    return { backends: [...distinct.values()], ...present({ ingressClassName }) };
  });

/** networking.k8s.io/v1 Ingress. */
export const IngressObject: z.ZodType<Ingress> = z
  .object({ metadata: NamespacedMeta, spec: Spec, status: LoadBalancerHostnames })
  .transform(({ metadata, spec, status: hostnames }) => ({ ...metadata, ...spec, hostnames }));
