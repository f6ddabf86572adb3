/** Builders for the classes and parameters of Ingresses, and for the objects that own load balancers together. */
import type { TargetGroup } from "../../core/model/aws.ts";
import { known } from "../../core/model/fact.ts";
import type { Gateway, GatewayClass, LoadBalancerConfiguration, TargetGroupBinding } from "../../core/model/gateway.ts";
import type { Ingress, IngressClass, IngressClassParams, Service } from "../../core/model/kubernetes.ts";
import type { Workload } from "../../core/model/workloads.ts";
import type { KubernetesPlane } from "../../core/net/load-balancer/owner.ts";

const metadata = (name: string) => ({ namespace: "", name, uid: `uid-of-${name}`, annotations: {}, labels: {} });

/** A class of AWS Load Balancer Controller, but for what is said. */
export const aClass = (name: string, rest: Partial<IngressClass> = {}): IngressClass => ({
  ...metadata(name),
  controller: "ingress.k8s.aws/alb",
  isDefault: false,
  ...rest,
});

/** Empty parameters of AWS Load Balancer Controller, but for what is said. */
export const aParams = (name: string, rest: Partial<IngressClassParams> = {}): IngressClassParams => ({
  ...metadata(name),
  apiGroup: "elbv2.k8s.aws",
  inboundCidrs: [],
  prefixListIds: [],
  ...rest,
});

export const paramsRef = (name: string, apiGroup = "elbv2.k8s.aws") => ({ apiGroup, kind: "IngressClassParams", name });

/** A Kubernetes plane that was read whole, with the class "alb" of AWS Load Balancer Controller beside what is given. */
export const aPlane = (given: {
  readonly services?: readonly Service[];
  readonly ingresses?: readonly Ingress[];
  readonly classes?: readonly IngressClass[];
  readonly params?: readonly IngressClassParams[];
  readonly gateways?: readonly Gateway[];
  readonly gatewayClasses?: readonly GatewayClass[];
  readonly configurations?: readonly LoadBalancerConfiguration[];
  readonly bindings?: readonly TargetGroupBinding[];
  readonly targetGroups?: readonly TargetGroup[];
  readonly workloads?: readonly Workload[];
}): KubernetesPlane => ({
  services: known(given.services ?? []),
  ingresses: known(given.ingresses ?? []),
  ingressClasses: known([aClass("alb"), ...(given.classes ?? [])]),
  ingressClassParams: known(given.params ?? []),
  gateways: known(given.gateways ?? []),
  gatewayClasses: known(given.gatewayClasses ?? []),
  loadBalancerConfigurations: known(given.configurations ?? []),
  targetGroupBindings: known(given.bindings ?? []),
  targetGroups: known(given.targetGroups ?? []),
  workloads: known(given.workloads ?? []),
});
