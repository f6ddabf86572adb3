/** How Security Hub's refusals are read. */
import { PerimeterError } from "../model/error.ts";

/** A call's failure in AWS's words. */
export interface Problem {
  readonly code: string;
  readonly message: string;
}

/** Throttled, broken on AWS's side, or no answer at all. */
export function isPassing(error: Error): boolean {
  const status = statusOf(error);
  return (
    isThrottled(error) ||
    (status === undefined ? "$metadata" in error || "code" in error || error.name === "TimeoutError" : status >= 500 || status === 429)
  );
}
const throttlings = new Set([
  "ThrottlingException",
  "TooManyRequestsException",
  "LimitExceededException",
  "Throttling",
  "RequestLimitExceeded",
]);

export const isThrottled = ({ name }: Error): boolean => throttlings.has(name);

const statusOf = (error: Error): number | undefined =>
  "$metadata" in error ? (error.$metadata as { readonly httpStatusCode?: number }).httpStatusCode : undefined;

/** A call's failure in AWS's words; anything that is neither an answer, nor a broken connection, nor a refusal of credentials is a bug. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof Error)) throw error;
  const isExpected =
    isPassing(error) || statusOf(error) !== undefined || error instanceof PerimeterError || error.name === "CredentialsProviderError";
  if (!isExpected) throw error;
  return { code: error.name.replace(/(Exception|Error)$/, ""), message: error.message };
}
