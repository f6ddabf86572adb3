import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A request to an AWS service, as it came through the door. */
export interface AwsRequest {
  readonly method: string;
  readonly path: string;
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

/** Stands in front of an AWS endpoint: keeps what was asked, and answers itself where the test says so. */
export interface Door {
  readonly url: string;
  readonly asked: readonly AwsRequest[];
  stop(): Promise<void>;
}

export interface DoorOptions {
  /** Where everything goes that the test does not answer. */
  readonly upstream: string;
  readonly answer?: (request: AwsRequest) => Reply | undefined;
}

export async function startDoor({ upstream, answer = () => undefined }: DoorOptions): Promise<Door> {
  const asked: AwsRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const request = await read(incoming);
    asked.push(request);
    const own = answer(request);
    if (own !== undefined) {
      outgoing.writeHead(own.status, { "content-type": "application/json", ...own.headers }).end(own.body);
      return;
    }
    const headers = Object.entries(incoming.headers).flatMap(([name, value]) =>
      value === undefined || ["host", "connection", "content-length", "transfer-encoding", "expect"].includes(name)
        ? []
        : [[name, String(value)] as [string, string]],
    );
    const body = request.body === "" ? {} : { body: request.body };
    const reply = await fetch(new URL(request.path, upstream), { method: request.method, headers, ...body });
    const kept = [...reply.headers].filter(
      ([name]) => !["connection", "content-length", "transfer-encoding", "content-encoding"].includes(name),
    );
    outgoing.writeHead(reply.status, Object.fromEntries(kept)).end(Buffer.from(await reply.arrayBuffer()));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // listening on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function read(incoming: IncomingMessage): Promise<AwsRequest> {
  let body = "";
  for await (const chunk of incoming.setEncoding("utf8")) body += chunk;
  const [, region = "", service = ""] =
    /Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(incoming.headers.authorization ?? "") ?? [];
  return { method: incoming.method ?? "", path: incoming.url ?? "", service, region, body };
}
