import type { Finding } from "../../model/finding.ts";
import { severities } from "../../model/severity.ts";
import { byStatus } from "../summary.ts";
import { findingAnchor } from "./anchor.ts";
import { type Html, html } from "./text.ts";
import type { View } from "./view.ts";
import { grouped } from "./words.ts";

/** How many failing findings a reader without scripts sees, the worst first; the file next to the page has all. */
const mostWithoutScript = 500;

/** The list of findings. The page's script fills it and its filters; who allows none sees what fails, in a line each. */
export const findingsSection = (view: View): Html => html`<section aria-labelledby="findings">
<h2 id="findings" tabindex="-1">Findings</h2>
<div id="explorer" hidden>
<form id="filters" role="search" aria-label="Findings">
<div class="field search"><label for="search">Search</label><input id="search" type="search" autocomplete="off" spellcheck="false" placeholder="Name, message, check or resource"></div>
<details id="more-filters" open><summary>Filters</summary><div class="filters">
<fieldset id="status"><legend>Status</legend></fieldset>
<fieldset id="severity"><legend>Severity</legend></fieldset>
<div class="selects">
${select("account", "Account")}${select("cluster", "Cluster")}${select("namespace", "Namespace")}${select("owner", "Owner")}${select("check", "Check")}${select("requirement", "Requirement")}${select("change", "Since the last run")}${select("group", "Group by")}
</div>
<button type="reset">Clear filters</button>
</div></details>
</form>
<p id="count" role="status"></p>
<p id="narrowed" class="printed"></p>
<div id="linked"></div>
<div id="results"></div>
<button id="more" type="button" hidden>Show more</button>
<p id="unlisted" class="printed"></p>
</div>
${withoutScript(view)}
</section>
<p id="said" class="hidden" role="status"></p>`;

const select = (id: string, label: string): Html =>
  html`<div class="field" id="field-${id}"><label for="${id}">${label}</label><select id="${id}"></select></div>`;

function withoutScript({ judged }: View): Html {
  const fails = judged
    .filter(({ status }) => status === "fail")
    .toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
  const rest = fails.length - mostWithoutScript;
  const { pass = 0, waived = 0, unknown = 0, error = 0 } = byStatus(judged);
  const others = `${grouped(unknown + error)} not judged, ${grouped(waived)} waived, ${grouped(pass)} passed`;
  return html`<noscript><p>Without scripts this page lists what fails and nothing else; report.json, written with it, has every finding with its evidence and remedy.</p>
<p>${fails.length === 0 ? "Nothing is listed as failing" : `${grouped(fails.length)} failing`}; beside: ${others}.</p>
<ul class="plain">${fails.slice(0, mostWithoutScript).map(line)}</ul>${rest > 0 && html`<p>And ${grouped(rest)} more.</p>`}</noscript>`;
}

const line = ({ id, severity, message, check }: Finding): Html =>
  html`<li id="${findingAnchor(id)}"><span class="badge ${severity}">${severity}</span> ${message} <span class="soft">${check}</span></li>`;
