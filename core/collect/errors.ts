import { PerimeterError } from "../model/error.ts";
import type { Reason } from "../model/fact.ts";

/** The member role of an account could not be assumed: nothing in that account was read. */
export class RoleNotAssumedError extends PerimeterError {
  override readonly name = "RoleNotAssumedError";
}

/** A read that was refused or failed in a way that a collector expects. Becomes `unknown` with this reason. */
export class ReadError extends PerimeterError {
  override readonly name = "ReadError";
  readonly reason: Reason;
  constructor(reason: Reason, options: ErrorOptions & { readonly hint: string }) {
    super(reason.message, options);
    this.reason = reason;
  }
}
