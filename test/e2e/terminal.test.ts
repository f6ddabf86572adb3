/** The command line on a terminal, which `script` of util-linux makes. */
import { execFile, spawn, spawnSync } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";

const hasScript = process.platform === "linux" && (process.env.CI === "true" || spawnSync("script", ["--version"]).status === 0);
const environment = { PATH: process.env.PATH ?? "", TERM: "xterm-256color", HOME: tmpdir() };

/** Everything that a terminal of this size is sent. */
async function onTerminal(columns: number, lines: number, args: string, before = ""): Promise<{ sent: string; code: number }> {
  const folder = await mkdtemp(join(tmpdir(), "terminal-"));
  const program = join(import.meta.dirname, "../../cli/main.ts");
  const command = `stty cols ${columns} rows ${lines}; ${before} exec "${process.execPath}" "${program}" ${args}`;
  return new Promise((resolve) =>
    execFile("script", ["-qec", command, "/dev/null"], { cwd: folder, env: environment, maxBuffer: 1e8 }, (error, sent) =>
      resolve({ sent, code: typeof error?.code === "number" ? error.code : 0 }),
    ),
  );
}
/** What stays on the screen of the last line that moved, and all below it. */
const afterProgress = (sent: string): readonly string[] =>
  stripVTControlCharacters(sent.slice(sent.indexOf("\u001b[?25h", sent.lastIndexOf("\u001b[?25l"))))
    .replaceAll("\r", "")
    .trimEnd()
    .split("\n");

it.runIf(hasScript)("the demo's answer fits a screen of 80 columns and 24 lines, in colour", async () => {
  const { sent, code } = await onTerminal(80, 24, "demo --out out");
  const shown = afterProgress(sent);
  const result = shown.slice(shown.findIndex((line) => line.startsWith("8 clusters in 6 accounts scanned")));
  expect(code).toBe(0);
  expect(result.length).toBeLessThan(24);
  expect(Math.max(...result.map((line) => line.length))).toBeLessThanOrEqual(80);
  const text = result.join("\n");
  expect(text).toMatch(/internet → API server +shop-prod, shop-staging\n/);
  expect(text).toMatch(/internet → load balancers +.*shop-us/);
  expect(text).toMatch(/pods → API server +shop-staging \(2\), shop-prod, payments-prod,\n +platform-auto\n/);
  expect(text).toMatch(/pods → kubelet +shop-prod, shop-staging, payments-prod,\n +platform-auto\n/);
  expect(text).toMatch(/not known: payments-dr/);
  expect(text).toMatch(
    /Not read +account 606060606060: sts:AssumeRole \(forbidden\)\n +payments-dr us-east-1: \d+ reads of Kubernetes \(refused\)/,
  );
  expect(text).toContain("Report: out/report.html");
  expect(sent).toContain("\u001b[31m");
  expect(stripVTControlCharacters(sent)).toMatch(/\d of \d clusters · \d+ calls · 0:0\d/);
});

it.runIf(hasScript)("NO_COLOR: neither colour nor anything that moves", async () => {
  const { sent } = await onTerminal(80, 24, "demo --out out", "NO_COLOR=1");
  expect(sent).not.toContain("\u001b");
  expect(sent).toContain("8 clusters in 6 accounts scanned");
});

it.runIf(hasScript)("40 columns: no line is wider", async () => {
  const { sent } = await onTerminal(40, 50, "demo --out out");
  const shown = afterProgress(sent);
  const result = shown.slice(
    shown.findIndex((line) => line.startsWith("8 clusters")),
    -1,
  );
  expect(Math.max(...result.slice(0, -1).map((line) => line.length))).toBeLessThanOrEqual(40);
  expect(result.join("\n")).toContain("internet → API server: shop-prod,\n  shop-staging");
});

it.runIf(hasScript)("130: Ctrl-C, typed, leaves one line and the cursor", async () => {
  const folder = await mkdtemp(join(tmpdir(), "terminal-"));
  const program = join(import.meta.dirname, "../../cli/main.ts");
  const command = `stty cols 80 rows 24; exec "${process.execPath}" "${program}" demo --out out`;
  const child = spawn("script", ["-qec", command, "/dev/null"], { cwd: folder, env: environment, stdio: ["pipe", "pipe", "inherit"] });
  let sent = "";
  child.stdout.on("data", (piece) => {
    if (!sent.includes("clusters") && String(piece).includes("clusters")) child.stdin.write("\u0003");
    sent += piece;
  });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  expect(code).toBe(130);
  expect(afterProgress(sent).join("\n")).toMatch(/error: Interrupted\. No report was written; the sandbox is gone/);
  expect(sent.lastIndexOf("\u001b[?25h")).toBeGreaterThan(sent.lastIndexOf("\u001b[?25l"));
});
