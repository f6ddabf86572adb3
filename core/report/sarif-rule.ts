import type { ReportingDescriptor, Result } from "sarif";
import type { AnyCheck } from "../model/check.ts";
import type { Finding } from "../model/finding.ts";
import { type Severity, severities } from "../model/severity.ts";

const levels: Readonly<Record<Severity, Result.level>> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "note",
  informational: "note",
};
export const levelOf = (severity: Severity): Result.level => levels[severity];

/** What GitHub translates back: over 9.0 critical, 7.0 to 8.9 high, 4.0 to 6.9 medium, 0.1 to 3.9 low. */
const scores: Readonly<Record<Severity, string>> = { critical: "9.5", high: "8.0", medium: "5.5", low: "2.0", informational: "0.1" };

/** GitHub stores ten tags of a rule. */
const mostTags = 10;

/** A check as a rule; as severe as the worst of its findings, since GitHub reads the severity of rules alone. */
export function ruleOf(id: string, check: AnyCheck | undefined, findings: readonly Finding[]): ReportingDescriptor {
  const open = findings.filter(({ status }) => status !== "pass" && status !== "not-applicable");
  const worst = severities.find((severity) => open.some((finding) => finding.severity === severity)) ?? check?.severity ?? "medium";
  if (check === undefined) return { id, shortDescription: { text: id } };
  const standards = [...new Set(findings.flatMap(({ frameworks }) => frameworks))];
  const page = `docs/checks/${id}.md`;
  return {
    id,
    shortDescription: { text: check.title },
    fullDescription: { text: check.why },
    help: {
      text: `${check.why}\n\nFix: ${check.remediation}\n\nMore: ${page}, or npx eks-perimeter checks explain ${id}.`,
      markdown: `${check.why}\n\n**Fix**: ${check.remediation}\n\n**More**: \`${page}\`, or \`npx eks-perimeter checks explain ${id}\`.`,
    },
    defaultConfiguration: { level: levelOf(worst) },
    properties: {
      tags: ["security", check.surface, ...standards].slice(0, mostTags),
      "security-severity": scores[worst],
      precision: "high",
    },
  };
}

/** The rule of results that say that the check could not judge; a part of the check's own, by SARIF's hierarchy of ids (3.27.5). */
export const unjudged = (check: string): string => `${check}/not-judged`;

/** Without a number of severity: GitHub shows a note. */
export const unjudgedRuleOf = (id: string, check: AnyCheck | undefined): ReportingDescriptor => ({
  id: unjudged(id),
  shortDescription: { text: `Not judged: ${check?.title ?? id}` },
  fullDescription: { text: "What would decide was not read, and the message says why. It is a gap, neither a failure nor a pass." },
  defaultConfiguration: { level: "note" },
  properties: { tags: check === undefined ? [] : [check.surface], precision: "high" },
});
