/** What the page's script is given: the findings by columns, so that names stand once and filters read numbers. */
import type { Status } from "../../model/finding.ts";
import type { Severity } from "../../model/severity.ts";
import type { ChangeKind } from "../changes.ts";

export interface PageData {
  readonly statuses: readonly Status[];
  readonly severities: readonly Severity[];
  readonly changeKinds: readonly ChangeKind[];
  readonly checks: readonly { readonly id: string; readonly title: string; readonly why: string; readonly isFixable: boolean }[];
  readonly clusters: readonly { readonly arn: string; readonly name: string; readonly account: string; readonly region: string }[];
  /** Accounts of the report, by id. */
  readonly accounts: readonly string[];
  /** Texts that many findings share: kinds, namespaces, owners, remedies. The first is the empty one. */
  readonly texts: readonly string[];
  /** Lists of references to requirements that many findings share. */
  readonly references: readonly (readonly string[])[];
  readonly findings: FindingColumns;
}

/** A finding is a place in each column; a number is a place in the list that its column is named for, and -1 is none. */
export interface FindingColumns {
  readonly anchor: readonly string[];
  readonly check: readonly number[];
  readonly status: readonly number[];
  readonly severity: readonly number[];
  readonly cluster: readonly number[];
  readonly account: readonly number[];
  readonly change: readonly number[];
  readonly references: readonly number[];
  /** Places in `texts`. */
  readonly kind: readonly number[];
  readonly namespace: readonly number[];
  readonly owner: readonly number[];
  readonly name: readonly string[];
  /** The resource's id; what begins the cluster's ARN is left out where it is followed by "/" or nothing. */
  readonly resource: readonly string[];
  readonly message: readonly string[];
  /** What is not there for every finding, by its place. */
  readonly more: readonly (FindingDetails | 0)[];
}

/** The parts of a finding that not every one has. */
export interface FindingDetails {
  /** Its id, where that is not the check's and the resource's. */
  readonly id?: string;
  readonly evidence?: Readonly<Record<string, unknown>>;
  readonly reason?: string;
  /** What to do: a place in `texts`. */
  readonly remedy?: number;
  readonly commands?: readonly string[];
  readonly manifest?: string;
  readonly waiver?: { readonly owner: string; readonly reason: string; readonly expires: string };
}
