import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const schema = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(import.meta.dirname, "schemas", name), "utf8")) as Record<string, unknown>;

/** The published schemas have words that say nothing to a validator, and patterns that are none of Unicode's. */
const lenient = { strict: false, allErrors: true, unicodeRegExp: false } as const;

function sarifValidator(): ValidateFunction {
  // Of draft 4, of which it uses nothing but the name of the id that later drafts do otherwise.
  const { $schema: _draft, id: _id, ...rest } = schema("sarif-2.1.0.json");
  const ajv = new Ajv(lenient);
  addFormats.default(ajv);
  return ajv.compile(rest);
}

interface ObjectSchema extends Record<string, unknown> {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
}
const finding = schema("ocsf-1.6.0-compliance-finding.json") as ObjectSchema;
/** The class without its cloud profile. */
const { cloud: _cloud, ...properties } = finding.properties;
const uncloudedFinding = { ...finding, $id: "unclouded", properties, required: finding.required.filter((name) => name !== "cloud") };

const validators = {
  sarif: sarifValidator(),
  ocsf: new Ajv2020(lenient).compile(finding),
  "ocsf without a cloud": new Ajv2020(lenient).compile(uncloudedFinding),
};

/** What the published schema says is wrong; nothing for a good document. */
export function violations(format: keyof typeof validators, document: unknown): readonly string[] {
  const validate = validators[format];
  return validate(document) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
