/** Completion as zsh and fish themselves do it; bash's own is tested without either. */
import { execFile, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { checks } from "../../core/checks/index.ts";
import { run } from "../cli/command.ts";

/** In CI they are installed; elsewhere whoever has none of them has nothing to complete in either. */
const isThere = (shell: string): boolean => process.env.CI !== undefined || spawnSync(shell, ["--version"]).status === 0;

const cases: readonly (readonly [string, string, readonly string[]])[] = [
  ["commands", "eks-perimeter con", ["connectivity"]],
  ["the commands of a command", "eks-perimeter checks ", ["list", "explain"]],
  ["an option", "eks-perimeter scan --sav", ["--save-evidence"]],
  ["an option behind one with a value", "eks-perimeter scan --cluster doctor --publ", ["--publish"]],
  ["choices", "eks-perimeter scan --fail-on ", ["critical", "high", "medium", "low", "informational", "none"]],
  ["check ids for an option", "eks-perimeter fix --check kubelet-", checks.map(({ id }) => id).filter((id) => id.startsWith("kubelet-"))],
  ["check ids for an argument", "eks-perimeter checks explain declared-", ["declared-flows-hold"]],
  ["files", "eks-perimeter evaluate evid", ["evidence-one.json", "evidence-two.json"]],
  ["files for a further argument", "eks-perimeter evaluate evidence-one.json evidence-t", ["evidence-two.json"]],
  ["folders", "eks-perimeter scan --out fold", ["folder"]],
  ["npx eks-perimeter", "npx eks-perimeter scan --fail-on crit", ["critical"]],
];

describe.each(["zsh", "fish"] as const)("%s completes", (shell) => {
  let folder: string;
  let script: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "completion-"));
    script = join(folder, `script.${shell}`);
    await writeFile(script, (await run(["completion", shell])).stdout);
    for (const name of ["evidence-one.json", "evidence-two.json"]) await writeFile(join(folder, name), "");
    await mkdir(join(folder, "folder"));
  });

  const ask = async (line: string): Promise<readonly string[]> => {
    const options = { cwd: folder, env: { PATH: process.env.PATH ?? "", HOME: folder, TERM: "xterm" } };
    if (shell === "fish") {
      const { stdout } = await promisify(execFile)("fish", ["-c", 'source $argv[1]; complete -C "$argv[2]"', script, line], options);
      return stdout.split("\n").flatMap((match) => (match === "" ? [] : [match.split("\t")[0]?.replace(/\/$/, "") ?? ""]));
    }
    const { stdout } = await promisify(execFile)("zsh", ["-f", join(import.meta.dirname, "matches.zsh"), script, line, folder], options);
    return [...stdout.matchAll(/<([^<>\s]+)>/g)].map(([, match = ""]) => match);
  };

  it.runIf(isThere(shell)).each(cases)("%s", async (_what, line, expected) => {
    expect(new Set(await ask(line))).toEqual(new Set(expected));
  });
});
