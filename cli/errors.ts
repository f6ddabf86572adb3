import { PerimeterError } from "../core/model/error.ts";

/** Wrong usage, wrong configuration or no credentials: nothing was scanned. Exit code 2. */
export class UsageError extends PerimeterError {
  override readonly name = "UsageError";
}

/** The user, or the system, ended the command before it had an answer. Exit code 130, or 143 for SIGTERM. */
export class InterruptedError extends PerimeterError {
  override readonly name = "InterruptedError";
  readonly signal: "SIGINT" | "SIGTERM";
  constructor(signal: "SIGINT" | "SIGTERM", hint: string) {
    super("Interrupted.", { hint });
    this.signal = signal;
  }
}

/** The answer was there and could not be written: a full disk, a folder without rights. Exit code 74. */
export class OutputError extends PerimeterError {
  override readonly name = "OutputError";
}
