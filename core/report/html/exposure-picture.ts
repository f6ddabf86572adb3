import type { AnyCheck } from "../../model/check.ts";
import type { Finding } from "../../model/finding.ts";
import type { Zone } from "../../model/path.ts";
import { severities } from "../../model/severity.ts";
import { pathKey } from "../path-words.ts";
import { findingAnchor } from "./anchor.ts";
import { boxes, curves, height, labelOf, pathOf, podNetwork, width } from "./exposure-map.ts";
import { exposurePaths, type PathState, type SeenPath } from "./exposure-paths.ts";
import { linkTo } from "./link.ts";
import { type Html, html } from "./text.ts";
import { grouped, pathTitle, plural } from "./words.ts";

/** What of a page the picture of a cluster is drawn from. */
export interface Exposure {
  readonly cluster: { readonly arn: string; readonly name: string };
  /** Of this cluster. */
  readonly findings: readonly Finding[];
  /** Every check that there is: what none of them was asked is drawn as not judged. */
  readonly catalogue: readonly AnyCheck[];
}

/** What all pictures of a page share, once in it: the places, and the heads of arrows. */
export const exposureDefinitions: Html = html`<svg class="shared" width="0" height="0" aria-hidden="true" focusable="false"><defs>
${["critical", "high", "medium", "low", "plain"].map(
  (name) =>
    html`<marker id="head-${name}" class="${name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8Z"/></marker>`,
)}
<g id="exposure-places"><rect class="net" x="${podNetwork.x}" y="${podNetwork.y}" width="${podNetwork.width}" height="${podNetwork.height}" rx="10"/><text class="soft" x="240" y="${podNetwork.y + podNetwork.height - 9}">${podNetwork.name}</text>
${boxes.map(
  ({ x, y, width: w, height: h, lines }) =>
    html`<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="7"/>${lines.map(
      (line, i) => html`<text x="${x + w / 2}" y="${y + h / 2 + 4.5 + (i - (lines.length - 1) / 2) * 15}">${line}</text>`,
    )}`,
)}</g></defs></svg>`;

/**
 * A map of who reaches what, and beside it the same in words: what is open with the worst first, what was not seen, and in a line
 * each what is as it should be, what was not judged and what there is nothing of.
 */
export function exposurePicture(exposure: Exposure): Html {
  const paths = exposurePaths(exposure.catalogue, exposure.findings);
  const open = paths
    .filter(({ state }) => state === "open")
    .sort((a, b) => severities.indexOf(a.severity ?? "low") - severities.indexOf(b.severity ?? "low"));
  return html`<div class="exposure">
<svg viewBox="0 0 ${width} ${height}" role="group" aria-label="Map of who reaches what; the list beside says the same in words">
<use href="#exposure-places" aria-hidden="true"/>
${lines(paths)}
${reachedFrom(open)}
${quietMarks(paths)}
${drawn.flatMap((state) => paths.filter((path) => path.state === state).map((path) => label(path, exposure)))}
</svg>
<div class="told"><h4>Who reaches what</h4>${told(paths, open, exposure)}</div>
</div>`;
}

/** What has a label to point at, the most important last and so above the rest. */
const drawn: readonly PathState[] = ["waived", "unseen", "open"];

/** Quiet paths are one line of many parts, so that many pictures of a page stay few elements; others have a head each. The worst is above the rest. */
function lines(paths: readonly SeenPath[]): readonly Html[] {
  const looks = [...quiet, ...drawn.filter((state) => state !== "open"), ...severities.toReversed().map((severity) => `open ${severity}`)];
  return looks.flatMap((look) => {
    const alike = paths.flatMap((path) => (look === lookOf(path) ? (curves[pathKey(path)] ?? []) : [])).map(pathOf);
    const parts = quiet.some((state) => state === look) && alike.length > 0 ? [alike.join("")] : alike;
    return parts.map((d) => html`<path class="line ${look}" d="${d}"/>`);
  });
}
const quiet: readonly PathState[] = ["unjudged", "fine"];
const lookOf = ({ state, severity }: SeenPath): string => (severity === undefined ? state : `${state} ${severity}`);

/** What is as it should be has a mark without words; what was not judged says so. Both are quiet, and lead nowhere. */
function quietMarks(paths: readonly SeenPath[]): readonly (Html | false)[] {
  const at = (state: PathState) => paths.flatMap((path) => (path.state === state ? (curves[pathKey(path)] ?? []) : [])).map(labelOf);
  const fine = at("fine");
  return [
    ...at("unjudged").map(([x, y]) => html`<text class="unjudged" x="${x}" y="${y + 4}">${stateWords.unjudged}</text>`),
    fine.length > 0 &&
      html`<path class="fine" d="${fine.map(([x, y]) => `M${x - 7} ${y}a7 7 0 1 0 14 0a7 7 0 1 0 -14 0z`).join("")}"/><path class="tick" d="${fine.map(([x, y]) => `M${x - 3} ${y}l2.2 2.4l4 -4.6`).join("")}"/>`,
  ];
}

/** Places that are reached from where they should not be stand out by the worst of it. */
function reachedFrom(open: readonly SeenPath[]): readonly Html[] {
  const worst = new Map<Zone, SeenPath>();
  for (const path of open) if (!worst.has(path.to)) worst.set(path.to, path);
  return boxes
    .filter(({ zone, y }) => worst.has(zone) && (zone !== "internet" || y > 0.5 * height))
    .map(
      (box) =>
        html`<rect class="reached ${worst.get(box.zone)?.severity}" x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="7"/>`,
    );
}

