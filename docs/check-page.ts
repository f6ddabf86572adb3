import { stringify } from "yaml";
import { verdictsOn } from "../core/checks/examples.ts";
import { checkById } from "../core/checks/index.ts";
import { manifestFactNames } from "../core/collect/manifests/facts.ts";
import { hasFix, withoutFix } from "../core/fix/index.ts";
import { frameworks } from "../core/frameworks/index.ts";
import { unmapped } from "../core/frameworks/unmapped.ts";
import { judgeable } from "../core/judge-manifests.ts";
import type { AnyCheck, Verdict } from "../core/model/check.ts";
import { readsOf } from "./check-reads.ts";
import { differencesIn } from "./differences.ts";
import { anchor, code, fence, sh, table } from "./markdown.ts";

/** `docs/checks/<id>.md`: all that there is to know of one check before its findings are believed. */
export function checkPage(check: AnyCheck): string {
  const { id, title, severity, surface, why, judged, unseen, remediation } = check;
  return `${[
    `# ${id}`,
    `Made from \`core/checks/${surface}/${id}.ts\` by \`npm run docs\`. [All checks](README.md)`,
    `**${title}.** Severity: ${severity}. A finding is about ${resourcesOf(check)}.`,
    "## Why",
    why,
    "## How it is judged",
    linked(judged),
    "## What it cannot see",
    linked(unseen),
    "## What is read",
    readsOf(check),
    ...onManifests(check),
    "## Examples",
    ...(["fail", "pass"] as const).flatMap((example) => verdictsOn(check, example).flatMap(said)),
    "What tells the two apart:",
    table(
      ["fact", "fails", "passes"],
      differencesIn(check.examples).map(({ at, fail, pass }) => [code(at), code(fail), code(pass)]),
    ),
    "## Fix",
    remediation,
    ...commandsOf(check),
    ...planFor(id),
    "## Frameworks",
    answersTo(id),
  ].join("\n\n")}\n`;
}

/** Other checks that a text names lead to their pages. */
const linked = (text: string): string =>
  text.replaceAll(/\b[a-z]+(?:-[a-z]+)+\b/g, (word) => (checkById(word) === undefined ? word : `[${code(word)}](${word}.md)`));

/** What the example's resource stands for, where checks of its surface are about several kinds. */
const alike: Readonly<Record<string, string>> = {
  NodeGroup: "a pool of nodes (managed node group, node pool or Auto Scaling group), or a node of none",
  NetworkPolicy: "one policy, of whatever kind",
  DaemonSet: "one workload",
};
const owner = "the Service, Ingress or Gateway that owns a load balancer, else the load balancer";

function resourcesOf(check: AnyCheck): string {
  if (check.needs.includes("loadBalancers")) return owner;
  const kinds = new Set(verdictsOn(check, "fail").map(({ resource }) => alike[resource.kind] ?? `one ${code(resource.kind)}`));
  return [...kinds].join(" or ");
}

function said(verdict: Verdict): readonly string[] {
  const evidence =
    "evidence" in verdict && verdict.evidence !== undefined ? [fence("yaml", stringify(verdict.evidence, { lineWidth: 120 }))] : [];
  return [`A ${verdict.status}: ${verdict.message.replaceAll("\n", " ")}`, ...evidence];
}

function commandsOf(check: AnyCheck): readonly string[] {
  const commands = verdictsOn(check, "fail").flatMap((verdict) => (verdict.status === "fail" ? (verdict.remediation?.commands ?? []) : []));
  return commands.length === 0 ? [] : ["For the example that fails, the finding says:", sh([...new Set(commands)])];
}

/** Whether `evaluate --manifests` judges it, and how far. */
function onManifests(check: AnyCheck): readonly string[] {
  if (check.surface === "coverage" || judgeable([check], manifestFactNames).length === 0) return [];
  const silent = check.uses.filter((use) => !manifestFactNames.has(use));
  const command = code("npx eks-perimeter evaluate --manifests DIR");
  return [
    silent.length === 0
      ? `${command} judges it whole, before anything is deployed.`
      : `${command} finds what fails by manifests alone, before anything is deployed; a pass is withheld, since only a cluster tells ${silent.map(code).join(", ")}.`,
  ];
}

/** Whether the command line says what to type for a cluster. */
function planFor(id: string): readonly string[] {
  if (hasFix(id)) {
    const scope = "--cluster NAME --region REGION";
    return [
      "For a cluster of yours, with its own values and proved by judging it again:",
      sh([`npx eks-perimeter fix --check ${id} ${scope}`]),
    ];
  }
  const why = withoutFix[id];
  return why === undefined ? [] : [`\`fix\` has no plan for it. ${why}`];
}

function answersTo(id: string): string {
  const rows = frameworks.flatMap(({ title, requirements }) =>
    requirements.flatMap((requirement) => {
      if (!("checks" in requirement) || !requirement.checks.includes(id)) return [];
      const { passes } = requirement;
      return [
        [
          `[${title}](README.md#${anchor(title)})`,
          requirement.id,
          `${requirement.title}${passes === undefined ? "" : `; ${passes.otherwise}`}`,
        ],
      ];
    }),
  );
  return rows.length === 0 ? `None. ${unmapped[id] ?? ""}`.trim() : table(["framework", "requirement", ""], rows);
}
