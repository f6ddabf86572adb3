/** Target groups in ELB's words. */
import type { ForwardTarget, IdleTargetGroup } from "../estate/target-group.ts";
import { hex } from "./ids.ts";
import { arn, type Place } from "./place.ts";

export interface TargetGroupState {
  readonly TargetGroupArn: string;
  readonly TargetGroupName: string;
  /** What DescribeTargetGroups answers. */
  readonly description: Readonly<Record<string, unknown>> & { readonly LoadBalancerArns: readonly string[] };
  /** What DescribeTargetGroupAttributes answers. */
  readonly attributes: readonly { readonly Key: string; readonly Value: string }[];
}

/** Everything that one group is made from. */
export interface TargetGroupPlan extends Pick<ForwardTarget, "type" | "preservesClientIp"> {
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  /** Absent for a function. */
  readonly vpcId: string | undefined;
  readonly loadBalancerArn?: string;
  /** What tells it from others of its name. */
  readonly words: readonly string[];
}

const ofNetworkLoadBalancer: ReadonlySet<string> = new Set(["TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC"]);

/** Source: "Target group attributes" in the guide to network load balancers. */
function attributesOf({ type, protocol, preservesClientIp }: TargetGroupPlan): TargetGroupState["attributes"] {
  if (type === "lambda") return [{ Key: "lambda.multi_value_headers.enabled", Value: "false" }];
  const common = [
    { Key: "deregistration_delay.timeout_seconds", Value: "300" },
    { Key: "stickiness.enabled", Value: "false" },
  ];
  if (!ofNetworkLoadBalancer.has(protocol)) return [...common, { Key: "load_balancing.algorithm.type", Value: "round_robin" }];
  const byDefault = type !== "ip" || !(protocol === "TCP" || protocol === "TLS");
  return [
    ...common,
    { Key: "proxy_protocol_v2.enabled", Value: "false" },
    { Key: "preserve_client_ip.enabled", Value: String(preservesClientIp ?? byDefault) },
  ];
}

export function buildTargetGroup(plan: TargetGroupPlan, place: Place): TargetGroupState {
  const { name, type, protocol, port, vpcId, loadBalancerArn, words } = plan;
  const TargetGroupArn = arn(place, "elasticloadbalancing", `targetgroup/${name}/${hex(16, ...words)}`);
  const isFunction = type === "lambda";
  return {
    TargetGroupArn,
    TargetGroupName: name,
    attributes: attributesOf(plan),
    description: {
      TargetGroupArn,
      TargetGroupName: name,
      ...(!isFunction && { Protocol: protocol, Port: port, VpcId: vpcId }),
      HealthCheckProtocol: isFunction ? undefined : ofNetworkLoadBalancer.has(protocol) ? "TCP" : protocol,
      HealthCheckPort: isFunction ? undefined : "traffic-port",
      HealthCheckEnabled: !isFunction,
      HealthCheckIntervalSeconds: 30,
      HealthCheckTimeoutSeconds: 10,
      HealthyThresholdCount: 3,
      UnhealthyThresholdCount: 3,
      LoadBalancerArns: loadBalancerArn === undefined ? [] : [loadBalancerArn],
      TargetType: type,
      IpAddressType: isFunction ? undefined : "ipv4",
    },
  };
}

export const idleTargetGroup = (group: IdleTargetGroup, vpcId: string | undefined, place: Place): TargetGroupState =>
  buildTargetGroup(
    { ...group, vpcId: group.type === "lambda" ? undefined : vpcId, words: [place.account, place.region, "idle", group.name] },
    place,
  );
