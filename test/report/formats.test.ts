import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Finding } from "../../core/model/finding.ts";
import { toCsv } from "../../core/report/csv.ts";
import { toGlance } from "../../core/report/glance.ts";
import { toJson } from "../../core/report/json.ts";
import { ocsfDocument } from "../../core/report/ocsf.ts";
import type { Report } from "../../core/report/report.ts";
import { toSarif } from "../../core/report/sarif.ts";
import { coverageChecks, toReport } from "../../core/report/summary.ts";
import { toTable } from "../../core/report/table.ts";
import { unreadOf } from "../../core/report/unread.ts";
import { aFinding, aServiceFinding, clusterOf, sampleChecks, sampleReport, sampleResults } from "./sample.ts";

const reportOf = (...findings: readonly Finding[]): Report =>
  toReport({ ...sampleResults, accounts: [], clusters: [{ cluster: clusterOf("111122223333", "prod"), findings }] });

it("what was not seen: refused reads, skipped ones, and verdicts missing for a reason of their own", () => {
  const lines = unreadOf(sampleReport(), coverageChecks(sampleChecks)).map(({ state, account, cluster, what, why }) =>
    [state, cluster ?? account, what.join(" + "), why].join(" | "),
  );
  expect(lines).toEqual([
    "unknown | 444455556666 | sts:AssumeRole | forbidden: The role does not trust the caller.",
    "unknown | closed | kubernetes:list services | timeout: 10.0.0.9 did not answer within 10 s.",
    "unknown | prod | load-balancer-internal-or-restricted: shop/odd | malformed: No listener port.",
    "skipped | 111122223333 | eks:ListClusters me-south-1 | denied-by-policy: A service control policy denies it.",
  ]);
});

it("what was not seen: reads that failed for one reason are told together", () => {
  const reason = { code: "refused", message: "10.0.0.9 refused the connection." } as const;
  const coverage = ["services", "ingresses"].map((kind) => ({ read: `kubernetes:list ${kind}`, state: "unknown", reason }) as const);
  const report = { ...reportOf(), clusters: [{ ...clusterOf("111122223333", "prod"), coverage }] };
  expect(unreadOf(report, coverageChecks(sampleChecks))).toMatchObject([
    { what: ["kubernetes:list services", "kubernetes:list ingresses"] },
  ]);
});

it("what was not seen: a coverage finding that no read explains", () => {
  const report = reportOf(aFinding({ check: "cluster-read-completely", message: "Two findings were refused." }));
  expect(unreadOf(report, coverageChecks(sampleChecks))).toMatchObject([
    { what: ["cluster-read-completely: prod"], why: "Two findings were refused." },
  ]);
});

it("the table lists clusters, failures with the worst first, then what was not seen", () => {
  const table = toTable(sampleReport(), { checks: sampleChecks });
  const places = ["Clusters", "111122223333 │ eu-west-1 │ prod", "Failing: 2", "critical", "shop/web", "Not seen", "sts:AssumeRole"];
  const found = places.map((text) => table.indexOf(text));
  expect(found.every((at) => at >= 0)).toBe(true);
  expect(found).toEqual([...found].sort((a, b) => a - b));
  expect(table).not.toContain("\u001b");
  expect(Math.max(...table.split("\n").map((line) => line.length))).toBeLessThanOrEqual(120);
});

it("the table says so when nothing was found, and when rows were left out", () => {
  expect(toTable({ ...sampleReport(), clusters: [], findings: [] }, { checks: sampleChecks })).toContain("No cluster was found.");
  const many = Array.from({ length: 8 }, (_, at) => aServiceFinding(`web-${at}`));
  expect(toTable(reportOf(...many), { checks: sampleChecks, rows: 5 })).toContain("… and 3 more;");
});

