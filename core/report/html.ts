import { createHash } from "node:crypto";
import { checks as everyCheck } from "../checks/index.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Finding } from "../model/finding.ts";
import { severities } from "../model/severity.ts";
import { findingCard, findingLine } from "./html-finding.ts";
import { style } from "./html-style.ts";
import { type Html, html, Html as Markup } from "./html-text.ts";
import type { Report } from "./report.ts";
import { byStatus, coverageChecks, failBySeverity } from "./summary.ts";
import { type Unread, unreadOf } from "./unread.ts";

/**
 * The report as one page that needs nothing else: no script, no picture, no request. First what was scanned, what was not
 * seen and why, then what fails, cluster by cluster.
 */
export function toHtml(report: Report, checks: readonly AnyCheck[] = everyCheck): string {
  const view = viewOf(report, checks);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>eks-perimeter report ${report.run.id}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<header>
<h1>What can be reached from where it should not be</h1>
<p class="soft">Run ${report.run.id}, ${day(report.run.startedAt)} to ${day(report.run.finishedAt)} · eks-perimeter ${report.run.version}</p>
${banner(view)}
${tiles(view)}
</header>
<main>
${overview(view)}
${notSeen(view)}
${report.clusters.map(({ arn, account, region, name }, at) => section(`cluster-${at}`, name, `${region} · ${account}`, view.byCluster.get(arn) ?? [], view))}
${ofAccounts(view)}
${unused(report)}
</main>
<footer>Made by eks-perimeter ${report.run.version}. A verdict is as of the time at which reading its cluster began.</footer>
</body>
</html>
`;
  return page.markup;
}

/** Nothing is loaded and nothing runs; the one style sheet is known by its hash. */
const policy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'; form-action 'none'`;

interface View {
  readonly report: Report;
  readonly unread: readonly Unread[];
  /** What was judged about exposure, by the cluster's ARN. */
  readonly byCluster: ReadonlyMap<string | undefined, readonly Finding[]>;
  readonly judged: readonly Finding[];
  readonly titleOf: (finding: Finding) => string;
}

function viewOf(report: Report, checks: readonly AnyCheck[]): View {
  const coverage = coverageChecks(checks);
  const judged = report.findings.filter(({ check }) => !coverage.has(check));
  const titles = new Map(checks.map(({ id, title }) => [id, title]));
  return {
    report,
    unread: unreadOf(report, coverage),
    judged,
    byCluster: Map.groupBy(judged, ({ cluster }) => cluster),
    titleOf: ({ check }) => titles.get(check) ?? check,
  };
}

const day = (time: string): string => time.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC");
const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

function banner({ report: { accounts, clusters, summary }, unread }: View): Html {
  const scanned = `${plural(clusters.length, "cluster")} in ${plural(accounts.length, "account")}`;
  if (summary.complete) return html`<p class="banner"><b>${scanned} scanned.</b> Everything in scope was read.</p>`;
  const missing = unread.filter(({ state }) => state !== "skipped").reduce((sum, { what }) => sum + what.length, 0);
  return html`<p class="banner gap"><b>${scanned} scanned, but not everything was seen.</b> <a href="#not-seen">${plural(missing, "thing")} could not be read</a>: no finding there does not mean that nothing is exposed.</p>`;
}

function tiles({ judged }: View): Html {
  const fails = failBySeverity(judged);
  const { waived = 0, unknown = 0, error = 0, pass = 0 } = byStatus(judged);
  const counts: readonly (readonly [string, number, string])[] = [
    ...severities.filter((severity) => severity !== "informational").map((severity) => [severity, fails[severity] ?? 0, severity] as const),
    ["waived", waived, ""],
    ["not judged", unknown + error, ""],
    ["passed", pass, "good"],
  ];
  return html`<ul class="tiles">${counts.map(([name, count, colour]) => html`<li class="${count === 0 ? "none" : colour}"><b>${count}</b>${name}</li>`)}</ul>`;
}

function overview({ report: { clusters }, byCluster }: View): Html {
  if (clusters.length === 0) return html`<h2>Clusters</h2><p>No cluster was found.</p>`;
  const shown = severities.filter((severity) => severity !== "informational");
  const rows = clusters.map(({ arn, account, region, name, kubernetesVersion }, at) => {
    const own = byCluster.get(arn) ?? [];
    const fails = failBySeverity(own);
    const { unknown = 0, error = 0 } = byStatus(own);
    const numbers = shown.map(
      (severity) =>
        html`<td class="number ${fails[severity] === undefined ? "" : severity}">${fails[severity] ?? html`<span class="soft">0</span>`}</td>`,
    );
    return html`<tr><td><a href="#cluster-${at}">${name}</a></td><td>${region}</td><td>${account}</td><td>${kubernetesVersion ?? "not read"}</td>${numbers}<td class="number">${unknown + error}</td></tr>\n`;
  });
  const heads = shown.map((severity) => html`<th scope="col" class="number">${severity}</th>`);
  return html`<h2>Clusters</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Clusters"><table class="counts"><thead><tr><th scope="col">Cluster</th><th scope="col">Region</th><th scope="col">Account</th><th scope="col">Kubernetes</th>${heads}<th scope="col" class="number">not judged</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function notSeen({ unread }: View): Html {
  if (unread.length === 0) return html`<h2 id="not-seen">Not seen</h2><p>Nothing: every read was answered.</p>`;
  const rows = unread.map(
    ({ account, region, cluster, what, why, state }) =>
      html`<tr><td>${cluster === undefined ? `Account ${account}` : `${cluster}, ${region}, ${account}`}</td><td>${what.join(", ")}</td><td>${state === "skipped" && "Skipped. "}${why}</td></tr>\n`,
  );
  return html`<h2 id="not-seen">Not seen, and why</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Not seen"><table><thead><tr><th scope="col">Where</th><th scope="col">What</th><th scope="col">Why</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function section(id: string, name: string, where: string, findings: readonly Finding[], { titleOf }: View): Html {
  const groups = Map.groupBy(findings, ({ status }) => status);
  const fails = [...(groups.get("fail") ?? [])].sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
  const unjudged = [...(groups.get("unknown") ?? []), ...(groups.get("error") ?? [])];
  return html`<section>
<h2 id="${id}">${name} <span class="soft">${where}</span></h2>
${fails.length === 0 ? html`<p class="soft">${unjudged.length === 0 ? "Nothing fails." : "Nothing that could be judged fails."}</p>` : fails.map((finding) => findingCard(finding, titleOf(finding)))}
${(groups.get("waived") ?? []).map((finding) => findingCard(finding, titleOf(finding)))}
${list("Not judged", unjudged)}
${list("Passed", groups.get("pass") ?? [])}
${list("Not applicable", groups.get("not-applicable") ?? [])}
</section>`;
}

/** What was judged about accounts as such; usually nothing beside coverage. */
function ofAccounts(view: View): Html | undefined {
  const findings = view.byCluster.get(undefined) ?? [];
  return findings.length === 0 ? undefined : section("accounts", "Accounts", "", findings, view);
}

const list = (heading: string, findings: readonly Finding[]): Html | undefined =>
  findings.length === 0
    ? undefined
    : html`<details><summary>${heading}: ${findings.length}</summary><div><ul class="plain">${findings.map(findingLine)}</ul></div></details>`;

function unused({ summary }: Report): Html | undefined {
  if (summary.unused.length === 0) return undefined;
  const items = summary.unused.map(({ kind, what }) => html`<li>${kind === "waiver" ? "Waiver" : "Declared public service"}: ${what}</li>`);
  return html`<h2>Declared, but matching nothing</h2><ul class="plain">${items}</ul>`;
}
