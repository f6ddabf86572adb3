/** Slack on a socket: chat.postMessage, chat.update, an incoming webhook; and, beside them, what was posted. */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
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

interface Secrets {
  readonly token: string;
  readonly hook: string;
}

async function serve(workspace: Workspace, { token, hook }: Secrets, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString("utf8");
  if (request.method === "GET" && request.url === postedPath) return json(response, 200, workspace.messages());
  const fault = workspace.strike();
  if (fault?.kind === "rate-limit") {
    response.writeHead(429, { "retry-after": String(fault.retryAfter), "content-type": "application/json" });
    return void response.end(JSON.stringify({ ok: false, error: "ratelimited" }));
  }
  if (fault?.kind === "status") return words(response, fault.status, "<html><body>Server Error</body></html>");
  if (request.url === hook) {
    const code = fault?.kind === "error" ? fault.code : workspace.postByWebhook(contentOf(body));
    if (fault?.kind === "lost") return void request.socket.resetAndDestroy();
    return words(response, code === undefined ? 200 : code === "no_service" ? 404 : 400, code ?? "ok");
  }
  if (request.url?.startsWith("/services/")) return words(response, 404, "no_service");
  if (request.headers.authorization !== `Bearer ${token}`) {
    return json(response, 200, { ok: false, error: request.headers.authorization === undefined ? "not_authed" : "invalid_auth" });
  }
  if (fault?.kind === "error") return json(response, 200, { ok: false, error: fault.code });
  const method = { "/api/chat.postMessage": workspace.postMessage, "/api/chat.update": workspace.update }[request.url ?? ""];
  const answer = method?.(contentOf(body)) ?? { ok: false, error: "unknown_method" };
  if (fault?.kind === "lost") return void request.socket.resetAndDestroy();
  return json(response, 200, answer);
}

const json = (response: ServerResponse, status: number, value: unknown): void => {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(value));
};
const words = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, { "content-type": "text/html" });
  response.end(text);
};

function contentOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
