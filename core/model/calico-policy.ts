/** projectcalico.org v3 policies, in the words of the API; crd.projectcalico.org v1 has the same specs. */
import * as z from "zod";

const strings = z.array(z.string()).readonly();
const texts = z.record(z.string(), z.string()).readonly();
const listOf = <S extends z.ZodType>(item: S) => z.array(item).readonly().nullish();
const numberOrText = z.union([z.int(), z.string()]);
const anything = z.unknown().optional();

const Entity = z
  .strictObject({
    nets: strings.nullish(),
    notNets: strings.nullish(),
    selector: z.string().nullish(),
    notSelector: z.string().nullish(),
    namespaceSelector: z.string().nullish(),
    ports: listOf(numberOrText),
    notPorts: listOf(numberOrText),
    serviceAccounts: z.strictObject({ names: strings.nullish(), selector: z.string().nullish() }).readonly().nullish(),
    services: anything,
    domains: strings.nullish(),
  })
  .readonly();
export type CalicoEntity = z.infer<typeof Entity>;

const Rule = z
  .strictObject({
    action: z.string(),
    ipVersion: z.int().nullish(),
    protocol: numberOrText.nullish(),
    notProtocol: numberOrText.nullish(),
    icmp: anything,
    notICMP: anything,
    http: anything,
    metadata: anything,
    source: Entity.nullish(),
    destination: Entity.nullish(),
  })
  .readonly();
export type CalicoRule = z.infer<typeof Rule>;

/** NetworkPolicy, which has a namespace, and GlobalNetworkPolicy, which has none. Staged ones never enforce and are none of these. */
export const CalicoPolicy = z
  .strictObject({
    namespace: z.string().exactOptional(),
    name: z.string(),
    spec: z
      .strictObject({
        tier: z.string().nullish(),
        order: z.number().nullish(),
        selector: z.string().nullish(),
        namespaceSelector: z.string().nullish(),
        serviceAccountSelector: z.string().nullish(),
        types: strings.nullish(),
        ingress: listOf(Rule),
        egress: listOf(Rule),
        doNotTrack: z.boolean().nullish(),
        preDNAT: z.boolean().nullish(),
        applyOnForward: z.boolean().nullish(),
        performanceHints: anything,
      })
      .readonly(),
  })
  .readonly();
export type CalicoPolicy = z.infer<typeof CalicoPolicy>;

export const CalicoTier = z
  .strictObject({ name: z.string(), order: z.number().exactOptional(), defaultAction: z.enum(["Deny", "Pass"]) })
  .readonly();
export type CalicoTier = z.infer<typeof CalicoTier>;

/** NetworkSet, which has a namespace, and GlobalNetworkSet. */
export const CalicoNetworkSet = z
  .strictObject({
    namespace: z.string().exactOptional(),
    name: z.string(),
    labels: texts,
    nets: strings,
    /** allowedEgressDomains: rules of egress mean them too. */
    domains: strings.exactOptional(),
  })
  .readonly();
export type CalicoNetworkSet = z.infer<typeof CalicoNetworkSet>;
