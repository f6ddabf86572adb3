/** Where runs and the state of findings are kept: S3 deployed, a folder locally. Keys are "/"-separated paths. */
export interface Store {
  /** For people: "s3://bucket/prefix" or a folder's path. */
  readonly description: string;
  /** The object, or undefined where there is none. */
  get(key: string): Promise<Stored | undefined>;
  /**
   * Writes the object. With a condition, only if it holds: no object yet, or still the one with this ETag.
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
