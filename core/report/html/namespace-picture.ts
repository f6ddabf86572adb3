import type { Fact } from "../../model/fact.ts";
import type { Answer, Reached } from "../../net/connectivity/namespace-groups.ts";
import type { NamespaceGroup, NamespaceReach } from "../../net/connectivity/namespaces.ts";
import { type Html, html } from "./text.ts";
import { grouped, plural } from "./words.ts";

/** Which namespaces reach which: in words where one sentence says it all, else as a square with a row and a column for each group. */
export function namespacePicture(reach: Fact<NamespaceReach> | undefined): Html {
  return html`<div class="namespaces"><h4>Which namespaces reach which, by policy</h4>
${reach === undefined ? html`<p>Not known: the record of this cluster is of a version that did not keep it.</p>` : reach.state === "unknown" ? html`<p>Not known: ${reach.reason.message}</p>` : drawn(reach.value)}</div>`;
}

function drawn(reach: NamespaceReach): Html {
  const words = inWords(reach);
  const notes = notesOn(reach, words);
  return html`${words === undefined ? html`${matrix(reach)}${legend}${list(reach)}` : html`<p>${words}</p>`}
${notes.map((note) => html`<p class="soft">${note}</p>`)}`;
}

/** What one sentence says of all pods; undefined where they differ. */
function inWords({ groups, letters, pods, policies, unenforced, doubt }: NamespaceReach): string | undefined {
  const [only, another] = groups;
  if (only === undefined) return "No pod runs with an address of its own, so there is nothing that policies could hold for.";
  const inert = policies === 0 ? "" : `, so that ${plural(policies, "policy", "policies")} ${policies === 1 ? "is" : "are"} inert`;
  if (unenforced?.pods === pods) return `Every pod can reach every pod: nothing enforces network policies (${unenforced.why})${inert}.`;
  if (another !== undefined) return undefined;
  const inside = [only.within, only.among].flatMap((letter) => (letter === undefined ? [] : [letters[letter]?.reached]));
  const isAll = (one: Reached): boolean => [...inside, only.fromInternet, only.toInternet].every((reached) => reached === one);
  const count = plural(only.count, "namespace");
  const has =
    policies === 0
      ? "there is no policy"
      : `${plural(policies, "policy", "policies")} of the cluster ${policies === 1 ? "keeps" : "keep"} none of them from it`;
  if (isAll("all")) return `Every pod of ${count} can reach every pod and the internet, and the internet them: ${has}.`;
  if (isAll("nothing")) return `No pod of ${count} reaches any other, nor the internet, nor the internet them.`;
  if (isAll("perhaps")) return `Not known of any pod of ${count}: ${doubt ?? "it hangs on what was not read."}`;
  return undefined;
}

function notesOn({ pods, unenforced, doubt, withoutPods }: NamespaceReach, words: string | undefined): readonly string[] {
  return [
    ...(unenforced === undefined || unenforced.pods === pods
      ? []
      : [`Nothing enforces policies for ${grouped(unenforced.pods)} of ${plural(pods, "pod")}: ${unenforced.why}.`]),
    ...(doubt === undefined || words !== undefined ? [] : [`Perhaps: ${doubt}`]),
    ...(withoutPods === 0 ? [] : [`In ${plural(withoutPods, "namespace")} no pod runs with an address of its own.`]),
  ];
}

const cell = 20;
const left = 196;
/** Of a letter, and what of that a slanted line of them takes up and to the right. */
const letterWidth = 6.6;
const slant = { degrees: 50, up: 0.77, right: 0.65 };
/** Between the internet and the namespaces. */
const gap = 6;

/** The internet is the first row and the first column. */
const at = (place: number): number => (place === 0 ? 0 : place * cell + gap);

