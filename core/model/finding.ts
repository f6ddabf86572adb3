import type { Evidence, Remediation } from "./check.ts";
import type { Reason } from "./fact.ts";
import type { Resource } from "./resource.ts";
import type { Severity } from "./severity.ts";

export const statuses = ["fail", "error", "unknown", "waived", "pass", "not-applicable"] as const;
export type Status = (typeof statuses)[number];

/** The part of a waiver that a finding shows. */
export interface FindingWaiver {
  readonly owner: string;
  readonly reason: string;
  readonly expires: string;
}

/** One check's word on one resource, as the report carries it. */
export interface Finding {
  /** The same for the same check, cluster and resource in every run; at most 512 characters. */
  readonly id: string;
  readonly check: string;
  readonly status: Status;
  readonly severity: Severity;
  /** The cluster's ARN; absent for a finding about an account. */
  readonly cluster?: string;
  readonly resource: Resource;
  readonly message: string;
  readonly evidence?: Evidence;
  /** For `unknown` and `error`; for `not-applicable` where there is more to say than that nothing was there. */
  readonly reason?: Reason;
  readonly remediation?: Remediation;
  /** References such as "cis-eks-1.7.0/5.4.1". */
  readonly frameworks: readonly string[];
  readonly waiver?: FindingWaiver;
}
