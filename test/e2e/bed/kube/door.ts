import { once } from "node:events";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import type { KubeApiserver } from "./apiserver.ts";

/** Stands in front of an API server, with that server's own certificate. */
export interface KubeDoor {
  readonly url: string;
  /** What was asked, in order: method and path with its query. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

/** @param before what happens before a request is handed on */
export async function startKubeDoor(
  server: Pick<KubeApiserver, "url" | "ca" | "certificate">,
  before: (path: string) => Promise<void>,
): Promise<KubeDoor> {
  const asked: string[] = [];
  const door = createServer(server.certificate, async (incoming, outgoing) => {
    const { method = "", url = "", headers } = incoming;
    asked.push(`${method} ${url}`);
    await before(url);
    const sent = request(new URL(url, server.url), { method, headers, ca: server.ca, agent: false }).end();
    const [reply] = await once(sent, "response");
    outgoing.writeHead(reply.statusCode, reply.headers);
    await pipeline(reply, outgoing);
  }).listen(0, "127.0.0.1");
  await once(door, "listening");
  const { port } = door.address() as AddressInfo; // listening on TCP
  return {
    url: `https://127.0.0.1:${port}`,
    asked,
    async stop() {
      door.closeAllConnections();
      door.close();
      await once(door, "close");
    },
  };
}
