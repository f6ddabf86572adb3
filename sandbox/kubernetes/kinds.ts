import { fieldsOf, type KubernetesObject, listOf, splitApiVersion } from "./objects.ts";

/** One resource of the API, such as "services", and the kind of its objects. */
export interface ResourceKind {
  /** "" is the core group. */
  readonly group: string;
  /** Served versions, the preferred one first. */
  readonly versions: readonly string[];
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** Defined by a CustomResourceDefinition: served by another handler, whose lists and 404s look different. */
  readonly custom: boolean;
}

type Row = readonly [plural: string, kind: string, scope: "Namespaced" | "Cluster", shortNames?: string | undefined, sinceMinor?: number];

/**
 * Built-in resources of each group version that is on by default, and the minor version since which it is.
 * Source: kubernetes/kubernetes pkg/registry/<group>/rest/storage_<group>.go and the deprecation guide, read 2026-11 at v1.36.3.
 */
const builtIns: readonly (readonly [group: string, versions: readonly string[], rows: readonly Row[]])[] = [
  [
    "",
    ["v1"],
    [
      ["configmaps", "ConfigMap", "Namespaced", "cm"],
      ["endpoints", "Endpoints", "Namespaced", "ep"],
      ["events", "Event", "Namespaced", "ev"],
      ["limitranges", "LimitRange", "Namespaced", "limits"],
      ["namespaces", "Namespace", "Cluster", "ns"],
      ["nodes", "Node", "Cluster", "no"],
      ["persistentvolumeclaims", "PersistentVolumeClaim", "Namespaced", "pvc"],
      ["persistentvolumes", "PersistentVolume", "Cluster", "pv"],
      ["pods", "Pod", "Namespaced", "po"],
      ["podtemplates", "PodTemplate", "Namespaced"],
      ["replicationcontrollers", "ReplicationController", "Namespaced", "rc"],
      ["resourcequotas", "ResourceQuota", "Namespaced", "quota"],
      ["secrets", "Secret", "Namespaced"],
      ["serviceaccounts", "ServiceAccount", "Namespaced", "sa"],
      ["services", "Service", "Namespaced", "svc"],
    ],
  ],
  [
    "apps",
    ["v1"],
    [
      ["controllerrevisions", "ControllerRevision", "Namespaced"],
      ["daemonsets", "DaemonSet", "Namespaced", "ds"],
      ["deployments", "Deployment", "Namespaced", "deploy"],
      ["replicasets", "ReplicaSet", "Namespaced", "rs"],
      ["statefulsets", "StatefulSet", "Namespaced", "sts"],
    ],
  ],
  [
    "batch",
    ["v1"],
    [
      ["cronjobs", "CronJob", "Namespaced", "cj"],
      ["jobs", "Job", "Namespaced"],
    ],
  ],
  ["autoscaling", ["v2", "v1"], [["horizontalpodautoscalers", "HorizontalPodAutoscaler", "Namespaced", "hpa"]]],
  ["policy", ["v1"], [["poddisruptionbudgets", "PodDisruptionBudget", "Namespaced", "pdb"]]],
  [
    "networking.k8s.io",
    ["v1"],
    [
      ["ingressclasses", "IngressClass", "Cluster"],
      ["ingresses", "Ingress", "Namespaced", "ing"],
      ["ipaddresses", "IPAddress", "Cluster", "ip", 33],
      ["networkpolicies", "NetworkPolicy", "Namespaced", "netpol"],
      ["servicecidrs", "ServiceCIDR", "Cluster", undefined, 33],
    ],
  ],
  ["discovery.k8s.io", ["v1"], [["endpointslices", "EndpointSlice", "Namespaced"]]],
  [
    "rbac.authorization.k8s.io",
    ["v1"],
    [
      ["clusterrolebindings", "ClusterRoleBinding", "Cluster"],
      ["clusterroles", "ClusterRole", "Cluster"],
      ["rolebindings", "RoleBinding", "Namespaced"],
      ["roles", "Role", "Namespaced"],
    ],
  ],
  [
    "storage.k8s.io",
    ["v1"],
    [
      ["csidrivers", "CSIDriver", "Cluster"],
      ["csinodes", "CSINode", "Cluster"],
      ["csistoragecapacities", "CSIStorageCapacity", "Namespaced"],
      ["storageclasses", "StorageClass", "Cluster", "sc"],
      ["volumeattachments", "VolumeAttachment", "Cluster"],
    ],
  ],
  [
    "admissionregistration.k8s.io",
    ["v1"],
    [
      ["mutatingwebhookconfigurations", "MutatingWebhookConfiguration", "Cluster"],
      ["validatingadmissionpolicies", "ValidatingAdmissionPolicy", "Cluster", undefined, 30],
      ["validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding", "Cluster", undefined, 30],
      ["validatingwebhookconfigurations", "ValidatingWebhookConfiguration", "Cluster"],
    ],
  ],
  ["apiextensions.k8s.io", ["v1"], [["customresourcedefinitions", "CustomResourceDefinition", "Cluster", "crd,crds"]]],
  ["apiregistration.k8s.io", ["v1"], [["apiservices", "APIService", "Cluster"]]],
  ["certificates.k8s.io", ["v1"], [["certificatesigningrequests", "CertificateSigningRequest", "Cluster", "csr"]]],
  ["coordination.k8s.io", ["v1"], [["leases", "Lease", "Namespaced"]]],
  ["events.k8s.io", ["v1"], [["events", "Event", "Namespaced", "ev"]]],
  ["node.k8s.io", ["v1"], [["runtimeclasses", "RuntimeClass", "Cluster"]]],
  ["scheduling.k8s.io", ["v1"], [["priorityclasses", "PriorityClass", "Cluster", "pc"]]],
  [
    "flowcontrol.apiserver.k8s.io",
    ["v1"],
    [
      ["flowschemas", "FlowSchema", "Cluster"],
      ["prioritylevelconfigurations", "PriorityLevelConfiguration", "Cluster"],
    ],
  ],
];

