import { PerimeterError } from "../core/model/error.ts";

/** The input of a step is malformed; the message names the field. Never retried. */
export class InvalidRequestError extends PerimeterError {
  override readonly name = "InvalidRequestError";
}

/** Something broke that nobody expected; the log has the cause. */
export class InternalError extends PerimeterError {
  override readonly name = "InternalError";
}

/** The function was deployed without something that it needs. */
export class MisconfiguredError extends PerimeterError {
  override readonly name = "MisconfiguredError";
}
