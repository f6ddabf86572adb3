import { readFile } from "node:fs/promises";
import { parseSettings } from "../core/config.ts";
import { defaultSettings, type Settings } from "../core/model/settings.ts";
import { selectChecks } from "../core/plan.ts";
import { UsageError } from "./errors.ts";

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
  selectChecks(Object.keys(settings.severity));
  return settings;
}
