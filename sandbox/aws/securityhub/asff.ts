/** The AWS Security Finding Format: which findings Security Hub takes, and its words for why not. */

export type Finding = Readonly<Record<string, unknown>>;

interface Rule {
  readonly type: "string" | "object" | "array" | "integer";
  readonly required?: true;
  /** Characters of a text, entries of a list. */
  readonly max?: number;
  readonly min?: number;
  readonly enum?: readonly string[];
  readonly pattern?: RegExp;
  /** Of a map of texts: how many, how long a key, how long a value. */
  readonly pairs?: readonly [count: number, key: number, value: number];
}

const text = (max?: number): Rule => ({ type: "string", min: 1, ...(max !== undefined && { max }) });
const required = (rule: Rule): Rule => ({ ...rule, required: true });
const oneOf = (...values: readonly string[]): Rule => ({ type: "string", enum: values });
const list = (max?: number, min = 0): Rule => ({ type: "array", min, ...(max !== undefined && { max }) });
const pairs = (count: number, key: number, value: number): Rule => ({ type: "object", pairs: [count, key, value] });
const object: Rule = { type: "object" };
const scale: Rule = { type: "integer" };
const time: Rule = { type: "string", pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)$/ };
const type: Rule = { type: "string", pattern: /^([^/]+)(\/[^/]+){0,2}$/ };
const severity = oneOf("INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL");

/**
 * Rules by path; `[]` stands for each entry of a list. Only of the fields that a producer of configuration findings writes.
 * Sources: the API's service model (required members, enumerations), the lengths in its documentation text, the user guide's
 * "Required top-level ASFF attributes", and for times, maps and types the messages that the service is seen to answer with.
 */
const rules: readonly (readonly [path: string, rule: Rule])[] = [
  ["SchemaVersion", required(oneOf("2018-10-08"))],
  ["Id", required(text(512))],
  ["ProductArn", required({ type: "string", min: 12, max: 2048 })],
  ["ProductName", text(128)],
  ["CompanyName", text(128)],
  ["GeneratorId", required(text(512))],
  ["AwsAccountId", required({ type: "string", pattern: /^[0-9]{12}$/ })],
  ["AwsAccountName", text(50)],
  ["Region", text(16)],
  ["Types", list(50)],
  ["Types[]", type],
  ["CreatedAt", required(time)],
  ["UpdatedAt", required(time)],
  ["FirstObservedAt", time],
  ["LastObservedAt", time],
  ["Severity", object],
  ["Severity.Label", severity],
  ["Severity.Normalized", scale],
  ["Severity.Original", text(64)],
  ["Confidence", scale],
  ["Criticality", scale],
  ["Title", required(text(256))],
  ["Description", required(text(1024))],
  ["Remediation", object],
  ["Remediation.Recommendation", object],
  ["Remediation.Recommendation.Text", text(512)],
  ["Remediation.Recommendation.Url", text()],
  ["SourceUrl", text()],
  ["ProductFields", pairs(50, 128, 2048)],
  ["UserDefinedFields", pairs(50, 128, 1024)],
  ["Resources", required(list(32, 1))],
  ["Resources[]", object],
  ["Resources[].Type", required(text(256))],
  ["Resources[].Id", required(text())],
  ["Resources[].Partition", oneOf("aws", "aws-cn", "aws-us-gov")],
  ["Resources[].Region", text(16)],
  ["Resources[].Tags", pairs(50, 128, 256)],
  ["Resources[].Details", object],
  ["Resources[].Details.Other", pairs(50, 128, 1024)],
  ["Compliance", object],
  ["Compliance.Status", oneOf("PASSED", "WARNING", "FAILED", "NOT_AVAILABLE")],
  ["Compliance.RelatedRequirements", list(32)],
  ["Compliance.RelatedRequirements[]", text()],
  ["Compliance.StatusReasons", list()],
  ["Compliance.StatusReasons[]", object],
  ["Compliance.StatusReasons[].ReasonCode", required(text())],
  ["Compliance.StatusReasons[].Description", text()],
  ["Compliance.SecurityControlId", text()],
  ["Compliance.AssociatedStandards", list()],
  ["Compliance.AssociatedStandards[].StandardsId", text()],
  ["VerificationState", oneOf("UNKNOWN", "TRUE_POSITIVE", "FALSE_POSITIVE", "BENIGN_POSITIVE")],
  ["Workflow.Status", oneOf("NEW", "NOTIFIED", "RESOLVED", "SUPPRESSED")],
  ["RecordState", oneOf("ACTIVE", "ARCHIVED")],
  ["RelatedFindings", list(10, 1)],
  ["RelatedFindings[].ProductArn", required(text())],
  ["RelatedFindings[].Id", required(text())],
  ["Note.Text", text(512)],
  ["FindingProviderFields", object],
  ["FindingProviderFields.Severity", object],
  ["FindingProviderFields.Severity.Label", severity],
  ["FindingProviderFields.Severity.Original", text(64)],
  ["FindingProviderFields.Types", list(50)],
  ["FindingProviderFields.Types[]", type],
  ["FindingProviderFields.Confidence", scale],
  ["FindingProviderFields.Criticality", scale],
];

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
// Characters as the service counts them: code points.
const lengthOf = (value: string): number => [...value].length;

