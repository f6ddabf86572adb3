/** VPCs, security groups and load balancers of an estate, as they stand in the file. */
import * as z from "zod";
import { Instance, NetworkInterface } from "./instance.ts";
import { ForwardTarget } from "./target-group.ts";
import { oneOrMore, Tags } from "./words.ts";

/** One rule of a security group: `{ protocol: tcp, ports: 443, from: [10.0.0.0/8, sg-1, pl-1] }`. */
const Rule = z.strictObject({
  /** tcp, udp, icmp, a protocol number, or all. */
  protocol: z.string().default("tcp"),
  /** "443", "30000-32767"; absent: every port. */
  ports: z.union([z.int(), z.string().regex(/^\d+(-\d+)?$/)]).optional(),
  /** CIDRs of either family, security groups, prefix lists. */
  from: oneOrMore,
  description: z.string().optional(),
});
export type Rule = z.infer<typeof Rule>;

const SecurityGroup = z.strictObject({
  id: z.string().startsWith("sg-"),
  name: z.string().optional(),
  description: z.string().default("Managed by the platform team"),
  ingress: z.array(Rule).default([]),
  egress: z.array(Rule).default([{ protocol: "all", from: ["0.0.0.0/0"] }]),
  tags: Tags.default({}),
});
export type SecurityGroup = z.infer<typeof SecurityGroup>;

const Subnet = z.strictObject({
  id: z.string().startsWith("subnet-"),
  /** The letter of the availability zone. */
  zone: z
    .string()
    .regex(/^[a-f]$/)
    .default("a"),
  cidr: z.string(),
  ipv6Cidr: z.string().optional(),
  /** Instances launched here get a public address. */
  public: z.boolean().default(false),
  tags: Tags.default({}),
});
export type Subnet = z.infer<typeof Subnet>;

/** `{ to: 0.0.0.0/0, via: igw-1 }`. Every table has the VPC's own routes besides. */
const Route = z.strictObject({
  /** A CIDR of either family, or a prefix list. */
  to: z.string(),
  /** The target's id, whose prefix tells its kind: igw-, eigw-, nat-, tgw-, pcx-, vgw-, vpce-, eni-. */
  via: z.string(),
  state: z.enum(["active", "blackhole"]).default("active"),
});
export type Route = z.infer<typeof Route>;

const RouteTable = z.strictObject({
  id: z.string().startsWith("rtb-"),
  main: z.boolean().default(false),
  subnets: z.array(z.string()).default([]),
  routes: z.array(Route).default([]),
});
export type RouteTable = z.infer<typeof RouteTable>;

/** One rule of a network ACL: `{ number: 100, action: deny, protocol: tcp, ports: 22, cidr: 0.0.0.0/0 }`. */
const AclRule = z.strictObject({
  number: z.int().min(1).max(32766),
  action: z.enum(["allow", "deny"]),
  /** tcp, udp, icmp, a protocol number, or all. */
  protocol: z.string().default("all"),
  ports: z.union([z.int(), z.string().regex(/^\d+(-\d+)?$/)]).optional(),
  cidr: z.string(),
});
export type AclRule = z.infer<typeof AclRule>;

const NetworkAcl = z.strictObject({
  id: z.string().startsWith("acl-"),
  subnets: z.array(z.string()).default([]),
  ingress: z.array(AclRule).default([]),
  egress: z.array(AclRule).default([]),
});
export type NetworkAcl = z.infer<typeof NetworkAcl>;

/** VPC Block Public Access of an account and Region. */
export const BlockPublicAccess = z.strictObject({
  mode: z.enum(["off", "block-bidirectional", "block-ingress"]).default("off"),
  /** Default: that of a mode which is in force. */
  state: z.enum(["default-state", "update-in-progress", "update-complete"]).optional(),
  exclusions: z
    .array(z.strictObject({ /** A VPC or a subnet. */ resource: z.string(), mode: z.enum(["allow-bidirectional", "allow-egress"]) }))
    .default([]),
});
export type BlockPublicAccess = z.infer<typeof BlockPublicAccess>;

export const Vpc = z.strictObject({
  id: z.string().startsWith("vpc-"),
  cidr: z.string().default("10.0.0.0/16"),
  ipv6Cidr: z.string().optional(),
  /** Default: subnets that give public addresses lead to an internet gateway, the others to a NAT gateway. */
  routeTables: z.array(RouteTable).optional(),
  /** Beside the default ACL, which allows everything and has every subnet that no other names. */
  networkAcls: z.array(NetworkAcl).default([]),
  subnets: z.array(Subnet).default([]),
  securityGroups: z.array(SecurityGroup).default([]),
  instances: z.array(Instance).default([]),
  /** Beside those of instances, load balancers and control planes. */
  networkInterfaces: z.array(NetworkInterface).default([]),
  tags: Tags.default({}),
});
export type Vpc = z.infer<typeof Vpc>;

export const PrefixList = z.strictObject({
  id: z.string().startsWith("pl-"),
  name: z.string().optional(),
  entries: z.array(
    z.union([z.string().transform((cidr) => ({ cidr })), z.strictObject({ cidr: z.string(), description: z.string().optional() })]),
  ),
});
export type PrefixList = z.infer<typeof PrefixList>;

const redirect = z
  .string()
  .regex(/^https?:\d+$/)
  .optional();
/** An answer of the load balancer itself. */
const status = z.int().min(200).max(599).optional();

/** One rule of an application load balancer's listener. What it does is said as of a listener. */
const ListenerRule = z.strictObject({ path: z.string(), target: ForwardTarget.optional(), redirect, status });
export type ListenerRule = z.infer<typeof ListenerRule>;

const Listener = z.strictObject({
  port: z.int().min(1).max(65535),
  /** Default: HTTP of an application or classic load balancer, TCP of a network one. */
  protocol: z.string().optional(),
  /** Classic: the port on the instance. Default: the same port. */
  instancePort: z.int().optional(),
  /** What it forwards to, where it neither redirects nor answers itself. */
  target: ForwardTarget.optional(),
  /** It redirects there, such as "https:443". */
  redirect,
  status,
  /** Of an application load balancer: what is done with some paths before all that. */
  rules: z.array(ListenerRule).default([]),
});
export type Listener = z.infer<typeof Listener>;

export const LoadBalancer = z.strictObject({
  name: z.string().max(32),
  type: z.enum(["application", "network", "gateway", "classic"]).default("network"),
  /** Default: internet-facing, as CreateLoadBalancer has it. */
  scheme: z.enum(["internet-facing", "internal"]).default("internet-facing"),
  /** Default: made from the name as ELB does. */
  dnsName: z.string().optional(),
  state: z.enum(["active", "provisioning", "active_impaired", "failed"]).default("active"),
  ipAddressType: z.enum(["ipv4", "dualstack", "dualstack-without-public-ipv4"]).default("ipv4"),
  /** Default: the first VPC of the Region, and all of its subnets. */
  vpc: z.string().optional(),
  subnets: z.array(z.string()).optional(),
  securityGroups: z.array(z.string()).default([]),
  listeners: z.array(Listener).default([]),
  /** Whether security groups hold for PrivateLink. Default: on, where a network load balancer has groups. */
  privateLinkRules: z.enum(["on", "off"]).optional(),
  tags: Tags.default({}),
});
export type LoadBalancer = z.infer<typeof LoadBalancer>;
