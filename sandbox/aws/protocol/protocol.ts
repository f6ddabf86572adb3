import type { AwsError } from "../errors.ts";
import type { WireAnswer, WireRequest } from "../http.ts";

/** An operation and its input, before the input is checked. */
export interface ParsedCall {
  readonly operation: string;
  readonly input: unknown;
}

/** How a service reads requests and writes answers and errors. */
export interface Protocol {
  /** Undefined where the request names no operation at all. */
  read(request: WireRequest): ParsedCall | undefined;
  answer(operation: string, result: object, requestId: string): WireAnswer;
  error(error: AwsError, requestId: string): WireAnswer;
}
