import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { expect } from "vitest";
import type { Report } from "../../../core/report/report.ts";

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const main = path.join(import.meta.dirname, "..", "..", "..", "cli", "main.ts");

/** Runs `eks-perimeter` as a user's shell would, in a folder of its own, and waits for its end. */
export async function eksPerimeter(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  const cwd = await mkdtemp(path.join(tmpdir(), "eks-perimeter-cwd-"));
  const child = spawn(process.execPath, [main, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
  });
  const [exitCode] = await once(child, "close");
  return { exitCode, stdout, stderr };
}

/** The report on stdout; a run that broke has none, whatever its exit code. */
export function reportOf({ stdout, stderr }: Ended): Report {
  expect(stdout, stderr).toMatch(/^\{/);
  return JSON.parse(stdout) as Report;
}
