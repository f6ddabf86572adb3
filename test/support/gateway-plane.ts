/** Builders for Gateways and their classes, for bindings and their target groups, and for the controller's Deployment. */
import type { TargetGroup } from "../../core/model/aws.ts";
import { known } from "../../core/model/fact.ts";
import type { Gateway, GatewayClass, LoadBalancerConfiguration, TargetGroupBinding } from "../../core/model/gateway.ts";
import type { Workload } from "../../core/model/workloads.ts";
import { account, region } from "./cluster.ts";

const identity = (name: string) => ({ namespace: "shop", name, uid: `uid-of-${name}` });

/** A Gateway of the class "alb", but for what is said. */
export const aGateway = (name: string, rest: Partial<Gateway> = {}): Gateway => ({
  ...identity(name),
  className: "alb",
  listeners: [{ name: "http", port: 80, protocol: "HTTP" }],
  hostnames: [],
  ...rest,
});

/** A class of AWS Load Balancer Controller for application load balancers, but for what is said. */
export const aGatewayClass = (name: string, rest: Partial<GatewayClass> = {}): GatewayClass => ({
  name,
  controller: "gateway.k8s.aws/alb",
  ...rest,
});

/** A LoadBalancerConfiguration of the namespace `shop` that says nothing, but for what is said. */
export const aConfiguration = (name: string, rest: Partial<LoadBalancerConfiguration> = {}): LoadBalancerConfiguration => ({
  ...identity(name),
  ...rest,
});

export const configurationRef = (name: string, namespace?: string) => ({
  group: "gateway.k8s.aws",
  kind: "LoadBalancerConfiguration",
  name,
  ...(namespace === undefined ? {} : { namespace }),
});

const targetGroupArn = (name: string): string => `arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/${name}/0123456789abcdef`;

/** A binding of the Service and the target group of its own name. */
export const aBinding = (name: string, rest: Partial<TargetGroupBinding> = {}): TargetGroupBinding => ({
  ...identity(name),
  targetGroupArn: targetGroupArn(name),
  service: name,
  ...rest,
});

export const aTargetGroup = (name: string, loadBalancerArns: readonly string[], rest: Partial<TargetGroup> = {}): TargetGroup => ({
  arn: targetGroupArn(name),
  name,
  protocol: "HTTP",
  port: 8080,
  targetType: "ip",
  loadBalancerArns,
  preservesClientIp: known(false),
  ...rest,
});

/** A Deployment of AWS Load Balancer Controller with these flags, and a container beside it. */
export const aController = (
  settings: Readonly<Record<string, string>>,
  { name = "aws-load-balancer-controller", image = "public.ecr.aws/eks/aws-load-balancer-controller:v3.2.0" } = {},
): Workload => {
  const container = { isInit: false, ports: [], isPrivileged: false, addedCapabilities: [], settings: {} };
  return {
    kind: "Deployment",
    namespace: "kube-system",
    name,
    uid: `uid-of-${name}`,
    replicas: 2,
    template: {
      labels: {},
      spec: {
        serviceAccount: name,
        hostNetwork: false,
        hostPid: false,
        hostIpc: false,
        hostPaths: [],
        containers: [
          { ...container, name: "sidecar", image: "example.com/sidecar:1" },
          { ...container, name: "controller", image, settings },
        ],
      },
    },
  };
};
