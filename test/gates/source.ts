import { globSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

export const root = join(import.meta.dirname, "../..");

/** The paths of the project that match, from its root, sorted. */
export const filesIn = (...patterns: readonly string[]): readonly string[] =>
  globSync([...patterns], { cwd: root })
    .map((path) => relative(root, join(root, path)))
    .sort();

export const textOf = (path: string): string => readFileSync(join(root, path), "utf8");

/** The modules that a file imports, types included, as they are written. */
export const importsOf = (path: string): readonly string[] =>
  [...textOf(path).matchAll(/^\s*(?:import|export)\b[^"';]*?\bfrom\s*"([^"]+)"|^\s*import\s*"([^"]+)"|\bimport\(\s*"([^"]+)"/gm)].map(
    ([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? "",
  );
