import { verdictsOn } from "../core/checks/examples.ts";
import { callsFor, firstCall } from "../core/collect/calls.ts";
import { hasFix, withoutFix } from "../core/fix/index.ts";
import { frameworks, referencesTo } from "../core/frameworks/index.ts";
import type { AnyCheck } from "../core/model/check.ts";
import type { Paint } from "../core/report/table.ts";
import { hanging, wrapped } from "../core/report/wrap.ts";

/** All that there is to know of a check before its findings are believed, for a terminal of so many columns. */
export function checkPage(check: AnyCheck, columns: number, paint: Paint): string {
  const { id, title, severity, why, judged, unseen, remediation } = check;
  const text = (of: string): readonly string[] => of.split("\n").flatMap((line) => wrapped(line, columns - 2));
  const said = (example: "fail" | "pass"): readonly string[] => verdictsOn(check, example).flatMap(({ message }) => text(message));
  const parts: readonly (readonly [heading: string, lines: readonly string[]])[] = [
    ["Why", text(why)],
    ["How it is judged", text(judged)],
    ["What it cannot see", text(unseen)],
    ["What is read", readLines(check, columns - 2)],
    ["Fails, for example", said("fail")],
    ["Passes, for example", said("pass")],
    ["How to mend it", [...text(remediation), ...text(fixText(id))]],
    ["Frameworks", frameworkLines(id, columns - 2)],
  ];
  const head = [
    ...wrapped(id, columns).map((line) => paint("heading", line)),
    ...wrapped(`${title}. Severity: ${severity}.`, columns).map((line) =>
      line.replace(/(?<=Severity: )\w+/, (word) => paint(severity, word)),
    ),
  ];
  const sections = parts.map(([heading, lines]) => [paint("heading", heading), ...lines.map((line) => `  ${line}`)].join("\n"));
  return `${[head.join("\n"), ...sections].join("\n\n")}\n`;
}

/** The facts, each with the calls that it takes. */
function readLines(check: AnyCheck, columns: number): readonly string[] {
  if (check.subject === "account" || check.needs.includes("reads")) {
    return wrapped("The outcome of every read that the scan made: this check makes none of its own.", columns);
  }
  const known = (fact: string): readonly string[] => {
    const { iam, rbac } = callsFor(fact);
    const calls = [...iam, ...byVerb(rbac)].join("; ");
    return wrapped(`${fact}: ${calls}`, columns - 4).map((line, at) => (at === 0 ? `  ${line}` : `    ${line}`));
  };
  return [
    ...wrapped(`Every scan begins with ${firstCall}. Needed, or else the verdict is unknown:`, columns),
    ...check.needs.flatMap(known),
    ...(check.uses.length === 0 ? [] : wrapped("Used where known:", columns)),
    ...check.uses.flatMap(known),
  ];
}

/** Each verb of RBAC once, with all that it is for. */
const byVerb = (rules: readonly string[]): readonly string[] =>
  [...Map.groupBy(rules, (rule) => rule.split(" ")[0])].map(
    ([verb, own]) => `${verb} ${own.map((rule) => rule.slice(rule.indexOf(" ") + 1)).join(", ")}`,
  );

function fixText(id: string): string {
  if (hasFix(id)) return `For a cluster of yours, proved on its own facts:\nnpx eks-perimeter fix --check ${id} --cluster NAME`;
  return withoutFix[id] === undefined ? "" : `Nothing can be typed for it. ${withoutFix[id]}`;
}

function frameworkLines(id: string, columns: number): readonly string[] {
  const references = referencesTo(id);
  if (references.length === 0) return ["None asks for it."];
  return references.flatMap((reference) => {
    const [framework, ...rest] = reference.split("/");
    const requirement = frameworks.find((one) => one.id === framework)?.requirements.find((one) => one.id === rest.join("/"));
    return hanging(`${reference}  `, requirement?.title ?? "", columns);
  });
}
