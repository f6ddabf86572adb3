/**
 * What the service demands of a finding, excerpted from its API reference (AwsSecurityFinding, Resource, Compliance,
 * Recommendation) and user guide, and what is wrong with one. Written apart from the product, so that it does not agree
 * with its mistakes.
 */
type Rule =
  | { readonly text: { readonly max?: number; readonly pattern?: RegExp; readonly oneOf?: readonly string[] } }
  | { readonly list: Rule; readonly max: number; readonly min?: number }
  | { readonly map: { readonly key: number; readonly value: number; readonly pairs: number } }
  | { readonly fields: Readonly<Record<string, Rule>>; readonly required: readonly string[] };

const text = (max?: number): Rule => ({ text: max === undefined ? {} : { max } });
const oneOf = (...values: string[]): Rule => ({ text: { oneOf: values } });
/** RFC 3339 with an offset or Z, and at most nine fractional digits. */
const time: Rule = { text: { pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/ } };
const map = (key: number, value: number): Rule => ({ map: { key, value, pairs: 50 } });

const details: Rule = {
  required: [],
  fields: {
    AwsEksCluster: { required: [], fields: { Arn: text(), Name: text() } },
    Other: map(127, 1023),
  },
};
const resource: Rule = {
  required: ["Type", "Id"],
  fields: {
    Type: {
      text: {
        max: 256,
        pattern: /^(AwsEksCluster|AwsAccount|AwsElbv2LoadBalancer|AwsElbLoadBalancer|AwsEc2Instance|AwsAutoScalingAutoScalingGroup|Other)$/,
      },
    },
    Id: text(512),
    Partition: oneOf("aws", "aws-cn", "aws-us-gov"),
    Region: text(16),
    Details: details,
  },
};
const finding: Rule = {
  required: [
    "SchemaVersion",
    "Id",
    "ProductArn",
    "GeneratorId",
    "AwsAccountId",
    "CreatedAt",
    "UpdatedAt",
    "Title",
    "Description",
    "Resources",
    "FindingProviderFields", // or Severity and Types at the top level
  ],
  fields: {
    SchemaVersion: oneOf("2018-10-08"),
    Id: text(512),
    ProductArn: { text: { max: 2048, pattern: /^arn:(aws[a-z-]*):securityhub:[a-z0-9-]+:(\d{12}):product\/\2\/default$/ } },
    ProductName: text(128),
    CompanyName: text(128),
    GeneratorId: text(512),
    AwsAccountId: { text: { pattern: /^\d{12}$/ } },
    FirstObservedAt: time,
    LastObservedAt: time,
    CreatedAt: time,
    UpdatedAt: time,
    Title: text(256),
    Description: text(1024),
    RecordState: oneOf("ACTIVE", "ARCHIVED"),
    Remediation: { required: [], fields: { Recommendation: { required: [], fields: { Text: text(512) } } } },
    ProductFields: map(128, 2048),
    Resources: { list: resource, max: 32, min: 1 },
    Compliance: {
      required: [],
      fields: {
        Status: oneOf("PASSED", "WARNING", "FAILED", "NOT_AVAILABLE"),
        SecurityControlId: text(),
        RelatedRequirements: { list: text(64), max: 32 },
        StatusReasons: { list: { required: ["ReasonCode"], fields: { ReasonCode: text(), Description: text() } }, max: 32 },
      },
    },
    FindingProviderFields: {
      required: [],
      fields: {
        Severity: {
          required: [],
          fields: { Label: oneOf("INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"), Original: text(64) },
        },
        Types: {
          list: {
            text: {
              pattern: /^(Software and Configuration Checks|TTPs|Effects|Unusual Behaviors|Sensitive Data Identifications)(\/[^/]+){0,2}$/,
            },
          },
          max: 50,
        },
      },
    },
  },
};

/** What the service would refuse; nothing for a good finding. */
export function asffViolations(value: unknown): readonly string[] {
  const bytes = Buffer.byteLength(JSON.stringify(value));
  return [...check(value, finding, "finding"), ...(bytes > 240_000 ? [`finding: ${bytes} bytes`] : [])];
}

function check(value: unknown, rule: Rule, path: string): readonly string[] {
  if ("text" in rule) return checkText(value, rule.text, path);
  if ("list" in rule) {
    if (!Array.isArray(value)) return [`${path}: no list`];
    const size = value.length > rule.max || value.length < (rule.min ?? 0) ? [`${path}: ${value.length} items`] : [];
    return [...size, ...value.flatMap((item, at) => check(item, rule.list, `${path}[${at}]`))];
  }
  if (typeof value !== "object" || value === null) return [`${path}: no object`];
  const entries = Object.entries(value);
  if ("map" in rule) {
    const { key, value: most, pairs } = rule.map;
    const size = entries.length > pairs ? [`${path}: ${entries.length} pairs`] : [];
    return [
      ...size,
      ...entries.flatMap(([name, one]) => [
        ...checkText(name, { max: key }, `${path} key`),
        ...checkText(one, { max: most }, `${path}.${name}`),
      ]),
    ];
  }
  const missing = rule.required.filter((name) => !(name in value)).map((name) => `${path}.${name}: missing`);
  const wrong = entries.flatMap(([name, one]) => {
    const inner = rule.fields[name];
    return inner === undefined ? [`${path}.${name}: unknown field`] : check(one, inner, `${path}.${name}`);
  });
  return [...missing, ...wrong];
}

function checkText(
  value: unknown,
  { max, pattern, oneOf: values }: { max?: number; pattern?: RegExp; oneOf?: readonly string[] },
  path: string,
) {
  if (typeof value !== "string") return [`${path}: no text`];
  const wrong: string[] = [];
  if (!/\S/.test(value)) wrong.push(`${path}: blank`); // NonEmptyString is .*\S.*
  if (!value.isWellFormed()) wrong.push(`${path}: broken surrogates`);
  if (max !== undefined && value.length > max) wrong.push(`${path}: ${value.length} characters`);
  if (pattern !== undefined && !pattern.test(value)) wrong.push(`${path}: ${JSON.stringify(value)}`);
  if (values !== undefined && !values.includes(value)) wrong.push(`${path}: ${JSON.stringify(value)}`);
  return wrong;
}
