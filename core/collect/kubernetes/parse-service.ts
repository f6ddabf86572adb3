import * as z from "zod";
import type { Service } from "../../model/kubernetes.ts";
import { LoadBalancerHostnames, listOrEmpty, maybe, NamespacedMeta, present, textsOrEmpty } from "./object-meta.ts";

const Port = z
  .object({
    name: maybe(z.string()),
    protocol: z.enum(["TCP", "UDP", "SCTP"]).nullish(),
    port: z.int(),
    targetPort: maybe(z.union([z.int(), z.string()])),
    nodePort: maybe(z.int()),
  })
  .transform(({ port, protocol, ...rest }) => ({ port, protocol: protocol ?? ("TCP" as const), ...present(rest) }));

const Spec = z
  .object({
    type: z.enum(["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]).nullish(),
    sessionAffinity: z.string().nullish(),
    loadBalancerSourceRanges: listOrEmpty(z.string()),
    externalIPs: listOrEmpty(z.string()),
    clusterIP: maybe(z.string()),
    clusterIPs: listOrEmpty(z.string()),
    selector: textsOrEmpty,
    ports: listOrEmpty(Port),
    loadBalancerClass: maybe(z.string()),
    loadBalancerIP: maybe(z.string()),
    externalTrafficPolicy: maybe(z.string()),
  })
  .transform(({ type, sessionAffinity, clusterIP, clusterIPs, loadBalancerClass, loadBalancerIP, externalTrafficPolicy, ...lists }) => ({
    ...lists,
    // Defaults of the API for fields that an object may leave out.
    type: type ?? ("ClusterIP" as const),
    sessionAffinity: sessionAffinity ?? "None",
    clusterIPs: clusterIPs.length === 0 && clusterIP ? [clusterIP] : clusterIPs,
    ...present({ loadBalancerClass, loadBalancerIP, externalTrafficPolicy }),
  }));

/** v1 Service. */
export const ServiceObject: z.ZodType<Service> = z
  .object({ metadata: NamespacedMeta, spec: Spec, status: LoadBalancerHostnames })
  .transform(({ metadata, spec, status: hostnames }) => ({ ...metadata, ...spec, hostnames }));
