import type * as z from "zod";
import type { ClusterFacts } from "../../model/cluster.ts";
import type { Fact } from "../../model/fact.ts";
import type { Workload } from "../../model/workloads.ts";
import type { KubernetesListName, KubernetesReadName } from "../reads.ts";
import { CalicoTierObject, calicoNetworkSetObject, calicoPolicyObject } from "./parse-calico.ts";
import { ciliumPolicyObject } from "./parse-cilium-policy.ts";
import { adminNetworkPolicyObject, clusterNetworkPolicyObject } from "./parse-cluster-network-policy.ts";
import { GatewayObject } from "./parse-gateway.ts";
import { GatewayClassObject } from "./parse-gateway-class.ts";
import { IngressObject } from "./parse-ingress.ts";
import { IngressClassObject } from "./parse-ingress-class.ts";
import { ingressClassParamsObject } from "./parse-ingress-class-params.ts";
import { LoadBalancerConfigurationObject } from "./parse-load-balancer-configuration.ts";
import { NamespaceObject } from "./parse-namespace.ts";
import { ApplicationNetworkPolicyObject, NetworkPolicyObject } from "./parse-network-policy.ts";
import { NodeObject } from "./parse-node.ts";
import { NodeClassObject } from "./parse-node-class.ts";
import { PodObject } from "./parse-pod.ts";
import { roleObject } from "./parse-role.ts";
import { roleBindingObject } from "./parse-role-binding.ts";
import { routeObject } from "./parse-route.ts";
import { SecurityGroupPolicyObject } from "./parse-security-group-policy.ts";
import { ServiceObject } from "./parse-service.ts";
import { TargetGroupBindingObject } from "./parse-target-group-binding.ts";
import { workloadObject } from "./parse-workload.ts";

/** One kind of object that is listed. Its group and resource stand in `reads.ts`, from which its grant is made. */
export interface KubernetesKind<T> {
  readonly read: KubernetesReadName;
  readonly kind: string;
  /** Versions whose objects `object` reads. */
  readonly versions: readonly [string, ...string[]];
  /** `custom`: defined by a controller that a cluster may lack; then there are none of it. */
  readonly origin: "built-in" | "custom";
  readonly object: z.ZodType<T>;
  /** The same objects under another group, which is read where it is served, and this one not. */
  readonly unlessServedAs?: KubernetesReadName;
}

export type ObjectOf<N extends KubernetesListName> = ClusterFacts[N] extends Fact<readonly (infer T)[]> ? T : never;

const builtIn = <T>(read: KubernetesReadName, kind: string, object: z.ZodType<T>): KubernetesKind<T> => ({
  read,
  kind,
  versions: ["v1"],
  origin: "built-in",
  object,
});
const custom = <T>(
  read: KubernetesReadName,
  kind: string,
  versions: KubernetesKind<T>["versions"],
  object: z.ZodType<T>,
): KubernetesKind<T> => ({ read, kind, versions, origin: "custom", object });
/** Calico's own API first; where its server is not installed, what that would store. Source: tigera/docs operations/native-v3-crds. */
const calico = <T>(plural: CalicoPlural, kind: string, object: z.ZodType<T>): readonly KubernetesKind<T>[] => {
  const served = `kubernetes:list ${plural}.projectcalico.org` as const;
  const stored = custom(`kubernetes:list ${plural}.crd.projectcalico.org`, kind, ["v1"], object);
  return [custom(served, kind, ["v3"], object), { ...stored, unlessServedAs: served }];
};
type CalicoPlural = "networkpolicies" | "globalnetworkpolicies" | "tiers" | "networksets" | "globalnetworksets";
const workload = (read: KubernetesReadName, kind: Workload["kind"]) => builtIn(read, kind, workloadObject(kind));

