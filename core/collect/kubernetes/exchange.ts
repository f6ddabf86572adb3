import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { type Agent, request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { ReadError } from "../errors.ts";
import type { ApiEndpoint } from "./endpoint.ts";
import type { ClientLimits } from "./limits.ts";
import { failureOf, type Stage, type TransportFailure, timeoutAt } from "./transport.ts";

/** What the server said. The body is the unpacked text, of statuses 200 and 404 alone: what a 404 is about stands in it. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Exchange {
  readonly agent: Agent;
  readonly endpoint: ApiEndpoint;
  readonly path: string;
  readonly token: string;
  readonly limits: ClientLimits;
  readonly signal: AbortSignal;
}

/** Sends one GET and reads its answer, whatever the status; follows nothing, tries once. */
export async function exchange(options: Exchange): Promise<Answer | TransportFailure> {
  const { status, headers, bytes, failure } = await transfer(options);
  if (failure !== undefined) return failure;
  if (status !== 200 && status !== 404) return { status, headers, body: "" };
  try {
    return { status, headers, body: await textOf(bytes, headers["content-encoding"], options.limits.answerBytes) };
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    return status === 200 ? { error, transient: false, reached: true } : { status, headers, body: "" };
  }
}

interface Transfer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly failure?: TransportFailure;
}

const nothing = { status: 0, headers: {}, bytes: Buffer.alloc(0) };

function transfer({ agent, endpoint, path, token, limits, signal }: Exchange): Promise<Transfer> {
  return new Promise((resolve, reject) => {
    const { host, port } = endpoint;
    let stage: Stage = isIP(host) === 0 ? "name" : "connect";
    let timer: NodeJS.Timeout | undefined;
    let head: Pick<Transfer, "status" | "headers"> | undefined;

    if (signal.aborted) return resolve({ ...nothing, failure: deadlinePassed() });
    const headers = {
      accept: "application/json",
      "accept-encoding": "gzip",
      authorization: `Bearer ${token}`,
      "user-agent": "eks-perimeter",
    };
    const request = httpsRequest({ agent, host, port, path, method: "GET", headers });

    const settle = (transfer: Transfer) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      // A refusal stands whatever became of its body.
      resolve(head !== undefined && head.status !== 200 ? { bytes: transfer.bytes, ...head } : transfer);
      if (transfer.failure !== undefined) request.destroy();
    };
    const fail = (failure: TransportFailure) => settle({ ...nothing, failure });
    const onAbort = () => fail(deadlinePassed());
    const onError = (error: Error) => {
      try {
        fail(failureOf(error, stage, host));
      } catch (bug) {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
        reject(bug);
      }
    };
    const within = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => fail(timeoutAt(stage, host, ms)), ms);
    };
    const onConnected = () => {
      stage = "answer";
      within(limits.answerMs);
    };

    signal.addEventListener("abort", onAbort);
    request.on("error", onError);
    request.on("socket", (socket) => {
      if (request.reusedSocket) return onConnected();
      within(limits.connectMs);
      socket.once("lookup", () => {
        if (stage === "name") stage = "connect";
      });
      socket.once("connect", () => {
        stage = "handshake";
      });
      socket.once("secureConnect", onConnected);
    });
    request.on("response", (response) => {
      stage = "body";
      head = { status: response.statusCode ?? 0, headers: response.headers };
      const done = (bytes: Buffer) => settle({ status: 200, headers: response.headers, bytes });
      receive(response, limits.answerBytes, {
        done,
        tooLarge: () => fail({ error: tooLarge(limits.answerBytes), transient: false, reached: true }),
        failed: onError,
      });
    });
    request.end();
  });
}

interface Receiver {
  done(bytes: Buffer): void;
  tooLarge(): void;
  failed(error: Error): void;
}

function receive(response: IncomingMessage, limit: number, receiver: Receiver): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > limit) receiver.tooLarge();
    else chunks.push(chunk);
  });
  response.on("end", () => receiver.done(Buffer.concat(chunks)));
  response.on("error", (error) => receiver.failed(error));
}

const unpack = promisify(gunzip);

/** @throws {ReadError} `too-large`, or `malformed` for bytes that are not what the headers say */
async function textOf(bytes: Buffer, encoding: string | undefined, limit: number): Promise<string> {
  if (encoding !== undefined && encoding !== "gzip" && encoding !== "identity")
    throw malformed("is packed in a way that was not asked for");
  const plain =
    encoding === "gzip"
      ? await unpack(bytes, { maxOutputLength: limit }).catch((cause) => Promise.reject(unpackError(cause, limit)))
      : bytes;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(plain);
  } catch (cause) {
    throw malformed("is not UTF-8", { cause });
  }
}

function unpackError(cause: NodeJS.ErrnoException, limit: number): ReadError {
  return cause.code === "ERR_BUFFER_TOO_LARGE" ? tooLarge(limit) : malformed("is no complete gzip stream", { cause });
}

const malformed = (what: string, options: ErrorOptions = {}): ReadError =>
  new ReadError(
    { code: "malformed", message: `The answer of the Kubernetes API ${what}.` },
    { ...options, hint: "Look for a proxy between the scanner and the endpoint, and scan again." },
  );

const tooLarge = (limit: number): ReadError =>
  new ReadError(
    { code: "too-large", message: `An answer of the Kubernetes API is larger than ${limit} bytes.` },
    { hint: "Look for objects of unusual size in the list." },
  );

const deadlinePassed = (): TransportFailure => ({
  error: new ReadError(
    { code: "timeout", message: "The time for reading this cluster ended before the Kubernetes API had answered." },
    { hint: "Give the scan more time, or look at why the API is slow." },
  ),
  transient: false,
  reached: true,
});
