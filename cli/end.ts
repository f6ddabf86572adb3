import { PerimeterError } from "../core/model/error.ts";
import { StoreError } from "../core/publish/errors.ts";
import { plainLines, plainText } from "../core/report/plain-text.ts";
import { version } from "../core/version.ts";
import { InterruptedError, OutputError } from "./errors.ts";
import { type ExitCode, exit } from "./exit.ts";

/** How a command ends that could not do its work: what is said on stderr, and its exit code. */
export interface End {
  readonly text: string;
  readonly code: ExitCode;
}

/** One line that says what to do next; only a fault of this program shows where it happened. */
export function endOf(error: unknown): End {
  if (error instanceof PerimeterError) return { text: plainText(`${error.message} ${error.hint}`), code: codeOf(error) };
  if (isFileError(error)) {
    const text = `${error.path ?? "A file"} can't be used (${error.code}): ${whatToDo[error.code] ?? "Check the path."}`;
    return { text: plainText(text), code: exit.unwritten };
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    text: plainLines(`eks-perimeter ${version} broke, and judged nothing. Please report this with what stands below.\n${trace}`),
    code: exit.broken,
  };
}

function codeOf(error: PerimeterError): ExitCode {
  if (error instanceof InterruptedError) return error.signal === "SIGINT" ? exit.interrupted : exit.terminated;
  return error instanceof OutputError || error instanceof StoreError ? exit.unwritten : exit.usage;
}

/** What the operating system says of a file; https://nodejs.org/api/errors.html#common-system-errors. */
export const whatToDo: Readonly<Record<string, string>> = {
  ENOSPC: "The disk is full: make room, then repeat the command.",
  EDQUOT: "The quota is used up: make room, then repeat the command.",
  EACCES: "You may not write there: choose another place.",
  EPERM: "You may not write there: choose another place.",
  EROFS: "It can only be read there: choose another place.",
  EISDIR: "It is a folder: name a file.",
  ENOTDIR: "A part of the path is a file: choose another place.",
  EEXIST: "It is a file: name a folder.",
  EMFILE: "Too many files are open: raise `ulimit -n`.",
};

/** An error of a file system; what a write is refused with names no path. */
const isFileError = (error: unknown): error is Error & { readonly code: string; readonly path?: string } =>
  error instanceof Error && "syscall" in error && "code" in error && ("path" in error || Object.hasOwn(whatToDo, String(error.code)));
