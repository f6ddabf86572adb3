import { createHash } from "node:crypto";
import type { Report } from "../report.ts";
import { changesSection } from "./changes-section.ts";
import { checksSection } from "./checks-section.ts";
import { clustersSection } from "./clusters-section.ts";
import { pageData } from "./data.ts";
import { findingsSection } from "./findings-section.ts";
import { frameworksSection } from "./frameworks-section.ts";
import { glance } from "./glance.ts";
import { masthead } from "./masthead.ts";
import { notSeenOf, notSeenSection } from "./not-seen.ts";
import { pictureStyle } from "./picture-style.ts";
import { script } from "./script.ts";
import { style as pageStyle } from "./style.ts";
import { type Html, html, jsonText, Html as Markup } from "./text.ts";
import { type PageContext, type View, viewOf } from "./view.ts";

/**
 * The report as one page that needs nothing else and asks for nothing. First what was scanned, what is exposed, what changed and
 * what was not seen; then all of it by cluster, by check and by framework; last the findings, which the page's own script lists
 * and narrows.
 */
export function toHtml(report: Report, context: PageContext = {}): string {
  const view = viewOf(report, context);
  const notSeen = notSeenOf(view);
  return html`<!doctype html>
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
<a class="skip" href="#findings">Skip to the findings</a>
${masthead(view, notSeen)}
${navigation}
<main>
${glance(view)}
${changesSection(view)}
${notSeenSection(notSeen)}
${clustersSection(view)}
${checksSection(view)}
${frameworksSection(view, notSeen)}
${findingsSection(view)}
${unused(view)}
</main>
<footer><p>Made by eks-perimeter ${report.run.version}. A verdict is as of the time at which reading its cluster began.</p></footer>
<script type="application/json" id="data">${jsonText(pageData(view))}</script>
<script>${new Markup(script)}</script>
</body>
</html>
`.markup;
}

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const style = pageStyle + pictureStyle;

/** Nothing is loaded; of what could run or colour, the two that are known by their hash; and no text can become markup by script. */
const policy = [
  "default-src 'none'",
  `style-src ${hashOf(style)}`,
  `script-src ${hashOf(script)}`,
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const navigation = html`<nav aria-label="Parts of the report"><ul>
<li><a href="#exposed">Exposed</a></li><li><a href="#changes">Changes</a></li><li><a href="#not-seen">Not seen</a></li><li><a href="#clusters">Clusters</a></li><li><a href="#checks">Checks</a></li><li><a href="#frameworks">Frameworks</a></li><li><a href="#findings">Findings</a></li>
</ul></nav>`;

function unused({ report: { summary } }: View): Html | undefined {
  if (summary.unused.length === 0) return undefined;
  const items = summary.unused.map(({ kind, what }) => html`<li>${kind === "waiver" ? "Waiver" : "Declared public service"}: ${what}</li>`);
  return html`<section aria-labelledby="unused"><h2 id="unused">Declared, but matching nothing</h2><ul class="plain">${items}</ul></section>`;
}
