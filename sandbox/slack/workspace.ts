/** A Slack workspace: channels, and what was posted to them. */
import { Content, whyRefused } from "./blocks.ts";

export interface Channel {
  readonly id: string;
  readonly name: string;
}

export interface Posted {
  readonly ts: string;
  readonly channel: Channel;
  /** Of the message that it replies to. */
  readonly thread?: string;
  readonly text: string;
  readonly blocks: readonly unknown[];
  readonly by: "bot" | "webhook";
}

/** What is to go wrong: the next so many posts, or all of them. */
export type SlackFault = { readonly times?: number; readonly after?: number } & (
  | { readonly kind: "rate-limit"; readonly retryAfter: number }
  | { readonly kind: "error"; readonly code: string }
  | { readonly kind: "status"; readonly status: number }
  /** Takes the message, and closes the connection without an answer. */
  | { readonly kind: "lost" }
);

export interface Workspace {
  readonly channels: readonly Channel[];
  messages(): readonly Posted[];
  /** The answer of chat.postMessage. */
  postMessage(content: unknown): object;
  /** The answer of chat.update. */
  update(content: unknown): object;
  /** Somebody deletes a message. */
  remove(ts: string): void;
  /** The code of what is wrong, or undefined when it was posted. */
  postByWebhook(content: unknown): string | undefined;
  addFault(fault: SlackFault): void;
  clearFaults(): void;
  /** The fault that strikes this request. Counts it. */
  strike(): SlackFault | undefined;
}

const refusal = (error: string): object => ({ ok: false, error });

/** @param channels of which the first is the webhook's */
export function createWorkspace(channels: readonly Channel[], now: () => Date): Workspace {
  let messages: readonly Posted[] = [];
  let count = 0;
  let faults: { readonly fault: SlackFault; seen: number }[] = [];
  const add = (content: Content, channel: Channel, by: Posted["by"]): Posted => {
    const ts = `${Math.floor(now().getTime() / 1_000)}.${String(++count).padStart(6, "0")}`;
    const thread = content.thread_ts === undefined ? {} : { thread: content.thread_ts };
    const posted: Posted = { ts, channel, ...thread, text: content.text ?? "", blocks: content.blocks ?? [], by };
    messages = [...messages, posted];
    return posted;
  };
  const isIn = (channel: Channel, ts: string) => messages.some((message) => message.ts === ts && message.channel.id === channel.id);
  return {
    channels,
    messages: () => messages,
    postMessage: (input) => {
      const { success, data: content } = Content.safeParse(input);
      if (!success) return refusal("invalid_arguments");
      const channel = channels.find(({ id, name }) => id === content.channel || `#${name}` === content.channel || name === content.channel);
      if (channel === undefined) return refusal("channel_not_found");
      if (content.thread_ts !== undefined && !isIn(channel, content.thread_ts)) return refusal("thread_not_found");
      const why = whyRefused(content);
      if (why !== undefined) return refusal(why);
      const { ts } = add(content, channel, "bot");
      return { ok: true, channel: channel.id, ts, message: { type: "message", text: content.text ?? "" } };
    },
    update: (input) => {
      const { success, data: content } = Content.safeParse(input);
      if (!success) return refusal("invalid_arguments");
      if (content.ts === undefined || content.channel === undefined) return refusal("invalid_arguments");
      if (!channels.some(({ id }) => id === content.channel)) return refusal("channel_not_found"); // it knows no channel by its name
      const before = messages.find(({ ts, channel }) => ts === content.ts && channel.id === content.channel);
      if (before === undefined) return refusal("message_not_found");
      if (before.by !== "bot") return refusal("cant_update_message");
      const why = whyRefused(content) ?? ((content.text ?? "").length > 4_000 ? "msg_too_long" : undefined);
      if (why !== undefined) return refusal(why);
      messages = messages.map((one) => (one === before ? { ...one, text: content.text ?? "", blocks: content.blocks ?? [] } : one));
      return { ok: true, channel: before.channel.id, ts: before.ts, text: content.text ?? "" };
    },
    remove: (ts) => {
      messages = messages.filter((message) => message.ts !== ts);
    },
    postByWebhook: (input) => {
      const { success, data: content } = Content.safeParse(input);
      const [channel] = channels;
      if (!success) return "invalid_payload";
      if (channel === undefined) return "no_service";
      const why = whyRefused(content);
      if (why === undefined) add({ ...content, thread_ts: undefined }, channel, "webhook");
      return why;
    },
    addFault: (fault) => {
      faults = [...faults, { fault, seen: 0 }];
    },
    clearFaults: () => {
      faults = [];
    },
    strike: () => {
      for (const entry of faults) {
        entry.seen += 1;
        const first = entry.fault.after ?? 0;
        if (entry.seen > first && entry.seen <= first + (entry.fault.times ?? Number.POSITIVE_INFINITY)) return entry.fault;
      }
      return undefined;
    },
  };
}
