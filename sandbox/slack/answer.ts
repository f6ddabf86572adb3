/** What Slack answers to a request, over whatever wire it comes. */
import type { Workspace } from "./workspace.ts";

export interface Secrets {
  /** Of the bot. */
  readonly token: string;
  /** The path of the webhook. */
  readonly hook: string;
}

export interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The answer; "lost": the connection ends without one. */
export function answerTo(workspace: Workspace, { token, hook }: Secrets, { path, authorization, body }: Asked): Answer | "lost" {
  const fault = workspace.strike();
  if (fault?.kind === "rate-limit") return json(429, { ok: false, error: "ratelimited" }, { "retry-after": String(fault.retryAfter) });
  if (fault?.kind === "status") return words(fault.status, "<html><body>Server Error</body></html>");
  if (path === hook) {
    const code = fault?.kind === "error" ? fault.code : workspace.postByWebhook(contentOf(body));
    if (fault?.kind === "lost") return "lost";
    return words(code === undefined ? 200 : code === "no_service" ? 404 : 400, code ?? "ok");
  }
  if (path.startsWith("/services/")) return words(404, "no_service");
  if (authorization !== `Bearer ${token}`) {
    return json(200, { ok: false, error: authorization === undefined ? "not_authed" : "invalid_auth" });
  }
  if (fault?.kind === "error") return json(200, { ok: false, error: fault.code });
  const method = { "/api/chat.postMessage": workspace.postMessage, "/api/chat.update": workspace.update }[path];
  const answer = method?.(contentOf(body)) ?? { ok: false, error: "unknown_method" };
  return fault?.kind === "lost" ? "lost" : json(200, answer);
}

export const json = (status: number, value: unknown, headers: Answer["headers"] = {}): Answer => ({
  status,
  headers: { "content-type": "application/json; charset=utf-8", ...headers },
  body: JSON.stringify(value),
});
const words = (status: number, text: string): Answer => ({ status, headers: { "content-type": "text/html" }, body: text });

function contentOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
