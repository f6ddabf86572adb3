import { PerimeterError } from "./model/error.ts";

/** A run that a step was asked to go on with does not exist in the run store. */
export class RunNotFoundError extends PerimeterError {
  override readonly name = "RunNotFoundError";
}

/** A check was asked for by an id that no check has. */
export class UnknownCheckError extends PerimeterError {
  override readonly name = "UnknownCheckError";
}

/** A rescan was asked for by something else than findings of this product about clusters, or for too many clusters. Never retried. */
export class RescanRefusedError extends PerimeterError {
  override readonly name = "RescanRefusedError";
}

/** The function `scan` could not be invoked for a cluster. */
export class ScanNotStartedError extends PerimeterError {
  override readonly name = "ScanNotStartedError";
}

/** A run was asked for all accounts of the organization where they can't be listed. */
export class AccountsNotListedError extends PerimeterError {
  override readonly name = "AccountsNotListedError";
}
