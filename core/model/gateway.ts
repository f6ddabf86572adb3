/** The Gateway API as the AWS Load Balancer Controller reads it, and its other custom kinds that bear on reach. */
import * as z from "zod";

const strings = z.array(z.string()).readonly();
const identity = { namespace: z.string(), name: z.string(), uid: z.string() };

/** `parametersRef` of a class, `infrastructure.parametersRef` of a Gateway: the name of a LoadBalancerConfiguration. */
const parametersRef = z
  .strictObject({ group: z.string(), kind: z.string(), name: z.string(), namespace: z.string().exactOptional() })
  .readonly();

export const GatewayClass = z
  .strictObject({ name: z.string(), controller: z.string(), parameters: parametersRef.exactOptional() })
  .readonly();
export type GatewayClass = z.infer<typeof GatewayClass>;

export const Gateway = z
  .strictObject({
    ...identity,
    className: z.string(),
    parameters: parametersRef.exactOptional(),
    listeners: z.array(z.strictObject({ name: z.string(), port: z.int(), protocol: z.string() }).readonly()).readonly(),
    /** status.addresses of type Hostname, lower case. */
    hostnames: strings,
  })
  .readonly();
export type Gateway = z.infer<typeof Gateway>;

/** gateway.k8s.aws LoadBalancerConfiguration: what it says of scheme and sources. Absent fields leave the default. */
export const LoadBalancerConfiguration = z
  .strictObject({
    ...identity,
    /** Read on the configuration of a class alone. */
    mergingMode: z.string().exactOptional(),
    scheme: z.string().exactOptional(),
    ipAddressType: z.string().exactOptional(),
    sourceRanges: strings.exactOptional(),
    securityGroups: strings.exactOptional(),
    securityGroupPrefixes: strings.exactOptional(),
    disableSecurityGroup: z.boolean().exactOptional(),
  })
  .readonly();
export type LoadBalancerConfiguration = z.infer<typeof LoadBalancerConfiguration>;

/** elbv2.k8s.aws or eks.amazonaws.com TargetGroupBinding: a Service's pods behind a load balancer made elsewhere. */
export const TargetGroupBinding = z
  .strictObject({ ...identity, targetGroupArn: z.string().exactOptional(), service: z.string() })
  .readonly();
export type TargetGroupBinding = z.infer<typeof TargetGroupBinding>;

/** A route of the Gateway API, of whatever protocol, that a Gateway serves: the Services that it leads to. */
export const Route = z
  .strictObject({
    ...identity,
    kind: z.enum(["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"]),
    backends: z.array(z.strictObject({ namespace: z.string(), service: z.string(), port: z.int().exactOptional() }).readonly()).readonly(),
  })
  .readonly();
export type Route = z.infer<typeof Route>;
