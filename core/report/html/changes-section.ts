import { type ChangeKind, type Changes, changeKinds } from "../changes.ts";
import { linkTo } from "./link.ts";
import { type Html, html } from "./text.ts";
import type { View } from "./view.ts";
import { grouped, moment, plural } from "./words.ts";

const words: Readonly<Record<ChangeKind, string>> = { opened: "new", worsened: "worse", reopened: "back" };

/** How many resolved findings are listed; the rest is counted. */
const mostResolved = 200;

/** What changed since the last run, or that it is not known. */
export function changesSection({ report, changes }: View): Html {
  const body = changes === undefined ? unknown : report.clusters.length === 0 ? nothing : told(changes, report.clusters.length);
  return html`<section aria-labelledby="changes">
<h2 id="changes">Since the last run</h2>
${body}
</section>`;
}

const unknown = html`<p>Not known: what was found before is not kept where this report was made, so that it says nothing of changes.</p>`;
const nothing = html`<p>No cluster was scanned, so nothing is known of changes.</p>`;

function told(changes: Changes, clusters: number): Html {
  const all = [...changes.values()];
  const compared = all.filter(({ since }) => since !== undefined);
  const first = all.length - compared.length;
  if (compared.length === 0 && all.length === clusters)
    return html`<p><b>First run: a baseline.</b> What fails now is counted as the state of affairs; from the next run on, changes are told here.</p>`;
  const resolved = compared.flatMap((one) => one.resolved);
  const notJudged = compared.reduce((sum, one) => sum + one.notJudged, 0);
  const unknownOf = clusters - all.length;
  const since = compared.map((one) => one.since ?? "").sort();
  const counts = changeKinds.map((kind) => {
    const count = compared.reduce((sum, one) => sum + one[kind].length, 0);
    return html`<li class="${count === 0 ? "none" : "high"}"><a href="${linkTo({ change: kind })}"><b>${grouped(count)}</b> ${words[kind]}</a></li>`;
  });
  const notes = [
    ...(notJudged === 0
      ? []
      : [
          `${plural(notJudged, "finding")} failed before and could not be judged again: ${notJudged === 1 ? "it is" : "they are"} neither open nor resolved here.`,
        ]),
    ...(first === 0 ? [] : [`${plural(first, "cluster")} ${first === 1 ? "was" : "were"} judged for the first time: a baseline.`]),
    ...(unknownOf === 0 ? [] : [`Of ${plural(unknownOf, "cluster")} it is not known what changed.`]),
  ];
  return html`${
    compared.length > 0 &&
    html`<p class="soft">Against what was last read of ${compared.length === clusters ? "each cluster" : plural(compared.length, "cluster")}, from ${moment(since[0] ?? "")}${since[0] !== since.at(-1) && ` to ${moment(since.at(-1) ?? "")}`}.</p>
<ul class="tiles few" aria-label="Changes">${counts}<li class="${resolved.length === 0 ? "none" : "good"}"><span><b>${grouped(resolved.length)}</b> resolved</span></li></ul>`
  }
${notes.map((note) => html`<p>${note}</p>`)}
${
  resolved.length > 0 &&
  html`<details><summary>Resolved: ${grouped(resolved.length)}</summary><div><ul class="plain">${resolved
    .slice(0, mostResolved)
    .map(({ check, message }) => html`<li><span class="soft">Was:</span> ${message} <span class="soft">${check}</span></li>`)}</ul>
${resolved.length > mostResolved && html`<p class="soft">And ${grouped(resolved.length - mostResolved)} more.</p>`}</div></details>`
}`;
}
