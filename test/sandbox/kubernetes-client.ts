import { request } from "node:https";
import { gunzipSync } from "node:zlib";

export interface Reply {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
  readonly body: any;
}

export interface Call {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly timeoutMs?: number;
}

/** A client that knows nothing: one connection, one request, whatever comes back. */
export const connectTo =
  (server: { readonly url: string }, ca: string) =>
  (path: string, { token, headers = {}, method = "GET", timeoutMs = 5000 }: Call = {}): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const sent = request(`${server.url}${path}`, { ca, method, headers: { ...authorization, ...headers }, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const raw = Buffer.concat(chunks);
          const text = (response.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw).toString();
          const isJson = response.headers["content-type"] === "application/json";
          resolve({
            code: response.statusCode ?? 0,
            headers: response.headers,
            text,
            body: isJson && text.startsWith("{") ? JSON.parse(text) : text,
          });
        });
      });
      sent.setTimeout(timeoutMs, () => sent.destroy(new Error("no answer in time")));
      sent.on("error", reject);
      sent.end();
    });
