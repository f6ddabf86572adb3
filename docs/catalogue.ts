import { checks } from "../core/checks/index.ts";
import { retired } from "../core/checks/retired.ts";
import { frameworks, referencesTo } from "../core/frameworks/index.ts";
import { unmapped } from "../core/frameworks/unmapped.ts";
import { type AnyCheck, type Surface, surfaces, type Verdict } from "../core/model/check.ts";
import { verdictsOn } from "./examples.ts";

const headings: Readonly<Record<Surface, string>> = {
  endpoint: "The cluster endpoint",
  "pod-network": "Pod network",
  nodes: "Nodes and kubelet",
  "load-balancer": "Load balancers",
  beyond: "Beyond the network",
  coverage: "Coverage",
};

/** `docs/catalogue.md`: every check with its reason, its remedy and what it says of its examples. */
export function catalogue(): string {
  const used = surfaces.filter((surface) => checks.some((check) => check.surface === surface));
  return `${[
    "# The checks",
    "Made from the checks themselves by `npm run docs`. Severities are defaults; `severity` in the configuration changes them.",
    "A check whose facts could not be read says `unknown`, never `pass`; one that finds nothing to judge says `not-applicable`.",
    ...used.flatMap((surface) => [`## ${headings[surface]}`, overview(of(surface)), ...of(surface).map(section)]),
    "## Frameworks",
    ...frameworks.map(({ title, source, requirements }) =>
      [
        `### ${title}`,
        `<${source}>`,
        table(
          ["requirement", "", "answered by"],
          requirements.map((requirement) => [requirement.id, requirement.title, answer(requirement)]),
        ),
      ].join("\n\n"),
    ),
    "### Checks outside the frameworks",
    table(
      ["check", "why"],
      Object.entries(unmapped).map(([id, why]) => [`\`${id}\``, why]),
    ),
    ...(retired.length === 0 ? [] : ["## Retired", ...retired.map(({ id, because }) => `- \`${id}\`: ${because}`)]),
  ].join("\n\n")}\n`;
}

const of = (surface: Surface): readonly AnyCheck[] => checks.filter((check) => check.surface === surface);

const overview = (some: readonly AnyCheck[]): string =>
  table(
    ["check", "severity", "passes when"],
    some.map(({ id, severity, title }) => [`[\`${id}\`](#${id})`, severity, title]),
  );

function section(check: AnyCheck): string {
  const { id, severity, title, why, remediation, needs, uses } = check;
  const references = referencesTo(id);
  return [
    `### ${id}`,
    `**${title}.** Severity: ${severity}.`,
    why,
    `**Remedy.** ${remediation}`,
    [
      `- ${[named("Needs", needs), named(needs.length === 0 ? "Uses where known" : "uses where known", uses)].filter((part) => part !== "").join("; ")}`,
      ...(references.length === 0 ? [] : [`- Answers: ${references.join(", ")}`]),
      ...(["fail", "pass"] as const).flatMap((example) => verdictsOn(check, example).map(said)),
    ].join("\n"),
  ].join("\n\n");
}

const named = (what: string, facts: readonly string[]): string => (facts.length === 0 ? "" : `${what}: ${facts.map(code).join(", ")}`);

function said(verdict: Verdict): string {
  const commands = verdict.status === "fail" ? (verdict.remediation?.commands ?? []) : [];
  return [
    `- A ${verdict.status}: ${verdict.message.replaceAll("\n", " ")}`,
    ...commands.flatMap((command) => ["", "  ```sh", `  ${command}`, "  ```", ""]),
  ].join("\n");
}

function answer(requirement: (typeof frameworks)[number]["requirements"][number]): string {
  if ("checks" in requirement) {
    const { checks, passes } = requirement;
    return `${checks.map(code).join(", ")}${passes === undefined ? "" : `; ${passes.otherwise}`}`;
  }
  return "manual" in requirement ? `by hand: ${requirement.manual}` : `not covered: ${requirement.notCovered}`;
}

const code = (text: string): string => `\`${text}\``;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
