import type { Coverage } from "../model/cluster.ts";
import type { Fact } from "../model/fact.ts";
import type { Finding, Status } from "../model/finding.ts";
import type { Severity } from "../model/severity.ts";
import type { NamespaceReach } from "../net/connectivity/namespaces.ts";

/** `scan --json`: see the contract "eks-perimeter/report/v1". */
export interface Report {
  readonly schema: "eks-perimeter/report/v1";
  readonly run: { readonly id: string; readonly startedAt: string; readonly finishedAt: string; readonly version: string };
  readonly accounts: readonly ReportAccount[];
  readonly clusters: readonly ReportCluster[];
  readonly findings: readonly Finding[];
  readonly summary: ReportSummary;
}

export interface ReportAccount {
  readonly account: string;
  readonly coverage: readonly Coverage[];
}

/** One cluster, also one that could not be described: then without the fields not read. */
export interface ReportCluster {
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly kubernetesVersion?: string;
  readonly coverage: readonly Coverage[];
  /** Which namespaces reach which; absent in records of earlier versions. */
  readonly namespaces?: Fact<NamespaceReach>;
}

export interface ReportSummary {
  /** False exactly when something in scope could not be read or judged. */
  readonly complete: boolean;
  readonly byStatus: Readonly<Partial<Record<Status, number>>>;
  readonly failBySeverity: Readonly<Partial<Record<Severity, number>>>;
  /** Waivers and declarations that matched nothing in a complete run of full scope. */
  readonly unused: readonly { readonly kind: "waiver" | "publicService"; readonly what: string }[];
}
