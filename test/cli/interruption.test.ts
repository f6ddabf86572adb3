import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { expect, it, vi } from "vitest";
import type { FaultInput } from "../../sandbox/faults.ts";
import type { Sandbox } from "../../sandbox/start.ts";
import { home, member, started } from "../sandbox/support.ts";
import { run } from "./command.ts";

vi.setConfig({ testTimeout: 60_000 }); // each case starts processes

const hang = (service: string, operation: string) => ({ kind: "hang", service, operation }) satisfies FaultInput;
/** Until the sandbox leaves a call without an answer. */
const untilItHangs = (sandbox: Sandbox) =>
  vi.waitUntil(() => sandbox.faults.list().some(({ seen }) => seen > 0), { timeout: 30_000, interval: 20 });
const isAlone = (stderr: string) => stderr.trim().split("\n").length === 1;

it.each<[string, string[], FaultInput, string]>([
  ["scan, before it knows who asks", ["scan"], hang("sts", "GetCallerIdentity"), "No cluster had been read; no report was written."],
  [
    "scan, while it reads",
    ["scan", "--account", member],
    hang("eks", "DescribeCluster"),
    "0 of 1 clusters had been read; no report was written.",
  ],
  [
    "scan of the organization",
    ["scan", "--org", "--region", home],
    hang("eks", "DescribeCluster"),
    "0 of 1 clusters had been read; no report was written.",
  ],
  [
    "fix of a cluster",
    ["fix", "--account", member, "--check", "endpoint-not-open-to-internet"],
    hang("eks", "DescribeCluster"),
    "No plan was made.",
  ],
  ["connectivity of a cluster", ["connectivity", "--account", member], hang("eks", "DescribeCluster"), "No connection was told."],
])("130: %s, with one line, nothing on stdout and nothing in --out", async (_what, args, fault, kept) => {
  const sandbox = await started();
  sandbox.faults.add([fault]);
  const { code, stdout, stderr } = await run(args, sandbox, {}, async (child) => {
    await untilItHangs(sandbox);
    child.kill("SIGINT");
  });
  expect([code, stdout, stderr]).toEqual([130, "", `error: Interrupted. ${kept}\n`]);
});

it("143: what the system ends says the same", async () => {
  const sandbox = await started();
  sandbox.faults.add([hang("eks", "DescribeCluster")]);
  const folder = await mkdtemp(join(tmpdir(), "out-"));
  const { code, stderr } = await run(["scan", "--account", member, "--out", folder], sandbox, {}, async (child) => {
    await untilItHangs(sandbox);
    child.kill("SIGTERM");
  });
  expect([code, isAlone(stderr), await readdir(folder)]).toEqual([143, true, []]);
});

it("130: the demo, whose sandbox goes with it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "out-"));
  const { code, stdout, stderr } = await run(["demo", "--out", folder], undefined, {}, async (child) => {
    await vi.waitUntil(() => existsSync(join(folder, "state")), { timeout: 30_000, interval: 20 });
    child.kill("SIGINT");
  });
  expect([code, stdout, existsSync(join(folder, "report.html"))]).toEqual([130, "", false]);
  expect(stderr).toMatch(
    /^error: Interrupted\. No report was written; the sandbox is gone, and nothing outside this computer was touched\.\n$/m,
  );
});

it("an interruption is what it ends with, whatever the work throws for it", async () => {
  const script = `
    const { interruptible } = await import(${JSON.stringify(pathToFileURL("cli/interruption.ts").href)});
    const work = (signal) => new Promise((_, reject) => {
      const alive = setInterval(() => {}, 1000);
      signal.addEventListener("abort", () => { clearInterval(alive); reject(new Error("Request aborted")); });
      process.stdout.write("ready");
    });
    interruptible(() => "Kept.", work).catch((error) => { process.stdout.write(error.name + " " + error.hint); });`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: ["ignore", "pipe", "inherit"] });
  const said: string[] = [];
  child.stdout.on("data", (piece) => {
    said.push(String(piece));
    if (said.length === 1) child.kill("SIGINT");
  });
  await once(child, "close");
  expect(said).toEqual(["ready", "InterruptedError Kept."]);
});

it("130: the second Ctrl-C ends work at once that does not listen to the first", async () => {
  const script = `
    const { interruptible } = await import(${JSON.stringify(pathToFileURL("cli/interruption.ts").href)});
    interruptible(() => "", () => new Promise(() => { setInterval(() => {}, 1000); process.stdout.write("ready"); }));`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  child.kill("SIGINT");
  await setTimeout(300);
  expect(child.exitCode).toBe(null);
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([130, null]);
});
