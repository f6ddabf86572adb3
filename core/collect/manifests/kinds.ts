import type * as z from "zod";
import { kubernetesKinds } from "../kubernetes/kinds.ts";
import { kubernetesReads } from "../reads.ts";

/** The lists that connections are told from: every kind of policy, what runs, and what leads to it. */
const irrelevantLists = [
  "nodes",
  "roles",
  "roleBindings",
  "ingressClasses",
  "ingressClassParams",
  "gatewayClasses",
  "loadBalancerConfigurations",
  "targetGroupBindings",
  "securityGroupPolicies",
  "nodeClasses",
] as const;
export type AnyListName = keyof typeof kubernetesKinds;
export type ManifestListName = Exclude<AnyListName, (typeof irrelevantLists)[number]>;

/** The same kinds that are listed of a live cluster, and the same parsers. */
const allListNames = Object.keys(kubernetesKinds) as AnyListName[];
export const manifestListNames = allListNames.filter(
  (name): name is ManifestListName => !irrelevantLists.some((irrelevant) => irrelevant === name),
);

/** One kind of object, as a manifest names it. */
export interface ManifestKind {
  readonly list: AnyListName;
  readonly group: string;
  readonly kind: string;
  readonly versions: readonly string[];
  readonly object: z.ZodType<unknown>;
}

const kinds: readonly ManifestKind[] = [
  ...allListNames.flatMap((list) =>
    kubernetesKinds[list].map(({ read, kind, versions, object }) => ({ list, group: kubernetesReads[read].group, kind, versions, object })),
  ),
];
const byName = new Map(kinds.map((one) => [`${one.group}/${one.kind}`, one]));

export const manifestKind = (group: string, kind: string): ManifestKind | undefined => byName.get(`${group}/${kind}`);

/** Kinds that say nothing of connections. Whatever else is not read is told, as it may. */
const silent: Readonly<Record<string, readonly string[]>> = {
  "": [
    ...["ConfigMap", "Secret", "ServiceAccount", "PersistentVolume", "PersistentVolumeClaim", "ResourceQuota", "LimitRange"],
    ...["Endpoints", "Event", "Node", "PodTemplate", "ComponentStatus", "Binding"],
  ],
  apps: ["ControllerRevision"],
  autoscaling: ["HorizontalPodAutoscaler"],
  policy: ["PodDisruptionBudget", "PodSecurityPolicy"],
  "rbac.authorization.k8s.io": ["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"],
  "networking.k8s.io": ["IngressClass", "IPAddress", "ServiceCIDR"],
  "gateway.networking.k8s.io": ["GatewayClass", "ReferenceGrant", "BackendTLSPolicy"],
  "elbv2.k8s.aws": ["IngressClassParams", "TargetGroupBinding"],
  "vpcresources.k8s.aws": ["SecurityGroupPolicy", "CNINode"],
  "apiextensions.k8s.io": ["CustomResourceDefinition"],
  "admissionregistration.k8s.io": [
    ...["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
    ...["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"],
  ],
  "apiregistration.k8s.io": ["APIService"],
  "scheduling.k8s.io": ["PriorityClass"],
  "storage.k8s.io": ["StorageClass", "CSIDriver", "CSINode", "VolumeAttachment", "CSIStorageCapacity"],
  "coordination.k8s.io": ["Lease"],
  "discovery.k8s.io": ["EndpointSlice"],
  "node.k8s.io": ["RuntimeClass"],
  "certificates.k8s.io": ["CertificateSigningRequest"],
  "kustomize.config.k8s.io": ["Kustomization", "Component"],
};

export const saysNothingOfConnections = (group: string, kind: string): boolean => (silent[group] ?? []).includes(kind);
