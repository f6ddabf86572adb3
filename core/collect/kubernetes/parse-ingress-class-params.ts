import * as z from "zod";
import type { IngressClassParams } from "../../model/kubernetes.ts";
import { ClusterMeta, listOrEmpty, maybe, present } from "./object-meta.ts";

/**
 * The list of prefix lists was spelled in two ways, and each group has its own word for certificates.
 * Sources: kubernetes-sigs/aws-load-balancer-controller apis/elbv2/v1beta1; Amazon EKS User Guide, "Create an IngressClass" of Auto Mode.
 */
const Spec = z
  .object({
    scheme: maybe(z.string()),
    group: z.object({ name: maybe(z.string()) }).nullish(),
    inboundCIDRs: listOrEmpty(z.string()),
    prefixListsIDs: listOrEmpty(z.string()),
    PrefixListsIDs: listOrEmpty(z.string()),
    certificateArn: listOrEmpty(z.string()),
    certificateARNs: listOrEmpty(z.string()),
  })
  .nullish();

/** IngressClassParams of the controller's own group, or of EKS Auto Mode's. */
export const ingressClassParamsObject = (apiGroup: IngressClassParams["apiGroup"]): z.ZodType<IngressClassParams> =>
  z.object({ metadata: ClusterMeta, spec: Spec }).transform(({ metadata, spec }) => ({
    ...metadata,
    apiGroup,
    inboundCidrs: spec?.inboundCIDRs ?? [],
    prefixListIds: [...(spec?.prefixListsIDs ?? []), ...(spec?.PrefixListsIDs ?? [])],
    certificateArns: [...(spec?.certificateArn ?? []), ...(spec?.certificateARNs ?? [])],
    ...present({ scheme: spec?.scheme, groupName: spec?.group?.name }),
  }));
