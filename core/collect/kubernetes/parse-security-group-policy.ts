import * as z from "zod";
import { LabelSelector } from "../../model/network-policy.ts";
import type { SecurityGroupPolicy } from "../../model/pod-network.ts";
import { listOrEmpty, maybe, present, QualifiedName } from "./object-meta.ts";

const Spec = z.object({
  podSelector: maybe(LabelSelector),
  serviceAccountSelector: maybe(LabelSelector),
  securityGroups: z.object({ groupIds: listOrEmpty(z.string()) }).nullish(),
});

/** vpcresources.k8s.aws/v1beta1 SecurityGroupPolicy. An empty selector selects all, an absent one says nothing. */
export const SecurityGroupPolicyObject: z.ZodType<SecurityGroupPolicy> = z
  .object({ metadata: QualifiedName.namespaced, spec: Spec.nullish() })
  .transform(({ metadata, spec }) => ({
    ...metadata,
    groupIds: spec?.securityGroups?.groupIds ?? [],
    ...present({ podSelector: spec?.podSelector, serviceAccountSelector: spec?.serviceAccountSelector }),
  }));
