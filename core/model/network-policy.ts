/** networking.k8s.io/v1 NetworkPolicy, in the words of the API. Absent fields may be null, as in objects of other clients. */
import * as z from "zod";

const strings = z.array(z.string()).readonly();
const texts = z.record(z.string(), z.string()).readonly();

/** Kubernetes' LabelSelector; its operators are judged where it is read. */
export const LabelSelector = z
  .strictObject({
    matchLabels: texts.nullish(),
    matchExpressions: z
      .array(z.strictObject({ key: z.string(), operator: z.string(), values: strings.nullish() }).readonly())
      .readonly()
      .nullish(),
  })
  .readonly();
export type LabelSelector = z.infer<typeof LabelSelector>;

export const NetworkPolicyPort = z
  .strictObject({
    protocol: z.string().nullish(),
    port: z.union([z.int(), z.string()]).nullish(),
    endPort: z.int().nullish(),
  })
  .readonly();
export type NetworkPolicyPort = z.infer<typeof NetworkPolicyPort>;

export const NetworkPolicyPeer = z
  .strictObject({
    podSelector: LabelSelector.nullish(),
    namespaceSelector: LabelSelector.nullish(),
    ipBlock: z.strictObject({ cidr: z.string(), except: strings.nullish() }).readonly().nullish(),
  })
  .readonly();
export type NetworkPolicyPeer = z.infer<typeof NetworkPolicyPeer>;

const ports = z.array(NetworkPolicyPort).readonly().nullish();
const peers = z.array(NetworkPolicyPeer).readonly().nullish();

export const NetworkPolicy = z
  .strictObject({
    namespace: z.string(),
    name: z.string(),
    spec: z
      .strictObject({
        podSelector: LabelSelector.nullish(),
        policyTypes: strings.nullish(),
        ingress: z
          .array(z.strictObject({ ports, from: peers }).readonly())
          .readonly()
          .nullish(),
        egress: z
          .array(z.strictObject({ ports, to: peers }).readonly())
          .readonly()
          .nullish(),
      })
      .readonly(),
  })
  .readonly();
export type NetworkPolicy = z.infer<typeof NetworkPolicy>;
