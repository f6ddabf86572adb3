import * as z from "zod";
import { AdminNetworkPolicy, ClusterNetworkPolicy } from "../../model/cluster-network-policy.ts";

const metadata = z.object({ name: z.string().min(1) });

/** policy.networking.k8s.io/v1alpha1 AdminNetworkPolicy and BaselineAdminNetworkPolicy. */
export const adminNetworkPolicyObject = (kind: AdminNetworkPolicy["kind"]): z.ZodType<AdminNetworkPolicy> =>
  z.object({ metadata, spec: AdminNetworkPolicy.unwrap().shape.spec }).transform(({ metadata: { name }, spec }) => ({ kind, name, spec }));

/** policy.networking.k8s.io/v1alpha2 ClusterNetworkPolicy, and the kind of that name in networking.k8s.aws/v1alpha1. */
export const clusterNetworkPolicyObject = (apiGroup: ClusterNetworkPolicy["apiGroup"]): z.ZodType<ClusterNetworkPolicy> =>
  z
    .object({ metadata, spec: ClusterNetworkPolicy.unwrap().shape.spec })
    .transform(({ metadata: { name }, spec }) => ({ apiGroup, name, spec }));