/** The built-in resources of a minor version, such as 33. */
export const builtInKinds = (minor: number): readonly ResourceKind[] =>
  builtIns.flatMap(([group, versions, rows]) =>
    rows
      .filter(([, , , , since = 0]) => since <= minor)
      .map(([plural, kind, scope, shortNames]) => ({
        group,
        versions,
        plural,
        singular: kind.toLowerCase(),
        kind,
        listKind: `${kind}List`,
        namespaced: scope === "Namespaced",
        shortNames: shortNames?.split(",") ?? [],
        categories: [],
        custom: false,
      })),
  );

const strings = (value: unknown): readonly string[] => listOf(value).filter((item) => typeof item === "string");

/** The resource that a CustomResourceDefinition installs. A version that is not served does not exist for a client. */
export function kindOfDefinition(definition: KubernetesObject): ResourceKind {
  const spec = fieldsOf(definition.spec);
  const names = fieldsOf(spec.names);
  const kind = String(names.kind);
  const versions = listOf(spec.versions).map(fieldsOf);
  return {
    group: String(spec.group),
    versions: versions
      .filter(({ served }) => served !== false)
      .map(({ name }) => String(name))
      .sort(byVersionPriority),
    plural: String(names.plural),
    singular: String(names.singular ?? kind.toLowerCase()),
    kind,
    listKind: String(names.listKind ?? `${kind}List`),
    namespaced: spec.scope !== "Cluster",
    shortNames: strings(names.shortNames),
    categories: strings(names.categories),
    custom: true,
  };
}

/** v10 before v2 before v1beta2 before v1alpha1 before anything else. Source: apimachinery pkg/version/helpers.go, CompareKubeAwareVersionStrings. */
export function byVersionPriority(a: string, b: string): number {
  const rank = (version: string) => {
    const [, major, stage, minor] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
    if (major === undefined) return [-1, 0, 0];
    return [stage === undefined ? 2 : stage === "beta" ? 1 : 0, Number(major), Number(minor ?? 0)];
  };
  const [left, right] = [rank(a), rank(b)];
  for (const [i, value] of left.entries()) if (value !== right[i]) return (right[i] ?? 0) - value;
  return a < b ? -1 : 1;
}

/** The plural that controllers of custom kinds commonly choose; "IngressClassParams" keeps its s. */
function guessPlural(kind: string): string {
  const name = kind.toLowerCase();
  if (/(ss|sh|ch|x)$/.test(name)) return `${name}es`;
  if (name.endsWith("s")) return name;
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}

/** The definition that must exist for objects of a kind that nothing else defines: namespaced if one of them has a namespace. */
export function inferDefinition(objects: readonly [KubernetesObject, ...KubernetesObject[]]): KubernetesObject {
  const [{ apiVersion, kind }] = objects;
  const { group } = splitApiVersion(apiVersion);
  const plural = guessPlural(kind);
  const versions = [...new Set(objects.map((object) => splitApiVersion(object.apiVersion).version))].sort(byVersionPriority);
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      scope: objects.some(({ metadata }) => metadata.namespace !== undefined) ? "Namespaced" : "Cluster",
      versions: versions.map((name, i) => ({
        name,
        served: true,
        storage: i === 0,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      })),
    },
  };
}
