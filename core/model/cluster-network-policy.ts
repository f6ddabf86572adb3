/**
 * Policies for whole clusters, in the words of their APIs: policy.networking.k8s.io AdminNetworkPolicy and
 * BaselineAdminNetworkPolicy (v1alpha1) and ClusterNetworkPolicy (v1alpha2, v1beta1), networking.k8s.aws ClusterNetworkPolicy
 * and ApplicationNetworkPolicy (v1alpha1).
 */
import * as z from "zod";
import { LabelSelector, NetworkPolicyPeer, NetworkPolicyPort } from "./network-policy.ts";

const strings = z.array(z.string()).readonly();
const listOf = <S extends z.ZodType>(item: S) => z.array(item).readonly().nullish();

const NamespacedPods = z.strictObject({ namespaceSelector: LabelSelector.nullish(), podSelector: LabelSelector.nullish() }).readonly();

/** Loose: of a peer without any field these APIs say what to do, and of one with a field that is not known an engine may know more. */
export const ClusterPolicyPeer = z
  .looseObject({
    namespaces: LabelSelector.nullish(),
    pods: NamespacedPods.nullish(),
    nodes: LabelSelector.nullish(),
    networks: strings.nullish(),
    domainNames: strings.nullish(),
  })
  .readonly();
export type ClusterPolicyPeer = z.infer<typeof ClusterPolicyPeer>;

/** v1alpha1, and that of AWS. */
const Port = z
  .strictObject({
    portNumber: z.strictObject({ protocol: z.string().nullish(), port: z.int() }).readonly().nullish(),
    portRange: z.strictObject({ protocol: z.string().nullish(), start: z.int(), end: z.int() }).readonly().nullish(),
    namedPort: z.string().nullish(),
  })
  .readonly();

const destination = z
  .strictObject({
    destinationPort: z
      .strictObject({ number: z.int().nullish(), range: z.strictObject({ start: z.int(), end: z.int() }).readonly().nullish() })
      .readonly()
      .nullish(),
  })
  .readonly()
  .nullish();
/** v1alpha2 and v1beta1. */
const ProtocolMatch = z
  .strictObject({ tcp: destination, udp: destination, sctp: destination, destinationNamedPort: z.string().nullish() })
  .readonly();

const rule = { name: z.string().nullish(), action: z.string(), ports: listOf(Port), protocols: listOf(ProtocolMatch) };
const IngressRule = z.strictObject({ ...rule, from: listOf(ClusterPolicyPeer) }).readonly();
const EgressRule = z.strictObject({ ...rule, to: listOf(ClusterPolicyPeer) }).readonly();
export type ClusterPolicyRule = z.infer<typeof IngressRule> | z.infer<typeof EgressRule>;

const spec = {
  subject: z.strictObject({ namespaces: LabelSelector.nullish(), pods: NamespacedPods.nullish() }).readonly(),
  ingress: listOf(IngressRule),
  egress: listOf(EgressRule),
};

export const AdminNetworkPolicy = z
  .strictObject({
    kind: z.enum(["AdminNetworkPolicy", "BaselineAdminNetworkPolicy"]),
    name: z.string(),
    /** A BaselineAdminNetworkPolicy has no priority, as there is but one. */
    spec: z.strictObject({ ...spec, priority: z.int().nullish() }).readonly(),
  })
  .readonly();
export type AdminNetworkPolicy = z.infer<typeof AdminNetworkPolicy>;

export const ClusterNetworkPolicy = z
  .strictObject({
    apiGroup: z.enum(["policy.networking.k8s.io", "networking.k8s.aws"]),
    name: z.string(),
    spec: z.strictObject({ ...spec, tier: z.string(), priority: z.int() }).readonly(),
  })
  .readonly();
export type ClusterNetworkPolicy = z.infer<typeof ClusterNetworkPolicy>;

export const ApplicationNetworkPolicyPeer = z
  .strictObject({ ...NetworkPolicyPeer.unwrap().shape, domainNames: strings.nullish() })
  .readonly();
export type ApplicationNetworkPolicyPeer = z.infer<typeof ApplicationNetworkPolicyPeer>;

/** networking.k8s.aws: a NetworkPolicy whose egress may name domains. */
export const ApplicationNetworkPolicy = z
  .strictObject({
    namespace: z.string(),
    name: z.string(),
    spec: z
      .strictObject({
        podSelector: LabelSelector.nullish(),
        policyTypes: strings.nullish(),
        ingress: listOf(z.strictObject({ ports: listOf(NetworkPolicyPort), from: listOf(NetworkPolicyPeer) }).readonly()),
        egress: listOf(z.strictObject({ ports: listOf(NetworkPolicyPort), to: listOf(ApplicationNetworkPolicyPeer) }).readonly()),
      })
      .readonly(),
  })
  .readonly();
export type ApplicationNetworkPolicy = z.infer<typeof ApplicationNetworkPolicy>;
