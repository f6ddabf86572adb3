import { describe, expect, it } from "vitest";
import type { Finding } from "../../core/model/finding.ts";
import { Settings } from "../../core/model/settings.ts";
import type { Severity } from "../../core/model/severity.ts";
import type { ReportAccount } from "../../core/report/report.ts";
import { exitCode, isComplete, toReport } from "../../core/report/summary.ts";
import { aFinding, aServiceFinding, clusterOf, sampleChecks, sampleReport, sampleResults } from "./sample.ts";

const fail = aFinding();
const pass = aFinding({ status: "pass" });
const coverageFail = aFinding({ check: "cluster-read-completely", severity: "critical" });
const unknown = aFinding({ status: "unknown", reason: { code: "forbidden", message: "No." } });
const unsupported = aFinding({ status: "unknown", reason: { code: "not-supported", message: "No." } });
const error = aFinding({ status: "error", reason: { code: "internal", message: "No." } });
const waived = aFinding({ status: "waived", severity: "critical" });
const inapplicable = aFinding({ status: "not-applicable", reason: { code: "not-ready", message: "No." } });

it.each<[string, readonly Finding[], Severity | "none", number, boolean]>([
  ["0: nothing was found", [], "high", 0, true],
  ["0: a pass", [pass], "informational", 0, true],
  ["1: a fail at the limit", [fail], "high", 1, true],
  ["1: a fail above the limit", [fail], "low", 1, true],
  ["0: a fail below the limit", [fail], "critical", 0, true],
  ["0: a fail, and nothing is to fail", [fail], "none", 0, true],
  ["0: a waived fail, however severe", [waived], "low", 0, true],
  ["0: not applicable", [inapplicable], "low", 0, true],
  ["3: coverage fails, however severe", [coverageFail], "low", 3, false],
  ["3: coverage fails, and nothing is to fail", [coverageFail], "none", 3, false],
  ["3: an unknown", [pass, unknown], "high", 3, false],
  ["3: a check broke", [error], "high", 3, false],
  ["0: what no product could judge is no gap", [unsupported], "high", 0, true],
  ["1: a fail outweighs a gap", [unknown, coverageFail, fail], "high", 1, false],
  ["3: a fail below the limit leaves the gap", [unknown, fail], "critical", 3, false],
])("exit code %s", (_rule, findings, failOn, code, complete) => {
  const report = toReport({ ...sampleResults, accounts: [], clusters: [{ cluster: clusterOf("111122223333", "prod"), findings }] });
  expect(exitCode(report, failOn, sampleChecks)).toBe(code);
  expect(isComplete(findings, sampleChecks)).toBe(complete);
});

it("a report counts by status and by severity of what fails, in the order of the model", () => {
  const { summary } = sampleReport();
  expect(JSON.stringify(summary)).toBe(
    '{"complete":false,"byStatus":{"fail":4,"unknown":2,"waived":1,"pass":3},"failBySeverity":{"critical":1,"high":1,"medium":2},"unused":[]}',
  );
});

it("a report is ordered by account and ARN, then by check, then by resource, whatever order its parts came in", () => {
  const report = sampleReport();
  expect(report.accounts.map(({ account }) => account)).toEqual(["111122223333", "444455556666"]);
  expect(report.clusters.map(({ name }) => name)).toEqual(["closed", "prod"]);
  expect(report.findings.map(({ check, resource }) => `${check} ${resource.name}`)).toEqual([
    "account-read-completely 111122223333",
    "account-read-completely 444455556666",
    "endpoint-not-open-to-internet closed",
    "load-balancer-internal-or-restricted closed",
    "cluster-read-completely closed",
    "endpoint-not-open-to-internet prod",
    "load-balancer-internal-or-restricted api",
    "load-balancer-internal-or-restricted odd",
    "load-balancer-internal-or-restricted web",
    "cluster-read-completely prod",
  ]);
  const reversed = {
    ...sampleResults,
    accounts: sampleResults.accounts.toReversed(),
    clusters: sampleResults.clusters.toReversed().map((one) => ({ ...one, findings: one.findings.toReversed() })),
  };
  expect(toReport(reversed)).toEqual(report);
});

describe("unused declarations", () => {
  const waiver = { owner: "team-net", reason: "bastions", expires: "2027-01-31" };
  const service = { namespace: "shop", kind: "Service", ports: [443], ...waiver };
  const settings = Settings.parse({
    waivers: [
      { check: "load-balancer-*", resource: "*/services/api", ...waiver },
      { check: "load-balancer-*", resource: "*/services/fixed", ...waiver },
      { check: "endpoint-*", resource: "*/services/api", ...waiver },
    ],
    publicServices: [
      { cluster: "prod*", name: "web", ...service },
      { cluster: "staging", name: "web", ...service },
      { cluster: "prod", name: "gone-*", ...service },
    ],
  });
  const findings = [aServiceFinding("api", { status: "waived" }), aServiceFinding("web"), aServiceFinding("fixed", { status: "pass" })];
  const results = { ...sampleResults, settings, accounts: [], clusters: [{ cluster: clusterOf("111122223333", "prod"), findings }] };

  it("are those that a complete run of full scope matched to nothing", () => {
    expect(toReport(results).summary.unused).toEqual([
      { kind: "waiver", what: "load-balancer-* on */services/fixed" },
      { kind: "waiver", what: "endpoint-* on */services/api" },
      { kind: "publicService", what: "Service shop/web in staging" },
      { kind: "publicService", what: "Service shop/gone-* in prod" },
    ]);
  });

  it.each([
    ["a run of part of the scope", { ...results, fullScope: false }],
    [
      "an incomplete run",
      { ...results, clusters: [...results.clusters, { cluster: clusterOf("111122223333", "x"), findings: [unknown] }] },
    ],
  ])("are not told by %s", (_which, partial) => {
    expect(toReport(partial).summary.unused).toEqual([]);
  });
});

it("3: an account was not read, of which no check was asked; incomplete, as its clusters may be missing", () => {
  const unread = [{ read: "eks:ListClusters eu-west-1", state: "unknown", reason: { code: "forbidden", message: "No." } } as const];
  const read = [{ read: "eks:ListClusters eu-west-1", state: "read" } as const];
  const skipped = [{ read: "eks:ListClusters me-south-1", state: "skipped" } as const];
  const reportOf = (coverage: ReportAccount["coverage"]) =>
    toReport({ ...sampleResults, clusters: [], accounts: [{ account: "111122223333", coverage, findings: [] }] });
  expect([unread, read, skipped].map((coverage) => exitCode(reportOf(coverage), "high", sampleChecks))).toEqual([3, 0, 0]);
  expect([unread, read, skipped].map((coverage) => reportOf(coverage).summary.complete)).toEqual([false, true, true]);
});
