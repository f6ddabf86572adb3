import fc from "fast-check";
import { expect, it } from "vitest";
import type { Finding } from "../../core/model/finding.ts";
import { ocsfDocument } from "../../core/report/ocsf.ts";
import type { Report } from "../../core/report/report.ts";
import { toReport } from "../../core/report/summary.ts";
import { hostile } from "./hostile.ts";
import { aFinding, aServiceFinding, clusterOf, sampleChecks, sampleReport, sampleResults } from "./sample.ts";
import { violations } from "./schemas.ts";

const prod = clusterOf("111122223333", "prod");
const reportOf = (...findings: readonly Finding[]): Report =>
  toReport({ ...sampleResults, accounts: [], clusters: [{ cluster: prod, findings }] });

/** The events of a report, each of which the published schema accepts. */
function eventsOf(report: Report, schema: Parameters<typeof violations>[0] = "ocsf"): readonly Readonly<Record<string, unknown>>[] {
  const events = JSON.parse([...ocsfDocument(report, "eu-central-1", sampleChecks)].join("")) as Readonly<Record<string, unknown>>[];
  expect(events.flatMap((event) => violations(schema, event))).toEqual([]);
  return events;
}

it("a failing finding about a cluster, whole", () => {
  const at = Date.parse("2026-11-01T06:00:00.000Z");
  expect(eventsOf(reportOf(aFinding()))).toEqual([
    {
      category_uid: 2,
      category_name: "Findings",
      class_uid: 2003,
      class_name: "Compliance Finding",
      activity_id: 1,
      activity_name: "Create",
      type_uid: 200301,
      type_name: "Compliance Finding: Create",
      time: at,
      severity_id: 4,
      severity: "High",
      status_id: 1,
      status: "New",
      message: "Cluster prod admits 0.0.0.0/0 to its API endpoint.",
      metadata: {
        version: "1.6.0",
        product: { name: "eks-perimeter", vendor_name: "eks-perimeter", version: "0.1.0" },
        log_name: "eks-perimeter",
        log_provider: "eks-perimeter",
        event_code: "endpoint-not-open-to-internet",
        correlation_uid: "20261101T060000Z-1",
        tenant_uid: "111122223333",
        profiles: ["cloud"],
      },
      cloud: {
        provider: "AWS",
        region: "eu-west-1",
        cloud_partition: "aws",
        account: { uid: "111122223333", type_id: 10, type: "AWS Account" },
      },
      finding_info: {
        uid: "endpoint-not-open-to-internet/arn:aws:eks:eu-west-1:111122223333:cluster/prod",
        title: "The API endpoint is not open to the internet",
        desc: "Cluster prod admits 0.0.0.0/0 to its API endpoint.",
        created_time: at,
        modified_time: at,
        last_seen_time: at,
        types: ["endpoint"],
        analytic: { uid: "endpoint-not-open-to-internet", name: "The API endpoint is not open to the internet", type_id: 1, type: "Rule" },
      },
      compliance: {
        control: "endpoint-not-open-to-internet",
        desc: "The API endpoint is not open to the internet",
        status_id: 3,
        status: "Fail",
        standards: ["cis-eks-1.7.0"],
        requirements: ["cis-eks-1.7.0/5.4.1"],
      },
      resources: [
        {
          uid: prod.arn,
          name: "prod",
          type: "Cluster",
          role_id: 3,
          role: "Affected",
          region: "eu-west-1",
          cloud_partition: "aws",
        },
      ],
      remediation: { desc: "Restrict public access to trusted ranges." },
      unmapped: {
        status: "fail",
        check_severity: "high",
        evidence: { publicCidrs: ["0.0.0.0/0"], addresses: 4294967296 },
        remediation_commands: ["aws eks update-cluster-config --name prod"],
      },
    },
  ]);
});

const reason = { code: "forbidden", message: "The access entry lacks list on services." } as const;
it.each<[string, Partial<Finding>, object]>([
  ["Fail and New: fail", {}, { status: "New", compliance: { status_id: 3 }, severity: "High" }],
  [
    "Fail and Suppressed: waived, with the waiver",
    { status: "waived", waiver: { owner: "team-net", reason: "bastions", expires: "2027-01-31" } },
    { status_id: 3, status: "Suppressed", compliance: { status_id: 3 }, comment: "Waived by team-net through 2027-01-31: bastions" },
  ],
  ["Pass, and nothing that is open: pass", { status: "pass" }, { status_id: 99, compliance: { status_id: 1 }, severity: "Informational" }],
  [
    "Warning, never Pass: unknown, with the reason",
    { status: "unknown", reason },
    {
      status: "New",
      status_code: "forbidden",
      status_detail: reason.message,
      compliance: { status_id: 2, status: "Warning", status_code: "forbidden", status_details: [reason.message] },
      severity: "High",
    },
  ],
  ["Unknown, never Pass: the check broke", { status: "error" }, { status: "New", compliance: { status_id: 0, status: "Unknown" } }],
  ["neither: nothing to judge", { status: "not-applicable" }, { status_id: 99, compliance: { status_id: 99, status: "Not Applicable" } }],
  [
    "Warning: not everything was read",
    { check: "cluster-read-completely" },
    { status: "New", compliance: { status_id: 2, status: "Warning" } },
  ],
])("%s", (_rule, finding, expected) => {
  expect(eventsOf(reportOf(aFinding(finding)))).toMatchObject([expected]);
});

it("an object of Kubernetes stands first, its cluster second", () => {
  expect(eventsOf(reportOf(aServiceFinding("web")))).toMatchObject([
    {
      resources: [
        { type: "Service", name: "web", namespace: "shop", role: "Affected" },
        { uid: prod.arn, name: "prod", role: "Related" },
      ],
    },
  ]);
});

it("each finding is an event, those about accounts in the Region that is called home", () => {
  const report = sampleReport();
  const events = eventsOf(report);
  expect(events.map(({ finding_info }) => (finding_info as { uid: string }).uid)).toEqual(report.findings.map(({ id }) => id));
  expect(events[1]).toMatchObject({ cloud: { account: { uid: "444455556666" }, region: "eu-central-1" } });
});

it("what is in no account is in no cloud", () => {
  const cluster = { ...prod, account: "", region: "" };
  const report = toReport({ ...sampleResults, accounts: [], clusters: [{ cluster, findings: [aFinding()] }] });
  const [event] = eventsOf(report, "ocsf without a cloud");
  expect(event).not.toHaveProperty("cloud");
  expect(event?.metadata).not.toHaveProperty("profiles");
});

it("an empty report is an empty list", () => {
  expect(eventsOf(reportOf())).toEqual([]);
});

it("whatever stands in a cluster, the event is one that the schema accepts", () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, (name, message, value) => {
      const resource = { kind: "Service", id: `${prod.arn}/namespaces/shop/services/${name}`, namespace: value, name };
      const evidence = { [`k${name}`]: value, list: [value, { deep: message }] };
      eventsOf(reportOf(aFinding({ resource, message, evidence, remediation: { text: message, commands: [value], manifest: value } })));
    }),
  );
});
