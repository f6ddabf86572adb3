/** The two ways into Slack: a bot, which may answer in threads, and an incoming webhook, which posts to its one channel. */
import { setTimeout as sleep } from "node:timers/promises";
import pRetry from "p-retry";
import { createPace, type Pace, type Rate } from "../pace.ts";
import { SlackError, SlackSetUpError } from "./errors.ts";
import { jsonIn } from "./json.ts";
import type { Message } from "./message.ts";

/** A message that was posted: the channel as Slack names it, and the message's `ts`. Both "" by a webhook. */
export interface Address {
  readonly channel: string;
  readonly ts: string;
}

export interface Slack {
  /** A webhook's channel was chosen when it was made, and it knows no threads. */
  readonly kind: "bot" | "webhook";
  /** Posts a message, or a reply to the one with this `ts`. @throws {SlackError} */
  post(message: Message, place: { readonly channel: string; readonly thread?: string }, signal: AbortSignal): Promise<Address>;
  /** Writes a message of its own anew; as often as one likes. Absent by a webhook. @throws {SlackError} */
  update?(message: Message, address: Address, signal: AbortSignal): Promise<void>;
}

export interface SlackOptions {
  /** Instead of https://slack.com/api: for tests, on loopback alone. */
  readonly api?: string;
  readonly manner?: Manner;
  /** Instead of the runtime's own: for tests without a network. */
  readonly fetch?: Fetch;
}
type Fetch = (url: string, init: RequestInit & { readonly body: string }) => Promise<Response>;

/** How patiently messages are posted. */
export interface Manner {
  readonly rate: Rate;
  readonly retries: number;
  readonly firstMs: number;
  /** For one answer. */
  readonly timeoutMs: number;
}
/** The rate is Slack's, of one channel. Source: docs.slack.dev/apis/web-api/rate-limits */
const usual: Manner = { rate: { perSecond: 1, burst: 3 }, retries: 3, firstMs: 500, timeoutMs: 10_000 };

/** Who is asked to wait for longer lets the next run tell. */
const longestWaitMs = 60_000;
const longestBackoffMs = 8_000;
/** At the least share of the rate. */
const longestTurnMs = 10_000;
/** The most that one call may take, with all its attempts and all that Slack may have it wait. */
export const longestCallMs = (usual.retries + 1) * (longestTurnMs + usual.timeoutMs) + usual.retries * (longestWaitMs + longestBackoffMs);

/**
 * @param credential the token of a bot, or the URL of a webhook
 * @throws {SlackSetUpError} which does not repeat the credential
 */
