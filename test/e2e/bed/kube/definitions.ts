import type { Manifest } from "./admin.ts";

const anything = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

/** A kind of a controller, as loose as a definition may be. */
const definition = (
  group: string,
  kind: string,
  plural: string,
  scope: "Cluster" | "Namespaced",
  versions: readonly string[],
): Manifest => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: {
    name: `${plural}.${group}`,
    // Groups of the Kubernetes project are taken by those alone who say where it agreed.
    ...(group.endsWith(".k8s.io")
      ? { annotations: { "api-approved.kubernetes.io": "https://github.com/kubernetes-sigs/gateway-api/pull/2466" } }
      : {}),
  },
  spec: {
    group,
    scope,
    names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
    versions: versions.map((name, index) => ({
      name,
      served: true,
      storage: index === 0,
      schema: {
        openAPIV3Schema: { type: "object", properties: { spec: anything, specs: { type: "array", items: anything }, status: anything } },
      },
    })),
  },
});

/** IngressClassParams of the AWS Load Balancer Controller. */
export const elbv2ClassParams = definition("elbv2.k8s.aws", "IngressClassParams", "ingressclassparams", "Cluster", ["v1beta1"]);

/** Every kind that the product lists and a cluster may lack. Configurations are in the older version alone, in a group that has a newer one. */
export const customKinds: readonly Manifest[] = [
  elbv2ClassParams,
  definition("elbv2.k8s.aws", "TargetGroupBinding", "targetgroupbindings", "Namespaced", ["v1beta1"]),
  definition("eks.amazonaws.com", "TargetGroupBinding", "targetgroupbindings", "Namespaced", ["v1"]),
  definition("gateway.networking.k8s.io", "GatewayClass", "gatewayclasses", "Cluster", ["v1", "v1beta1"]),
  definition("gateway.networking.k8s.io", "Gateway", "gateways", "Namespaced", ["v1", "v1beta1"]),
  definition("gateway.networking.k8s.io", "HTTPRoute", "httproutes", "Namespaced", ["v1", "v1beta1"]),
  definition("gateway.networking.k8s.io", "GRPCRoute", "grpcroutes", "Namespaced", ["v1"]),
  definition("gateway.networking.k8s.io", "TLSRoute", "tlsroutes", "Namespaced", ["v1alpha2"]),
  definition("gateway.networking.k8s.io", "TCPRoute", "tcproutes", "Namespaced", ["v1alpha2"]),
  definition("gateway.networking.k8s.io", "UDPRoute", "udproutes", "Namespaced", ["v1alpha2"]),
  definition("gateway.k8s.aws", "LoadBalancerConfiguration", "loadbalancerconfigurations", "Namespaced", ["v1beta1"]),
  definition("policy.networking.k8s.io", "AdminNetworkPolicy", "adminnetworkpolicies", "Cluster", ["v1alpha1"]),
  definition("policy.networking.k8s.io", "BaselineAdminNetworkPolicy", "baselineadminnetworkpolicies", "Cluster", ["v1alpha1"]),
  definition("policy.networking.k8s.io", "ClusterNetworkPolicy", "clusternetworkpolicies", "Cluster", ["v1alpha2"]),
  definition("networking.k8s.aws", "ClusterNetworkPolicy", "clusternetworkpolicies", "Cluster", ["v1alpha1"]),
  definition("networking.k8s.aws", "ApplicationNetworkPolicy", "applicationnetworkpolicies", "Namespaced", ["v1alpha1"]),
  // As the definitions that go with an API server of Calico's own; those without one are the same under another group.
  definition("projectcalico.org", "NetworkPolicy", "networkpolicies", "Namespaced", ["v3"]),
  definition("projectcalico.org", "GlobalNetworkPolicy", "globalnetworkpolicies", "Cluster", ["v3"]),
  definition("projectcalico.org", "Tier", "tiers", "Cluster", ["v3"]),
  definition("projectcalico.org", "NetworkSet", "networksets", "Namespaced", ["v3"]),
  definition("projectcalico.org", "GlobalNetworkSet", "globalnetworksets", "Cluster", ["v3"]),
  definition("cilium.io", "CiliumNetworkPolicy", "ciliumnetworkpolicies", "Namespaced", ["v2"]),
  definition("cilium.io", "CiliumClusterwideNetworkPolicy", "ciliumclusterwidenetworkpolicies", "Cluster", ["v2"]),
  definition("vpcresources.k8s.aws", "SecurityGroupPolicy", "securitygrouppolicies", "Namespaced", ["v1beta1"]),
  definition("eks.amazonaws.com", "NodeClass", "nodeclasses", "Cluster", ["v1"]),
  definition("gateway.k8s.aws", "TargetGroupConfiguration", "targetgroupconfigurations", "Namespaced", ["v1"]),
];
