import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse } from "yaml";

export const root = join(import.meta.dirname, "../..");
export const yaml = (path: string): unknown => parse(readFileSync(join(root, path), "utf8"));

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script as a runner's shell does, with Node's own version first. */
export function bash(script: string, cwd: string, env: Readonly<Record<string, string>>): Promise<Ran> {
  const environment = {
    PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ""}`,
    HOME: cwd,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "a",
    GIT_AUTHOR_EMAIL: "a@example.com",
    GIT_COMMITTER_NAME: "a",
    GIT_COMMITTER_EMAIL: "a@example.com",
    ...env,
  };
  return new Promise((resolve) => {
    execFile("bash", ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script], { cwd, env: environment }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    );
  });
}

/** A repository with a commit for each set of files, the last one checked out. */
export async function repository(...commits: readonly Readonly<Record<string, string>>[]): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "eks-perimeter-"));
  const git = async (script: string): Promise<void> => {
    const { code, stderr } = await bash(script, path, {});
    if (code !== 0) throw new Error(stderr);
  };
  await git("git init --quiet --initial-branch main .");
  for (const [i, files] of commits.entries()) {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(path, name)), { recursive: true });
      await writeFile(join(path, name), text);
    }
    await git(`git add -A && git commit --quiet --allow-empty -m ${i} && git tag commit-${i}`);
  }
  return path;
}

interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly env?: Readonly<Record<string, string>>;
}
export interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly description: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

export interface ActionRan extends Ran {
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** Runs the shell steps of the action one after the other, but the one that installs; `uses` is others' software. */
export async function runAction(cwd: string, given: Readonly<Record<string, string>>): Promise<ActionRan> {
  const action = yaml("action.yml") as Action;
  const temporary = await mkdtemp(join(tmpdir(), "runner-"));
  const [summaryFile, outputFile] = [join(temporary, "summary"), join(temporary, "output")];
  await Promise.all([summaryFile, outputFile].map((file) => writeFile(file, "")));
  const inputs = { ...Object.fromEntries(Object.entries(action.inputs).map(([name, { default: text = "" }]) => [name, text])), ...given };
  const outputs: Record<string, string> = {};
  const resolved = (text: string): string =>
    text.replaceAll(/\$\{\{ (.*?) \}\}/g, (_whole, path: string) => {
      const [kind, name = "", , output = ""] = path.split(".");
      return (kind === "inputs" ? inputs[name as keyof typeof inputs] : outputs[`${name}.${output}`]) ?? "";
    });
  let all: Ran = { code: 0, stdout: "", stderr: "" };
  for (const { id = "", run, name, env = {} } of action.runs.steps) {
    if (run === undefined || name === "Install") continue;
    await writeFile(outputFile, "");
    const ran = await bash(run, cwd, {
      ...Object.fromEntries(Object.entries(env).map(([variable, value]) => [variable, resolved(value)])),
      RUNNER_TEMP: temporary,
      GITHUB_ACTION_PATH: root,
      GITHUB_STEP_SUMMARY: summaryFile,
      GITHUB_OUTPUT: outputFile,
    });
    for (const line of (await readFile(outputFile, "utf8")).split("\n")) {
      const at = line.indexOf("=");
      if (at > 0) outputs[`${id}.${line.slice(0, at)}`] = line.slice(at + 1);
    }
    all = { code: ran.code, stdout: all.stdout + ran.stdout, stderr: all.stderr + ran.stderr };
    if (ran.code !== 0) break;
  }
  const told = Object.fromEntries(Object.entries(action.outputs).map(([name, { value }]) => [name, resolved(value)]));
  return { ...all, outputs: told, summary: await readFile(summaryFile, "utf8") };
}