function matrix(reach: NamespaceReach): Html {
  const { groups, between, letters } = reach;
  const answer = (letter: string | undefined): Reached => letters[letter ?? ""]?.reached ?? "perhaps";
  const size = at(groups.length + 1);
  const names = ["Internet", ...groups.map(shortName)];
  const lengthOf = Math.max(...names.map((name) => name.length)) * letterWidth;
  const top = Math.round(lengthOf * slant.up) + 24;
  const [wide, high] = [left + size + Math.round(lengthOf * slant.right), top + size + 6];
  const marks: Record<Reached, string> = { all: "", some: "", perhaps: "", nothing: "" };
  const put = (reached: Reached, shape: Shape, row: number, column: number): void => {
    marks[reached] += shapeOf(shape, reached, left + at(column), top + at(row));
  };
  groups.forEach((group, row) => {
    put(group.fromInternet, "square", 0, row + 1);
    put(group.toInternet, "square", row + 1, 0);
    groups.forEach((_, column) => {
      if (row !== column) put(answer(between[row]?.[column]), "square", row + 1, column + 1);
      else if (group.among === undefined) put(answer(group.within), "square", row + 1, column + 1);
      else {
        put(answer(group.within), "lower", row + 1, column + 1);
        put(answer(group.among), "upper", row + 1, column + 1);
      }
    });
  });
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Square of namespaces; the list below it says the same in words">
<svg width="${wide}" height="${high}" viewBox="0 0 ${wide} ${high}" aria-hidden="true">
<path class="own" d="${groups.map((_, i) => `M${left + at(i + 1)} ${top + at(i + 1)}h${cell}v${cell}h-${cell}z`).join("")}"/>
<path class="grid" d="${gridOf(groups.length, top)}"/>
${names.map((name, i) => html`<text class="row" x="${left - 8}" y="${top + at(i) + 14}">${name}</text><text transform="translate(${left + at(i) + 14} ${top - 8})rotate(-${slant.degrees})">${name}</text>`)}
<path class="full" d="${marks.all}${marks.some}"/><path class="perhaps" d="${marks.perhaps}"/>
<text class="soft row" x="${left - 8}" y="${top - 12}">from ↓ to →</text>
</svg></div>`;
}

function gridOf(groups: number, top: number): string {
  const end = at(groups + 1);
  const lines = [0, cell, ...Array.from({ length: groups + 1 }, (_, i) => at(i + 1))];
  return lines.map((line) => `M${left} ${top + line}h${end}M${left + line} ${top}v${end}`).join("");
}

type Shape = "square" | "lower" | "upper";

/** All is a full cell, some a small one, perhaps an outline; nothing is empty. A triangle is half a cell of the diagonal. */
function shapeOf(shape: Shape, reached: Reached, x: number, y: number): string {
  if (reached === "nothing") return "";
  if (shape === "square") {
    const inset = reached === "all" ? 2 : reached === "some" ? 6 : 4;
    const side = cell - 2 * inset;
    return `M${x + inset} ${y + inset}h${side}v${side}h-${side}z`;
  }
  const [near, side] = reached === "all" ? [2, cell - 6] : reached === "some" ? [3, 8] : [3, cell - 9];
  return shape === "lower"
    ? `M${x + near} ${y + cell - near}h${side}l-${side} -${side}z`
    : `M${x + cell - near} ${y + near}h-${side}l${side} ${side}z`;
}

const legend = html`<p class="legend soft"><span><span class="mark all"></span>every pod, every port</span> <span><span class="mark some"></span>some pods or ports</span> <span><span class="mark perhaps"></span>perhaps</span> <span><span class="mark"></span>nothing</span> <span>On the diagonal of several that are alike: below, within each; above, from one to another. Routes, load balancers and pods in their node's network are not part of it.</span></p>`;

const longest = 24;
const cut = (name: string, most: number): string => (name.length <= most ? name : `${name.slice(0, most - 1)}…`);

/** A group in the room of a label. */
function shortName({ names, count, isAlike }: NamespaceGroup): string {
  if (!isAlike) return `${grouped(count)} others`;
  if (count === 1) return cut(names[0] ?? "", longest);
  const rest = ` and ${grouped(count - 1)} alike`;
  return `${cut(names[0] ?? "", longest - rest.length)}${rest}`;
}

/** How many others a line names. */
const mostNamed = 6;

/** The square in words, a line for each group. */
function list(reach: NamespaceReach): Html {
  const { groups } = reach;
  return html`<details><summary>The same in words, and which namespaces are alike</summary><div><ul class="plain">${groups.map(
    (group, i) => html`<li><b>${shortName(group)}</b> <span class="soft">${plural(group.pods, "pod")}</span><br>${lineOf(reach, i)}${
      group.count > 1 &&
      html`<br><span class="soft">${group.isAlike ? "Alike" : "Each different, taken together"}: ${group.names.join(", ")}${
        group.count > group.names.length && ` and ${grouped(group.count - group.names.length)} more`
      }</span>`
    }</li>
`,
  )}</ul></div></details>`;
}

function lineOf({ groups, between, letters }: NamespaceReach, row: number): string {
  const group = groups[row];
  if (group === undefined) return "";
  const said = (letter: string | undefined): string => answerText(letters[letter ?? ""] ?? { reached: "perhaps" });
  const others = groups.flatMap((other, column) => {
    const answer = letters[between[row]?.[column] ?? ""];
    return answer === undefined || answer.reached === "nothing" ? [] : [`${shortName(other)} (${answerText(answer)})`];
  });
  const rest = others.length - mostNamed;
  const reaches =
    others.length === 0 ? "no other namespace" : `${others.slice(0, mostNamed).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
  return [
    `Within ${group.count === 1 ? "it" : "each"}: ${said(group.within)}.`,
    ...(group.among === undefined ? [] : [`From one to another: ${said(group.among)}.`]),
    `Reaches ${reaches}.`,
    `To the internet: ${internetText[group.toInternet]}; from it: ${internetText[group.fromInternet]}.`,
  ].join(" ");
}

const answerText = ({ reached, ports }: Answer): string =>
  reached === "all"
    ? "everything"
    : reached === "nothing"
      ? "nothing"
      : `${reached === "some" ? "" : "perhaps "}${ports ?? (reached === "some" ? "some ports" : "some")}`;

const internetText: Readonly<Record<Reached, string>> = { all: "all of it", some: "some", perhaps: "perhaps", nothing: "nothing" };
