import * as z from "zod";
import type { LoadBalancerConfiguration } from "../../model/gateway.ts";
import { maybe, NamespacedIdentity, present } from "./object-meta.ts";

/** The controller tells an empty list from none, so both are kept. Source: kubernetes-sigs/aws-load-balancer-controller apis/gateway/v1. */
const Spec = z
  .object({
    mergingMode: maybe(z.string()),
    scheme: maybe(z.string()),
    ipAddressType: maybe(z.string()),
    sourceRanges: maybe(z.array(z.string())),
    securityGroups: maybe(z.array(z.string())),
    securityGroupPrefixes: maybe(z.array(z.string())),
    disableSecurityGroup: maybe(z.boolean()),
  })
  .transform((spec) => present(spec));

/** gateway.k8s.aws/v1 LoadBalancerConfiguration, the same in v1beta1. */
export const LoadBalancerConfigurationObject: z.ZodType<LoadBalancerConfiguration> = z
  .object({ metadata: NamespacedIdentity, spec: Spec.nullish() })
  .transform(({ metadata, spec }) => ({ ...metadata, ...spec }));
