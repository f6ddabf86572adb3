import * as z from "zod";
import type { ApiServerAddresses } from "../../model/pod-network.ts";
import { listOrEmpty } from "./object-meta.ts";

/** discovery.k8s.io/v1 EndpointSlice. An address that is not ready now may be so in a moment. */
export const EndpointSliceObject: z.ZodType<ApiServerAddresses> = z
  .object({
    kind: z.literal("EndpointSlice"),
    apiVersion: z.literal("discovery.k8s.io/v1"),
    endpoints: listOrEmpty(z.object({ addresses: z.array(z.string()) })),
    ports: listOrEmpty(z.object({ port: z.int().nullish() })),
  })
  .transform(({ endpoints, ports }) => ({
    addresses: [...new Set(endpoints.flatMap(({ addresses }) => addresses))],
    ports: [...new Set(ports.flatMap(({ port }) => port ?? []))],
  }));
