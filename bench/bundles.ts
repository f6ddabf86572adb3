/** Prints each function's bundle size and import time, as they are deployed: ESM, minified, for Node 24. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { bundled } from "../infra/bundle.ts";

const functions = ["plan", "discover", "scan", "summarize", "rescan"];
const runs = 7;
const folder = await mkdtemp(join(tmpdir(), "bundles-"));

/** Milliseconds that a fresh process takes to import the file, less what an empty one takes: the median. */
async function importTime(file: string): Promise<number> {
  const script = `const start = performance.now(); await import(${JSON.stringify(file)}); console.log(performance.now() - start);`;
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
      env: { ...process.env, AWS_REGION: "eu-west-1" },
    });
    times.push(Number(stdout.trim().split("\n").at(-1)));
  }
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? Number.NaN;
}

process.stdout.write("function     KB minified   KB gzip   import ms (median)\n");
for (const name of functions) {
  const outfile = join(folder, `${name}.mjs`);
  const bundle = await bundled(name);
  await writeFile(outfile, bundle);
  const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(0);
  const columns = [
    kilobytes(bundle.length).padStart(11),
    kilobytes(gzipSync(bundle).length).padStart(9),
    (await importTime(outfile)).toFixed(0).padStart(11),
  ];
  process.stdout.write(`${name.padEnd(10)} ${columns.join(" ")}\n`);
}
await rm(folder, { recursive: true });
