/** Which controller makes a load balancer for a Service. */
import type { Service } from "../../model/kubernetes.ts";
import { serviceAnnotation } from "./annotations.ts";
import { type ControllerFlags, usualFlags } from "./controller-flags.ts";

/** "in-tree" is kubernetes/cloud-provider-aws, which EKS runs itself. */
export type Controller = "in-tree" | "aws-load-balancer-controller" | "auto-mode";

export const controllerNames: Readonly<Record<Controller, string>> = {
  "in-tree": "the in-tree controller",
  "aws-load-balancer-controller": "AWS Load Balancer Controller",
  "auto-mode": "EKS Auto Mode",
};

/** Who takes an object, and by which rule. `refused`: its controller takes it and fails on it, so nothing is made or changed. */
export type Taking =
  | { readonly by: Controller; readonly makes: "classic" | "network" | "application"; readonly rule: string; readonly refused?: string }
  | { readonly by: "nobody"; readonly rule: string }
  | { readonly by: "another"; readonly rule: string };

/** Source: EKS user guide, auto-configure-nlb. */
const autoModeClass = "eks.amazonaws.com/nlb";

/**
 * The controller that takes the Service as it stands today.
 * Sources: kubernetes/cloud-provider:controllers/service/controller.go (wantsLoadBalancer);
 * cloud-provider-aws:pkg/providers/v1/aws_loadbalancer.go (isLBExternal, isNLB);
 * aws-load-balancer-controller:pkg/service/service_utils.go.
 */
export function takingOfService(service: Service, flags: ControllerFlags = usualFlags): Taking {
  const type = serviceAnnotation(service, "aws-load-balancer-type");
  const targetType = serviceAnnotation(service, "aws-load-balancer-nlb-target-type");
  const annotated = type === "nlb-ip" || (type === "external" && (targetType === "ip" || targetType === "instance"));
  const network = { by: "aws-load-balancer-controller", makes: "network" } as const;
  if (service.type !== "LoadBalancer") {
    // The feature gate ServiceTypeLoadBalancerOnly is off by default, so the annotation alone is enough.
    if (annotated) return { ...network, rule: `type ${service.type}, annotated aws-load-balancer-type ${type}` };
    return { by: "nobody", rule: `its type is ${service.type}` };
  }
  const { loadBalancerClass = "" } = service;
  if (loadBalancerClass !== "") {
    const rule = `loadBalancerClass ${loadBalancerClass}`;
    if (flags.loadBalancerClasses.has(loadBalancerClass)) return { ...network, rule };
    return loadBalancerClass === autoModeClass ? { by: "auto-mode", makes: "network", rule } : { by: "another", rule };
  }
  if (annotated) return { ...network, rule: `annotation aws-load-balancer-type ${type}` };
  if (type === "external") return { by: "nobody", rule: "aws-load-balancer-type is external without aws-load-balancer-nlb-target-type" };
  const makes = type === "nlb" ? "network" : "classic";
  const refused = whyInTreeRefuses(service, makes);
  const rule = type === "nlb" ? "annotation aws-load-balancer-type nlb without loadBalancerClass" : "no loadBalancerClass";
  return { by: "in-tree", makes, rule, ...(refused === undefined ? {} : { refused }) };
}

/** Source: cloud-provider-aws:pkg/providers/v1/aws.go, EnsureLoadBalancer. */
function whyInTreeRefuses(service: Service, makes: "classic" | "network"): string | undefined {
  const protocols = new Set(service.ports.map(({ protocol }) => protocol));
  if (protocols.size > 1) return "it mixes protocols";
  if (protocols.has("SCTP") || (makes === "classic" && protocols.has("UDP"))) return `a ${makes} load balancer does not carry its protocol`;
  if (service.sessionAffinity !== "None" && service.sessionAffinity !== "") return `its sessionAffinity is ${service.sessionAffinity}`;
  if ((service.loadBalancerIP ?? "") !== "") return "it sets loadBalancerIP";
  return undefined;
}
