/** What may be typed, taken from the commands themselves, so that no completion can differ from them. */
import type { Argument, Command, Option } from "commander";

/** What a value is. `ids` are those of the checks. */
export type Values =
  | { readonly kind: "choices"; readonly choices: readonly string[] }
  | { readonly kind: "ids" | "files" | "folders" | "anything" };

export interface CompletedOption {
  /** "--cluster", and its short form where it has one. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Absent for an option that takes no value. */
  readonly values?: Values;
  readonly isRepeatable: boolean;
}

export interface CompletedCommand {
  /** Such as "checks explain"; the program itself is "". */
  readonly path: string;
  readonly description: string;
  readonly commands: readonly CompletedCommand[];
  readonly options: readonly CompletedOption[];
  /** What each argument is; the last is that of all that follow where `isVariadic`. */
  readonly positions: readonly Values[];
  readonly isVariadic: boolean;
}

/** The command with all that are below it. */
export function treeOf(command: Command, path = ""): CompletedCommand {
  const help = command.createHelp();
  return {
    path,
    description: help.subcommandDescription(command),
    commands: help.visibleCommands(command).map((child) => treeOf(child, path === "" ? child.name() : `${path} ${child.name()}`)),
    options: help.visibleOptions(command).map(optionOf),
    positions: command.registeredArguments.map((argument) => valuesOf(argument.name(), argument, "")),
    isVariadic: command.registeredArguments.at(-1)?.variadic === true,
  };
}

/** The command and all below it, in their order. */
export const everyCommand = (command: CompletedCommand): readonly CompletedCommand[] => [
  command,
  ...command.commands.flatMap(everyCommand),
];

function optionOf(option: Option): CompletedOption {
  const flags = [option.long, option.short].filter((flag) => typeof flag === "string");
  const placeholder = /[<[]([^\]>.]+)/.exec(option.flags)?.[1];
  return {
    flags,
    description: option.description,
    ...(placeholder === undefined ? {} : { values: valuesOf(placeholder, option, option.long ?? "") }),
    isRepeatable: Array.isArray(option.defaultValue),
  };
}

/** What stands for a value in the help says what it is; an id is a check's where the option or the argument says so. */
function valuesOf(placeholder: string, { argChoices }: Pick<Option | Argument, "argChoices">, flag: string): Values {
  if (argChoices !== undefined) return { kind: "choices", choices: argChoices };
  if (placeholder === "id" && (flag === "" || flag === "--check")) return { kind: "ids" };
  return { kind: kinds[placeholder] ?? "anything" };
}

const kinds: Readonly<Record<string, "files" | "folders">> = {
  dir: "folders",
  location: "folders",
  file: "files",
  path: "files",
  other: "files",
  evidence: "files",
};

/** The flags that take a value, whatever the command: no flag takes one here and none there. */
export const flagsWithValue = (root: CompletedCommand): readonly string[] => [
  ...new Set(everyCommand(root).flatMap(({ options }) => options.flatMap(({ flags, values }) => (values === undefined ? [] : flags)))),
];
