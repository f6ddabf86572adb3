import { changeWords, statusWords } from "../words.ts";
import { copyButton } from "./copy.ts";
import { element } from "./element.ts";
import type { Shown } from "./finding.ts";

/** A finding in a line that opens to all that is known about it; its inside is made when it is first opened. */
export function card(finding: Shown, heading: "h3" | "h4"): HTMLDetailsElement {
  const { status, severity, message, check, cluster, change } = finding;
  const made = element(
    "details",
    { class: "finding", id: finding.anchor },
    element(
      "summary",
      {},
      element("span", { class: "badges" }, ...badges(status, severity, change)),
      element(
        "span",
        { class: "what" },
        element(heading, {}, message),
        element("span", { class: "soft" }, [check.id, cluster?.name, finding.owner].filter(Boolean).join(" · ")),
      ),
    ),
  );
  made.addEventListener("toggle", () => {
    if (made.open && made.childElementCount === 1) made.append(inside(finding));
  });
  return made;
}

/** How a finding is marked: its severity where it fails, else its status. */
function badges(status: Shown["status"], severity: string, change: Shown["change"]): readonly HTMLElement[] {
  const isFailing = status === "fail";
  const first = isFailing
    ? element("span", { class: `badge ${severity}` }, severity)
    : element("span", { class: `badge ${status === "pass" ? "good" : ""}` }, statusWords[status]);
  return change === undefined ? [first] : [first, element("span", { class: "badge change" }, changeWords[change])];
}

/** A finding in one line that leads to it. */
export const line = ({ status, severity, message, anchor, change }: Shown): HTMLLIElement =>
  element(
    "li",
    {},
    element("span", { class: "badges" }, ...badges(status, severity, change)),
    element("a", { href: `#${anchor}` }, message),
  );

function inside(finding: Shown): HTMLElement {
  const { check, details, status, references, kind, resource, id, owner, severity } = finding;
  const { reason, waiver, evidence } = details;
  return element(
    "div",
    {},
    element("p", { class: "soft" }, `Should be: ${check.title}. ${check.why}`),
    waiver && element("p", {}, `Waived by ${waiver.owner} through ${waiver.expires}: ${waiver.reason}`),
    reason !== undefined && element("p", {}, element("b", {}, status === "not-applicable" ? "Why: " : "Why not judged: "), reason),
    evidence && evidencePart(evidence),
    ...remedyPart(finding),
    element(
      "dl",
      { class: "about" },
      ...row("Severity", severity),
      ...row("Resource", `${kind} ${resource}`),
      ...(owner === "" ? [] : row("Owner", owner)),
      ...row("Check", check.id),
      ...(references.length === 0 ? [] : row("Frameworks", references.join(", "))),
      ...row("Finding", id),
    ),
    element(
      "p",
      { class: "buttons" },
      copyButton("finding id", () => id),
      copyButton("link", () => linkHere(finding.anchor)),
    ),
  );
}

const linkHere = (anchor: string): string => `${location.href.replace(/#.*$/s, "")}#${anchor}`;
const row = (name: string, value: string): readonly HTMLElement[] => [element("dt", {}, name), element("dd", {}, value)];

function evidencePart(evidence: Readonly<Record<string, unknown>>): HTMLElement {
  const rows = Object.entries(evidence).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, ...shown(value))]);
  return element(
    "div",
    { class: "part" },
    element(
      "p",
      { class: "part-head" },
      element("b", {}, "How it is known"),
      copyButton("evidence", () => JSON.stringify(evidence, null, 2)),
    ),
    element("dl", {}, ...rows),
  );
}

function shown(value: unknown): readonly (HTMLElement | string)[] {
  if (Array.isArray(value) && value.every(isScalar)) {
    return value.length === 0
      ? [element("span", { class: "soft" }, "none")]
      : value.flatMap((one) => [element("code", {}, String(one)), " "]);
  }
  if (isFlat(value)) {
    return Object.entries(value).flatMap(([name, one]) => [
      element("span", { class: "pair" }, `${name} `, element("code", {}, String(one)), " "),
    ]);
  }
  return [isScalar(value) ? element("code", {}, String(value)) : element("pre", {}, JSON.stringify(value, null, 2))];
}
const isFlat = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(isScalar);
const isScalar = (value: unknown): boolean => typeof value !== "object" || value === null;

function remedyPart(finding: Shown): readonly HTMLElement[] {
  const { remedy, details, status } = finding;
  const { commands = [], manifest } = details;
  const fix = status === "fail" ? fixCommand(finding) : undefined;
  if (remedy === undefined && commands.length === 0 && manifest === undefined && fix === undefined) return [];
  return [
    element(
      "div",
      { class: "part" },
      element("p", { class: "part-head" }, element("b", {}, "What to do")),
      remedy !== undefined && element("p", {}, remedy),
      commands.length > 0 && typed("commands", commands.join("\n")),
      manifest !== undefined && typed("manifest", manifest),
      fix !== undefined &&
        element("p", { class: "soft" }, "Manifests and commands for this cluster, proved by judging it again with them applied:"),
      fix !== undefined && typed("fix command", fix),
    ),
  ];
}

const typed = (what: string, text: string): HTMLElement =>
  element(
    "div",
    { class: "typed" },
    element("pre", { tabindex: "0" }, text),
    copyButton(what, () => text),
  );

function fixCommand({ check, cluster, id, isOfMany }: Shown): string | undefined {
  if (!check.isFixable || !cluster?.arn.startsWith("arn:")) return undefined; // manifests are no cluster to plan for
  const account = isOfMany ? ["--account", cluster.account] : [];
  return ["npx", "eks-perimeter", "fix", "--finding", id, "--cluster", cluster.name, "--region", cluster.region, ...account]
    .map(quoted)
    .join(" ");
}

/** A word for a shell, quoted where it would read it otherwise: names come from clusters. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
