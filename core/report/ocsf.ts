/**
 * Findings as events of the Open Cybersecurity Schema Framework 1.6.0, class Compliance Finding (2003), with its cloud profile where
 * there is a cloud.
 * Source: https://schema.ocsf.io/1.6.0/classes/compliance_finding
 */
import { checks as everyCheck } from "../checks/index.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Finding, Status } from "../model/finding.ts";
import { partitionOf } from "../model/partition.ts";
import type { Severity } from "../model/severity.ts";
import { jsonList } from "./json-list.ts";
import { type FindingPlace, placesIn } from "./places.ts";
import { plainLines, plainText } from "./plain-text.ts";
import type { Report } from "./report.ts";

/** An attribute with the caption that the schema gives to its number. */
type Choice = readonly [id: number, caption: string];

/** Every finding of the report as an event, one a line of a JSON list. @param homeRegion the Region of findings about accounts */
export function* ocsfDocument(report: Report, homeRegion: string, checks: readonly AnyCheck[] = everyCheck): Generator<string> {
  const placeOf = placesIn(report, homeRegion);
  const byId = new Map(checks.map((check) => [check.id, check]));
  const { run } = report;
  yield* jsonList(report.findings, (finding) => toOcsf(finding, { run, place: placeOf(finding), check: byId.get(finding.check) }));
}

export interface OcsfContext {
  readonly run: Report["run"];
  readonly place: FindingPlace;
  readonly check: AnyCheck | undefined;
}

/** The event of one finding. */
export function toOcsf(finding: Finding, { run, place, check }: OcsfContext): Readonly<Record<string, unknown>> {
  const seen = Date.parse(run.startedAt);
  const title = plainText(check?.title ?? finding.check);
  const message = plainText(finding.message);
  const isOpen = finding.status !== "pass" && finding.status !== "not-applicable";
  const [severityId, severity] = severityOf(isOpen ? finding.severity : "informational");
  const [statusId, status] = statusOf[finding.status];
  const { waiver, reason, remediation } = finding;
  return {
    category_uid: 2,
    category_name: "Findings",
    class_uid: 2003,
    class_name: "Compliance Finding",
    activity_id: 1,
    activity_name: "Create",
    type_uid: 200301,
    type_name: "Compliance Finding: Create",
    time: seen,
    severity_id: severityId,
    severity,
    status_id: statusId,
    status,
    ...(reason === undefined ? {} : { status_code: reason.code, status_detail: plainText(reason.message) }),
    ...(waiver === undefined ? {} : { comment: plainText(`Waived by ${waiver.owner} through ${waiver.expires}: ${waiver.reason}`) }),
    message,
    metadata: {
      version: "1.6.0",
      product: { name: "eks-perimeter", vendor_name: "eks-perimeter", version: run.version },
      log_name: "eks-perimeter",
      log_provider: "eks-perimeter",
      event_code: finding.check,
      correlation_uid: run.id,
      ...(place.account === "" ? {} : { tenant_uid: place.account, profiles: ["cloud"] }),
    },
    ...(place.account === "" ? {} : { cloud: cloudOf(place) }),
    finding_info: {
      uid: finding.id.toWellFormed(),
      title,
      desc: message,
      created_time: seen,
      modified_time: seen,
      last_seen_time: seen,
      types: [check?.surface ?? "beyond"],
      analytic: { uid: finding.check, name: title, type_id: 1, type: "Rule" },
    },
    compliance: complianceOf(finding, check, title),
    resources: resourcesOf(finding, place),
    ...(remediation === undefined ? {} : { remediation: { desc: plainText(remediation.text) } }),
    unmapped: {
      status: finding.status,
      check_severity: finding.severity,
      ...(finding.evidence === undefined ? {} : { evidence: finding.evidence }),
      ...(waiver === undefined ? {} : { waiver }),
      ...(remediation?.commands === undefined ? {} : { remediation_commands: remediation.commands.map(plainLines) }),
      ...(remediation?.manifest === undefined ? {} : { remediation_manifest: plainLines(remediation.manifest) }),
    },
  };
}

const cloudOf = ({ account, region }: FindingPlace) => ({
  provider: "AWS",
  ...partOfCloud(region),
  account: { uid: account, type_id: 10, type: "AWS Account" },
});
const partOfCloud = (region: string) => ({ region, cloud_partition: partitionOf(region).name });

const severities: Readonly<Record<Severity, Choice>> = {
  informational: [1, "Informational"],
  low: [2, "Low"],
  medium: [3, "Medium"],
  high: [4, "High"],
  critical: [5, "Critical"],
};
const severityOf = (severity: Severity): Choice => severities[severity];

/** Of the finding. Nothing was remediated where nothing was ever wrong: what is not open is neither Resolved nor Archived. */
const notOpen: Choice = [99, "Not Open"];
const statusOf: Readonly<Record<Status, Choice>> = {
  fail: [1, "New"],
  unknown: [1, "New"],
  error: [1, "New"],
  waived: [3, "Suppressed"],
  pass: notOpen,
  "not-applicable": notOpen,
};

/** Of the compliance check. Warning: it "did not yield a result due to missing information", in the schema's words. */
const warning: Choice = [2, "Warning"];
const resultOf: Readonly<Record<Status, Choice>> = {
  fail: [3, "Fail"],
  waived: [3, "Fail"],
  pass: [1, "Pass"],
  unknown: warning,
  error: [0, "Unknown"],
  "not-applicable": [99, "Not Applicable"],
};

function complianceOf({ status, check: id, frameworks, reason }: Finding, check: AnyCheck | undefined, title: string) {
  // That not everything was read breaks no rule: it leaves rules unjudged.
  const [statusId, caption] = check?.surface === "coverage" && status === "fail" ? warning : resultOf[status];
  const standards = [...new Set(frameworks.map((reference) => reference.split("/")[0] ?? reference))];
  return {
    control: id,
    desc: title,
    status_id: statusId,
    status: caption,
    ...(reason === undefined ? {} : { status_code: reason.code, status_details: [plainText(reason.message)] }),
    ...(frameworks.length === 0 ? {} : { standards, requirements: frameworks }),
  };
}

function resourcesOf({ resource, cluster }: Finding, { account, region, clusterName }: FindingPlace) {
  const where = account === "" ? {} : partOfCloud(region);
  const primary = {
    uid: resource.id.toWellFormed(),
    name: plainText(resource.name),
    ...(resource.namespace === undefined ? {} : { namespace: plainText(resource.namespace) }),
    type: resource.kind,
    role_id: 3,
    role: "Affected",
    ...where,
  };
  if (cluster === undefined || cluster === resource.id) return [primary];
  const name = clusterName === undefined ? {} : { name: clusterName };
  return [primary, { uid: cluster, ...name, type: "Cluster", role_id: 4, role: "Related", ...where }];
}
