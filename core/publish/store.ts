import { StoreKeyError } from "./errors.ts";

/**
 * Where runs and the state of findings are kept: S3 deployed, a folder locally. Keys are "/"-separated paths of letters,
 * digits and `_ - . ~ = + @`; no part begins with a period. All methods throw StoreError for what is refused or unreachable.
 */
export interface Store {
  /** For people: "s3://bucket/prefix" or a folder's path. */
  readonly description: string;
  /** The object, or undefined where there is none. */
  get(key: string): Promise<Stored | undefined>;
  /**
   * Writes the object, whole or not at all. With a condition, only if it holds: no object yet, or still the one with this ETag.
   * @throws {ConditionFailedError} when the condition does not hold
   */
  put(key: string, body: string, condition?: PutCondition): Promise<{ readonly etag: string }>;
  /** The keys that begin with the prefix, in the order of their code points. */
  list(prefix: string): AsyncIterable<string>;
}

export interface Stored {
  readonly body: string;
  readonly etag: string;
}
export type PutCondition = { readonly absent: true } | { readonly etag: string };

const part = /^[\w~=+@-][\w.~=+@-]*$/;
/** S3's limit for a key, and below every file system's for a path. */
const maxLength = 900;

/**
 * The key, if every store can hold it: it leads out of no folder, and hides no file.
 *
 * @throws {StoreKeyError}
 */
export function checkedKey(key: string): string {
  if (key.length <= maxLength && key.split("/").every((name) => part.test(name))) return key;
  throw badKey(key);
}

/** The prefix of a key, if there may be such keys: its last part may be unfinished or empty. @throws {StoreKeyError} */
export function checkedPrefix(prefix: string): string {
  const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  checkedKey(`${folder}${prefix.slice(folder.length) || "any"}`);
  return prefix;
}

const badKey = (key: string): StoreKeyError =>
  new StoreKeyError(`${JSON.stringify(key.slice(0, 200))} is no key of the store.`, {
    hint: "Run ids and names consist of letters, digits and _ - . and do not begin with a period.",
  });
