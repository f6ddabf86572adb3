/** cilium.io v2 CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy, in the words of the API. */
import * as z from "zod";
import { LabelSelector } from "./network-policy.ts";

const strings = z.array(z.string()).readonly();
const listOf = <S extends z.ZodType>(item: S) => z.array(item).readonly().nullish();
const anything = z.unknown().optional();

const CidrRule = z
  .strictObject({ cidr: z.string().nullish(), cidrGroupRef: z.string().nullish(), cidrGroupSelector: anything, except: strings.nullish() })
  .readonly();

const PortRule = z
  .strictObject({
    ports: listOf(z.strictObject({ port: z.string().nullish(), endPort: z.int().nullish(), protocol: z.string().nullish() }).readonly()),
    rules: anything,
    listener: anything,
    terminatingTLS: anything,
    originatingTLS: anything,
    serverNames: strings.nullish(),
  })
  .readonly();

const shared = { toPorts: listOf(PortRule), icmps: listOf(z.unknown()), authentication: anything };
export const CiliumIngressRule = z
  .strictObject({
    ...shared,
    fromEndpoints: listOf(LabelSelector),
    fromRequires: listOf(LabelSelector),
    fromCIDR: strings.nullish(),
    fromCIDRSet: listOf(CidrRule),
    fromEntities: strings.nullish(),
    fromNodes: listOf(LabelSelector),
    fromGroups: listOf(z.unknown()),
  })
  .readonly();
export type CiliumIngressRule = z.infer<typeof CiliumIngressRule>;
export const CiliumEgressRule = z
  .strictObject({
    ...shared,
    toEndpoints: listOf(LabelSelector),
    toRequires: listOf(LabelSelector),
    toCIDR: strings.nullish(),
    toCIDRSet: listOf(CidrRule),
    toEntities: strings.nullish(),
    toNodes: listOf(LabelSelector),
    toGroups: listOf(z.unknown()),
    toServices: listOf(z.unknown()),
    toFQDNs: listOf(z.unknown()),
  })
  .readonly();
export type CiliumEgressRule = z.infer<typeof CiliumEgressRule>;

export const CiliumRule = z
  .strictObject({
    endpointSelector: LabelSelector.nullish(),
    nodeSelector: LabelSelector.nullish(),
    ingress: listOf(CiliumIngressRule),
    ingressDeny: listOf(CiliumIngressRule),
    egress: listOf(CiliumEgressRule),
    egressDeny: listOf(CiliumEgressRule),
    enableDefaultDeny: z.strictObject({ ingress: z.boolean().nullish(), egress: z.boolean().nullish() }).readonly().nullish(),
    labels: anything,
    description: anything,
    log: anything,
  })
  .readonly();
export type CiliumRule = z.infer<typeof CiliumRule>;

/** One that has no namespace is clusterwide. Both `spec` and `specs` count. */
export const CiliumPolicy = z
  .strictObject({ namespace: z.string().exactOptional(), name: z.string(), spec: CiliumRule.nullish(), specs: listOf(CiliumRule) })
  .readonly();
export type CiliumPolicy = z.infer<typeof CiliumPolicy>;
