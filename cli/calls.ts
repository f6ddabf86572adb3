/** The requests that this process really sends, pages and repetitions included, as node:http itself tells them. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";

export interface Calls {
  readonly aws: number;
  /** Of those to AWS: sent again after a failure. */
  readonly again: number;
  readonly kubernetes: number;
}

export interface CallCounter {
  readonly counts: () => Calls;
  readonly end: () => void;
}

/** See "HTTP" under "Built-in Channels" in the documentation of node:diagnostics_channel. */
const channel = "http.client.request.start";

/** Counts from now on. What is neither, such as Slack, is left out. */
export function countCalls(): CallCounter {
  const counts = { aws: 0, again: 0, kubernetes: 0 };
  const onRequest = (message: unknown): void => {
    const { request } = message as { readonly request: ClientRequest }; // what this channel publishes
    // Every SDK sends it with each attempt: "attempt=2; max=6".
    const attempt = request.getHeader("amz-sdk-request");
    if (attempt !== undefined) {
      counts.aws += 1;
      if (!String(attempt).startsWith("attempt=1")) counts.again += 1;
    } else if (/^\/apis?(?:\/|$)/.test(request.path)) counts.kubernetes += 1;
  };
  subscribe(channel, onRequest);
  return { counts: () => ({ ...counts }), end: () => void unsubscribe(channel, onRequest) };
}
