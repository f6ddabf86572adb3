import type * as z from "zod";
import { unlessAborted } from "./deadline.ts";
import { ReadError } from "./errors.ts";

/** How many pages one list may have. At 100 items a page this is beyond every quota of what is listed. */
const maxPages = 2_000;

/**
 * What AWS answered to one call, in the shape that is read of it. The SDK hands on whatever the other side wrote, also
 * nothing at all, so a field that AWS always sends is required here: absence must not look like an empty list.
 *
 * @throws {ReadError} `malformed` for any other shape, `timeout` once the signal says so
 */
export async function answerOf<S extends z.ZodType>(shape: S, call: Promise<unknown>, signal: AbortSignal): Promise<z.output<S>> {
  return parsed(shape, await unlessAborted(call, signal));
}

/** @throws {ReadError} `malformed` */
export function parsed<S extends z.ZodType>(shape: S, answer: unknown): z.output<S> {
  const result = shape.safeParse(answer);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  // The path and zod's own words only: the value may be anything.
  const where = issue === undefined || issue.path.length === 0 ? "the answer" : issue.path.join(".");
  throw malformed(`AWS answered without a usable ${where}.`, result.error);
}

export const malformed = (message: string, cause?: unknown): ReadError =>
  new ReadError(
    { code: "malformed", message },
    { cause, hint: "Check what answers at the endpoint (a proxy, an emulator), and scan again." },
  );

/** How one list is read, page by page. */
export interface Pages<S extends z.ZodType, T> {
  readonly shape: S;
  /** Sends the call; without a token for the first page. */
  readonly ask: (token: string | undefined) => Promise<unknown>;
  readonly items: (page: z.output<S>) => readonly T[];
  /** What leads to the next page; "" and undefined end the list. */
  readonly next: (page: z.output<S>) => string | undefined;
  readonly signal: AbortSignal;
}

/**
 * All items of all pages; pages without items do not end the list.
 *
 * @throws {ReadError} `malformed` where a token leads back to a page already read, `too-large` beyond the last page allowed
 */
export async function allPages<S extends z.ZodType, T>({ shape, ask, items, next, signal }: Pages<S, T>): Promise<readonly T[]> {
  const all: T[] = [];
  const seen = new Set<string>();
  for (let token: string | undefined; seen.size < maxPages; ) {
    const page = await answerOf(shape, ask(token), signal);
    for (const item of items(page)) all.push(item);
    token = next(page);
    if (token === undefined || token === "") return all;
    if (seen.has(token)) throw malformed("AWS answered with a page that leads back to one already read.");
    seen.add(token);
  }
  throw new ReadError(
    { code: "too-large", message: `The list has more than ${maxPages} pages.` },
    { hint: "Report the size of the account: it is beyond what this product reads." },
  );
}
