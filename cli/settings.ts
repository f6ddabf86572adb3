import { readFile } from "node:fs/promises";
import { parseDocument } from "yaml"; // the one YAML parser with positions, a cap on aliases and no dependency of its own
import { ConfigurationError, checkedSettings } from "../core/config.ts";
import { defaultSettings, type Settings } from "../core/model/settings.ts";
import { UsageError } from "./errors.ts";
import { namedCheck } from "./named-checks.ts";

const defaultFile = "eks-perimeter.config.yaml";

/**
 * The settings of the named file, else of eks-perimeter.config.yaml where it is present, else the defaults.
 *
 * @throws {UsageError} when the named file can't be read
 * @throws {ConfigurationError} when it says what it may not say
 * @throws {UnknownCheckError} when it sets the severity of a check that does not exist
 */
export async function loadSettings(file: string | undefined): Promise<Settings> {
  const text = await readFile(file ?? defaultFile, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (file === undefined && cause.code === "ENOENT") return undefined;
    throw new UsageError(`${file ?? defaultFile} can't be read (${cause.code}).`, { hint: "Name a readable file with --config.", cause });
  });
  if (text === undefined) return defaultSettings;
  const settings = parseSettings(text, file ?? defaultFile);
  for (const id of Object.keys(settings.severity)) namedCheck(id);
  return settings;
}

/**
 * The settings that the text of a configuration file holds; YAML, of which JSON is a part.
 *
 * @param source what the file is called in errors, such as its path
 * @throws {ConfigurationError}
 */
export function parseSettings(text: string, source: string): Settings {
  const document = parseDocument(text, { prettyErrors: true });
  const [broken] = document.errors;
  if (broken !== undefined) {
    throw new ConfigurationError(`${source}: ${broken.message.split("\n")[0]}`, { hint: "Correct the YAML.", cause: broken });
  }
  return checkedSettings(contentOf(document, source), source);
}

/** Aliases are followed a bounded number of times: a file may not grow without end in memory. */
function contentOf(document: ReturnType<typeof parseDocument>, source: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (cause) {
    throw new ConfigurationError(`${source}: its aliases can't be followed.`, { hint: "Write the values out.", cause });
  }
}
