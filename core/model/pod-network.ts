/** What decides how pods are isolated, beside the policies themselves: settings of engines, classes of nodes, groups of pods. */
import * as z from "zod";
import { factOf } from "./fact.ts";
import { LabelSelector } from "./network-policy.ts";

const strings = z.array(z.string()).readonly();
const texts = z.record(z.string(), z.string()).readonly();

/** The named keys of one ConfigMap; nothing else of it is kept. */
export const NamedSettings = z
  .strictObject({
    /** Whether there is such a ConfigMap at all. */
    isPresent: z.boolean(),
    values: texts,
  })
  .readonly();
export type NamedSettings = z.infer<typeof NamedSettings>;

/** The ConfigMaps by which engines are told whether to enforce policies. */
export const NetworkSettings = z
  .strictObject({
    /** kube-system/amazon-vpc-cni: enable-network-policy-controller. */
    vpcCni: factOf(NamedSettings),
    /** kube-system/cilium-config: its mode, what blocks mean to it, and which kinds of policy it was told to leave alone, or to read. */
    cilium: factOf(NamedSettings),
  })
  .readonly();
export type NetworkSettings = z.infer<typeof NetworkSettings>;

/** eks.amazonaws.com NodeClass of EKS Auto Mode. Its nodes carry the label eks.amazonaws.com/nodeclass. */
export const NodeClass = z
  .strictObject({
    name: z.string(),
    /** DefaultAllow, DefaultDeny; absent means DefaultAllow. */
    networkPolicy: z.string().exactOptional(),
  })
  .readonly();
export type NodeClass = z.infer<typeof NodeClass>;

/** Where the Service `kubernetes` leads: the control plane's own addresses. */
export const ApiServerAddresses = z.strictObject({ addresses: strings, ports: z.array(z.int()).readonly() }).readonly();
export type ApiServerAddresses = z.infer<typeof ApiServerAddresses>;

/** vpcresources.k8s.aws SecurityGroupPolicy: which pods get a branch interface with security groups of their own. */
export const SecurityGroupPolicy = z
  .strictObject({
    namespace: z.string(),
    name: z.string(),
    podSelector: LabelSelector.exactOptional(),
    serviceAccountSelector: LabelSelector.exactOptional(),
    groupIds: strings,
  })
  .readonly();
export type SecurityGroupPolicy = z.infer<typeof SecurityGroupPolicy>;
