/** `eks-perimeter.config.yaml`: the one definition that files are validated by and `config.schema.json` is made from. */
import * as z from "zod";
import { severities } from "./severity.ts";

const cidr = z.union([z.cidrv4(), z.cidrv6()], { error: "must be a CIDR block such as 203.0.113.0/24 or 2001:db8::/32" });
const accountIdError = "must be an account id of 12 digits, in quotes";
const accountId = z.string({ error: accountIdError }).regex(/^\d{12}$/, { error: accountIdError });
const date = z.iso.date({ error: "must be a date such as 2027-01-31" });
const text = z.string().min(1);
const port = z.int().min(1).max(65535);
const labels = z.record(z.string(), z.string());
const severity = z.enum(severities);
/** `*` matches any characters. */
const pattern = text;

const workloadSelector = z.strictObject({ namespace: text, labels: labels.exactOptional() });
const flowEnd = z.union([workloadSelector, z.strictObject({ cidr })]);

export const Waiver = z.strictObject({ check: text, resource: pattern, owner: text, reason: text, expires: date }).readonly();
export type Waiver = z.infer<typeof Waiver>;

export const PublicService = z
  .strictObject({
    cluster: pattern,
    namespace: text,
    kind: z.enum(["Service", "Ingress", "Gateway"]),
    name: pattern,
    ports: z.array(port).min(1),
    owner: text,
    reason: text,
    expires: date,
  })
  .readonly();
export type PublicService = z.infer<typeof PublicService>;

export const Settings = z
  .strictObject({
    /** Ranges that the organization calls its own. */
    trustedCidrs: z.array(cidr).readonly().default([]),
    regions: z.union([z.literal("all"), z.array(text).min(1).readonly()]).default("all"),
    accounts: z.strictObject({ exclude: z.array(accountId).readonly().default([]) }).prefault({}),
    memberRoleName: z
      .string()
      .regex(/^[\w+=,.@-]{1,64}$/, { error: "must be an IAM role name" })
      .default("eks-perimeter-member"),
    /** More addresses than one block of this prefix length holds is no one organization's range: it is the internet. */
    internet: z
      .strictObject({ ipv4Prefix: z.int().min(0).max(32).default(8), ipv6Prefix: z.int().min(0).max(128).default(19) })
      .prefault({}),
    securityHub: z
      .strictObject({
        /** Accounts without a Security Hub of their own: their findings are held by that of the product's own account. */
        centralAccounts: z.array(accountId).readonly().default([]),
      })
      .prefault({}),
    publicServices: z.array(PublicService).readonly().default([]),
    apiClients: z.array(workloadSelector).readonly().default([]),
    kubeletClients: z.array(workloadSelector).readonly().default([]),
    systemWorkloads: z
      .array(z.strictObject({ namespace: text, name: text, kind: text, images: z.array(pattern).min(1) }))
      .readonly()
      .default([]),
    flows: z
      .array(
        z.strictObject({
          name: text,
          cluster: pattern,
          from: flowEnd,
          to: flowEnd,
          protocol: z.enum(["TCP", "UDP", "SCTP"]).default("TCP"),
          port,
          expect: z.enum(["allowed", "denied"]),
        }),
      )
      .readonly()
      .default([]),
    waivers: z.array(Waiver).readonly().default([]),
    slack: z
      .strictObject({
        minSeverity: severity.default("high"),
        channel: text,
        opsChannel: text.exactOptional(),
        routes: z
          .array(
            z.strictObject({
              accounts: z.array(accountId).exactOptional(),
              clusters: z.array(pattern).exactOptional(),
              minSeverity: severity.exactOptional(),
              channel: text,
            }),
          )
          .readonly()
          .default([]),
      })
      .exactOptional(),
    /** The severity of a check where the organization sees it otherwise. */
    severity: z.record(z.string(), severity).readonly().default({}),
  })
  .readonly();
export type Settings = z.infer<typeof Settings>;

/** What an empty configuration means. */
export const defaultSettings: Settings = Settings.parse({});
