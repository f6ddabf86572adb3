/** The APIs on a socket. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { control, controlPrefix } from "./control.ts";
import { type Gateway, handle } from "./gateway.ts";
import type { WireAnswer, WireRequest } from "./http.ts";

const maxBodyBytes = 16 * 1024 * 1024;

/** Undefined where the client gave up or sent too much. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBodyBytes) return undefined;
      chunks.push(chunk);
    }
  } catch {
    // The client hung up; there is no one to tell.
    return undefined;
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

function toWire({ method = "GET", url = "/", headers }: IncomingMessage, body: Buffer): WireRequest {
  const mark = url.indexOf("?");
  const single = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]);
  return {
    method,
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1)),
    headers: Object.fromEntries(single),
    body,
  };
}

interface Sending {
  readonly kind: "whole" | "cut";
  /** Clients set their clocks by the Date header, so it has to be that of the sandbox. */
  readonly date: Date;
}

function send(response: ServerResponse, { status, headers, body }: WireAnswer, { kind, date }: Sending): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, date: date.toUTCString(), "content-length": bytes.length });
  if (kind === "whole") response.end(bytes);
  else response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
}

async function serve(gateway: Gateway, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(incoming);
  if (body === undefined) return void response.destroy();
  const request = toWire(incoming, body);
  if (request.path.startsWith(controlPrefix))
    return send(response, control(gateway, request), { kind: "whole", date: gateway.state.now() });
  const delivery = await handle(gateway, request);
  if (delivery.delayMs > 0) await sleep(delivery.delayMs, undefined, { ref: false });
  if (delivery.kind === "whole" || delivery.kind === "cut")
    send(response, delivery.answer, { kind: delivery.kind, date: gateway.state.now() });
  else if (delivery.kind === "reset") incoming.socket.resetAndDestroy();
}

export interface AwsServer {
  /** http://127.0.0.1:PORT */
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Serves the APIs on a free port of the loopback address. */
export async function startAwsServer(gateway: Gateway): Promise<AwsServer> {
  const server = createServer({ keepAliveTimeout: 30_000 }, (incoming, response) => {
    serve(gateway, incoming, response).catch((cause: unknown) => response.destroy(cause instanceof Error ? cause : undefined));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo; // listening on TCP, so the address is no pipe's name
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
