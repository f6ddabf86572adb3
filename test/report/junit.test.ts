import fc from "fast-check";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { expect, it } from "vitest";
import type { Finding } from "../../core/model/finding.ts";
import { toJunit } from "../../core/report/junit.ts";
import type { Report } from "../../core/report/report.ts";
import { isComplete, toReport } from "../../core/report/summary.ts";
import { hostile } from "./hostile.ts";
import { aFinding, aServiceFinding, clusterOf, sampleChecks, sampleReport, sampleResults } from "./sample.ts";

interface Case {
  readonly "@name": string;
  readonly "@classname": string;
  readonly failure?: { readonly "@message": string; readonly "@type": string; readonly "#text": string };
  readonly error?: Case["failure"];
  readonly skipped?: unknown;
  readonly "system-out"?: string;
}
interface Suite {
  readonly "@name": string;
  readonly testcase: readonly Case[];
}
type Suites = Readonly<Record<"@tests" | "@failures" | "@errors", string>> & { readonly testsuite: readonly Suite[] };

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseTagValue: false,
  isArray: (name) => name === "testsuite" || name === "testcase",
});
const parsed = (report: Report): Suites => {
  const xml = toJunit(report, sampleChecks);
  expect(XMLValidator.validate(xml)).toBe(true);
  return (parser.parse(xml) as { testsuites: Suites }).testsuites;
};
const prod = clusterOf("111122223333", "prod");
const reportOf = (...findings: readonly Finding[]): Report =>
  toReport({ ...sampleResults, accounts: [], clusters: [{ cluster: prod, findings }] });
const reason = { code: "forbidden", message: "The access entry lacks list on services." } as const;
const outcomeOf = (one: Case | undefined): string =>
  one === undefined ? "none" : (["failure", "error", "skipped"].find((name) => name in one) ?? "passed");

it.each<[string, Partial<Finding>, string]>([
  ["failure: fail", {}, "failure"],
  ["failure: fail, however slight", { severity: "informational" }, "failure"],
  ["error: unknown, which is no success", { status: "unknown", reason }, "error"],
  ["error: the check broke", { status: "error", reason: { code: "internal", message: "It broke." } }, "error"],
  ["error: not everything was read", { check: "cluster-read-completely" }, "error"],
  ["skipped: nobody can judge it", { status: "unknown", reason: { code: "not-supported", message: "No." } }, "skipped"],
  ["skipped: nothing to judge", { status: "not-applicable" }, "skipped"],
  ["skipped: waived", { status: "waived", waiver: { owner: "team-net", reason: "bastions", expires: "2027-01-31" } }, "skipped"],
  ["passed: pass", { status: "pass" }, "passed"],
])("%s", (_rule, finding, outcome) => {
  const [suite] = parsed(reportOf(aFinding(finding), aServiceFinding("bystander", { status: "pass" }))).testsuite;
  expect(Object.fromEntries((suite?.testcase ?? []).map((one) => [one["@name"].split(" ").at(-1), outcomeOf(one)]))).toEqual({
    prod: outcome,
    "shop/bystander": "passed",
  });
});

it("an error stands exactly where the run is incomplete", () => {
  const report = sampleReport();
  const incomplete = report.findings.filter((finding) => !isComplete([finding], sampleChecks)).length;
  expect(incomplete).toBeGreaterThan(0);
  expect(parsed(report)["@errors"]).toBe(String(incomplete));
});

it("error: an account was not read, and the check that says so was not asked", () => {
  const { accounts, clusters, ...rest } = sampleResults;
  const checks = sampleChecks.filter(({ surface }) => surface !== "coverage");
  const isAsked = ({ check }: Finding): boolean => checks.some(({ id }) => id === check);
  const asked = clusters.map((one) => ({
    ...one,
    findings: one.findings.filter((finding) => isAsked(finding) && finding.status !== "unknown"),
  }));
  const report = toReport({ ...rest, checks, clusters: asked, accounts: accounts.map((one) => ({ ...one, findings: [] })) });
  expect(report.summary.complete).toBe(false);
  const { testsuite, ...counts } = parsed(report);
  expect(counts).toMatchObject({ "@errors": "1", "@tests": String(report.findings.length + 1) });
  expect(testsuite.map((suite) => suite["@name"])).not.toContain("111122223333");
  const [one] = testsuite.find((suite) => suite["@name"] === "444455556666")?.testcase ?? [];
  expect(one?.error).toEqual({
    "@message": "Account 444455556666 was not read completely.",
    "@type": "forbidden",
    "#text": "sts:AssumeRole: forbidden: The role does not trust the caller.",
  });
});

it("a suite a cluster or account, and a case a finding with what was seen", () => {
  const { testsuite, ...counts } = parsed(sampleReport());
  expect(testsuite.map((suite) => suite["@name"])).toEqual([
    "111122223333",
    "444455556666",
    "111122223333/eu-west-1/closed",
    "111122223333/eu-west-1/prod",
  ]);
  expect(counts).toMatchObject({ "@tests": String(sampleReport().findings.length), "@failures": "2" });
  const failing = testsuite[3]?.testcase.find(({ failure }) => failure?.["@type"] === "medium");
  expect(failing).toMatchObject({
    "@name": "Load balancers are internal, restricted or declared: Service shop/web",
    "@classname": "111122223333.eu-west-1.prod.load-balancer-internal-or-restricted",
    failure: { "@message": "Service shop/web is reachable from the internet on port 443." },
  });
  expect(failing?.failure?.["#text"]).toContain('Evidence: {"publicCidrs":["0.0.0.0/0"]');
});

it("of what is skipped the case says why", () => {
  const waived = aFinding({ status: "waived", waiver: { owner: "team-net", reason: "bastions", expires: "2027-01-31" } });
  const [suite] = parsed(reportOf(waived)).testsuite;
  expect(suite?.testcase[0]?.["system-out"]).toContain("Waived by team-net through 2027-01-31: bastions");
});

it("whatever stands in a cluster, the document is XML with one case a finding", () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, (name, message, value) => {
      const resource = { kind: value, id: `${prod.arn}/namespaces/shop/services/${name}`, namespace: value, name };
      const finding = aFinding({
        resource,
        message,
        evidence: { [name]: value },
        remediation: { text: message, commands: [value], manifest: name },
      });
      const unknown = { ...finding, id: "2", status: "unknown", reason: { code: "malformed", message } } as const;
      const xml = toJunit(reportOf(finding, unknown), sampleChecks);
      expect(xml).not.toMatch(/[^\P{Cc}\n]|[\uFFFE\uFFFF]|\p{Bidi_Control}/u);
      expect(xml.isWellFormed()).toBe(true);
      const tags = new Set([...xml.replaceAll(/<!\[CDATA\[.*?\]\]>/gs, "").matchAll(/<[?/]?(\w+)/g)].map(([, tag]) => tag));
      expect([...tags].sort()).toEqual(["error", "failure", "testcase", "testsuite", "testsuites", "xml"]);
      const [suite, ...more] = parsed(reportOf(finding, unknown)).testsuite;
      expect([suite?.testcase.map(outcomeOf), more]).toEqual([["failure", "error"], []]);
    }),
  );
});