it.each([120, 79])("the table says of a cluster that no check could be asked of why, at %i columns", (width) => {
  const { clusters } = sampleReport();
  const [next, prod] = clusters;
  const reason = { code: "not-ready", message: "The cluster is CREATING." } as const;
  const findings = [aFinding({ status: "not-applicable", reason, cluster: next?.arn ?? "" }), aFinding({ cluster: prod?.arn ?? "" })];
  const table = toTable({ ...reportOf(...findings), clusters }, { checks: sampleChecks, width });
  expect(table.match(/not judged, not-ready/g)).toHaveLength(1);
  expect(table).toMatch(/skipped, not-ready: The cluster is\s+CREATING\./);
  expect(Math.max(...table.split("\n").map((line) => line.length))).toBeLessThanOrEqual(width);
});

it("the table colours only by the caller's hand", () => {
  const colours = { critical: 31, high: 91, medium: 33, low: 34, informational: 90, heading: 1 };
  const paint = (style: keyof typeof colours, text: string) => `\u001b[${colours[style]}m${text}\u001b[0m`;
  const painted = toTable(sampleReport(), { checks: sampleChecks, paint });
  expect(painted).toContain("\u001b[1mFailing: 2\u001b[0m\n");
  expect(painted).toContain("\u001b[31mcritical\u001b[0m ");
  expect(stripVTControlCharacters(painted)).toBe(toTable(sampleReport(), { checks: sampleChecks }));
});

it.each([40, 60, 80, 100, 120])("no table is wider than a terminal of %i columns, and names everything", (width) => {
  const table = toTable(sampleReport(), { checks: sampleChecks, width });
  expect(Math.max(...table.split("\n").map((line) => line.length))).toBeLessThanOrEqual(width);
  for (const text of ["Clusters", "Failing: 2", "critical", "Not seen", "1 waived", "shop/web"]) {
    if (width < 120 || text !== "1 waived") expect(table.replaceAll(/\s+/g, " "), text).toContain(text);
  }
});

it("a long name is wrapped in the table, not cut", () => {
  const name = "x".repeat(253);
  const table = toTable(reportOf(aServiceFinding(name)), { checks: sampleChecks });
  expect(table.match(/x/g)?.length).toBe(253 + "load-balancer-internal-or-restricted".split("x").length - 1);
  expect(table).not.toContain("…");
});

it("a name of 100,000 characters is shown whole, in the time that it takes to read it", { timeout: 5_000 }, () => {
  const message = `Service shop/${"x".repeat(100_000)} is open.`;
  const table = toTable(reportOf(aServiceFinding("web", { message })), { checks: sampleChecks });
  expect(table.match(/x/g)?.length).toBeGreaterThanOrEqual(100_000);
});

it("JSON is the contract's document: the same text for the same report, whatever the order of keys", () => {
  const report = sampleReport();
  const text = toJson(report);
  expect(text.endsWith("}\n")).toBe(true);
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(report)));
  const shuffled = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(shuffled)
      : typeof value === "object" && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .toReversed()
              .map(([key, part]) => [key, shuffled(part)]),
          )
        : value;
  const { summary } = report; // its counts are ordered by the model where they are made
  expect(toJson({ ...(shuffled(report) as Report), summary })).toBe(text);
});

it.each([
  ["a formula", '=HYPERLINK("http://x")', '"\'=HYPERLINK(""http://x"")"'],
  ["a sum", "+1+1", '"\'+1+1"'],
  ["a negative", "-1", '"\'-1"'],
  ["a function", "@SUM(A1)", '"\'@SUM(A1)"'],
  ["a formula behind blanks", " \t=1", '"\'  =1"'],
  ["a formula behind a line break", "\r\n=1", '"\' =1"'],
  ["a full-width formula", "＝1", '"\'＝1"'],
  ["quotes and commas", 'say "a, b"', '"say ""a, b"""'],
  ["a sign inside a word", "k8s-shop-web = open", '"k8s-shop-web = open"'],
  ["plain text", "Cluster prod.", '"Cluster prod."'],
])("CSV: %s is text", (_what, message, cell) => {
  const [, line] = toCsv(reportOf(aFinding({ message }))).split("\r\n");
  expect(line).toContain(`,${cell},`);
});

