import type { Command } from "commander";
import { checks } from "../../core/checks/index.ts";
import { bashScript } from "../completion/bash.ts";
import { fishScript } from "../completion/fish.ts";
import { treeOf } from "../completion/tree.ts";
import { zshScript } from "../completion/zsh.ts";
import { type ExitCode, exit } from "../exit.ts";
import type { Shell } from "../shells.ts";

const scripts: Readonly<Record<Shell, typeof bashScript>> = { bash: bashScript, zsh: zshScript, fish: fishScript };

/**
 * `completion`: a script that knows every command, option and choice of this version by itself: asking the program at each
 * press of TAB would take node's start every time, and by npx far more.
 */
export async function completion(shell: Shell, program: Command): Promise<ExitCode> {
  const ids = checks.map(({ id }) => id);
  process.stdout.write(scripts[shell](treeOf(program), ids));
  return exit.ok;
}
