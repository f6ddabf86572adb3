import * as z from "zod";
import type { Pod } from "../../model/workloads.ts";
import { ControllerOwner, filled, listOrEmpty, NamespacedIdentity, present, textsOrEmpty } from "./object-meta.ts";
import { podSpecFields, podSpecOf } from "./parse-pod-spec.ts";

/** Written by the VPC resource controller onto a pod with security groups of its own. Source: Amazon EKS User Guide, "Security groups for Pods". */
const branchInterface = "vpc.amazonaws.com/pod-eni";

const Metadata = NamespacedIdentity.extend({
  labels: textsOrEmpty,
  annotations: z.object({ [branchInterface]: filled }).nullish(),
  creationTimestamp: filled,
  ownerReferences: ControllerOwner,
}).transform(({ annotations, creationTimestamp: createdAt, ownerReferences: owner, ...rest }) => ({
  ...rest,
  hasBranchInterface: annotations?.[branchInterface] !== undefined,
  ...present({ createdAt, owner }),
}));

const Spec = z
  .object({ ...podSpecFields, nodeName: filled, resourceClaims: listOrEmpty(z.unknown()) })
  .transform(({ nodeName, resourceClaims, ...spec }) => ({
    claims: resourceClaims.length,
    spec: podSpecOf(spec),
    ...present({ nodeName }),
  }));

const Status = z
  .object({
    // Whatever else a later version may write, such a pod is not known to have ended.
    phase: z.enum(["Pending", "Running", "Succeeded", "Failed", "Unknown"]).catch("Unknown"),
    podIP: filled,
    podIPs: listOrEmpty(z.object({ ip: filled })),
    hostIP: filled,
    conditions: listOrEmpty(z.object({ type: z.string(), status: z.string() })),
    // Of devices that containers ask for as extended resources there is no claim in the spec.
    resourceClaimStatuses: listOrEmpty(z.unknown()),
    extendedResourceClaimStatus: z.unknown().optional(),
  })
  .transform(({ phase, podIP, podIPs, hostIP, conditions, resourceClaimStatuses, extendedResourceClaimStatus }) => {
    const ready = conditions.find(({ type }) => type === "Ready");
    const isReady = ready === undefined ? undefined : ready.status === "True";
    const ips = podIPs.flatMap(({ ip }) => ip ?? []);
    const claims = resourceClaimStatuses.length + (extendedResourceClaimStatus == null ? 0 : 1);
    return { claims, phase, podIps: ips.length === 0 && podIP !== undefined ? [podIP] : ips, ...present({ hostIp: hostIP, isReady }) };
  });
const noStatus = { claims: 0, phase: "Unknown" as const, podIps: [] };

/** v1 Pod. */
export const PodObject: z.ZodType<Pod> = z
  .object({ metadata: Metadata, spec: Spec, status: Status.nullish() })
  .transform(({ metadata, spec: { claims: asked, ...spec }, status }) => {
    const { claims: given, ...rest } = status ?? noStatus;
    return { ...metadata, ...spec, ...rest, ...(asked + given > 0 ? { hasClaims: true } : {}) };
  });
