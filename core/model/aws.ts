/** What the AWS plane says: the shapes that collectors hand to checks. Fields carry the API's own words. */
import * as z from "zod";
import { factOf } from "./fact.ts";

const strings = z.array(z.string()).readonly();

/** `resourcesVpcConfig` of DescribeCluster, where access to the Kubernetes API is concerned. */
export const Endpoint = z
  .strictObject({
    publicAccess: z.boolean(),
    privateAccess: z.boolean(),
    /** As AWS answered them; empty where it named none, which with public access on means 0.0.0.0/0. */
    publicCidrs: strings,
    /** The URL of the Kubernetes API, absent until the cluster is ACTIVE. */
    url: z.string().exactOptional(),
  })
  .readonly();
export type Endpoint = z.infer<typeof Endpoint>;

/** The VPC side of DescribeCluster and its Kubernetes network configuration. */
export const ClusterNetwork = z
  .strictObject({
    vpcId: z.string(),
    subnetIds: strings,
    /** The group that EKS made; absent on very old clusters. */
    clusterSecurityGroupId: z.string().exactOptional(),
    securityGroupIds: strings,
    ipFamily: z.enum(["ipv4", "ipv6"]),
    serviceCidrs: strings,
    remoteNodeNetworks: strings,
    remotePodNetworks: strings,
    /** EKS Auto Mode's own load balancing: kubernetesNetworkConfig.elasticLoadBalancing.enabled. */
    autoModeLoadBalancing: z.boolean(),
    /** kubeApiServerConfig.serviceNodePortRange, both ends included; absent where EKS names none, so that Kubernetes' default holds. */
    nodePorts: factOf(z.strictObject({ from: z.int(), to: z.int() }).readonly()).exactOptional(),
  })
  .readonly();
export type ClusterNetwork = z.infer<typeof ClusterNetwork>;

/** One row of DescribeClusterVersions. Dates are RFC 3339. */
export const VersionSupport = z
  .strictObject({
    status: z.enum(["STANDARD_SUPPORT", "EXTENDED_SUPPORT", "UNSUPPORTED"]),
    endOfStandardSupport: z.string().exactOptional(),
    endOfExtendedSupport: z.string().exactOptional(),
  })
  .readonly();
export type VersionSupport = z.infer<typeof VersionSupport>;

export const ClusterVersion = z
  .strictObject({
    /** Kubernetes minor version, such as "1.36". */
    kubernetes: z.string(),
    platform: z.string().exactOptional(),
    /** upgradePolicy.supportType. */
    supportType: z.enum(["STANDARD", "EXTENDED"]).exactOptional(),
    support: factOf(VersionSupport),
  })
  .readonly();
export type ClusterVersion = z.infer<typeof ClusterVersion>;

export const ControlPlaneLogging = z.strictObject({ enabledTypes: strings }).readonly();
export type ControlPlaneLogging = z.infer<typeof ControlPlaneLogging>;

/** encryptionConfig of the resource "secrets"; without a key ARN none is configured. */
export const SecretsEncryption = z.strictObject({ keyArn: z.string().exactOptional() }).readonly();
export type SecretsEncryption = z.infer<typeof SecretsEncryption>;

/** What a listener does with a request, by its default action and its rules. */
export const ListenerAction = z
  .strictObject({
    /** ELB's word: forward, redirect, fixed-response, authenticate-oidc, …. */
    type: z.string(),
    targetGroupArns: strings,
    /** Of a redirect: HTTP, HTTPS or "#{protocol}". */
    redirectProtocol: z.string().exactOptional(),
  })
  .readonly();
export type ListenerAction = z.infer<typeof ListenerAction>;

export const Listener = z
  .strictObject({
    /** 0 on a gateway load balancer, whose listener takes every port. */
    port: z.int().min(0).max(65535),
    /** ELB's word: HTTP, HTTPS, TCP, TLS, UDP, TCP_UDP, QUIC, TCP_QUIC, SSL, GENEVE. */
    protocol: z.string(),
    /** The port that traffic is forwarded to, where the listener itself says so (classic: the instance port). */
    targetPort: z.int().exactOptional(),
    /** Default actions, and those of the rules of an application load balancer's listener. A classic one has none. */
    actions: factOf(z.array(ListenerAction).readonly()).exactOptional(),
  })
  .readonly();
export type Listener = z.infer<typeof Listener>;

/** A load balancer of the cluster's VPC, classic ones included (their ARN is made from the name). */
export const LoadBalancer = z
  .strictObject({
    arn: z.string(),
    name: z.string(),
    /** Lower case; "" for a gateway load balancer, which has none. */
    dnsName: z.string(),
    type: z.enum(["application", "network", "gateway", "classic"]),
    /** A gateway load balancer has none and counts as internal: only endpoints in a VPC lead to it. */
    scheme: z.enum(["internet-facing", "internal"]),
    /** ELBv2's State.Code; classic load balancers have none and count as active. */
    state: z.enum(["active", "provisioning", "active_impaired", "failed"]),
    ipAddressType: z.enum(["ipv4", "dualstack", "dualstack-without-public-ipv4"]),
    subnetIds: strings,
    /** Empty on a network load balancer made without security groups: nothing on it restricts sources then. */
    securityGroupIds: strings,
    listeners: factOf(z.array(Listener).readonly()),
    tags: factOf(z.record(z.string(), z.string()).readonly()),
    /** A network load balancer's EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic, where AWS says. */
    privateLinkRules: z.enum(["on", "off"]).exactOptional(),
  })
  .readonly();
export type LoadBalancer = z.infer<typeof LoadBalancer>;

/** A target group of the VPC. */
export const TargetGroup = z
  .strictObject({
    arn: z.string(),
    name: z.string(),
    protocol: z.string(),
    /** Absent for a Lambda function. */
    port: z.int().exactOptional(),
    targetType: z.enum(["instance", "ip", "lambda", "alb"]),
    loadBalancerArns: strings,
    /** preserve_client_ip.enabled; absent where no network load balancer without security groups forwards here: it decides nothing then. */
    preservesClientIp: factOf(z.boolean()).exactOptional(),
  })
  .readonly();
export type TargetGroup = z.infer<typeof TargetGroup>;

/** One IpPermission of a security group. Ports are absent where the protocol has none or means all. */
export const SecurityGroupRule = z
  .strictObject({
    /** "tcp", "udp", "icmp", "icmpv6", a protocol number, or "-1" for all. */
    protocol: z.string(),
    fromPort: z.int().exactOptional(),
    toPort: z.int().exactOptional(),
    /** Both families, as written. */
    cidrs: strings,
    prefixListIds: strings,
    groupIds: strings,
    /** Descriptions of the ranges, which tell who wrote the rule. */
    descriptions: strings,
  })
  .readonly();
export type SecurityGroupRule = z.infer<typeof SecurityGroupRule>;

export const SecurityGroup = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    tags: z.record(z.string(), z.string()).readonly(),
    ingress: z.array(SecurityGroupRule).readonly(),
    egress: z.array(SecurityGroupRule).readonly(),
  })
  .readonly();
export type SecurityGroup = z.infer<typeof SecurityGroup>;

/** A managed prefix list that some rule names. */
export const PrefixList = z.strictObject({ id: z.string(), cidrs: factOf(strings) }).readonly();
export type PrefixList = z.infer<typeof PrefixList>;

export const Subnet = z
  .strictObject({
    id: z.string(),
    availabilityZone: z.string(),
    cidrs: strings,
    mapPublicIpOnLaunch: z.boolean(),
  })
  .readonly();
export type Subnet = z.infer<typeof Subnet>;
