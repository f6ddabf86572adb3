import { execFile } from "node:child_process";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Argument, Command } from "commander";
import { beforeAll, describe, expect, it } from "vitest";
import { bashScript } from "../../cli/completion/bash.ts";
import { everyCommand, treeOf } from "../../cli/completion/tree.ts";
import { program } from "../../cli/program.ts";
import { shells } from "../../cli/shells.ts";
import { checks } from "../../core/checks/index.ts";
import { run } from "./command.ts";

const root = treeOf(program(() => Promise.resolve()));
const ids = checks.map(({ id }) => id);

it("no flag takes a value in one command and none in another, on which the scripts rely", () => {
  const options = everyCommand(root).flatMap((command) => command.options);
  const flags = Map.groupBy(
    options.flatMap(({ flags: names, values }) => names.map((flag) => ({ flag, takes: values !== undefined }))),
    ({ flag }) => flag,
  );
  expect([...flags.values()].filter((uses) => new Set(uses.map(({ takes }) => takes)).size > 1)).toEqual([]);
});

it("what the placeholders stand for is known: paths are completed as paths", () => {
  const kinds = everyCommand(root).flatMap(({ path, options }) =>
    options.flatMap(({ flags: [flag], values }) => (values === undefined ? [] : [`${path} ${flag} ${values.kind}`])),
  );
  expect(kinds).toEqual(
    expect.arrayContaining([
      "scan --check ids",
      "scan --account anything",
      "scan --config files",
      "scan --out folders",
      "scan --save-evidence files",
      "scan --state folders",
      "scan --fail-on choices",
      "fix --finding anything",
      "fix --check ids",
      "connectivity --manifests folders",
      "connectivity --diff files",
      "connectivity --engine choices",
    ]),
  );
});

it.each(shells)(
  "%s: every command, option and check id stands in the script, and text of the program can't end a quotation",
  async (shell) => {
    const { code, stdout } = await run(["completion", shell]);
    expect(code).toBe(0);
    for (const { path, options } of everyCommand(root)) {
      for (const name of path.split(" ")) expect(stdout).toContain(name);
      for (const flag of options.flatMap(({ flags }) => flags)) expect(stdout).toContain(shell === "fish" ? flag.replace(/^-+/, "") : flag);
    }
    for (const id of ids) expect(stdout).toContain(id);
  },
);

it("2: a shell that is none of them", async () => {
  const { code, stderr } = await run(["completion", "pwsh"]);
  expect([code, stderr]).toEqual([2, expect.stringContaining("Allowed choices are bash, zsh, fish.")]);
});

describe("bash completes", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "completion-"));
    const { stdout } = await run(["completion", "bash"]);
    await writeFile(join(folder, "script.bash"), stdout);
    await writeFile(join(folder, "a b.json"), "");
    await mkdir(join(folder, "apps"));
  });

  /** What bash would offer at the end of the line; `=` is a word of its own, as in COMP_WORDBREAKS. */
  const offered = (line: string, by = "_eks_perimeter", from = "./script.bash"): Promise<readonly string[]> =>
    new Promise((resolve, reject) => {
      const words = line.split(/ |(?<==)|(?==)/).map((word) => `'${word}'`);
      const script = `source ${from}; COMP_WORDS=(${words.join(" ")}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); ${by}; printf '%s\\n' "\${COMPREPLY[@]}"`;
      execFile("bash", ["--norc", "--noprofile", "-c", script], { cwd: folder }, (error, stdout, stderr) =>
        error || stderr !== "" ? reject(new Error(stderr, { cause: error })) : resolve(stdout.split("\n").filter(Boolean)),
      );
    });

  const all = root.commands.map(({ path }) => path);
  it.each<[string, string, readonly string[]]>([
    ["commands", "eks-perimeter ", all],
    ["a command by its beginning", "eks-perimeter conn", ["connectivity"]],
    ["the commands of a command", "eks-perimeter checks ", ["list", "explain"]],
    ["an option of the command, and none of another", "eks-perimeter scan --sa", ["--save-evidence"]],
    ["options behind an option with a value", "eks-perimeter scan --region eu-west-1 --pub", ["--publish"]],
    ["options of a command of a command", "eks-perimeter checks explain --", ["--json", "--help"]],
    ["choices", "eks-perimeter scan --fail-on ", ["critical", "high", "medium", "low", "informational", "none"]],
    ["choices behind an equals sign", "eks-perimeter scan --fail-on=me", ["medium"]],
    [
      "choices right behind the equals sign",
      "eks-perimeter scan --fail-on=",
      ["critical", "high", "medium", "low", "informational", "none"],
    ],
    ["choices of another command", "eks-perimeter connectivity --format ", ["text", "json", "dot"]],
    ["check ids for --check", "eks-perimeter scan --check kubelet-", ids.filter((id) => id.startsWith("kubelet-"))],
    ["check ids for fix --check", "eks-perimeter fix --check node-ssh", ["node-ssh-not-public"]],
    ["check ids to explain", "eks-perimeter checks explain declared", ["declared-flows-hold"]],
    ["no second id to explain", "eks-perimeter checks explain declared-flows-hold d", []],
    ["shells", "eks-perimeter completion ", ["bash", "zsh", "fish"]],
    ["files, with blanks", "eks-perimeter evaluate a", ["a b.json", "apps"]],
    ["files for every further argument", "eks-perimeter evaluate x y a", ["a b.json", "apps"]],
    ["folders for a folder", "eks-perimeter scan --out a", ["apps"]],
    ["nothing where only the user knows", "eks-perimeter scan --cluster a", []],
    ["no option behind --", "eks-perimeter evaluate -- --j", []],
  ])("%s", async (_what, line, words) => {
    expect(await offered(line)).toEqual(words);
  });

  it("a value of an option is neither a command nor an argument", async () => {
    const other = new Command("eks-perimeter").option("--name <name>", "a name").option("--kind <kind>", "a kind");
    other
      .command("draw")
      .option("--as <form>", "a form")
      .addArgument(new Argument("<colour>").choices(["red", "green"]));
    await writeFile(join(folder, "other.bash"), bashScript(treeOf(other), []));
    const ask = (line: string) => offered(line, "_eks_perimeter", "./other.bash");
    expect(await ask("eks-perimeter --name draw --k")).toEqual(["--kind"]);
    expect(await ask("eks-perimeter draw --as form gr")).toEqual(["green"]);
    expect(await ask("eks-perimeter draw --as=form gr")).toEqual(["green"]);
    expect(await ask("eks-perimeter draw red gr")).toEqual([]);
  });

  it("npx eks-perimeter, and leaves other programs of npx alone", async () => {
    expect(await offered("npx eks-perimeter scan --fail-on hi", "_eks_perimeter_npx")).toEqual(["high"]);
    expect(await offered("npx eks-p", "_eks_perimeter_npx")).toEqual(["eks-perimeter"]);
    expect(await offered("npx vitest scan --fail-on hi", "_eks_perimeter_npx")).toEqual([]);
  });

  it("leaves a completion of npx that is there already", async () => {
    const script = "complete -W others npx; source ./script.bash; complete -p npx eks-perimeter";
    const said = await new Promise<string>((resolve) =>
      execFile("bash", ["-c", script], { cwd: folder }, (_error, stdout) => resolve(stdout)),
    );
    expect(said).toBe("complete -W 'others' npx\ncomplete -F _eks_perimeter eks-perimeter\n");
  });
});
