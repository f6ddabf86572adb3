import { $ZodArray, type $ZodIssue, $ZodObject, type $ZodType, type $ZodTypeDef, toDotPath } from "zod/v4/core"; // `z.core` as a value would bring every locale into a bundle
import { PerimeterError } from "./model/error.ts";
import { Settings } from "./model/settings.ts";

/** The configuration does not say what it may say: each problem with its path, what was found and what is allowed. */
export class ConfigurationError extends PerimeterError {
  override readonly name = "ConfigurationError";
}

/**
 * The settings that the content of a configuration file holds.
 *
 * @param source what the file is called in errors, such as its path
 * @throws {ConfigurationError}
 */
export function checkedSettings(content: unknown, source: string): Settings {
  const parsed = Settings.safeParse(content);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => problem(issue, content));
  throw new ConfigurationError(`${source}: ${problems.join("; ")}.`, {
    hint: `Correct ${source}; docs/config.schema.json describes it.`,
    cause: parsed.error,
  });
}

function problem(issue: $ZodIssue, value: unknown): string {
  const path = issue.path.length === 0 ? "the file" : toDotPath(issue.path);
  if (issue.code === "unrecognized_keys") {
    const allowed = keysAt(issue.path);
    const unknown = `${path}: unknown ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}`;
    return allowed.length === 0 ? unknown : `${unknown}, allowed are ${allowed.join(", ")}`;
  }
  const found = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
  return `${path}: found ${excerpt(found)}, ${issue.message}`;
}

/** The keys that the settings may have at the path; none where that depends on what else stands there. */
function keysAt(path: $ZodIssue["path"]): readonly string[] {
  let at = withoutWrapping(Settings);
  for (const key of path) {
    if (at instanceof $ZodArray) at = withoutWrapping(at._zod.def.element);
    else if (at instanceof $ZodObject) at = withoutWrapping(at._zod.def.shape[String(key)]);
  }
  return at instanceof $ZodObject ? Object.keys(at._zod.def.shape) : [];
}

/** The schema itself, below its defaults and what else is said about it. */
function withoutWrapping(schema: $ZodType | undefined): $ZodType | undefined {
  let at = schema;
  while (at !== undefined && "innerType" in at._zod.def) at = (at._zod.def as $ZodTypeDef & { readonly innerType: $ZodType }).innerType;
  return at;
}

/** The value as JSON, cut where it is long. */
function excerpt(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
