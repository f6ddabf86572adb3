import type { Reason } from "../model/fact.ts";
import { ReadError } from "./errors.ts";

/** The reason behind an expected failure of a read; undefined for a bug. */
export function reasonOf(error: unknown): Reason | undefined {
  if (error instanceof ReadError) return error.reason;
  return undefined;
}
