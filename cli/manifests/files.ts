import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import type { ManifestFile } from "../../core/collect/manifests/read.ts";
import { UsageError } from "../errors.ts";

const extensions: ReadonlySet<string> = new Set([".yaml", ".yml", ".json"]);
/** Folders that hold nobody's manifests, and much else. */
const skipped: ReadonlySet<string> = new Set([".git", "node_modules"]);
const limits = { files: 20_000, fileBytes: 256 * 1024 * 1024, bytes: 1024 * 1024 * 1024 } as const;

export interface ManifestFiles {
  readonly files: readonly ManifestFile[];
  /** Sentences about files that were not read. */
  readonly problems: readonly string[];
}

/**
 * The text of every manifest file in the folder and below, sorted by path; or of the one file that is named.
 *
 * @throws {UsageError} for a path that can't be read, or a folder without such a file
 */
export async function manifestFiles(path: string): Promise<ManifestFiles> {
  const paths = await pathsAt(path);
  if (paths.length === 0) throw new UsageError(`${path} holds no *.yaml, *.yml or *.json file.`, { hint: "Name a folder of manifests." });
  if (paths.length > limits.files) {
    throw new UsageError(`${path} holds more than ${limits.files} files.`, { hint: "Name a folder of manifests alone." });
  }
  const files: ManifestFile[] = [];
  const problems: string[] = [];
  let bytes = 0;
  for (const file of paths) {
    const size = (await stat(file).catch(() => undefined))?.size;
    if (size === undefined) problems.push(`${file} can't be read.`);
    else if (size > limits.fileBytes || bytes + size > limits.bytes) problems.push(`${file} was not read: it is too large.`);
    else {
      bytes += size;
      const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => cause);
      if (typeof text === "string") files.push({ path: file, text });
      else problems.push(`${file} can't be read (${text.code}).`);
    }
  }
  return { files, problems };
}

async function pathsAt(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`${path} can't be read (${cause.code}).`, { hint: "Name a folder of manifests, or a file.", cause });
  });
  return found.isDirectory() ? (await below(path, new Set())).sort() : [path];
}

/** Links are followed, as mounted ConfigMaps are full of them, each folder once. */
async function below(folder: string, seen: Set<string>): Promise<string[]> {
  const real = await realpath(folder);
  if (seen.has(real)) return [];
  seen.add(real);
  const entries = await readdir(folder, { withFileTypes: true });
  const paths: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const kind = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
    if (kind?.isDirectory() && !skipped.has(entry.name)) paths.push(...(await below(path, seen)));
    else if (kind?.isFile() && extensions.has(extname(entry.name))) paths.push(path);
  }
  return paths;
}
