/** Accounts of an estate, their roles and their Regions, as they stand in the file. */
import * as z from "zod";
import { Cluster } from "./cluster.ts";
import { BlockPublicAccess, LoadBalancer, PrefixList, Vpc } from "./network.ts";
import { IdleTargetGroup } from "./target-group.ts";
import { oneOrMore, Tags } from "./words.ts";

export const AccountId = z.string().regex(/^\d{12}$/, "an account id is 12 digits, in quotes");

/** An action that is refused: "ec2:DescribeSubnets", or with more to say where. `*` matches any characters. */
const Denial = z.union([
  z.string().transform((action) => ({ action, region: "*", resource: "*" })),
  z.strictObject({ action: z.string(), region: z.string().default("*"), resource: z.string().default("*") }),
]);
export type Denial = z.infer<typeof Denial>;
export const Denials = z.array(Denial).default([]);

export const Role = z.strictObject({
  /** Principals of the trust policy: an account id, an ARN, or "*". Default: the hub account. */
  trusts: z.array(z.string()).optional(),
  externalId: z.string().optional(),
  /** Seconds; asking for more is refused. */
  maxSessionDuration: z.int().default(3600),
  /** What the role's own policies do not allow. */
  denied: Denials,
});
export type Role = z.infer<typeof Role>;

/** An explicit deny for a whole account. Global services are not in a Region, so a Region deny leaves them alone. */
const ServiceControlPolicy = z.strictObject({ regions: oneOrMore.prefault(["*"]), actions: oneOrMore.prefault(["*"]) });
export type ServiceControlPolicy = z.infer<typeof ServiceControlPolicy>;

export const Region = z.strictObject({
  /** provider-disabled: Security Hub is on, but takes no findings of the custom product. */
  securityHub: z.enum(["enabled", "disabled", "provider-disabled"]).default("enabled"),
  vpcs: z.array(Vpc).default([]),
  blockPublicAccess: BlockPublicAccess.prefault({}),
  prefixLists: z.array(PrefixList).default([]),
  loadBalancers: z.array(LoadBalancer).default([]),
  /** Beside those that listeners forward to. */
  targetGroups: z.array(IdleTargetGroup).default([]),
  clusters: z.array(Cluster).default([]),
});
export type Region = z.infer<typeof Region>;

export const Account = z.strictObject({
  id: AccountId,
  name: z.string().optional(),
  state: z.enum(["PENDING_ACTIVATION", "ACTIVE", "SUSPENDED", "PENDING_CLOSURE", "CLOSED"]).default("ACTIVE"),
  /** By name. Default: the estate's member role, trusted as it stands; `{}`: none. */
  roles: z
    .record(
      z.string(),
      Role.nullable().transform((role) => role ?? Role.parse({})),
    )
    .optional(),
  /** Opted in to, beside those that are on by default; or the whole list, where the estate's defaults do not fit. */
  enabledRegions: z.array(z.string()).optional(),
  serviceControlPolicies: z.array(ServiceControlPolicy).default([]),
  tags: Tags.default({}),
  regions: z
    .record(
      z.string(),
      Region.nullable().transform((region) => region ?? Region.parse({})),
    )
    .default({}),
});
export type Account = z.infer<typeof Account>;
