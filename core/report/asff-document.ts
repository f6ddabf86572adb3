import { checks as everyCheck } from "../checks/index.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Finding } from "../model/finding.ts";
import { partitionOf } from "../model/partition.ts";
import { type PublishableFinding, toAsff } from "./asff.ts";
import { jsonList } from "./json-list.ts";
import { placesIn } from "./places.ts";
import type { Report } from "./report.ts";

/**
 * What fails, waived or not, as a list of findings that `aws securityhub batch-import-findings --findings file://…` takes,
 * 100 at a time and an account and Region at a time. Times are those of the run: when a finding was first seen is not in a report.
 *
 * @param homeRegion the Region of findings about accounts
 */
export function* asffDocument(report: Report, homeRegion: string, checks: readonly AnyCheck[] = everyCheck): Generator<string> {
  const { run, findings } = report;
  const placeOf = placesIn(report, homeRegion);
  const byId = new Map(checks.map((check) => [check.id, check]));
  yield* jsonList(findings.filter(isFailing), (finding) => {
    const { account, region, clusterName } = placeOf(finding);
    const check = byId.get(finding.check);
    return toAsff(finding, {
      account,
      region,
      partition: partitionOf(region).name,
      readAt: run.startedAt,
      firstSeen: run.startedAt,
      productVersion: run.version,
      title: check?.title ?? finding.check,
      surface: check?.surface ?? "beyond",
      ...(clusterName === undefined ? {} : { clusterName }),
    });
  });
}

const isFailing = (finding: Finding): finding is PublishableFinding => finding.status === "fail" || finding.status === "waived";
