import fc from "fast-check";
import type { Log, Result } from "sarif";
import { expect, it } from "vitest";
import type { Finding } from "../../core/model/finding.ts";
import type { Report } from "../../core/report/report.ts";
import { type SarifOptions, toSarif } from "../../core/report/sarif.ts";
import { toReport } from "../../core/report/summary.ts";
import { hostile } from "./hostile.ts";
import { aFinding, aServiceFinding, clusterOf, sampleChecks, sampleReport, sampleResults } from "./sample.ts";
import { violations } from "./schemas.ts";

const prod = clusterOf("111122223333", "prod");
const reportOf = (...findings: readonly Finding[]): Report =>
  toReport({ ...sampleResults, accounts: [], clusters: [{ cluster: prod, findings }] });
const reason = { code: "forbidden", message: "The access entry lacks list on services." } as const;

/** The one run of the log, which the published schema accepts, and code scanning too. */
function runOf(report: Report, options: SarifOptions = {}): Log["runs"][number] {
  const log = JSON.parse(toSarif(report, { checks: sampleChecks, ...options })) as Log;
  expect(violations("sarif", log)).toEqual([]);
  const [run, ...more] = log.runs;
  if (run === undefined || more.length > 0) throw new Error("one run is what GitHub takes of a category");
  for (const result of run.results ?? []) {
    expect(result.locations?.[0]?.physicalLocation?.artifactLocation?.uri).toMatch(/^(?!\.\.?(\/|$))[^/:?#\\]+(\/[^/:?#\\]+)*$/);
    expect(run.tool.driver.rules?.[result.ruleIndex ?? -1]?.id).toBe(result.ruleId);
  }
  return run;
}
const resultsOf = (report: Report, options?: SarifOptions): readonly Result[] => runOf(report, options).results ?? [];

it("a failing finding, whole", () => {
  const finding = aServiceFinding("web");
  const [result] = resultsOf(reportOf(finding));
  expect(result).toEqual({
    ruleId: "load-balancer-internal-or-restricted",
    ruleIndex: 0,
    kind: "fail",
    level: "warning",
    message: { text: "Service shop/web is reachable from the internet on port 443." },
    locations: [
      {
        physicalLocation: {
          artifactLocation: {
            uri: "aws/eks/eu-west-1/111122223333/cluster/prod/namespaces/shop/services/web",
            index: 0,
          },
          region: { startLine: 1 },
        },
        logicalLocations: [{ name: "web", fullyQualifiedName: "prod/shop/Service/web", kind: "resource" }],
      },
    ],
    partialFingerprints: {
      primaryLocationLineHash: expect.stringMatching(/^[0-9a-f]{16}:1$/),
      "eksPerimeterFinding/v1": expect.stringMatching(/^[0-9a-f]{64}$/),
    },
    properties: {
      finding: finding.id,
      status: "fail",
      severity: "medium",
      resource: finding.resource.id,
      cluster: prod.arn,
      frameworks: ["cis-eks-1.7.0/5.4.1"],
      evidence: { publicCidrs: ["0.0.0.0/0"], addresses: 4294967296 },
    },
  });
});

it.each<[string, Partial<Finding>, object | undefined]>([
  ["error: critical", { severity: "critical" }, { kind: "fail", level: "error" }],
  ["error: high", {}, { kind: "fail", level: "error" }],
  ["note: low", { severity: "low" }, { kind: "fail", level: "note" }],
  [
    "suppressed: waived, with the waiver",
    { status: "waived", waiver: { owner: "team-net", reason: "bastions", expires: "2027-01-31" } },
    {
      kind: "fail",
      level: "error",
      suppressions: [{ kind: "external", status: "accepted", justification: "team-net, through 2027-01-31: bastions" }],
    },
  ],
  [
    "open: unknown, which is neither a pass nor a failure of the check's severity",
    { status: "unknown", reason },
    { ruleId: "endpoint-not-open-to-internet/not-judged", kind: "open", level: "none", properties: { reason } },
  ],
  ["open: the check broke", { status: "error", reason: { code: "internal", message: "It broke." } }, { kind: "open", level: "none" }],
  ["fail: not everything was read", { check: "cluster-read-completely", severity: "medium" }, { kind: "fail", level: "warning" }],
  ["no result: pass", { status: "pass" }, undefined],
  ["no result: nothing to judge", { status: "not-applicable" }, undefined],
  ["no result: nobody can judge it", { status: "unknown", reason: { code: "not-supported", message: "No." } }, undefined],
])("%s", (_rule, finding, expected) => {
  const bystander = aServiceFinding("bystander", { status: "pass" });
  expect(resultsOf(reportOf(aFinding(finding), bystander))).toMatchObject(expected === undefined ? [] : [expected]);
});

it("what stands in a file is there, by line, and keeps its fingerprint when it moves", () => {
  const at = (line: number) => resultsOf(reportOf(aServiceFinding("web")), { whereIs: () => ({ file: "k8s/my app/web.yaml", line }) })[0];
  expect(at(7)?.locations?.[0]?.physicalLocation).toEqual({
    artifactLocation: { uri: "k8s/my%20app/web.yaml", uriBaseId: "%SRCROOT%", index: 0 },
    region: { startLine: 7 },
  });
  expect(at(70)?.partialFingerprints).toEqual(at(7)?.partialFingerprints);
  expect(at(7)?.partialFingerprints).toEqual(resultsOf(reportOf(aServiceFinding("web")))[0]?.partialFingerprints);
});

it("findings about clusters and about manifests are of two categories, so that none closes the other's", () => {
  expect(runOf(reportOf(aServiceFinding("web"))).automationDetails?.id).toBe("eks-perimeter/clusters/");
  const whereIs = () => ({ file: "web.yaml", line: 1 });
  expect(runOf(reportOf(aServiceFinding("web")), { whereIs }).automationDetails?.id).toBe("eks-perimeter/manifests/");
  expect(runOf(reportOf(), { whereIs }).automationDetails?.id).toBe("eks-perimeter/manifests/");
});

it("a rule is a check, as severe as its worst finding that is no pass, in GitHub's numbers", () => {
  const [rule, ...more] =
    runOf(reportOf(aServiceFinding("web", { severity: "low" }), aServiceFinding("api", { status: "pass", severity: "critical" }))).tool
      .driver.rules ?? [];
  expect(more).toEqual([]);
  expect(rule).toMatchObject({
    id: "load-balancer-internal-or-restricted",
    shortDescription: { text: "Load balancers are internal, restricted or declared" },
    fullDescription: { text: "Because." },
    help: { markdown: expect.stringContaining("docs/checks/load-balancer-internal-or-restricted.md") },
    defaultConfiguration: { level: "note" },
    properties: { "security-severity": "2.0", tags: ["security", "load-balancer", "cis-eks-1.7.0/5.4.1"] },
  });
});

it("what could not be judged has a rule without a severity", () => {
  const { rules = [] } = runOf(reportOf(aFinding({ status: "unknown", reason }), aServiceFinding("web"))).tool.driver;
  const unjudged = rules.filter(({ id }) => id.endsWith("/not-judged"));
  expect(unjudged).toMatchObject([
    { shortDescription: { text: "Not judged: The API endpoint is not open to the internet" }, defaultConfiguration: { level: "note" } },
  ]);
  expect(unjudged[0]?.properties).not.toHaveProperty("security-severity");
});

it("the run says that not everything was seen", () => {
  const [invocation] = runOf(sampleReport()).invocations ?? [];
  expect(invocation?.toolExecutionNotifications).toEqual([
    {
      level: "warning",
      message: {
        text: expect.stringMatching(/^Not everything was read or judged: \d findings say what\. Absence of a result is no pass\.$/),
      },
    },
  ]);
  const [complete] = runOf(reportOf(aFinding())).invocations ?? [];
  expect(complete?.toolExecutionNotifications).toEqual([]);
});

it("of more results than GitHub takes the worst are listed, and the rest is counted", () => {
  const many = Array.from({ length: 25_001 }, (_, i) => aServiceFinding(`web-${i}`, { severity: "low" }));
  // Not held to the schema, which would compare each file with each.
  const log = JSON.parse(toSarif(reportOf(...many, aFinding({ severity: "critical" })), { checks: sampleChecks })) as Log;
  const { results = [], invocations } = log.runs[0] ?? {};
  expect([results.length, results[0]?.ruleId]).toEqual([25_000, "endpoint-not-open-to-internet"]);
  expect(invocations?.[0]?.toolExecutionNotifications).toEqual([
    { level: "warning", message: { text: "2 more results were left out, the least severe; report.json has all of them." } },
  ]);
});

it("whatever stands in a cluster, the log is one that the schema accepts, and its messages link nowhere", () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, (name, message, value) => {
      const resource = { kind: "Service", id: `${prod.arn}/namespaces/${value}/services/${name}`, namespace: value, name };
      const finding = aFinding({ resource, message, evidence: { [`k${name}`]: value } });
      const [result] = resultsOf(reportOf(finding), {
        whereIs: () => (value === "" ? undefined : { file: `a/${value}/${name}`, line: 1 }),
      });
      expect(result?.message.text).not.toMatch(/\]\(|(?<!\{)\{(?:\{\{)*(?!\{)|[^\P{Cc}]/u);
    }),
  );
});
