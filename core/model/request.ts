/** The inputs of the four steps, as users, the schedule and the workflow write them, and that of a rescan, as EventBridge does. */
import * as z from "zod";

const account = z.string({ error: "must be an account id of 12 digits, as a string" }).regex(/^\d{12}$/, {
  error: "must be an account id of 12 digits",
});
const region = z.string({ error: "must be the name of a Region" }).regex(/^[a-z]{2,}(-[a-z]+)+-\d+$/, {
  error: "must be the name of a Region, such as eu-west-1",
});
/** EKS: 1 to 100 letters, digits, hyphens and underscores, the first no hyphen or underscore. */
const cluster = z.string({ error: "must be the name of a cluster" }).regex(/^[0-9A-Za-z][\w-]{0,99}$/, {
  error: "must be the name of a cluster: up to 100 letters, digits, - and _",
});
/** Becomes a part of keys and paths: RFC 3339 times and UUIDs fit. */
const runId = z.string().regex(/^[0-9A-Za-z][\w.:+-]{0,127}$/, { error: "must be up to 128 letters, digits and . : + - _" });

export const PlanRequest = z.strictObject({
  runId: runId.exactOptional(),
  /** Written by the workflow itself: tells the retry of a start from a second start. */
  startedBy: z.strictObject({ execution: z.string().min(1) }).exactOptional(),
  accounts: z.array(account).min(1).exactOptional(),
  /** Absent: what the configuration says. */
  regions: z.array(region).min(1).exactOptional(),
  clusters: z.array(cluster).min(1).exactOptional(),
  checks: z.array(z.string()).min(1).exactOptional(),
});
export type PlanRequest = z.infer<typeof PlanRequest>;

export const DiscoverRequest = z.strictObject({ runId, account });
export type DiscoverRequest = z.infer<typeof DiscoverRequest>;

export const ScanRequest = z.strictObject({ account, region, cluster, runId: runId.exactOptional() });
export type ScanRequest = z.infer<typeof ScanRequest>;

export const SummarizeRequest = z.strictObject({ runId });
export type SummarizeRequest = z.infer<typeof SummarizeRequest>;

/** The event of Security Hub's custom action, of which only the findings matter; each is judged by itself. */
export const RescanRequest = z.object({
  "detail-type": z.literal("Security Hub Findings - Custom Action", { error: "must be Security Hub Findings - Custom Action" }),
  detail: z.object({ findings: z.array(z.unknown()).min(1) }),
});
export type RescanRequest = z.infer<typeof RescanRequest>;

export { account as AccountId, cluster as ClusterName, region as RegionName };
