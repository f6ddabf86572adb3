import { PerimeterError } from "../core/model/error.ts";

/** Wrong usage, wrong configuration or no credentials: nothing was scanned. Exit code 2. */
export class UsageError extends PerimeterError {
  override readonly name = "UsageError";
}

/** The user ended the command before it had an answer. */
export class InterruptedError extends PerimeterError {
  override readonly name = "InterruptedError";
}
