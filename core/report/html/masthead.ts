import type { Status } from "../../model/finding.ts";
import { severities } from "../../model/severity.ts";
import { scopeWords } from "../scope-words.ts";
import { byStatus, failBySeverity } from "../summary.ts";
import { changesInShort } from "./changes-section.ts";
import { linkTo, type Narrowing } from "./link.ts";
import type { NotSeen } from "./not-seen.ts";
import { type Html, html } from "./text.ts";
import type { View } from "./view.ts";
import { grouped, moment, plural } from "./words.ts";

/** What was scanned, when, whether everything was seen, and how many findings there are of each kind. */
export const masthead = (view: View, notSeen: NotSeen): Html => html`<header>
<p class="product">eks-perimeter</p>
<h1>What can be reached from where it should not be</h1>
<p class="soft">${moment(view.report.run.startedAt)} to ${moment(view.report.run.finishedAt)} · run ${view.report.run.id} · version ${view.report.run.version}</p>
${banner(view, notSeen)}
${tiles(view)}
</header>`;

function banner(view: View, { reads, verdicts, groups }: NotSeen): Html {
  const { summary } = view.report;
  const what = scopeWords(view.report);
  const since = html`<p><a href="#changes">${changesInShort(view)}</a></p>`;
  if (summary.complete && reads + verdicts === 0) {
    const isLeftOut = groups.length > 0; // all that is not seen, then
    const { pass = 0, "not-applicable": none = 0 } = byStatus(view.judged);
    const isWell = !isLeftOut && pass > 0 && pass + none === view.judged.length;
    return html`<div class="banner ${isWell && "well"}"><p><b>${what}.</b> Everything in scope was read${isLeftOut && html` but <a href="#not-seen">what was left out</a>`}.</p>${since}</div>`;
  }
  const missing = [
    ...(reads === 0 ? [] : [`${plural(reads, "read")} went unanswered`]),
    ...(verdicts === 0 ? [] : [`${plural(verdicts, "verdict")} could not be reached`]),
  ].join(" and ");
  const codes = [...new Set(groups.filter(({ state }) => state !== "skipped").map(({ code }) => code))].filter((code) => code !== "");
  return html`<div class="banner gap"><p><b>${what}, but not everything was seen.</b> <a href="#not-seen">${missing || "Something was not read"}</a>${codes.length > 0 && ` (${codes.join(", ")})`}: no finding there does not mean that nothing is exposed.</p>${since}</div>`;
}

interface Tile {
  readonly name: string;
  readonly count: number;
  readonly colour: string;
  readonly link: Narrowing;
}

function tiles({ judged }: View): Html {
  const fails = failBySeverity(judged);
  const { waived = 0, unknown = 0, error = 0, pass = 0 } = byStatus(judged);
  const ofStatus = (name: string, count: number, colour: string, ...status: readonly Status[]): Tile => ({
    name,
    count,
    colour,
    link: { status },
  });
  const all: readonly Tile[] = [
    ...severities
      .filter((severity) => severity !== "informational" || fails[severity] !== undefined)
      .map((severity) => ({
        name: severity,
        count: fails[severity] ?? 0,
        colour: severity,
        link: { status: ["fail"], severity: [severity] },
      })),
    ofStatus("waived", waived, "", "waived"),
    ofStatus("not judged", unknown + error, "", "unknown", "error"),
    ofStatus("passed", pass, "good", "pass"),
  ];
  return html`<ul class="tiles" aria-label="Findings by kind">${all.map(({ name, count, colour, link }) =>
    count === 0
      ? html`<li class="none"><span><b>0</b> ${name}</span></li>`
      : html`<li class="${colour}"><a href="${linkTo(link)}"><b>${grouped(count)}</b> ${name}</a></li>`,
  )}</ul>`;
}
