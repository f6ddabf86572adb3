import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import pRetry from "p-retry";
import { ConditionFailedError, StoreError, StoreLocationError } from "./errors.ts";
import { checkedKey, checkedPrefix, type PutCondition, type Store, type Stored } from "./store.ts";

/** How often a write that met another one at the same time is tried; the ETag decides each time. */
const conflictRetries = 8;

/**
 * A store in a bucket, under a prefix. The client's credentials need s3:GetObject and s3:PutObject on the prefix, and
 * s3:ListBucket on the bucket, without which S3 answers "forbidden" for an object that does not exist.
 *
 * @param location "s3://BUCKET" or "s3://BUCKET/PREFIX"
 * @throws {StoreLocationError}
 */
export function s3Store(client: S3Client, location: string): Store {
  const { bucket, prefix } = parseLocation(location);
  const place: Place = { client, bucket, prefix, description: `s3://${bucket}${prefix === "" ? "" : `/${prefix.slice(0, -1)}`}` };
  return {
    description: place.description,
    get: (key) => said(place, read(place, checkedKey(key))),
    put: (key, body, condition) => said(place, write(place, checkedKey(key), body, condition)),
    list: (start) => listed(place, checkedPrefix(start)),
  };
}

interface Place {
  readonly client: S3Client;
  readonly bucket: string;
  /** Empty, or with a "/" at its end. */
  readonly prefix: string;
  readonly description: string;
}

function parseLocation(location: string): { readonly bucket: string; readonly prefix: string } {
  const [, bucket, rest = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(location) ?? [];
  const prefix = rest.replace(/\/+$/, "");
  if (bucket === undefined) {
    throw new StoreLocationError(`${JSON.stringify(location)} names no bucket.`, { hint: "Write s3://BUCKET/PREFIX." });
  }
  return { bucket, prefix: prefix === "" ? "" : `${checkedKey(prefix)}/` };
}

async function read({ client, bucket, prefix }: Place, key: string): Promise<Stored | undefined> {
  try {
    const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: prefix + key }));
    if (Body === undefined || ETag === undefined) throw new StoreError(`S3 answered ${key} without content.`, { hint: "Try again." });
    return { body: await Body.transformToString("utf-8"), etag: ETag };
  } catch (error) {
    if (error instanceof S3ServiceException && error.name === "NoSuchKey") return undefined;
    throw error;
  }
}

async function write(place: Place, key: string, body: string, condition: PutCondition | undefined): Promise<{ readonly etag: string }> {
  const { client, bucket, prefix } = place;
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: prefix + key,
    Body: body,
    ContentType: contentTypeOf(key),
    ...(condition === undefined ? {} : "absent" in condition ? { IfNoneMatch: "*" } : { IfMatch: condition.etag }),
  });
  try {
    const { ETag } = await pRetry(() => client.send(command), {
      retries: conflictRetries,
      minTimeout: 20,
      maxTimeout: 1_000,
      randomize: true,
      shouldRetry: ({ error }) => error.name === "ConditionalRequestConflict",
    });
    return { etag: ETag ?? "" };
  } catch (error) {
    if (condition === undefined || !isConditionFailure(error, condition)) throw error;
    // A retried request may meet its own first attempt, whose answer was lost.
    const now = error.$metadata.attempts !== undefined && error.$metadata.attempts > 1 ? await read(place, key) : undefined;
    if (now?.body === body) return { etag: now.etag };
    throw new ConditionFailedError(key, { cause: error });
  }
}

/** 412; and 404 for an object that was to be replaced and has been deleted. */
function isConditionFailure(error: unknown, condition: PutCondition): error is S3ServiceException {
  if (!(error instanceof S3ServiceException)) return false;
  return error.$metadata.httpStatusCode === 412 || (error.name === "NoSuchKey" && "etag" in condition);
}

const contentTypeOf = (key: string): string =>
  key.endsWith(".json") ? "application/json" : key.endsWith(".html") ? "text/html; charset=utf-8" : "text/plain; charset=utf-8";

async function* listed(place: Place, start: string): AsyncGenerator<string> {
  const { client, bucket, prefix } = place;
  let token: string | undefined;
  do {
    const page = await said(
      place,
      client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix + start, ...(token === undefined ? {} : { ContinuationToken: token }) }),
      ),
    );
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key.slice(prefix.length);
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

/** What S3 refuses, as an error of the store. */
async function said<T>(place: Place, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof ConditionFailedError || cause instanceof StoreError || !(cause instanceof Error)) throw cause;
    throw new StoreError(`${place.description} could not be used: ${cause.name}: ${cause.message}`, {
      hint: "Check the bucket's name and Region, and that the caller may get, put and list under this prefix.",
      cause,
    });
  }
}