interface Found {
  readonly at: string;
  readonly value: unknown;
}

/** Where a path leads to in a finding; nothing where something on the way is absent. The last step of it may be. */
function find(finding: Finding, path: string): readonly Found[] {
  let found: readonly Found[] = [{ at: "data", value: finding }];
  for (const step of path.split(".")) {
    const each = step.endsWith("[]");
    const name = each ? step.slice(0, -2) : step;
    found = found.flatMap(({ at, value }) => {
      if (!isRecord(value)) return [];
      const child = { at: `${at}.${name}`, value: value[name] };
      if (!each) return [child];
      return Array.isArray(child.value) ? child.value.map((item: unknown, i) => ({ at: `${child.at}[${i}]`, value: item })) : [];
    });
  }
  return found;
}

function* complaintsAbout({ at, value }: Found, rule: Rule): Generator<string> {
  if (value === undefined || value === null) {
    const dot = at.lastIndexOf(".");
    if (rule.required === true) yield `${at.slice(0, dot)} should have required property '${at.slice(dot + 1)}'`;
    return;
  }
  if (rule.type === "string") {
    if (typeof value !== "string") return yield `${at} should be string`;
    if (rule.enum !== undefined && !rule.enum.includes(value)) yield `${at} should be equal to one of the allowed values`;
    if (rule.pattern !== undefined && !rule.pattern.test(value))
      yield `${at} should match pattern "${rule.pattern.source.replaceAll("\\/", "/")}"`;
    if (rule.min !== undefined && lengthOf(value.trim()) < rule.min) yield `${at} should NOT be shorter than ${rule.min} characters`;
    if (rule.max !== undefined && lengthOf(value) > rule.max) yield `${at} should NOT be longer than ${rule.max} characters`;
  } else if (rule.type === "array") {
    if (!Array.isArray(value)) return yield `${at} should be array`;
    if (rule.min !== undefined && value.length < rule.min) yield `${at} should NOT have fewer than ${rule.min} items`;
    if (rule.max !== undefined && value.length > rule.max) yield `${at} should NOT have more than ${rule.max} items`;
  } else if (rule.type === "integer") {
    if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > 100) yield `${at} should be integer from 0 to 100`;
  } else if (!isRecord(value)) yield `${at} should be object`;
  else if (rule.pairs !== undefined) yield* pairComplaints(at, value, rule.pairs);
}

function* pairComplaints(
  at: string,
  map: Record<string, unknown>,
  [count, key, value]: readonly [number, number, number],
): Generator<string> {
  const entries = Object.entries(map);
  if (entries.length > count) yield `${at} should NOT have more than ${count} properties`;
  for (const [name, content] of entries) {
    if (lengthOf(name) > key) yield `${at} property name '${name}' is invalid`;
    if (typeof content !== "string") yield `${at}['${name}'] should be string`;
    else if (lengthOf(content) > value) yield `${at}['${name}'] should NOT be longer than ${value} characters`;
  }
}

/** Severity and Types stand either at the top or under FindingProviderFields. */
function* providerComplaints(finding: Finding): Generator<string> {
  const has = (value: unknown) => isRecord(value) && isRecord(value.Severity) && Array.isArray(value.Types);
  if (has(finding) || has(finding.FindingProviderFields)) return;
  yield "data should have required property 'FindingProviderFields', data should match some schema in anyOf";
}

const maxBytes = 240 * 1024;

/** Why a finding is refused, in the service's words; undefined for one that it takes. */
export function whyInvalid(finding: Finding): string | undefined {
  const size = Buffer.byteLength(JSON.stringify(finding));
  if (size > maxBytes) return `Finding size of ${size} bytes exceeds the maximum of ${maxBytes} bytes.`;
  const complaints = rules.flatMap(([path, rule]) => find(finding, path).flatMap((found) => [...complaintsAbout(found, rule)]));
  complaints.push(...providerComplaints(finding));
  return complaints.length === 0 ? undefined : `Finding does not adhere to Amazon Finding Format. ${complaints.join(", ")}.`;
}
