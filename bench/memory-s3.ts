/** As much of S3 as a run needs, in memory: objects are read and written whole, and no condition is held. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface MemoryS3 {
  /** For AWS_ENDPOINT_URL_S3. */
  readonly endpoint: string;
  /** By key, whatever the bucket. */
  readonly objects: Map<string, string>;
  close(): void;
}

export async function startMemoryS3(): Promise<MemoryS3> {
  const objects = new Map<string, string>();
  const server = createServer(async (request, response) => {
    const key = decodeURIComponent(new URL(request.url ?? "", "http://s3").pathname.split("/").slice(2).join("/"));
    if (request.method === "PUT") {
      objects.set(key, await text(request));
      response.writeHead(200, { etag: '"1"' }).end();
      return;
    }
    const object = objects.get(key);
    if (object !== undefined) response.writeHead(200, { etag: '"1"' }).end(object);
    else response.writeHead(404, { "content-type": "application/xml" }).end("<Error><Code>NoSuchKey</Code></Error>");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // listening on TCP
  return {
    endpoint: `http://127.0.0.1:${port}`,
    objects,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
