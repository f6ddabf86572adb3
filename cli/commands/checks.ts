import Table from "cli-table3";
import { checkById, checks } from "../../core/checks/index.ts";
import { UnknownCheckError } from "../../core/errors.ts";
import { referencesTo } from "../../core/frameworks/index.ts";
import type { AnyCheck } from "../../core/model/check.ts";
import { type ExitCode, exit } from "../exit.ts";

/** `checks list` */
export async function list({ json }: { readonly json?: boolean }): Promise<ExitCode> {
  if (json === true) return print(`${JSON.stringify(checks.map(described), null, 2)}\n`);
  const table = new Table({ head: ["check", "severity", "passes when"], style: { head: [], border: [] } });
  for (const { id, severity, title } of checks) table.push([id, severity, title]);
  return print(`${table}\n`);
}

/** `checks explain ID` */
export async function explain(id: string, { json }: { readonly json?: boolean }): Promise<ExitCode> {
  const check = checkById(id);
  if (check === undefined) {
    throw new UnknownCheckError(`No check has the id ${JSON.stringify(id)}.`, { hint: "`eks-perimeter checks list` names them all." });
  }
  return print(json === true ? `${JSON.stringify(described(check), null, 2)}\n` : page(check));
}

function described({ id, title, severity, surface, subject, needs, uses, why, remediation }: AnyCheck) {
  return { id, title, severity, surface, subject, needs, uses, why, remediation, frameworks: referencesTo(id) };
}

function page(check: AnyCheck): string {
  const frameworks = referencesTo(check.id);
  return [
    `${check.id}  (${check.severity}, about one ${check.subject})`,
    "",
    `  ${check.title}.`,
    "",
    `Why   ${check.why}`,
    `Fix   ${check.remediation}`,
    `Reads ${[...check.needs, ...check.uses].join(", ")}`,
    ...(frameworks.length === 0 ? [] : [`Maps to ${frameworks.join(", ")}`]),
    "",
  ].join("\n");
}

function print(text: string): ExitCode {
  process.stdout.write(text);
  return exit.ok;
}
