import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { chunked } from "./chunked.ts";

/** A file by its name, made only when its turn comes. */
export type FileMakers = Readonly<Record<string, () => Iterable<string> | Promise<Iterable<string>>>>;

/**
 * Writes the files into the folder, one after the other, so that no two are in memory at once. They take their names when all
 * are written: whoever finds one finds it whole, and a run that was cut leaves those of the run before.
 */
export async function writeWhole(folder: string, files: FileMakers): Promise<void> {
  await mkdir(folder, { recursive: true });
  const mark = randomUUID();
  const written = Object.keys(files).map((name) => ({ name, part: join(folder, `.${name}.${mark}.part`) }));
  try {
    for (const { name, part } of written) {
      const pieces = await files[name]?.();
      if (pieces !== undefined)
        await pipeline(Readable.from(chunked(pieces), { objectMode: true }), createWriteStream(part, { flush: true }));
    }
    for (const { name, part } of written) await rename(part, join(folder, name));
  } finally {
    await Promise.all(written.map(({ part }) => rm(part, { force: true })));
  }
}
