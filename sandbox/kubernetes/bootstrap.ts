import type { KubernetesObject } from "./objects.ts";

const rbac = "rbac.authorization.k8s.io";
const bootstrapped = {
  labels: { "kubernetes.io/bootstrapping": "rbac-defaults" },
  annotations: { "rbac.authorization.kubernetes.io/autoupdate": "true" },
};

const namespace = (name: string): KubernetesObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
const clusterRole = (name: string, rules: readonly object[]): KubernetesObject => ({
  apiVersion: `${rbac}/v1`,
  kind: "ClusterRole",
  metadata: { name, ...bootstrapped },
  rules,
});
const clusterRoleBinding = (name: string, subjects: readonly string[], kind: "Group" | "User" = "Group"): KubernetesObject => ({
  apiVersion: `${rbac}/v1`,
  kind: "ClusterRoleBinding",
  metadata: { name, ...bootstrapped },
  roleRef: { apiGroup: rbac, kind: "ClusterRole", name },
  subjects: subjects.map((subject) => ({ apiGroup: rbac, kind, name: subject })),
});

const health = ["/healthz", "/livez", "/readyz"];

/**
 * What a cluster holds before anybody puts anything into it, where a reader of network exposure may meet it. An object of
 * the same name in the estate takes its place. Source: kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go,
 * pkg/controlplane/controller/kubernetesservice.
 */
export const bootstrapObjects: readonly KubernetesObject[] = [
  namespace("default"),
  namespace("kube-node-lease"),
  namespace("kube-public"),
  namespace("kube-system"),
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "kubernetes", namespace: "default", labels: { component: "apiserver", provider: "kubernetes" } },
    spec: { clusterIP: "172.20.0.1", ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: 443 }], type: "ClusterIP" },
  },
  {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "kubernetes", namespace: "default", labels: { "kubernetes.io/service-name": "kubernetes" } },
    addressType: "IPv4",
    endpoints: [{ addresses: ["10.0.0.10"], conditions: { ready: true } }],
    ports: [{ name: "https", port: 443, protocol: "TCP" }],
  },
  clusterRole("cluster-admin", [
    { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
    { nonResourceURLs: ["*"], verbs: ["*"] },
  ]),
  clusterRole("system:basic-user", [
    { apiGroups: ["authorization.k8s.io"], resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"], verbs: ["create"] },
    { apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"], verbs: ["create"] },
  ]),
  clusterRole("system:discovery", [
    {
      nonResourceURLs: ["/api", "/api/*", "/apis", "/apis/*", ...health, "/openapi", "/openapi/*", "/version", "/version/"],
      verbs: ["get"],
    },
  ]),
  clusterRole("system:public-info-viewer", [{ nonResourceURLs: [...health, "/version", "/version/"], verbs: ["get"] }]),
  clusterRole("system:kubelet-api-admin", [
    { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
    { apiGroups: [""], resources: ["nodes"], verbs: ["proxy"] },
    { apiGroups: [""], resources: ["nodes/log", "nodes/metrics", "nodes/proxy", "nodes/stats"], verbs: ["*"] },
  ]),
  clusterRole("system:monitoring", [
    { nonResourceURLs: [...health, ...health.map((path) => `${path}/*`), "/metrics", "/metrics/slis"], verbs: ["get"] },
  ]),
  clusterRole("system:node-proxier", [
    { apiGroups: [""], resources: ["endpoints", "services"], verbs: ["list", "watch"] },
    { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
    { apiGroups: ["", "events.k8s.io"], resources: ["events"], verbs: ["create", "patch", "update"] },
    { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
  ]),
  clusterRole("system:service-account-issuer-discovery", [
    { nonResourceURLs: ["/.well-known/openid-configuration", "/openid/v1/jwks"], verbs: ["get"] },
  ]),
  clusterRoleBinding("cluster-admin", ["system:masters"]),
  clusterRoleBinding("system:basic-user", ["system:authenticated"]),
  clusterRoleBinding("system:discovery", ["system:authenticated"]),
  clusterRoleBinding("system:monitoring", ["system:monitoring"]),
  clusterRoleBinding("system:node-proxier", ["system:kube-proxy"], "User"),
  clusterRoleBinding("system:public-info-viewer", ["system:authenticated", "system:unauthenticated"]),
  clusterRoleBinding("system:service-account-issuer-discovery", ["system:serviceaccounts"]),
];