/** Which lists make up each fact. A further kind is a line here, one in `reads.ts`, and its parser. */
export const kubernetesKinds: { readonly [N in KubernetesListName]: readonly KubernetesKind<ObjectOf<N>>[] } = {
  services: [builtIn("kubernetes:list services", "Service", ServiceObject)],
  ingresses: [builtIn("kubernetes:list ingresses", "Ingress", IngressObject)],
  ingressClasses: [builtIn("kubernetes:list ingressclasses", "IngressClass", IngressClassObject)],
  ingressClassParams: [
    custom(
      "kubernetes:list ingressclassparams.elbv2.k8s.aws",
      "IngressClassParams",
      ["v1beta1"],
      ingressClassParamsObject("elbv2.k8s.aws"),
    ),
    custom(
      "kubernetes:list ingressclassparams.eks.amazonaws.com",
      "IngressClassParams",
      ["v1"],
      ingressClassParamsObject("eks.amazonaws.com"),
    ),
  ],
  gatewayClasses: [
    custom("kubernetes:list gatewayclasses.gateway.networking.k8s.io", "GatewayClass", ["v1", "v1beta1"], GatewayClassObject),
  ],
  gateways: [custom("kubernetes:list gateways.gateway.networking.k8s.io", "Gateway", ["v1", "v1beta1"], GatewayObject)],
  loadBalancerConfigurations: [
    custom(
      "kubernetes:list loadbalancerconfigurations.gateway.k8s.aws",
      "LoadBalancerConfiguration",
      ["v1", "v1beta1"],
      LoadBalancerConfigurationObject,
    ),
  ],
  targetGroupBindings: [
    custom("kubernetes:list targetgroupbindings.elbv2.k8s.aws", "TargetGroupBinding", ["v1beta1"], TargetGroupBindingObject),
    custom("kubernetes:list targetgroupbindings.eks.amazonaws.com", "TargetGroupBinding", ["v1"], TargetGroupBindingObject),
  ],
  // Sources: kubernetes-sigs/gateway-api apis.
  gatewayRoutes: [
    custom("kubernetes:list httproutes.gateway.networking.k8s.io", "HTTPRoute", ["v1", "v1beta1"], routeObject("HTTPRoute")),
    custom("kubernetes:list grpcroutes.gateway.networking.k8s.io", "GRPCRoute", ["v1", "v1alpha2"], routeObject("GRPCRoute")),
    custom("kubernetes:list tlsroutes.gateway.networking.k8s.io", "TLSRoute", ["v1", "v1alpha3", "v1alpha2"], routeObject("TLSRoute")),
    custom("kubernetes:list tcproutes.gateway.networking.k8s.io", "TCPRoute", ["v1", "v1alpha2"], routeObject("TCPRoute")),
    custom("kubernetes:list udproutes.gateway.networking.k8s.io", "UDPRoute", ["v1", "v1alpha2"], routeObject("UDPRoute")),
  ],
  namespaces: [builtIn("kubernetes:list namespaces", "Namespace", NamespaceObject)],
  nodes: [builtIn("kubernetes:list nodes", "Node", NodeObject)],
  pods: [builtIn("kubernetes:list pods", "Pod", PodObject)],
  workloads: [
    workload("kubernetes:list deployments", "Deployment"),
    workload("kubernetes:list statefulsets", "StatefulSet"),
    workload("kubernetes:list daemonsets", "DaemonSet"),
    workload("kubernetes:list replicasets", "ReplicaSet"),
    workload("kubernetes:list replicationcontrollers", "ReplicationController"),
    workload("kubernetes:list jobs", "Job"),
    workload("kubernetes:list cronjobs", "CronJob"),
  ],
  networkPolicies: [builtIn("kubernetes:list networkpolicies", "NetworkPolicy", NetworkPolicyObject)],
  adminNetworkPolicies: (
    [
      ["kubernetes:list adminnetworkpolicies.policy.networking.k8s.io", "AdminNetworkPolicy"],
      ["kubernetes:list baselineadminnetworkpolicies.policy.networking.k8s.io", "BaselineAdminNetworkPolicy"],
    ] as const
  ).map(([read, kind]) => custom(read, kind, ["v1alpha1"], adminNetworkPolicyObject(kind))),
  clusterNetworkPolicies: [
    custom(
      "kubernetes:list clusternetworkpolicies.policy.networking.k8s.io",
      "ClusterNetworkPolicy",
      ["v1beta1", "v1alpha2"],
      clusterNetworkPolicyObject("policy.networking.k8s.io"),
    ),
    custom(
      "kubernetes:list clusternetworkpolicies.networking.k8s.aws",
      "ClusterNetworkPolicy",
      ["v1alpha1"],
      clusterNetworkPolicyObject("networking.k8s.aws"),
    ),
  ],
  applicationNetworkPolicies: [
    custom(
      "kubernetes:list applicationnetworkpolicies.networking.k8s.aws",
      "ApplicationNetworkPolicy",
      ["v1alpha1"],
      ApplicationNetworkPolicyObject,
    ),
  ],
  calicoPolicies: [
    ...calico("networkpolicies", "NetworkPolicy", calicoPolicyObject("namespaced")),
    ...calico("globalnetworkpolicies", "GlobalNetworkPolicy", calicoPolicyObject("cluster")),
  ],
  calicoTiers: calico("tiers", "Tier", CalicoTierObject),
  calicoNetworkSets: [
    ...calico("networksets", "NetworkSet", calicoNetworkSetObject("namespaced")),
    ...calico("globalnetworksets", "GlobalNetworkSet", calicoNetworkSetObject("cluster")),
  ],
  ciliumPolicies: [
    custom("kubernetes:list ciliumnetworkpolicies.cilium.io", "CiliumNetworkPolicy", ["v2"], ciliumPolicyObject("namespaced")),
    custom(
      "kubernetes:list ciliumclusterwidenetworkpolicies.cilium.io",
      "CiliumClusterwideNetworkPolicy",
      ["v2"],
      ciliumPolicyObject("cluster"),
    ),
  ],
  securityGroupPolicies: [
    custom("kubernetes:list securitygrouppolicies.vpcresources.k8s.aws", "SecurityGroupPolicy", ["v1beta1"], SecurityGroupPolicyObject),
  ],
  nodeClasses: [custom("kubernetes:list nodeclasses.eks.amazonaws.com", "NodeClass", ["v1"], NodeClassObject)],
  roles: [
    builtIn("kubernetes:list roles", "Role", roleObject("namespaced")),
    builtIn("kubernetes:list clusterroles", "ClusterRole", roleObject("cluster")),
  ],
  roleBindings: [
    builtIn("kubernetes:list rolebindings", "RoleBinding", roleBindingObject("namespaced")),
    builtIn("kubernetes:list clusterrolebindings", "ClusterRoleBinding", roleBindingObject("cluster")),
  ],
};