export function createSlack(
  credential: string,
  { api = "https://slack.com/api", manner = usual, fetch: ask = fetch }: SlackOptions = {},
): Slack {
  if (/^xoxb-[\w-]+$/.test(credential)) return bot(credential, checkedUrl(api, ["slack.com"]), manner, ask);
  if (/^https?:\/\//.test(credential)) return webhook(checkedUrl(credential, ["hooks.slack.com", "hooks.slack-gov.com"]), manner, ask);
  throw new SlackSetUpError("What was given for Slack is neither the token of a bot nor the URL of a webhook.", {
    hint: "A token begins with xoxb-, a URL with https://hooks.slack.com/.",
  });
}

const loopback = new Set(["127.0.0.1", "[::1]", "localhost"]);

/** A token or a message is sent nowhere else. */
function checkedUrl(text: string, hosts: readonly string[]): string {
  const url = URL.parse(text);
  if (url !== null && url.username === "" && url.port === "" && url.protocol === "https:" && hosts.includes(url.hostname)) return url.href;
  if (url?.protocol === "http:" && loopback.has(url.hostname)) return url.href;
  throw new SlackSetUpError(`The address for Slack is not at ${hosts[0]}.`, { hint: `It has to begin with https://${hosts[0]}/.` });
}

function bot(token: string, api: string, manner: Manner, ask: Fetch): Slack {
  const paces = new Map<string, Pace>();
  const call = async <T>(method: string, channel: string, body: object, signal: AbortSignal, read: (answer: Answer) => T | undefined) => {
    const pace = paces.get(channel) ?? createPace(manner.rate);
    paces.set(channel, pace);
    const url = `${api.replace(/\/$/, "")}/${method}`;
    const request: Request = { url, headers: { authorization: `Bearer ${token}` }, body: { channel, ...body }, ask };
    return persistently(request, pace, manner, signal, (text) => {
      const answer = parsed(text);
      const result = answer.ok === true ? read(answer) : undefined;
      if (result !== undefined) return result;
      const code = codeIn(String(answer.error)) ?? "malformed_answer";
      throw new SlackError(code, { isRefusal: answer.ok === false && !doubtful.has(code) });
    });
  };
  return {
    kind: "bot",
    post: (message, { channel, thread }, signal) => {
      const body = { ...bodyOf(message), ...bare, ...(thread === undefined ? {} : { thread_ts: thread }) };
      return call("chat.postMessage", channel, body, signal, ({ ts, channel: id }) =>
        typeof ts === "string" ? { channel: typeof id === "string" ? id : channel, ts } : undefined,
      );
    },
    update: async ({ text, blocks }, { channel, ts }, signal) => {
      await call("chat.update", channel, { ts, text, blocks, ...literally }, signal, () => true);
    },
  };
}

function webhook(url: string, manner: Manner, ask: Fetch): Slack {
  const pace = createPace(manner.rate);
  const nowhere: Address = { channel: "", ts: "" };
  return {
    kind: "webhook",
    post: (message, _place, signal) =>
      persistently({ url, headers: {}, body: { ...bodyOf(message), ...bare }, ask }, pace, manner, signal, () => nowhere),
  };
}

/** Nothing is read out of the text but what it says: no markup, no names, no previews of links. */
const literally = { parse: "none", link_names: false } as const;
const bare = { mrkdwn: false, unfurl_links: false, unfurl_media: false } as const;
const bodyOf = ({ text, blocks }: Message) => ({ text, ...(blocks.length === 0 ? {} : { blocks }), ...literally });

interface Request {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
  readonly ask: Fetch;
}

/** Source: docs.slack.dev, chat.postMessage, errors: "some aspect of the operation may have succeeded". */
const doubtful = new Set(["internal_error", "fatal_error", "service_unavailable", "request_timeout", "malformed_answer"]);
const isPassing = ({ code }: SlackError): boolean =>
  doubtful.has(code) || code === "ratelimited" || /^http_5|^timeout$|^E[A-Z_]+$|^UND_/.test(code);

async function persistently<T>(
  request: Request,
  pace: Pace,
  { retries, firstMs, timeoutMs }: Manner,
  signal: AbortSignal,
  read: (text: string) => T,
): Promise<T> {
  /** Once an attempt may have posted, no later refusal says that nothing was. */
  let mayBePosted = false;
  try {
    return await pRetry(
      async () => {
        await pace.turn(signal);
        const text = await once(request, timeoutMs, signal);
        pace.faster();
        return read(text);
      },
      {
        retries,
        minTimeout: firstMs,
        maxTimeout: longestBackoffMs,
        randomize: true,
        signal,
        onFailedAttempt: async ({ error, retriesLeft }) => {
          if (!(error instanceof SlackError)) return;
          mayBePosted ||= !error.isRefusal;
          if (error.retryAfterMs === undefined) return;
          pace.slower();
          if (retriesLeft > 0 && error.retryAfterMs <= longestWaitMs) await sleep(error.retryAfterMs, undefined, { signal });
        },
        shouldRetry: ({ error }) => error instanceof SlackError && isPassing(error) && (error.retryAfterMs ?? 0) <= longestWaitMs,
      },
    );
  } catch (error) {
    if (error instanceof SlackError) throw new SlackError(error.code, { isRefusal: error.isRefusal && !mayBePosted });
    if (signal.aborted) throw new SlackError("aborted", { isRefusal: !mayBePosted });
    throw error;
  }
}

/** The text of one answer. @throws {SlackError} */
async function once({ url, headers, body, ask }: Request, timeoutMs: number, signal: AbortSignal): Promise<string> {
  let answer: Response;
  let text: string;
  try {
    answer = await ask(url, {
      method: "POST",
      redirect: "error",
      headers: { "content-type": "application/json; charset=utf-8", ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    text = await answer.text();
  } catch (error) {
    throw unanswered(error); // without it as the cause: it may hold what was asked
  }
  if (answer.status === 429) {
    const seconds = Number(answer.headers.get("retry-after") ?? "1");
    throw new SlackError("ratelimited", { isRefusal: true, retryAfterMs: Number.isFinite(seconds) ? Math.max(0, seconds) * 1_000 : 1_000 });
  }
  if (answer.ok) return text;
  const code = answer.status < 500 ? codeIn(text) : undefined;
  throw new SlackError(code ?? `http_${answer.status}`, { isRefusal: answer.status < 500 });
}

/** No connection: nothing was posted. Anything later: who knows. */
const unconnected = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

function unanswered(error: unknown): SlackError {
  if (!(error instanceof Error)) throw error;
  if (error.name === "TimeoutError" || error.name === "AbortError") return new SlackError("timeout", { isRefusal: false });
  const { cause } = error;
  const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "no_answer";
  return new SlackError(code, { isRefusal: unconnected.has(code) });
}

/** Slack's codes are words; anything else in its place is of somebody else. */
const codeIn = (text: string): string | undefined => /^[a-z][a-z_]{1,59}$/.exec(text.trim())?.[0];

type Answer = Readonly<Record<string, unknown>>;
function parsed(text: string): Answer {
  const value = jsonIn(text);
  return typeof value === "object" && value !== null ? { ...value } : {};
}
