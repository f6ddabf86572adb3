import { type ChangeKind, type Changes, changeKinds, type Resolved } from "../changes.ts";
import { linkTo } from "./link.ts";
import { type Html, html } from "./text.ts";
import type { View } from "./view.ts";
import { changeWords, grouped, moment, plural } from "./words.ts";

/** How many resolved findings are listed; the rest is counted. */
const mostResolved = 200;

/** The clusters' changes put together, and of how many clusters they are. */
interface Sum extends Readonly<Record<ChangeKind, number>> {
  readonly resolved: readonly Resolved[];
  readonly notJudged: number;
  /** Times of the evidence that was compared with, sorted: one a cluster. */
  readonly since: readonly string[];
  /** Clusters that were judged for the first time, and those of which nothing is known. */
  readonly first: number;
  readonly unknown: number;
}

function sumOf(changes: Changes, clusters: number): Sum {
  const all = [...changes.values()];
  const compared = all.filter(({ since }) => since !== undefined);
  const count = (kind: ChangeKind) => compared.reduce((sum, one) => sum + one[kind].length, 0);
  return {
    opened: count("opened"),
    worsened: count("worsened"),
    reopened: count("reopened"),
    resolved: compared.flatMap(({ resolved }) => resolved),
    notJudged: compared.reduce((sum, one) => sum + one.notJudged, 0),
    since: compared.map(({ since = "" }) => since).sort(),
    first: all.length - compared.length,
    unknown: clusters - all.length,
  };
}

/** Nothing was compared, as everything was judged for the first time. */
const isBaseline = ({ since, unknown }: Sum): boolean => since.length === 0 && unknown === 0;

/** What changed since the last run, in a line. */
export function changesInShort({ report, changes }: View): string {
  if (changes === undefined || report.clusters.length === 0) return "What changed since the last run is not known.";
  const sum = sumOf(changes, report.clusters.length);
  if (isBaseline(sum)) return "First run: a baseline.";
  if (sum.since.length === 0) return "What changed since the last run is not known.";
  const open = [
    ...(sum.notJudged === 0 ? [] : [`${grouped(sum.notJudged)} not judged again`]),
    ...(sum.unknown === 0 ? [] : [`${plural(sum.unknown, "cluster")} not known`]),
  ];
  const counts = [
    ...changeKinds.map((kind) => `${grouped(sum[kind])} ${changeWords[kind]}`),
    `${grouped(sum.resolved.length)} resolved`,
    ...open,
  ];
  return `Since the last run: ${counts.join(", ")}.`;
}

/** What changed since the last run, or that it is not known. */
export function changesSection({ report, changes }: View): Html {
  const clusters = report.clusters.length;
  const body = changes === undefined ? unknown : clusters === 0 ? nothing : told(sumOf(changes, clusters), clusters);
  return html`<section aria-labelledby="changes">
<h2 id="changes">Since the last run</h2>
${body}
</section>`;
}

const unknown = html`<p>Not known: what was found before is not kept where this report was made, so that it says nothing of changes.</p>`;
const nothing = html`<p>No cluster was scanned, so nothing is known of changes.</p>`;
const baseline = html`<p><b>First run: a baseline.</b> What fails now is the state of affairs; from the next run on, changes are told here.</p>`;

function told(sum: Sum, clusters: number): Html {
  if (isBaseline(sum)) return baseline;
  const { since, first, notJudged, resolved } = sum;
  const notes = [
    ...(notJudged === 0
      ? []
      : [
          `${plural(notJudged, "finding")} failed before and could not be judged again: ${notJudged === 1 ? "it counts" : "they count"} neither as open nor as resolved.`,
        ]),
    ...(first === 0 ? [] : [`${plural(first, "cluster")} ${first === 1 ? "was" : "were"} judged for the first time: a baseline.`]),
    ...(sum.unknown === 0 ? [] : [`Of ${plural(sum.unknown, "cluster")} it is not known what changed.`]),
  ];
  return html`${since.length > 0 && compared(sum, clusters)}
${notes.map((note) => html`<p>${note}</p>`)}
${resolved.length > 0 && resolvedList(resolved)}`;
}

function compared(sum: Sum, clusters: number): Html {
  const { since, resolved } = sum;
  const [oldest = "", newest = ""] = [since[0], since.at(-1)];
  const of = since.length === clusters ? "each cluster" : plural(since.length, "cluster");
  const counts = changeKinds.map(
    (kind) =>
      html`<li class="${sum[kind] === 0 ? "none" : "high"}"><a href="${linkTo({ change: kind })}"><b>${grouped(sum[kind])}</b> ${changeWords[kind]}</a></li>`,
  );
  return html`<p class="soft">Against what was last read of ${of}, from ${moment(oldest)}${oldest !== newest && ` to ${moment(newest)}`}.</p>
<ul class="tiles few" aria-label="Changes">${counts}<li class="${resolved.length === 0 ? "none" : "good"}"><span><b>${grouped(resolved.length)}</b> resolved</span></li></ul>`;
}

function resolvedList(resolved: readonly Resolved[]): Html {
  const items = resolved
    .slice(0, mostResolved)
    .map(({ check, message }) => html`<li><span class="soft">Was:</span> ${message} <span class="soft">${check}</span></li>`);
  const rest = resolved.length - items.length;
  return html`<details><summary>Resolved: ${grouped(resolved.length)}</summary><div><ul class="plain">${items}</ul>
${rest > 0 && html`<p class="soft">And ${grouped(rest)} more.</p>`}</div></details>`;
}
