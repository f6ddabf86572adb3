/** What a check makes a scan read, from the table of reads: in words of IAM and of RBAC. */
import { callsFor, firstCall } from "../core/collect/calls.ts";
import type { AnyCheck } from "../core/model/check.ts";
import { code, table } from "./markdown.ts";

/** A table of the facts, or a sentence where the check looks at what a scan itself did. */
export function readsOf({ needs, uses, subject }: AnyCheck): string {
  const rows = [
    ...needs.map((fact) => [code(fact), "needed", ...cellsFor(fact)]),
    ...uses.map((fact) => [code(fact), "used where known", ...cellsFor(fact)]),
  ];
  const facts = table(["fact", "", "IAM", "RBAC"], rows);
  if (subject === "account" || needs.includes("reads")) {
    return `${facts}\n\nThe fact \`reads\` is the outcome of every read that this scan made: this check makes none of its own.`;
  }
  return `${facts}\n\nEvery scan begins with ${code(firstCall)}. What is needed and was not read makes the verdict \`unknown\`; what is used and was not read does so only where it could change the verdict.`;
}

function cellsFor(fact: string): readonly [iam: string, rbac: string] {
  const { iam, rbac } = callsFor(fact);
  return [iam.map(code).join(", "), rbac.map(code).join(", ")];
}
