import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A request to an AWS service, as it came through the door. */
export interface AwsRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** From the signature's scope; "" where nothing was signed. */
  readonly service: string;
  readonly region: string;
  readonly body: string;
}
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}
export interface Exchange {
  readonly request: AwsRequest;
  readonly reply: Reply;
}

/** Stands in front of an AWS endpoint: keeps what was said, and answers itself where the test says so. */
export interface Door {
  readonly url: string;
  readonly heard: readonly Exchange[];
  stop(): Promise<void>;
}

export interface DoorOptions {
  /** Where everything goes that the test does not answer. */
  readonly upstream: string;
  readonly answer?: (request: AwsRequest) => Reply | undefined | Promise<Reply | undefined>;
  /** Is told of each exchange before the caller has its reply. */
  readonly hears?: (exchange: Exchange) => void;
}

export async function startDoor({ upstream, answer = () => undefined, hears = () => undefined }: DoorOptions): Promise<Door> {
  const heard: Exchange[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const request = await received(incoming);
    const reply = (await answer(request)) ?? (await handedOn(request, upstream));
    heard.push({ request, reply });
    hears({ request, reply });
    outgoing.writeHead(reply.status, reply.headers).end(reply.body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // listening on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    heard,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function received(incoming: IncomingMessage): Promise<AwsRequest> {
  const body = await textOf(incoming);
  const headers = flat(incoming);
  const [, region = "", service = ""] = /Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(headers.authorization ?? "") ?? [];
  return { method: incoming.method ?? "", path: incoming.url ?? "", headers, service, region, body };
}

/** With every header as it was, the host too: the signature covers it. */
async function handedOn({ method, path, headers, body }: AwsRequest, upstream: string): Promise<Reply> {
  const sent = httpRequest(new URL(path, upstream), { method, headers: { ...headers, connection: "close" }, agent: false }).end(body);
  const [reply] = (await once(sent, "response")) as [IncomingMessage];
  const { "transfer-encoding": _chunked, "content-length": _length, connection: _connection, ...kept } = flat(reply);
  return { status: reply.statusCode ?? 0, headers: kept, body: await textOf(reply) };
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of message.setEncoding("utf8")) text += chunk;
  return text;
}

const flat = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
