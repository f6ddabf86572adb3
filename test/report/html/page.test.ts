import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Finding } from "../../../core/model/finding.ts";
import { toHtml } from "../../../core/report/html/page.ts";
import type { PageData } from "../../../core/report/html/page-data.ts";
import type { Report } from "../../../core/report/report.ts";
import { toReport } from "../../../core/report/summary.ts";
import { aServiceFinding, clusterOf, sampleChecks, sampleReport, sampleResults } from "../sample.ts";

const reportOf = (...findings: readonly Finding[]): Report =>
  toReport({ ...sampleResults, accounts: [], clusters: [{ cluster: clusterOf("111122223333", "prod"), findings }] });
const pageOf = (report: Report): string => toHtml(report, { checks: sampleChecks });
/** The texts of the elements of that name. */
const insideOf = (page: string, element: string): readonly string[] =>
  [...page.matchAll(new RegExp(`<${element}>(.*?)</${element}>`, "gs"))].map(([, text = ""]) => text);
const dataOf = (page: string): PageData =>
  JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)?.[1] ?? "") as PageData;

it("the page loads nothing, and its one style sheet and its one script are those that the policy knows", () => {
  const page = pageOf(sampleReport());
  const hashOf = (element: string): string => {
    const texts = insideOf(page, element);
    expect(texts).toHaveLength(1);
    return createHash("sha256")
      .update(texts[0] ?? "")
      .digest("base64");
  };
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll("&#39;", "'");
  expect(policy?.split("; ")).toEqual([
    "default-src 'none'",
    `style-src 'sha256-${hashOf("style")}'`,
    `script-src 'sha256-${hashOf("script")}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]);
  expect(page.match(/<script/g)).toHaveLength(2); // the other is the data
  expect(page).not.toMatch(/<img|<link|<iframe|<object|<base|\ssrc=|\sstyle=|\son\w+=|https?:\/\/(?!www\.w3\.org\/2000\/svg)/i);
});

it("the page tells what was not seen before what fails, and every part has its heading", () => {
  const page = pageOf(sampleReport());
  expect(page).toContain("2 clusters in 2 accounts scanned, but not everything was seen.");
  expect(page).toContain("2 reads went unanswered and 1 verdict could not be reached");
  const headings = [...page.matchAll(/<h2 id="([a-z-]+)"/g)].map(([, id]) => id);
  expect(headings).toEqual(["exposed", "changes", "not-seen", "clusters", "checks", "frameworks", "findings"]);
  const links = [...page.matchAll(/<a href="#([a-z-]+)"/g)].map(([, id]) => id);
  expect(new Set(links)).toEqual(new Set(headings));
  expect(page.indexOf("sts:AssumeRole")).toBeLessThan(page.indexOf("Cluster prod admits"));
});

it("without scripts the page lists what fails, the worst first, and says where the rest is", () => {
  const [list = ""] = insideOf(pageOf(sampleReport()), "noscript");
  expect([...list.matchAll(/<\/span> (.*?) <span/g)].map(([, message]) => message)).toEqual([
    "Cluster prod admits 0.0.0.0/0 to its API endpoint.",
    "Service shop/web is reachable from the internet on port 443.",
  ]);
  expect(list).toContain("report.json");
  expect(list).toContain("2 failing; beside: 2 not judged, 1 waived, 1 passed.");
});

it("without scripts a page on which nothing fails does not read as if all were well", () => {
  const [list = ""] = insideOf(pageOf(reportOf(aServiceFinding("web", { status: "unknown" }))), "noscript");
  expect(list).toContain("Nothing is listed as failing; beside: 1 not judged, 0 waived, 0 passed.");
});

const hostile = fc.oneof(
  fc.constantFrom(
    "<img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>',
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "' onmouseover='x",
    "&lt;",
    "</style>",
    "javascript:alert(1)",
    "\u202e\u001b[2J",
    "\ud83d",
    "__proto__",
    "x".repeat(10_000),
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
);

it("no text of a cluster becomes markup, and the data that the script reads holds it whole", () => {
  const known = tagsOf(pageOf(sampleReport()));
  fc.assert(
    fc.property(hostile, hostile, hostile, (name, message, value) => {
      const finding = aServiceFinding("x", {
        resource: { kind: name, id: value, namespace: value, name },
        message,
        evidence: { [`k${name}`]: value, list: [value, { deep: message }] },
        remediation: { text: message, commands: [value], manifest: value },
        waiver: { owner: name, reason: value, expires: message },
      });
      const report = reportOf(finding, { ...finding, id: "2", status: "unknown", reason: { code: "malformed", message } });
      const named = { ...report, clusters: report.clusters.map((cluster) => ({ ...cluster, name, kubernetesVersion: value })) };
      const page = pageOf(named);
      expect([...tagsOf(page)].filter((tag) => !known.has(tag))).toEqual([]);
      expect(page.match(/<\/?script/g)).toHaveLength(4);
      expect(page).not.toMatch(/<[^>]*\son\w+=|href="(?!#)/);
      expect(page.isWellFormed()).toBe(true);
      const { findings, clusters } = dataOf(page);
      expect(findings.message).toHaveLength(2);
      expect(clusters).toHaveLength(1);
      expect(JSON.stringify(findings)).not.toMatch(/\p{Bidi_Control}|\\u001b/u);
      if (/^[ -~]*$/.test(value)) expect(findings.more[0]).toMatchObject({ manifest: value, commands: [value] });
    }),
    { numRuns: 60 },
  );
});

/** Names of the elements in a page, beside what its script's text looks like. */
const tagsOf = (page: string): ReadonlySet<string> =>
  new Set([...page.replace(/<script>.*?<\/script>/s, "").matchAll(/<\/?([^\s>/]+)/g)].map(([, tag = ""]) => tag));

it("never says that everything was read beside what was not, also where nothing that was asked for needs it", () => {
  const report = toReport({ ...sampleResults, accounts: [] });
  const whole = { ...report, summary: { ...report.summary, complete: true }, findings: [] };
  expect(pageOf(whole)).not.toContain("Everything in scope was read.");
  expect(pageOf({ ...whole, clusters: whole.clusters.slice(1) })).toContain("Everything in scope was read.");
});
