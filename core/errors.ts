import { PerimeterError } from "./model/error.ts";

/** A run that a step was asked to go on with does not exist in the run store. */
export class RunNotFoundError extends PerimeterError {
  override readonly name = "RunNotFoundError";
}

/** A check was asked for by an id that no check has. */
export class UnknownCheckError extends PerimeterError {
  override readonly name = "UnknownCheckError";
}

/** A run was asked for all accounts of the organization where they can't be listed. */
export class AccountsNotListedError extends PerimeterError {
  override readonly name = "AccountsNotListedError";
}
