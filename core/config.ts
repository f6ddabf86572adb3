import { parseDocument } from "yaml";
import * as z from "zod";
import { PerimeterError } from "./model/error.ts";
import { Settings } from "./model/settings.ts";

/** The configuration does not say what it may say: each problem with its path, what was found and what is allowed. */
export class ConfigurationError extends PerimeterError {
  override readonly name = "ConfigurationError";
}

/**
 * The settings that a configuration file holds; YAML, of which JSON is a part.
 *
 * @param source what the text is called in errors, such as its path
 * @throws {ConfigurationError}
 */
export function parseSettings(text: string, source: string): Settings {
  const hint = `Correct ${source}; config.schema.json describes it.`;
  const document = parseDocument(text, { prettyErrors: true });
  const [broken] = document.errors;
  if (broken !== undefined) throw new ConfigurationError(`${source}: ${broken.message.split("\n")[0]}`, { hint, cause: broken });
  const value = contentOf(document, source, hint);
  const parsed = Settings.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => problem(issue, value));
  throw new ConfigurationError(`${source}: ${problems.join("; ")}`, { hint, cause: parsed.error });
}

/** Aliases are followed a bounded number of times: a file may not grow without end in memory. */
function contentOf(document: ReturnType<typeof parseDocument>, source: string, hint: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (cause) {
    throw new ConfigurationError(`${source}: its aliases can't be followed.`, { hint, cause });
  }
}

function problem(issue: z.core.$ZodIssue, value: unknown): string {
  const path = issue.path.length === 0 ? "the file" : z.core.toDotPath(issue.path);
  if (issue.code === "unrecognized_keys") return `${path}: unknown ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}`;
  const found = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
  return `${path}: found ${excerpt(found)}, ${issue.message}`;
}

/** The value as JSON, cut where it is long. */
function excerpt(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
