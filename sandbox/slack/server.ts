/** Slack on a socket: chat.postMessage, chat.update, an incoming webhook; and, beside them, what was posted. */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerTo, json, type Secrets } from "./answer.ts";
import { type Channel, createWorkspace, type Posted, type SlackFault, type Workspace } from "./workspace.ts";

export interface SlackServer {
  /** Instead of https://slack.com/api. */
  readonly api: string;
  /** Of the bot. */
  readonly token: string;
  /** Posts to the first channel. */
  readonly webhook: string;
  /** Answers as JSON what was posted, for other processes than this. */
  readonly posted: string;
  messages(): readonly Posted[];
  addFault(fault: SlackFault): void;
  close(): Promise<void>;
}

const postedPath = "/_sandbox/messages";

/** Starts a workspace on a free port of the loopback address. */
export async function startSlack(channels: readonly Channel[], now: () => Date): Promise<SlackServer> {
  const workspace = createWorkspace(channels, now);
  const token = `xoxb-${randomBytes(16).toString("hex")}`;
  const hook = `/services/T0SANDBOX/B0SANDBOX/${randomBytes(12).toString("hex")}`;
  const server = createServer({ keepAliveTimeout: 30_000 }, (request, response) => {
    serve(workspace, { token, hook }, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo; // listening on TCP, so the address is no pipe's name
  const origin = `http://127.0.0.1:${port}`;
  return {
    api: `${origin}/api`,
    token,
    webhook: `${origin}${hook}`,
    posted: `${origin}${postedPath}`,
    messages: workspace.messages,
    addFault: workspace.addFault,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(workspace: Workspace, secrets: Secrets, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const { method, url = "", headers } = request;
  const isOurs = method === "GET" && url === postedPath;
  const answer = isOurs
    ? json(200, workspace.messages())
    : answerTo(workspace, secrets, { path: url, authorization: headers.authorization, body: Buffer.concat(chunks).toString("utf8") });
  if (answer === "lost") return void request.socket.resetAndDestroy();
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
}
