/** The network side of EC2 that decides who reaches an interface. Fields carry the API's own words. */
import * as z from "zod";

const strings = z.array(z.string()).readonly();

/** A VPC's own addresses, of both families. */
export const Vpc = z.strictObject({ id: z.string(), cidrs: strings }).readonly();
export type Vpc = z.infer<typeof Vpc>;

/** One route. The destination is a CIDR block of either family or a prefix list. */
export const Route = z
  .strictObject({
    cidr: z.string().exactOptional(),
    prefixListId: z.string().exactOptional(),
    /** The target's id, by whose prefix its kind is told: "igw-…", "eigw-…", "nat-…", "local", …; "" where it is of no known kind. */
    target: z.string(),
    /** A blackhole route matches and drops. "untold": a state of which is not known whether it does, or leaves its block to other routes. */
    state: z.enum(["active", "blackhole", "untold"]),
  })
  .readonly();
export type Route = z.infer<typeof Route>;

export const RouteTable = z
  .strictObject({
    id: z.string(),
    vpcId: z.string(),
    /** The table of every subnet without an explicit association. */
    isMain: z.boolean(),
    subnetIds: strings,
    routes: z.array(Route).readonly(),
  })
  .readonly();
export type RouteTable = z.infer<typeof RouteTable>;

/** One numbered rule of a network ACL. IPv4 and IPv6 rules are rules of their own. */
export const NetworkAclEntry = z
  .strictObject({
    number: z.int(),
    direction: z.enum(["ingress", "egress"]),
    action: z.enum(["allow", "deny"]),
    /** A protocol number, or "-1" for all. */
    protocol: z.string(),
    cidr: z.string(),
    fromPort: z.int().exactOptional(),
    toPort: z.int().exactOptional(),
  })
  .readonly();
export type NetworkAclEntry = z.infer<typeof NetworkAclEntry>;

export const NetworkAcl = z
  .strictObject({ id: z.string(), isDefault: z.boolean(), subnetIds: strings, entries: z.array(NetworkAclEntry).readonly() })
  .readonly();
export type NetworkAcl = z.infer<typeof NetworkAcl>;

/** VPC Block Public Access of one Region: the account's mode, and what is excluded from it. */
export const BlockPublicAccess = z
  .strictObject({
    mode: z.enum(["off", "block-bidirectional", "block-ingress"]),
    exclusions: z
      .array(
        z
          .strictObject({ /** A VPC's or subnet's id. */ resourceId: z.string(), mode: z.enum(["allow-bidirectional", "allow-egress"]) })
          .readonly(),
      )
      .readonly(),
  })
  .readonly();
export type BlockPublicAccess = z.infer<typeof BlockPublicAccess>;

/** A network interface of the VPC. */
export const NetworkInterface = z
  .strictObject({
    id: z.string(),
    subnetId: z.string(),
    groupIds: strings,
    /** The primary one first. */
    privateIpv4: strings,
    /** Public and Elastic IPv4 addresses that are associated with it. */
    publicIpv4: strings,
    ipv6: strings,
    instanceId: z.string().exactOptional(),
    /** EC2's word, such as interface, branch, trunk, network_load_balancer, nat_gateway. */
    type: z.string(),
    /** A control plane's is "Amazon EKS NAME", a load balancer's "ELB net/NAME/ID". */
    description: z.string(),
  })
  .readonly();
export type NetworkInterface = z.infer<typeof NetworkInterface>;