const stateWords: Readonly<Record<PathState, string>> = {
  open: "open",
  unseen: "not seen",
  waived: "waived",
  unjudged: "not judged",
  fine: "as it should be",
  nothing: "nothing to judge",
};

/** A path's state on its line, with how much of it where there are several. */
function label(path: SeenPath, { cluster }: Exposure): Html {
  const curve = curves[pathKey(path)];
  if (curve === undefined) return html``;
  const [x, y] = labelOf(curve);
  const text = path.state === "open" && path.of > 1 ? `${grouped(path.count)} of ${grouped(path.of)}` : stateWords[path.state];
  const half = 3.2 * text.length + 8;
  const pill = html`<title>${spoken(path)}</title><rect x="${x - half}" y="${y - 9}" width="${2 * half}" height="18" rx="9"/><text x="${x}" y="${y + 4}">${text}</text>`;
  const link = linkOf(path, cluster.arn);
  if (link === undefined) return html`<g class="label ${path.state}">${pill}</g>`;
  return html`<a class="label ${path.state} ${path.severity}" href="${link}">${pill}</a>`;
}

/** One sentence for a pointer that rests on the path, and for a screen reader. */
function spoken(path: SeenPath): string {
  const { state, severity, findings, count, of } = path;
  const much = state === "open" && of > 1 ? `, ${count} of ${of}` : "";
  const [worst] = findings;
  const how = state === "open" ? `open, ${severity}${much}` : stateWords[state];
  return `${pathTitle(path)}: ${how}${worst === undefined ? "" : `. ${shortened(worst.message)}`}`;
}

/** To the finding where it is one, else to the list of them. */
function linkOf({ findings }: SeenPath, arn: string): string | undefined {
  const [worst, second] = findings;
  if (worst === undefined) return undefined;
  if (second === undefined) return `#${findingAnchor(worst.id)}`;
  return linkTo({ cluster: arn, check: worst.check, status: [worst.status] });
}

/** How many names of resources a path shows. */
const mostNames = 4;
const mostText = 240;
const shortened = (text: string): string => (text.length <= mostText ? text : `${text.slice(0, mostText).replace(/\s+\S*$/, "")} …`);

function told(paths: readonly SeenPath[], open: readonly SeenPath[], exposure: Exposure): Html {
  const of = (state: PathState): readonly SeenPath[] => paths.filter((path) => path.state === state);
  const rest = (["fine", "unjudged", "nothing"] as const).filter((state) => of(state).length > 0);
  const [example] = of("unjudged").flatMap(({ findings }) => findings.flatMap(({ reason }) => reason?.message ?? []));
  return html`<ul class="paths">
${open.map((path) => item(path, exposure))}
${unseen(of("unseen"))}
${of("waived").map((path) => item(path, exposure))}
</ul>
<dl class="quiet">${rest.map((state) => html`<dt>${stateTitles[state]}${state === "unjudged" && example !== undefined && `: ${example}`}</dt><dd>${of(state).map(pathTitle).join(" · ")}</dd>`)}</dl>`;
}
/** One reason is often why many paths were not seen. */
function unseen(paths: readonly SeenPath[]): readonly Html[] {
  const byReason = Map.groupBy(paths, ({ findings: [worst] }) => worst?.reason?.message ?? worst?.message ?? "");
  return [...byReason].map(([reason, all]) => {
    const [worst] = all[0]?.findings ?? [];
    return html`<li><p><span class="badge">${stateWords.unseen}</span> <b>${all.map(pathTitle).join(" · ")}</b></p><p>${worst !== undefined && html`<a href="#${findingAnchor(worst.id)}">${shortened(reason)}</a>`}</p></li>
`;
  });
}

const stateTitles = { fine: "As it should be", unjudged: "Not judged in this run", nothing: "Nothing to judge" } as const;

function item(path: SeenPath, { cluster }: Exposure): Html {
  const { state, severity, findings, count, of, noun } = path;
  const [worst, second] = findings;
  const badge = html`<span class="badge ${severity}">${severity ?? stateWords[state]}</span>`;
  const much =
    count > 0 && of > 1
      ? html` <span class="soft">${grouped(count)} of ${plural(of, noun, noun === "policy" ? "policies" : undefined)}</span>`
      : "";
  const shown = findings.slice(0, mostNames);
  const what =
    worst === undefined
      ? ""
      : second === undefined
        ? html`<a href="#${findingAnchor(worst.id)}">${shortened(worst.message)}</a>`
        : html`<span class="names">${shown.map(({ id, resource }) => html`<a class="name" href="#${findingAnchor(id)}">${nameOf(resource)}</a>`)}${
            findings.length > shown.length &&
            html`<a class="name" href="${linkTo({ cluster: cluster.arn, check: worst.check, status: [worst.status] })}">and ${grouped(findings.length - shown.length)} more</a>`
          }</span>`;
  return html`<li><p>${badge} <b>${pathTitle(path)}</b>${much}</p><p>${what}</p></li>
`;
}

const nameOf = ({ namespace, name }: Finding["resource"]): string => (namespace === undefined ? name : `${namespace}/${name}`);
