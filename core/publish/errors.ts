import { PerimeterError } from "../model/error.ts";

/** The object is not, or no longer, what the writer believed: nothing was written. Read it again and decide anew. */
export class ConditionFailedError extends PerimeterError {
  override readonly name = "ConditionFailedError";
  constructor(key: string, options: ErrorOptions = {}) {
    super(`${key} was written by someone else in the meantime.`, { hint: "Read it again and decide anew.", ...options });
  }
}

/** The store did not answer, or refused. */
export class StoreError extends PerimeterError {
  override readonly name = "StoreError";
}

/** A key that a store does not take. */
export class StoreKeyError extends PerimeterError {
  override readonly name = "StoreKeyError";
}

/** A place that is no store: neither a folder nor s3://BUCKET/PREFIX. */
export class StoreLocationError extends PerimeterError {
  override readonly name = "StoreLocationError";
}

/** The kept state of findings can't be understood. It is never begun anew by itself, since the age of every finding is in it. */
export class FindingStateError extends PerimeterError {
  override readonly name = "FindingStateError";
}

/** What is kept of a Slack channel's messages can't be understood. */
export class OutboxError extends PerimeterError {
  override readonly name = "OutboxError";
}

/** EKS does not take an access entry for this principal. */
export class AccessEntryError extends PerimeterError {
  override readonly name = "AccessEntryError";
}
