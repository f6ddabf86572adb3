import { checks as everyCheck } from "../checks/index.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Finding } from "../model/finding.ts";
import { partitionOf } from "../model/partition.ts";
import { type PublishableFinding, toAsff } from "./asff.ts";
import type { Report } from "./report.ts";

/**
 * What fails, waived or not, as a list of findings that `aws securityhub batch-import-findings --findings file://…` takes,
 * 100 at a time and an account and Region at a time. Times are those of the run: when a finding was first seen is not in a report.
 *
 * @param homeRegion the Region of findings about accounts
 */
export function toAsffDocument({ run, clusters, findings }: Report, homeRegion: string, checks: readonly AnyCheck[] = everyCheck): string {
  const byArn = new Map(clusters.map((cluster) => [cluster.arn, cluster]));
  const byId = new Map(checks.map((check) => [check.id, check]));
  const documents = findings.filter(isFailing).map((finding) => {
    const cluster = finding.cluster === undefined ? undefined : byArn.get(finding.cluster);
    const region = cluster?.region ?? homeRegion;
    const check = byId.get(finding.check);
    return toAsff(finding, {
      account: cluster?.account ?? finding.resource.id.split(":")[4] ?? finding.resource.name,
      region,
      partition: partitionOf(region).name,
      readAt: run.startedAt,
      firstSeen: run.startedAt,
      productVersion: run.version,
      title: check?.title ?? finding.check,
      surface: check?.surface ?? "beyond",
      ...(cluster === undefined ? {} : { clusterName: cluster.name }),
    });
  });
  return `${JSON.stringify(documents, null, 2)}\n`;
}

const isFailing = (finding: Finding): finding is PublishableFinding => finding.status === "fail" || finding.status === "waived";
