import { whatToDo } from "./end.ts";
import { exit } from "./exit.ts";

/**
 * A reader that has read enough, such as `head`, is no error, and the exit code stays what the command earns. Output that can't be
 * written for another reason is one, which says so once.
 */
export function guardOutput(): void {
  let isSaid = false;
  process.stdout.on("error", ({ code = "unknown error" }: NodeJS.ErrnoException) => {
    if (code === "EPIPE" || isSaid) return;
    isSaid = true;
    process.exitCode = exit.unwritten;
    process.stderr.write(`error: The output can't be written (${code}). ${whatToDo[code] ?? "Check where it goes."}\n`);
  });
  process.stderr.on("error", () => undefined); // nowhere is left to say it
}
