import { readFileSync } from "node:fs";

/** The functions that the definition calls, by the names that it has for them. */
export type FunctionArns = Readonly<Record<"PlanFunction" | "DiscoverFunction" | "ScanFunction" | "SummarizeFunction", string>>;

/** The one definition of the workflow, which also runs locally, with the functions' ARNs filled in. */
export const definitionWith = (arns: FunctionArns): string =>
  Object.entries(arns).reduce((text, [name, arn]) => text.replaceAll(`\${${name}}`, arn), readFileSync("infra/workflow.asl.json", "utf8"));