it("CSV has a heading, a line a finding, and as many cells in each", () => {
  const lines = toCsv(sampleReport()).split("\r\n");
  expect(lines).toHaveLength(sampleReport().findings.length + 2);
  expect(new Set(lines.slice(0, -1).map((line) => line.split('","').length))).toEqual(new Set([16]));
});

it("CSV: each cell stands under what it says, and what a finding does not have is empty", () => {
  const cellsOf = (finding: Finding): Readonly<Record<string, string>> => {
    const [heading = "", line = ""] = toCsv(reportOf(finding)).split("\r\n");
    const cells = line.slice(1, -1).split('","');
    return Object.fromEntries(
      heading
        .slice(1, -1)
        .split('","')
        .map((name, at) => [name, cells[at] ?? "none"]),
    );
  };
  const { id, check, severity, cluster = "", resource, message, frameworks } = aServiceFinding("web");
  const place = { id, check, severity, cluster, kind: "Service", namespace: "shop", name: "web", resource: resource.id, message };
  const empty = { reason: "", remediation: "", waiverOwner: "", waiverReason: "", waiverExpires: "" };
  const waiver = { owner: "team-net", reason: "bastions", expires: "2027-01-31" };
  const rest = { ...place, ...empty, frameworks: frameworks.join(" ") };
  expect(cellsOf(aServiceFinding("web"))).toEqual({ ...rest, status: "fail" });
  expect(cellsOf(aServiceFinding("web", { status: "waived", waiver, remediation: { text: "Do it." } }))).toEqual({
    ...rest,
    status: "waived",
    remediation: "Do it.",
    waiverOwner: "team-net",
    waiverReason: "bastions",
    waiverExpires: "2027-01-31",
  });
  expect(
    cellsOf(aServiceFinding("web", { status: "unknown", reason: { code: "forbidden", message: "No." }, frameworks: ["a/1", "b/2"] })),
  ).toEqual({
    ...rest,
    status: "unknown",
    reason: "forbidden: No.",
    frameworks: "a/1 b/2",
  });
});

const hostile = fc.oneof(
  fc.constantFrom(
    "<img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>',
    "' onmouseover='x",
    "&lt;",
    "</style>",
    "\u202e\u001b[2J",
    "\ud83d",
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
);

it("no text of a cluster is obeyed by whoever shows a JSON document, and every reader gets it whole", () => {
  fc.assert(
    fc.property(hostile, hostile, (name, message) => {
      const text = `${name}\u009b2J\u202e\u2028`;
      const finding = aServiceFinding("x", {
        id: text,
        resource: { kind: "Service", id: text, name },
        message,
        evidence: { [text]: text },
      });
      const report = reportOf(finding);
      for (const document of [toJson(report), toSarif(report), [...ocsfDocument(report, "eu-west-1")].join("")]) {
        expect(document).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}|\u2028/u);
      }
      const { findings } = JSON.parse(toJson(report)) as Report;
      expect(findings[0]).toMatchObject({ id: text, evidence: { [text]: text } });
    }),
    { numRuns: 40 },
  );
});

it("no text of a cluster becomes a terminal escape, or a cell of its own", () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, (name, message, value) => {
      const finding = aServiceFinding("x", {
        resource: { kind: name, id: value, namespace: value, name },
        message,
        evidence: { [`k${name}`]: value, list: [value, { deep: message }] },
        remediation: { text: message, commands: [value], manifest: value },
      });
      const report = reportOf(finding, { ...finding, id: "2", status: "unknown", reason: { code: "malformed", message } });
      expect(toGlance(report, { checks: sampleChecks, everything: name })).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
      expect(toTable(report, { checks: sampleChecks })).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
      expect(toCsv(report).split("\r\n")).toHaveLength(4);
    }),
  );
});
