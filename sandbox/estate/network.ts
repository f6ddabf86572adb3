/** VPCs, security groups and load balancers of an estate, as they stand in the file. */
import * as z from "zod";

export const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => (typeof value === "string" ? [value] : value));
export const Tags = z.record(z.string(), z.string());

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

export const Vpc = z.strictObject({
  id: z.string().startsWith("vpc-"),
  cidr: z.string().default("10.0.0.0/16"),
  subnets: z.array(Subnet).default([]),
  securityGroups: z.array(SecurityGroup).default([]),
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

const Listener = z.strictObject({
  port: z.int().min(1).max(65535),
  /** Default: HTTP of an application or classic load balancer, TCP of a network one. */
  protocol: z.string().optional(),
  /** Classic: the port on the instance. Default: the same port. */
  instancePort: z.int().optional(),
  /** The listener only redirects there, such as "https:443". */
  redirect: z
    .string()
    .regex(/^https?:\d+$/)
    .optional(),
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
  tags: Tags.default({}),
});
export type LoadBalancer = z.infer<typeof LoadBalancer>;
