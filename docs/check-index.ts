import { checks } from "../core/checks/index.ts";
import { retired } from "../core/checks/retired.ts";
import { frameworks } from "../core/frameworks/index.ts";
import { unmapped } from "../core/frameworks/unmapped.ts";
import { type Surface, surfaces } from "../core/model/check.ts";
import { code, table } from "./markdown.ts";

const headings: Readonly<Record<Surface, string>> = {
  endpoint: "The cluster endpoint",
  "pod-network": "Pod network",
  nodes: "Nodes and kubelet",
  "load-balancer": "Load balancers",
  beyond: "Beyond the network",
  coverage: "Coverage",
};

/** `docs/checks/README.md`: every check by surface, and the frameworks that they answer to. */
export function checkIndex(): string {
  const used = surfaces.filter((surface) => checks.some((check) => check.surface === surface));
  return `${[
    "# The checks",
    "Made from the checks themselves by `npm run docs`: one page each. Severities are defaults; `severity` in the configuration changes them.",
    "A check whose facts could not be read says `unknown`, never `pass`; one that finds nothing to judge says `not-applicable`.",
    ...used.flatMap((surface) => [`## ${headings[surface]}`, overview(surface)]),
    "## Frameworks",
    ...frameworks.flatMap(({ title, source, requirements }) => [
      `### ${title}`,
      `<${source}>`,
      table(
        ["requirement", "", "answered by"],
        requirements.map((requirement) => [requirement.id, requirement.title, answer(requirement)]),
      ),
    ]),
    "### Checks outside the frameworks",
    table(
      ["check", "why"],
      Object.entries(unmapped).map(([id, why]) => [link(id), why]),
    ),
    ...(retired.length === 0 ? [] : ["## Retired", retired.map(({ id, because }) => `- ${code(id)}: ${because}`).join("\n")]),
  ].join("\n\n")}\n`;
}

const overview = (surface: Surface): string =>
  table(
    ["check", "severity", "passes when"],
    checks.filter((check) => check.surface === surface).map(({ id, severity, title }) => [link(id), severity, title]),
  );

const link = (id: string): string => `[${code(id)}](${id}.md)`;

function answer(requirement: (typeof frameworks)[number]["requirements"][number]): string {
  if ("checks" in requirement) {
    const { checks: its, passes } = requirement;
    return `${its.map(link).join(", ")}${passes === undefined ? "" : `; ${passes.otherwise}`}`;
  }
  return "manual" in requirement ? `by hand: ${requirement.manual}` : `not covered: ${requirement.notCovered}`;
}
