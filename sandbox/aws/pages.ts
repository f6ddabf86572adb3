/** Pages of a list, and tokens that only the same call can use. */
import { createHash, randomBytes } from "node:crypto";

// A token of another run of the sandbox is as foreign as one of another call.
const salt = randomBytes(8).toString("hex");

export interface Page<T> {
  readonly items: readonly T[];
  /** Absent after the last page. */
  readonly next?: string;
}

export interface PageRequest {
  /** Everything that must stay the same from page to page: who asks for what, where. */
  readonly call: readonly unknown[];
  readonly size: number;
  /** The estate's longest page, where it names one. */
  readonly longest: number | undefined;
  readonly token: string | undefined;
}

const seal = (call: readonly unknown[], offset: number): string =>
  createHash("sha256")
    .update(JSON.stringify([salt, call, offset]))
    .digest("base64url");

export const writeToken = (call: readonly unknown[], offset: number): string =>
  Buffer.from(`${offset}.${seal(call, offset)}`).toString("base64");

/** Where to go on; undefined for a token that this call was not given. */
export function readToken(call: readonly unknown[], token: string | undefined): number | undefined {
  if (token === undefined) return 0;
  const [offset = "", sealed] = Buffer.from(token, "base64").toString("utf8").split(".");
  return /^\d+$/.test(offset) && sealed === seal(call, Number(offset)) ? Number(offset) : undefined;
}

/** One page of the list; undefined where the token does not fit the call. */
export function pageOf<T>(list: readonly T[], { call, size, longest = size, token }: PageRequest): Page<T> | undefined {
  const offset = readToken(call, token);
  if (offset === undefined) return undefined;
  const end = offset + Math.min(size, longest);
  const items = offset === 0 && end >= list.length ? list : list.slice(offset, end);
  return end < list.length ? { items, next: writeToken(call, end) } : { items };
}
