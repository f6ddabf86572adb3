/**
 * What a scan of ten clusters in one Region takes, and what `prowler aws -s eks` takes on the same moto:
 *
 *     npm exec -- node bench/scan-vs-prowler.ts             # the scan alone
 *     npm exec -- node bench/scan-vs-prowler.ts --prowler   # both, and ratios; installs Prowler in the user's cache (2 GB)
 *
 * The scan also reads the Kubernetes API of every cluster; Prowler does not.
 */
import { execFile } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs, promisify } from "node:util";
import type { Report } from "../core/report/report.ts";
import { bedEnvironment, motoAccount, testCredentials } from "../test/e2e/bed/environment.ts";
import { motoRegion } from "../test/e2e/bed/estate.ts";
import { startKubeApiserver } from "../test/e2e/bed/kube/apiserver.ts";
import { startEtcd } from "../test/e2e/bed/kube/etcd.ts";
import { grantDeclaredReads, readers } from "../test/e2e/bed/kube/reader-role.ts";
import { startMoto } from "../test/e2e/bed/moto.ts";
import { pythonEnvironment } from "../test/e2e/bed/python.ts";

const run = promisify(execFile);
const region = "eu-west-1";
const clusters = Array.from({ length: 10 }, (_, index) => `cluster-${index}`);
const here = (name: string) => path.join(import.meta.dirname, name);

const { values: options } = parseArgs({
  options: { prowler: { type: "boolean", default: false }, runs: { type: "string", default: "5" } },
});

interface Program {
  readonly name: string;
  readonly command: readonly string[];
  /** Exit codes that mean that it did its work: what it found is no part of the measurement. */
  readonly worked: readonly number[];
}
/** Seconds, seconds of CPU of all its processes, bytes of the largest one. */
interface Cost {
  readonly wall: number;
  readonly cpu: number;
  readonly memory: number;
}
const quantities = ["wall", "cpu", "memory"] as const;

const stops: (() => Promise<void>)[] = [];
try {
  const prowlerBin = options.prowler ? await pythonEnvironment("prowler", here("scan-vs-prowler.requirements.txt")) : undefined;
  const folder = await mkdtemp(path.join(tmpdir(), "eks-perimeter-bench-"));
  const programs: Program[] = [
    {
      name: "eks-perimeter scan",
      command: [process.execPath, here("../cli/main.ts"), "scan", "--region", region, "--json"],
      worked: [0, 1, 3],
    },
  ];
  if (prowlerBin !== undefined) {
    const output = ["-M", "json-ocsf", "-o", path.join(folder, "prowler"), "--no-banner"];
    programs.push({
      name: "prowler aws -s eks",
      command: [path.join(prowlerBin, "prowler"), "aws", "-s", "eks", "-f", region, ...output],
      worked: [0, 3],
    });
  }
  const env = await startEstate();
  await assertScanned(programs, env, folder);
  const medians: Cost[] = [];
  for (const program of programs) {
    await measure(program, env, folder); // fills caches, of both alike
    const costs: Cost[] = [];
    for (let count = 0; count < Number(options.runs); count += 1) costs.push(await measure(program, env, folder));
    const median = medianOf(costs);
    medians.push(median);
    process.stdout.write(`${program.name.padEnd(20)}  ${figures(median)}   median of ${costs.length}\n`);
  }
  const [ours, theirs] = medians;
  if (ours !== undefined && theirs !== undefined) {
    const ratios = quantities.map((quantity) => `${quantity} 1/${(theirs[quantity] / ours[quantity]).toFixed(1)}`);
    process.stdout.write(`${"ratio".padEnd(20)}  ${ratios.join("   ")}\n`);
  }
} finally {
  await Promise.all(stops.map((stop) => stop()));
}

/** Ten clusters, each with a Kubernetes API that answers; the environment in which a program sees them. */
async function startEstate(): Promise<Record<string, string>> {
  const moto = await startMoto();
  stops.push(moto.stop);
  const etcd = await startEtcd();
  stops.push(etcd.stop);
  const keys = [{ ...testCredentials, arn: `arn:aws:iam::${motoAccount}:user/testing` }];
  const server = await startKubeApiserver({ etcd: etcd.url, etcdPrefix: "/bench", clusters, keys, groups: [readers] });
  stops.push(server.stop);
  await grantDeclaredReads(server.admin);
  const aws = await motoRegion(moto.url, region);
  const api = { url: server.url, caFile: server.caFile };
  for (const name of clusters) {
    await aws.createCluster({ name, api, publicAccess: true, privateAccess: true, ranges: ["0.0.0.0/1", "128.0.0.0/1"] });
  }
  return bedEnvironment({ AWS_ENDPOINT_URL: moto.url, EKS_PERIMETER_ALLOWED_ENDPOINT_HOSTS: "127.0.0.1" });
}

/** A program that broke would be fast, and its exit code might be that of one that found something. */
async function assertScanned([scan]: readonly Program[], env: Record<string, string>, cwd: string): Promise<void> {
  const [file = "", ...args] = scan?.command ?? [];
  const { stdout } = await run(file, args, { env, cwd }).catch((error: { stdout: string }) => error);
  const { clusters: scanned, summary } = JSON.parse(stdout) as Report;
  if (scanned.length === clusters.length && summary.complete) return;
  throw new Error(`the scan read ${scanned.length} clusters, complete: ${summary.complete}`);
}

async function measure({ name, command, worked }: Program, env: Record<string, string>, cwd: string): Promise<Cost> {
  const { stdout } = await run("python3", [here("scan-vs-prowler.measure.py"), ...command], { env, cwd });
  const { exitCode, said, ...cost } = JSON.parse(stdout) as Cost & { exitCode: number; said: string };
  if (!worked.includes(exitCode)) throw new Error(`${name} ended with ${exitCode}\n${said}`);
  return cost;
}

function medianOf(costs: readonly Cost[]): Cost {
  const middle = (quantity: (typeof quantities)[number]) => {
    const sorted = costs.map((cost) => cost[quantity]).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  return { wall: middle("wall"), cpu: middle("cpu"), memory: middle("memory") };
}

function figures({ wall, cpu, memory }: Cost): string {
  return `wall ${wall.toFixed(2)} s   cpu ${cpu.toFixed(2)} s   memory ${(memory / 2 ** 20).toFixed(0)} MiB`;
}
