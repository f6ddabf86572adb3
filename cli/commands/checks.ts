import { checks } from "../../core/checks/index.ts";
import { callsFor } from "../../core/collect/calls.ts";
import { hasFix } from "../../core/fix/index.ts";
import { referencesTo } from "../../core/frameworks/index.ts";
import type { AnyCheck } from "../../core/model/check.ts";
import { plainTable } from "../../core/report/plain-table.ts";
import { wrapped } from "../../core/report/wrap.ts";
import { type ExitCode, exit } from "../exit.ts";
import { namedCheck } from "../named-checks.ts";
import { paintOf } from "../show.ts";

/** `checks list` */
export async function list({ json }: { readonly json?: boolean }): Promise<ExitCode> {
  if (json === true) return print(`${JSON.stringify(checks.map(described), null, 2)}\n`);
  return print(process.stdout.isTTY === true ? listFor(process.stdout) : `${tableOf()}\n`);
}

/** The width that the table takes as a whole is more than most terminals have. */
function listFor(stream: NodeJS.WriteStream): string {
  const paint = paintOf(stream);
  const columns = columnsOf(stream);
  const lines = checks.flatMap(({ id, severity, title }) => [
    `${paint("heading", id)} ${paint(severity, severity)}`,
    ...wrapped(title, columns - 2).map((line) => `  ${line}`),
  ]);
  return `${lines.join("\n")}\n`;
}

function tableOf(): string {
  const table = plainTable({ head: ["check", "severity", "passes when"] });
  for (const { id, severity, title } of checks) table.push([id, severity, title]);
  return table.toString();
}

/** `checks explain ID` */
export async function explain(id: string, { json }: { readonly json?: boolean }): Promise<ExitCode> {
  const check = namedCheck(id);
  if (json === true) return print(`${JSON.stringify(described(check), null, 2)}\n`);
  const { checkPage } = await import("../check-page.ts");
  return print(checkPage(check, columnsOf(process.stdout), paintOf(process.stdout)));
}

/** Lines longer than these are hard to read. */
const readable = 100;
const columnsOf = ({ isTTY, columns }: NodeJS.WriteStream): number =>
  isTTY === true ? Math.min(Math.max(columns || 80, 40), readable) : readable;

function described({ id, title, severity, surface, subject, path, needs, uses, why, judged, unseen, remediation }: AnyCheck) {
  const reads = Object.fromEntries([...needs, ...uses].map((fact) => [fact, callsFor(fact)]));
  const frameworks = referencesTo(id);
  return {
    id,
    title,
    severity,
    surface,
    subject,
    path,
    needs,
    uses,
    reads,
    why,
    judged,
    unseen,
    remediation,
    hasFix: hasFix(id),
    frameworks,
  };
}

function print(text: string): ExitCode {
  process.stdout.write(text);
  return exit.ok;
}
