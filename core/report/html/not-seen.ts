import { isGap } from "../summary.ts";
import { type Unread, unreadOf } from "../unread.ts";
import { linkTo } from "./link.ts";
import { type Html, html } from "./text.ts";
import type { View } from "./view.ts";
import { grouped, plural } from "./words.ts";

/** What was not seen, told by reason: the same reason in many places is one thing to mend. */
export interface NotSeen {
  readonly groups: readonly Group[];
  /** How many reads went unanswered, and how many verdicts are missing for another reason; what was left out on purpose is in neither. */
  readonly reads: number;
  readonly verdicts: number;
  /** How many verdicts are open since no read could decide them: no gap, and no pass. */
  readonly undecided: number;
}

interface Group {
  readonly state: Unread["state"];
  readonly code: string;
  readonly places: readonly Unread[];
  readonly size: number;
}

/** What a reason's code means for a reader; the sentence of each place says the rest. */
const meanings: Readonly<Record<string, string>> = {
  forbidden: "Access was denied",
  unauthenticated: "The credentials were not accepted",
  "not-enabled": "It is not enabled",
  dns: "The name was not found in DNS",
  timeout: "There was no answer in time",
  refused: "The connection was refused",
  tls: "TLS could not be established",
  throttled: "Too many requests were made",
  "server-error": "The other side failed",
  malformed: "The answer could not be understood",
  "too-large": "The answer was too large",
  "not-found": "It was not found",
  "blocked-host": "The address is no EKS host",
  "not-supported": "It cannot be judged by this product",
  "depends-on-unknown": "It depends on what was not read",
  "not-ready": "The cluster was being created or deleted",
  "denied-by-policy": "An organization's policy denies it",
  internal: "The scanner failed",
};

export function notSeenOf({ report, coverage, judged }: View): NotSeen {
  const unread = unreadOf(report, coverage);
  const byReason = Map.groupBy(unread, ({ state, why }) => `${state} ${codeOf(why)}`);
  const groups = [...byReason.values()].map((places): Group => {
    const [first] = places;
    return {
      state: first?.state ?? "unknown",
      code: codeOf(first?.why ?? ""),
      places,
      size: places.reduce((sum, { what }) => sum + what.length, 0),
    };
  });
  const undecided = judged.filter((finding) => finding.status === "unknown" && !isGap(finding, coverage)).length;
  const missing = groups.filter(({ state }) => state !== "skipped").flatMap(({ places }) => places);
  const verdicts = missing.flatMap(({ what }) => what).filter(isVerdict).length;
  return { groups, verdicts, undecided, reads: missing.reduce((sum, { what }) => sum + what.length, 0) - verdicts };
}

const codeOf = (why: string): string => /^[a-z-]+(?=: )/.exec(why)?.[0] ?? "";
/** A verdict is told as "check: resource", a read as "service:call" or "discover". */
const isVerdict = (what: string): boolean => /^[a-z0-9-]+: /.test(what);

/** The section: a line for each reason, which opens to the places and what was not read there. */
export function notSeenSection({ groups, undecided }: NotSeen): Html {
  const body =
    groups.length === 0
      ? html`<p>${undecided === 0 ? "Nothing: every" : "Every"} read was answered.</p>`
      : html`<p class="soft">Where something was not read, no finding does not mean that nothing is exposed.</p>${groups.map(group)}`;
  return html`<section aria-labelledby="not-seen">
<h2 id="not-seen">Not seen, and why</h2>
${body}
${undecided > 0 && html`<p><a href="${linkTo({ status: ["unknown"] })}">${plural(undecided, "verdict")}</a> ${undecided === 1 ? "is" : "are"} open beside: this product cannot decide ${undecided === 1 ? "it" : "them"}.</p>`}
</section>`;
}

function group({ state, code, places, size }: Group): Html {
  const meaning = meanings[code] ?? "Another reason";
  const where = new Set(places.map(placeOf));
  const names = [...where].slice(0, 3).join(", ");
  const more = where.size > 3 ? ` and ${grouped(where.size - 3)} more` : "";
  return html`<details class="reason">
<summary><span class="count">${grouped(size)}</span><span><b>${state === "skipped" ? "Skipped: " : ""}${meaning}</b>${code !== "" && html` <code>${code}</code>`}<br><span class="soft">${plural(where.size, "place")}: ${names}${more}</span></span></summary>
<div>${alike(places).map(block)}</div>
</details>`;
}

interface Alike {
  readonly what: readonly string[];
  readonly places: readonly Unread[];
}

/** Places at which the same was not read are told together: a hundred closed clusters lack the same forty reads. */
const alike = (places: readonly Unread[]): readonly Alike[] =>
  [...Map.groupBy(places, ({ what }) => what.join("\n")).values()].map((same) => ({ what: same[0]?.what ?? [], places: same }));

const block = ({ what, places }: Alike): Html => html`<div class="unread"><ul class="plain">${places.map(
  (place) => html`<li><b>${placeOf(place)}</b> <span class="soft">${detailsOf(place)}</span><br>${sentenceOf(place.why)}</li>`,
)}</ul>
${what.length > 4 ? html`<details><summary>${plural(what.length, "thing")} not read</summary><div>${list(what)}</div></details>` : list(what)}</div>`;

const list = (what: readonly string[]): Html => html`<ul class="reads">${what.map((one) => html`<li><code>${one}</code></li>`)}</ul>`;
const placeOf = ({ account, cluster }: Unread): string => cluster ?? `account ${account}`;
const detailsOf = ({ account, region, cluster }: Unread): string => (cluster === undefined ? "" : `${region} · ${account}`);
const sentenceOf = (why: string): string => why.replace(/^[a-z-]+: /, "");
