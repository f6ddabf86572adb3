/** GetFindings' filters and sorting, for the fields that producers and their operators ask for. */

import { AwsError } from "../errors.ts";
import type { Finding } from "./asff.ts";

interface StringFilter {
  readonly Value: string;
  readonly Comparison: string;
}
interface MapFilter extends StringFilter {
  readonly Key: string;
}
interface DateFilter {
  readonly Start?: string;
  readonly End?: string;
  readonly DateRange?: { readonly Value: number };
}

/** Values at a dotted path; a list's entries each. */
function at(finding: unknown, path: string): readonly unknown[] {
  return path.split(".").reduce<readonly unknown[]>(
    (values, name) =>
      values.flatMap((value) => {
        const child = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
        return child === undefined ? [] : Array.isArray(child) ? child : [child];
      }),
    [finding],
  );
}

/** Filters that compare texts, and where in a finding they look. */
const texts: Readonly<Record<string, string>> = {
  Id: "Id",
  ProductArn: "ProductArn",
  AwsAccountId: "AwsAccountId",
  GeneratorId: "GeneratorId",
  Region: "Region",
  Type: "Types",
  SeverityLabel: "Severity.Label",
  Title: "Title",
  Description: "Description",
  ProductName: "ProductName",
  CompanyName: "CompanyName",
  ResourceType: "Resources.Type",
  ResourceId: "Resources.Id",
  ResourceRegion: "Resources.Region",
  ComplianceStatus: "Compliance.Status",
  ComplianceSecurityControlId: "Compliance.SecurityControlId",
  WorkflowStatus: "Workflow.Status",
  RecordState: "RecordState",
  VerificationState: "VerificationState",
  NoteText: "Note.Text",
};
const maps: Readonly<Record<string, string>> = {
  ProductFields: "ProductFields",
  UserDefinedFields: "UserDefinedFields",
  ResourceDetailsOther: "Resources.Details.Other",
};
const dates: Readonly<Record<string, string>> = {
  CreatedAt: "CreatedAt",
  UpdatedAt: "UpdatedAt",
  FirstObservedAt: "FirstObservedAt",
  LastObservedAt: "LastObservedAt",
};

const comparisons: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  EQUALS: (value, wanted) => value === wanted,
  PREFIX: (value, wanted) => value.startsWith(wanted),
  CONTAINS: (value, wanted) => value.includes(wanted),
};
/** Each of them demands that its positive comparison holds for no value. */
const negations: Readonly<Record<string, string>> = { NOT_EQUALS: "EQUALS", PREFIX_NOT_EQUALS: "PREFIX", NOT_CONTAINS: "CONTAINS" };

/** Of one field's conditions, one positive has to hold and every negative. */
function holds<F extends StringFilter>(conditions: readonly F[], valuesFor: (condition: F) => readonly unknown[]): boolean {
  const judge = (condition: F): { readonly negative: boolean; readonly met: boolean } => {
    const positive = negations[condition.Comparison];
    const compare = comparisons[positive ?? condition.Comparison];
    if (compare === undefined)
      throw new AwsError("InvalidInputException", `Invalid parameter 'Filters'. Comparison ${condition.Comparison} is not valid`);
    const any = valuesFor(condition).some((value) => compare(String(value), condition.Value));
    return { negative: positive !== undefined, met: positive === undefined ? any : !any };
  };
  const judged = conditions.map(judge);
  const positives = judged.filter(({ negative }) => !negative);
  return judged.every(({ negative, met }) => !negative || met) && (positives.length === 0 || positives.some(({ met }) => met));
}

function inRange(value: unknown, { Start, End, DateRange }: DateFilter, now: Date): boolean {
  const time = Date.parse(String(value));
  if (DateRange !== undefined) return time >= now.getTime() - DateRange.Value * 86_400_000;
  return (Start === undefined || time >= Date.parse(Start)) && (End === undefined || time <= Date.parse(End));
}

/**
 * A predicate for the filters of one request.
 *
 * @throws {AwsError} InvalidInputException for a filter that Security Hub, or this stand-in of it, does not know
 */
export function filterOf(filters: Readonly<Record<string, unknown>>, now: Date): (finding: Finding) => boolean {
  const tests = Object.entries(filters).map(([name, conditions]): ((finding: Finding) => boolean) => {
    // The API's own type of the field; what is malformed in it matches nothing or fails on its comparison.
    const list = conditions as readonly never[];
    const text = texts[name];
    if (text !== undefined) return (finding) => holds<StringFilter>(list, () => at(finding, text));
    const map = maps[name];
    if (map !== undefined)
      return (finding) => holds<MapFilter>(list, ({ Key }) => at(finding, map).flatMap((entries) => valuesUnder(entries, Key)));
    const date = dates[name];
    if (date !== undefined) return (finding) => list.some((condition) => at(finding, date).some((value) => inRange(value, condition, now)));
    throw new AwsError("InvalidInputException", `Invalid parameter 'Filters'. data['${name}'] is not a filter that the sandbox knows`);
  });
  return (finding) => tests.every((test) => test(finding));
}

// Keys of such maps hold dots and slashes, so they are no paths.
const valuesUnder = (map: unknown, key: string): readonly unknown[] =>
  typeof map === "object" && map !== null && key in map ? [(map as Record<string, unknown>)[key]] : [];

/** Orders findings by the request's criteria, the first one first. */
export function sortBy(
  findings: readonly Finding[],
  criteria: readonly { readonly Field: string; readonly SortOrder: string }[],
): readonly Finding[] {
  if (criteria.length === 0) return findings;
  return findings.toSorted((a, b) => {
    for (const { Field, SortOrder } of criteria) {
      const path = texts[Field] ?? dates[Field] ?? Field;
      const [left, right] = [String(at(a, path)[0] ?? ""), String(at(b, path)[0] ?? "")];
      if (left !== right) return (left < right ? -1 : 1) * (SortOrder === "desc" ? -1 : 1);
    }
    return 0;
  });
}
