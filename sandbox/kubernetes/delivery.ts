import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { createGzip, gzip } from "node:zlib";
import type { Answer } from "./answers.ts";
import type { Effect } from "./faults.ts";

const compress = promisify(gzip);

/** Bodies above this are compressed for clients that take gzip. Source: apiserver responsewriters/writers.go defaultGzipThresholdBytes. */
const gzipAboveBytes = 128 * 1024;
/** Go's server knows the length of what fits its buffer and sends the rest in chunks. Source: net/http server.go bufferBeforeChunkingSize. */
const chunkedAboveBytes = 2048;

interface Delivery {
  readonly response: ServerResponse;
  readonly answer: Answer;
  readonly acceptsGzip: boolean;
  /** What goes wrong on the way; other effects have been dealt with before. */
  readonly effect: Effect | undefined;
}

function* swollen(body: Buffer, bytes: number): Generator<Buffer> {
  yield body;
  const blanks = Buffer.alloc(64 * 1024, " ");
  for (let sent = body.length; sent < bytes; sent += blanks.length) yield blanks.subarray(0, Math.min(blanks.length, bytes - sent));
}

/** Sends an answer as Go's server does, or fails at it as told. Settles when the answer is out or the client has gone. */
export async function deliver({ response, answer, acceptsGzip, effect }: Delivery): Promise<void> {
  const text = Buffer.from(answer.body);
  const swells = effect?.kind === "swell" && effect.bytes > text.length;
  const zips = acceptsGzip && answer.contentType === "application/json" && (swells ? effect.bytes : text.length) > gzipAboveBytes;
  response.statusCode = answer.code;
  response.setHeader("Content-Type", answer.contentType);
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  if (zips) {
    response.setHeader("Content-Encoding", "gzip");
    response.setHeader("Vary", "Accept-Encoding");
  }
  if (swells) {
    const parts = Readable.from(swollen(text, effect.bytes));
    // A client that has had enough hangs up, as it should.
    await (zips ? pipeline(parts, createGzip({ level: 1 }), response) : pipeline(parts, response)).catch(() => undefined);
    return;
  }
  const body = zips ? await compress(text, { level: 1 }) : text;
  if (effect?.kind === "cut") {
    response.write(body.subarray(0, Math.min(effect.bytes, body.length - 1)), () => response.destroy());
    return;
  }
  if (effect?.kind === "drip") {
    for (let sent = 0; sent < body.length && !response.destroyed; sent += effect.bytes) {
      response.write(body.subarray(sent, sent + effect.bytes));
      await sleep(effect.everyMs, undefined, { ref: false });
    }
    response.end();
    return;
  }
  if (body.length > chunkedAboveBytes) response.write(body);
  else response.setHeader("Content-Length", body.length);
  response.end(body.length > chunkedAboveBytes ? undefined : body);
}
