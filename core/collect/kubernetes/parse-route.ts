import * as z from "zod";
import type { Route } from "../../model/gateway.ts";
import { listOrEmpty, maybe, NamespacedIdentity, present } from "./object-meta.ts";

const ParentReference = z.object({ kind: z.string().nullish() });
const BackendReference = z.object({
  group: z.string().nullish(),
  kind: z.string().nullish(),
  namespace: z.string().nullish(),
  name: z.string(),
  port: maybe(z.int()),
});

const Spec = z.object({
  parentRefs: listOrEmpty(ParentReference),
  rules: listOrEmpty(z.object({ backendRefs: listOrEmpty(BackendReference) })),
});

/** gateway.networking.k8s.io HTTPRoute, GRPCRoute, TLSRoute, TCPRoute, UDPRoute. One of a mesh, whose parents are Services, is no way in. */
export const routeObject = (kind: Route["kind"]): z.ZodType<Route> =>
  z.object({ metadata: NamespacedIdentity, spec: Spec }).transform(({ metadata, spec }) => {
    const isOfMesh = spec.parentRefs.length > 0 && spec.parentRefs.every((parent) => parent.kind === "Service");
    const references = isOfMesh ? [] : spec.rules.flatMap(({ backendRefs }) => backendRefs);
    return {
      ...metadata,
      kind,
      backends: references
        .filter((reference) => !reference.group && (reference.kind ?? "Service") === "Service")
        .map(({ namespace, name, port }) => ({ namespace: namespace || metadata.namespace, service: name, ...present({ port }) })),
    };
  });
