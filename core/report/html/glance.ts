import type { AnyCheck } from "../../model/check.ts";
import type { Finding, Status } from "../../model/finding.ts";
import type { Path } from "../../model/path.ts";
import { severities } from "../../model/severity.ts";
import { firstPaths } from "../path-words.ts";
import { byStatus } from "../summary.ts";
import { findingAnchor } from "./anchor.ts";
import { nounOf } from "./exposure-paths.ts";
import { linkTo } from "./link.ts";
import { type Html, html } from "./text.ts";
import type { View } from "./view.ts";
import { grouped, pathTitle, plural } from "./words.ts";

/** How many names of exposed things a card shows. */
const mostNames = 6;

/** What is exposed, path by path: how much of it, where, and what of it was not judged. */
export function glance(view: View): Html {
  const cards = firstPaths.map((path) => card(pathTitle(path), checksOf(view.checks, path), view));
  return html`<section aria-labelledby="exposed">
<h2 id="exposed">What is exposed</h2>
<ul class="cards">${cards}</ul>
</section>`;
}

/** The checks that judge a path: the most severe first, else in the order of the catalogue. */
const checksOf = (checks: readonly AnyCheck[], { from, to }: Path): readonly AnyCheck[] =>
  checks
    .filter(({ path }) => path !== undefined && "from" in path && path.from === from && path.to === to)
    .toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));

function card(title: string, checks: readonly AnyCheck[], view: View): Html {
  const judged = checks.filter(({ id }) => view.byCheck.has(id));
  const lead = judged.find(({ id }) => view.byCheck.get(id)?.some(({ status }) => status === "fail")) ?? judged[0];
  if (lead === undefined)
    return html`<li><h3>${title}</h3><div class="seen"><p><b>not asked</b></p><p class="soft">No check of this path said anything in this run.</p></div></li>`;
  const others = judged.filter((check) => check !== lead);
  return html`<li><h3>${title}</h3>${line(lead, view, mostNames)}${others.map((check) => line(check, view, 0))}</li>`;
}

/** What one check says of the path, with so many names of what fails; without names the count leads to them. */
function line({ id, title }: AnyCheck, view: View, most: number): Html {
  const findings = view.byCheck.get(id) ?? [];
  const fails = findings.filter(({ status }) => status === "fail");
  const { pass = 0, waived = 0, unknown = 0, error = 0 } = byStatus(findings);
  const counts: Counts = {
    fails: fails.length,
    waived,
    judged: fails.length + waived + pass,
    unjudged: unknown + error,
    noun: nounOfAll(findings),
  };
  const worst = severities.find((severity) => fails.some((fail) => fail.severity === severity));
  const isAllWell = pass > 0 && pass === counts.judged && counts.unjudged === 0;
  const names = fails.slice(0, most).map((fail) => html`<a class="name" href="#${findingAnchor(fail.id)}">${nameOf(fail, view)}</a>`);
  const rest = fails.length - names.length;
  return html`<div class="seen ${worst ?? (isAllWell && "good")}"><p>${counted(counts, id, most === 0)}</p>
<p class="soft">Should be: ${title}</p>
${names.length > 0 && html`<p class="names">${names}${rest > 0 && html`<a class="name" href="${linkTo({ check: id, status: ["fail"] })}">and ${grouped(rest)} more</a>`}</p>`}</div>`;
}

/** Findings of one check by what became of them; `judged` are those that fail, are waived or pass. */
interface Counts {
  readonly fails: number;
  readonly waived: number;
  readonly judged: number;
  readonly unjudged: number;
  /** What is judged. */
  readonly noun: string;
}

/** What one check judges; of what was not judged the cluster itself may stand for all. */
function nounOfAll(findings: readonly Finding[]): string {
  const nouns = new Set(findings.filter(({ status }) => status !== "unknown" && status !== "not-applicable").map(nounOf));
  const [noun = "resource"] = nouns;
  return nouns.size > 1 ? "resource" : noun;
}

/** Of what was not judged, nothing is said to be well, nor of what is waived: that is open. */
function counted({ fails, waived, judged, unjudged, noun }: Counts, check: string, isLinked: boolean): Html {
  const listed = (text: string, ...status: readonly Status[]): Html => html`<a href="${linkTo({ check, status })}">${text}</a>`;
  const all = plural(judged, noun);
  const beside = [
    ...(fails > 0 && waived > 0 ? [listed(`${grouped(waived)} waived`, "waived")] : []),
    ...(unjudged > 0 ? [listed(`${grouped(unjudged)} not judged`, "unknown", "error")] : []),
  ].map((part) => html` · ${part}`);
  if (fails > 0) return html`<b>${isLinked ? listed(grouped(fails), "fail") : grouped(fails)}</b> of ${all}${beside}`;
  if (waived > 0) return html`<b>${listed(grouped(waived), "waived")}</b> of ${all} waived${beside}`;
  if (judged > 0) return html`<b>${unjudged === 0 ? "none" : "none seen"}</b> of ${all}${beside}`;
  return html`<b>${unjudged === 0 ? "nothing to judge" : "not known"}</b>${beside}`;
}

/** Where it is: the cluster, and what in it. */
function nameOf({ cluster, resource }: Finding, { clusterOf }: View): string {
  const where = cluster === undefined ? undefined : clusterOf.get(cluster)?.name;
  if (where === undefined || resource.kind === "Cluster") return where ?? resource.name;
  return `${where}: ${resource.namespace === undefined ? "" : `${resource.namespace}/`}${resource.name}`;
}
