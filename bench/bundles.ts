/**
 * Prints what each function costs as it is deployed (bundled as ESM, minified, on Node 24): the size of its bundle, the time to
 * import that, and the largest memory of a process that does its step once.
 *
 *     npm exec -- node bench/bundles.ts
 *
 * The steps are done against the sandbox, in which clusters have this many pods of 15 kB each, a policy to 20 of them, a Service to 5
 * and a node to 50. V8 may use nine tenths of the function's memory, as on Lambda.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { keys } from "../core/run-record.ts";
import { bundled } from "../infra/bundle.ts";
import { startSandbox } from "../sandbox/start.ts";
import { account, clusterOf, largeEstate, region } from "./large-estate.ts";
import { startMemoryS3 } from "./memory-s3.ts";

const functions = ["plan", "discover", "scan", "summarize", "rescan"];
const runs = 7;
const pods = [100, 2_000, 20_000];
/** Clusters of a run that is summarized, each of the smallest size. */
const clusters = [300, 3_000];
/** MB of the function, as infra/functions.ts gives it. Of rescan, which only hands on, no step is done. */
const given = { plan: 512, discover: 512, scan: 1024, summarize: 3008 };

const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), "bundles-"));
const fileOf = (name: string): string => join(folder, `${name}.mjs`);

/** Milliseconds that a fresh process takes to import the file: the median. */
async function importTime(file: string): Promise<number> {
  const script = `const start = performance.now(); await import(${JSON.stringify(file)}); console.log(performance.now() - start);`;
  const times: number[] = [];
  for (let i = 0; i < runs; i += 1) {
    const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script], {
      env: { ...process.env, AWS_REGION: "eu-west-1" },
    });
    times.push(Number(stdout.trim().split("\n").at(-1)));
  }
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? Number.NaN;
}

process.stdout.write("function     KB minified   KB gzip   import ms (median)\n");
for (const name of functions) {
  const bundle = await bundled(name);
  await writeFile(fileOf(name), bundle);
  const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(0);
  const columns = [
    kilobytes(bundle.length).padStart(11),
    kilobytes(gzipSync(bundle).length).padStart(9),
    (await importTime(fileOf(name))).toFixed(0).padStart(11),
  ];
  process.stdout.write(`${name.padEnd(10)} ${columns.join(" ")}\n`);
}

const sandbox = await startSandbox(largeEstate(pods));
const s3 = await startMemoryS3();
const env = {
  PATH: process.env.PATH,
  AWS_ENDPOINT_URL: sandbox.endpoint,
  AWS_ENDPOINT_URL_S3: s3.endpoint,
  AWS_ACCESS_KEY_ID: sandbox.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: sandbox.credentials.secretAccessKey,
  AWS_REGION: "eu-west-1",
  AWS_EC2_METADATA_DISABLED: "true",
  EKS_PERIMETER_ALLOWED_ENDPOINT_HOSTS: "127.0.0.1",
  EKS_PERIMETER_STORE: "s3://runs",
};

/** The messages of what a record or a report leaves open. */
const undecided = (key: string): string =>
  (JSON.parse(s3.objects.get(key) ?? "{}").findings as { status: string; message: string }[])
    .flatMap(({ status, message }) => (status === "unknown" || status === "error" ? [message] : []))
    .slice(0, 10)
    .join("\n");

/** Does one step in a process of its own, and prints a line. */
async function step(name: keyof typeof given, what: string, event: object): Promise<void> {
  const options = [`--max-old-space-size=${Math.floor(given[name] * 0.9)}`, join(import.meta.dirname, "invoke.ts")];
  const ended = run(process.execPath, [...options, fileOf(name), JSON.stringify(event)], { env, maxBuffer: 64 * 1024 * 1024 });
  const { stdout } = await ended.catch(({ stderr }: { stderr: string }) => {
    throw new Error(`${name}, ${what}: ${stderr.slice(-1_000)}`); // the whole would quote the bundle
  });
  const { answer, megabytes, seconds } = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
  // A step that read less would look cheaper.
  if (answer.complete === false) throw new Error(`${name}, ${what}: not everything was judged: ${undecided(answer.reportKey)}`);
  const columns = [megabytes.toFixed(0).padStart(8), String(given[name]).padStart(9), seconds.toFixed(1).padStart(8)];
  process.stdout.write(`${name.padEnd(10)} ${what.padEnd(16)} ${columns.join(" ")}\n`);
}

/** A run of so many clusters, each with the record that the smallest one left, under a name of its own. */
function manyClusters(runId: string, many: number): void {
  const target = { account, region, name: clusterOf(pods[0] ?? 0) };
  const left = (key: string): string => s3.objects.get(key) ?? "";
  const found = Array.from({ length: many }, (_, i) => ({ ...target, name: `cluster-${i}` }));
  s3.objects.set(keys.run(runId), JSON.stringify({ ...JSON.parse(left(keys.run("bench"))), id: runId }));
  const discovered = JSON.parse(left(keys.account("bench", account)));
  s3.objects.set(keys.account(runId, account), JSON.stringify({ ...discovered, clusters: found }));
  const record = left(keys.cluster("bench", target));
  for (const each of found) s3.objects.set(keys.cluster(runId, each), record.replaceAll(target.name, each.name));
}

try {
  process.stdout.write("\nfunction   over              MB (peak)  MB given   seconds\n");
  await step("plan", "1 account", { runId: "bench", accounts: [account], regions: [region] });
  await step("discover", `${pods.length} clusters`, { runId: "bench", account });
  for (const size of pods) await step("scan", `${size} pods`, { runId: "bench", account, region, cluster: clusterOf(size) });
  for (const many of clusters) {
    manyClusters(`of-${many}`, many);
    await step("summarize", `${many} clusters`, { runId: `of-${many}` });
  }
} finally {
  await sandbox.close();
  s3.close();
  await rm(folder, { recursive: true });
}
