import * as z from "zod";
import { ApplicationNetworkPolicy } from "../../model/cluster-network-policy.ts";
import { NetworkPolicy } from "../../model/network-policy.ts";
import { QualifiedName } from "./object-meta.ts";

/**
 * networking.k8s.io/v1 NetworkPolicy. Its spec is taken whole or not at all, here as in every kind of policy: a field that is
 * not known could mean that a rule says less, or more, than it seems to.
 */
export const NetworkPolicyObject: z.ZodType<NetworkPolicy> = z
  .object({ metadata: QualifiedName.namespaced, spec: NetworkPolicy.unwrap().shape.spec.nullish() })
  .transform(({ metadata, spec }) => ({ ...metadata, spec: spec ?? {} }));

/** networking.k8s.aws/v1alpha1 ApplicationNetworkPolicy. */
export const ApplicationNetworkPolicyObject: z.ZodType<ApplicationNetworkPolicy> = z
  .object({ metadata: QualifiedName.namespaced, spec: ApplicationNetworkPolicy.unwrap().shape.spec })
  .transform(({ metadata, spec }) => ({ ...metadata, spec }));
