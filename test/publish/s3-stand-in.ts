/** An S3 of one bucket on loopback: just enough of the wire for conditions, paging and faults. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { S3Client } from "@aws-sdk/client-s3";

export interface S3StandIn {
  readonly client: S3Client;
  readonly objects: Map<string, string>;
  /** Taken one a PUT: "conflict" answers 409 and writes nothing; "lost" writes, then cuts the connection. */
  readonly faults: ("conflict" | "lost")[];
  readonly requests: string[];
  close(): Promise<void>;
}

const pageSize = 3;
const etagOf = (body: string) => `"${createHash("md5").update(body).digest("hex")}"`;

export async function startS3(): Promise<S3StandIn> {
  const objects = new Map<string, string>();
  const faults: ("conflict" | "lost")[] = [];
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "", "http://s3");
    const key = decodeURIComponent(url.pathname).replace(/^\/bucket\/?/, "");
    requests.push(`${request.method} ${key}`);
    let body = "";
    for await (const chunk of request) body += chunk;
    if (request.method === "PUT") put({ request, response, key, body });
    else if (key === "") list(url, response);
    else get(key, response);
  });

  function put({ request, response, key, body }: { request: IncomingMessage; response: ServerResponse; key: string; body: string }) {
    const fault = faults.shift();
    if (fault === "conflict") return refuse(response, 409, "ConditionalRequestConflict");
    const now = objects.get(key);
    if (request.headers["if-none-match"] === "*" && now !== undefined) return refuse(response, 412, "PreconditionFailed");
    const expected = request.headers["if-match"];
    if (expected !== undefined && now === undefined) return refuse(response, 404, "NoSuchKey");
    if (expected !== undefined && now !== undefined && etagOf(now) !== expected) return refuse(response, 412, "PreconditionFailed");
    objects.set(key, body);
    if (fault === "lost") return request.socket.destroy();
    response.setHeader("etag", etagOf(body)).end();
  }

  function get(key: string, response: ServerResponse) {
    const body = objects.get(key);
    if (key.startsWith("secret")) return refuse(response, 403, "AccessDenied");
    if (body === undefined) return refuse(response, 404, "NoSuchKey");
    response.setHeader("etag", etagOf(body)).end(body);
  }

  function list(url: URL, response: ServerResponse) {
    const prefix = url.searchParams.get("prefix") ?? "";
    const after = url.searchParams.get("continuation-token") ?? "";
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const page = keys.slice(0, pageSize);
    const more = keys.length > pageSize;
    const contents = page.map((key) => `<Contents><Key>${key}</Key></Contents>`).join("");
    const next = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : "";
    response.end(`<ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${contents}</ListBucketResult>`);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "eu-west-1",
    forcePathStyle: true,
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
  });
  return {
    client,
    objects,
    faults,
    requests,
    close: () => {
      client.destroy();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.statusCode = status;
  response.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>refused by the stand-in</Message></Error>`);
}
