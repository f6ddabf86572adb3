import { expect, it } from "vitest";
import { clusterVersionSupported } from "../../../core/checks/endpoint/cluster-version-supported.ts";
import type { VersionSupport } from "../../../core/model/aws.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import { aCluster, aVersion, judged } from "../../support/cluster.ts";

const at = "2026-11-01T06:00:00.000Z";
const answered = (support: VersionSupport, readAt = at) =>
  judged(
    clusterVersionSupported,
    aCluster({ readAt: known(readAt), version: known(aVersion("1.34", { supportType: "EXTENDED", support: known(support) })) }),
  );
const dates = { endOfStandardSupport: "2027-03-27T00:00:00.000Z", endOfExtendedSupport: "2028-03-27T00:00:00.000Z" };

it.each<readonly [string, VersionSupport, string, string]>([
  [
    "pass: in standard support",
    { status: "STANDARD_SUPPORT", ...dates },
    "pass",
    "Cluster prod runs Kubernetes 1.34, which is in standard support until 2027-03-27.",
  ],
  [
    "pass: in standard support, without a date",
    { status: "STANDARD_SUPPORT" },
    "pass",
    "Cluster prod runs Kubernetes 1.34, which is in standard support.",
  ],
  [
    "fail: in extended support",
    { status: "EXTENDED_SUPPORT", endOfStandardSupport: "2026-07-29", endOfExtendedSupport: "2027-07-29" },
    "fail",
    "Cluster prod runs Kubernetes 1.34, whose standard support ended on 2026-07-29, extended support ends on 2027-07-29.",
  ],
  [
    "fail: in extended support, without dates",
    { status: "EXTENDED_SUPPORT" },
    "fail",
    "Cluster prod runs Kubernetes 1.34, whose standard support ended.",
  ],
  [
    "fail: unsupported",
    { status: "UNSUPPORTED", endOfExtendedSupport: "2026-07-23" },
    "fail",
    "Cluster prod runs Kubernetes 1.34, whose support ended on 2026-07-23.",
  ],
  ["fail: unsupported, without dates", { status: "UNSUPPORTED" }, "fail", "Cluster prod runs Kubernetes 1.34, whose support ended."],
])("%s", (_rule, support, status, message) => {
  expect(answered(support)).toMatchObject([
    { status, message, evidence: { source: "eks:DescribeClusterVersions", upgradePolicy: "EXTENDED" } },
  ]);
});

it.each([
  ["61 days before the end there is no warning", "2027-01-25T00:00:00.000Z", undefined],
  ["60 days before the end it warns", "2027-01-26T00:00:00.000Z", "Standard support ends on 2027-03-27, in 60 days."],
  ["a part of a day counts as one", "2027-03-26T23:00:00.000Z", "Standard support ends on 2027-03-27, in 1 day."],
  [
    "EKS's status outweighs a date that has passed",
    "2027-03-28T00:00:00.000Z",
    "Standard support was to end on 2027-03-27, and EKS still grants it.",
  ],
])("pass: %s", (_rule, readAt, warning) => {
  const [finding] = answered({ status: "STANDARD_SUPPORT", ...dates }, readAt);
  expect([finding?.status, finding?.evidence?.warning]).toEqual(["pass", warning]);
});

it("pass: a date that can't be read gives no warning, EKS's status decides", () => {
  const [finding] = answered({ status: "STANDARD_SUPPORT", endOfStandardSupport: "soon" });
  expect([finding?.status, finding?.evidence?.warning]).toEqual(["pass", undefined]);
});

const unasked = unknown("forbidden", "eks:DescribeClusterVersions is denied.");
const byTable = (kubernetes: string, readAt = at) =>
  judged(clusterVersionSupported, aCluster({ readAt: known(readAt), version: known(aVersion(kubernetes, { support: unasked })) }));

it.each([
  ["pass: 1.35 is in standard support", "1.35", at, "pass", "STANDARD_SUPPORT"],
  ["pass: 1.34 on the last day", "1.34", "2026-12-01T23:59:59.999Z", "pass", "STANDARD_SUPPORT"],
  ["fail: 1.34 a moment later", "1.34", "2026-12-02T00:00:00.000Z", "fail", "EXTENDED_SUPPORT"],
  ["fail: 1.34 on the last day of extended support", "1.34", "2027-12-01T23:59:59.999Z", "fail", "EXTENDED_SUPPORT"],
  ["fail: 1.34 without any support", "1.34", "2027-12-02T00:00:00.000Z", "fail", "UNSUPPORTED"],
  ["fail: a version older than the table", "1.9", at, "fail", "UNSUPPORTED"],
  ["fail: the oldest of the table", "1.23", at, "fail", "UNSUPPORTED"],
])("by the table, %s", (_rule, kubernetes, readAt, verdict, status) => {
  expect(byTable(kubernetes, readAt)).toMatchObject([
    { status: verdict, evidence: { status, source: expect.stringMatching(/^table of \d{4}-/) } },
  ]);
});

it.each([
  [
    "unknown: EKS was not asked, and the version is newer than the table",
    known(aVersion("1.99", { support: unasked })),
    known(at),
    "forbidden",
  ],
  ["unknown: EKS was not asked, and the version is no version", known(aVersion("latest", { support: unasked })), known(at), "forbidden"],
  ["unknown: the cluster could not be described", unasked, known(at), "forbidden"],
  ["unknown: the time of reading is no time", known(aVersion("1.35", { support: unasked })), known("yesterday"), "malformed"],
] as const)("%s", (_rule, version, readAt, code) => {
  expect(judged(clusterVersionSupported, aCluster({ version, readAt }))).toMatchObject([{ status: "unknown", reason: { code } }]);
});

it("the remedy is the next minor version", () => {
  expect(byTable("1.29")[0]?.remediation?.commands).toEqual([
    "aws eks update-cluster-version --name prod --region eu-west-1 --kubernetes-version 1.30",
  ]);
  expect(byTable("1.31", "2030-01-01T00:00:00.000Z")[0]?.remediation?.text).toContain("one minor version at a time");
});
