/**
 * What is being told to a channel, kept in the store from before the first message until it is marked as told: a crash between
 * posting and recording costs at most one repeated message, and no run but the next is needed to go on.
 */
import * as z from "zod";
import { ConditionFailedError, OutboxError } from "../errors.ts";
import { Told } from "../finding-state.ts";
import { withIntroduced, withoutNews, withTold } from "../news.ts";
import { updateState } from "../state-store.ts";
import type { Store } from "../store.ts";
import { channelKey } from "./channel-key.ts";
import { type Address, longestCallMs } from "./client.ts";
import { SlackError } from "./errors.ts";
import { codeOf, inSomeForm, ofContent } from "./forms.ts";
import { jsonIn } from "./json.ts";
import { type Message, StoredMessage } from "./message.ts";
import { keepTold } from "./resolved-since.ts";

const News = z
  .strictObject({
    id: z.string(),
    before: Told.exactOptional(),
    after: Told,
    /** Of a batch that an earlier version kept, it is not known: whatever is known of the time of anything else is later. */
    seenAt: z.string().default(""),
  })
  .readonly();

/** News of one state of findings that are told by the batch. */
const Marks = z
  .strictObject({
    key: z.string(),
    /** The ARN of the cluster or account. */
    subject: z.string(),
    told: z.array(News).readonly(),
    /** The channel hears of the subject for the first time. */
    isIntroduced: z.boolean(),
  })
  .readonly();
export type Marks = z.infer<typeof Marks>;

const Batch = z
  .strictObject({
    runId: z.string(),
    /** The first is the message, the others are replies to it. */
    messages: z.array(StoredMessage).readonly(),
    /** The `ts` of each that was posted. */
    posted: z.array(z.string()).readonly(),
    /** The channel as Slack names it. */
    postedIn: z.string().exactOptional(),
    marks: z.array(Marks).readonly(),
    /** What is known of failures of the run once it is told. */
    notice: z.string(),
  })
  .readonly();
export type Batch = z.infer<typeof Batch>;

export const Outbox = z
  .strictObject({
    schema: z.literal("eks-perimeter/slack-outbox/v1"),
    channel: z.string(),
    /** Who tells the channel; who has not given it back by then is gone. */
    lease: z.strictObject({ runId: z.string(), until: z.iso.datetime() }).readonly().exactOptional(),
    batch: Batch.exactOptional(),
    /** What was last told of failures of a run, so that the same is not told every day. */
    notice: z.string(),
  })
  .readonly();
export type Outbox = z.infer<typeof Outbox>;

const folder = "slack/outbox/";
export const outboxKey = (channel: string): string => channelKey("outbox", channel);

/** Longer than posting one message, whole and by its text alone, may take. */
const leaseMs = 2 * longestCallMs;

/** The outbox of one channel, while this run alone may tell it. */
export interface Held {
  readonly channel: string;
  outbox: Outbox;
  etag: string;
}

export interface Postman {
  readonly store: Store;
  readonly runId: string;
  readonly now: () => Date;
  /** Posts a message; the `ts` of the one that it replies to is given. @throws {SlackError} */
  readonly post: (message: Message, channel: string, thread: string | undefined) => Promise<Address>;
}

/**
 * Takes a channel for this run; undefined: another run has it. A retry of the same run takes it over, the first attempt is gone.
 *
 * @throws {OutboxError}
 */
export async function takeChannel(channel: string, { store, runId, now }: Postman): Promise<Held | undefined> {
  const key = outboxKey(channel);
  const stored = await store.get(key);
  const before = stored === undefined ? empty(channel) : parsed(stored.body, `${store.description}/${key}`);
  const { lease } = before;
  if (lease !== undefined && lease.runId !== runId && now().getTime() < Date.parse(lease.until)) return undefined;
  const outbox: Outbox = { ...before, lease: leaseOf(runId, now()) };
  try {
    const { etag } = await store.put(key, JSON.stringify(outbox), stored === undefined ? { absent: true } : { etag: stored.etag });
    return { channel, outbox, etag };
  } catch (error) {
    if (error instanceof ConditionFailedError) return undefined;
    throw error;
  }
}

const empty = (channel: string): Outbox => ({ schema: "eks-perimeter/slack-outbox/v1", channel, notice: "" });
const leaseOf = (runId: string, now: Date) => ({ runId, until: new Date(now.getTime() + leaseMs).toISOString() });

/** @throws {ConditionFailedError} when another run took the channel over */
async function write(held: Held, change: Partial<Pick<Outbox, "batch" | "notice">>, { store, runId, now }: Postman): Promise<void> {
  const outbox: Outbox = { ...held.outbox, ...change, lease: leaseOf(runId, now()) };
  held.etag = (await store.put(outboxKey(held.channel), JSON.stringify(outbox), { etag: held.etag })).etag;
  held.outbox = outbox;
}

/** Keeps the channel for as long again. @throws {ConditionFailedError} when another run took it over */
export const stay = (held: Held, postman: Postman): Promise<void> => write(held, {}, postman);

/** Gives the channel back, with what is left of it. */
export async function release(held: Held, { store }: Postman, left: "batch" | "nothing", notice = held.outbox.notice): Promise<void> {
  const { lease: _given, batch, ...rest } = held.outbox;
  const outbox: Outbox = { ...rest, notice, ...(left === "batch" && batch !== undefined ? { batch } : {}) };
  held.etag = (await store.put(outboxKey(held.channel), JSON.stringify(outbox), { etag: held.etag })).etag;
  held.outbox = outbox;
}

/** Tells what is given, which is kept before its first message is posted. @throws {SlackError} */
export async function tell(held: Held, batch: Omit<Batch, "posted" | "postedIn">, postman: Postman): Promise<void> {
  await write(held, { batch: { ...batch, posted: [] } }, postman);
  await post(held, postman, "nothing of it");
}

/**
 * Posts what was not posted of a batch that an earlier run kept, and marks it as told. What Slack refuses stays for the next run, since
 * that run may have posted it: only of what was posted is its end told.
 *
 * @throws {SlackError}
 */
export const goOn = (held: Held, postman: Postman): Promise<void> => post(held, postman, "who knows what");

/** Of a batch that Slack refused before any of it can have been posted nothing is kept, as its news are told anew. */
async function post(held: Held, postman: Postman, wasPosted: "nothing of it" | "who knows what"): Promise<void> {
  for (let batch = held.outbox.batch; batch !== undefined; batch = held.outbox.batch) {
    const message = batch.messages[batch.posted.length];
    if (message === undefined) {
      await keepTold(held.channel, batch, postman);
      await markAsTold(batch.marks, postman);
      const { batch: _told, ...rest } = held.outbox;
      held.outbox = { ...rest, notice: batch.notice };
      await write(held, {}, postman);
      return;
    }
    const [thread] = batch.posted;
    try {
      const { ts, channel } = await postInSomeForm(message, held.channel, thread, postman);
      const first = thread === undefined ? { postedIn: channel } : {};
      await write(held, { batch: { ...batch, ...first, posted: [...batch.posted, ts] } }, postman);
    } catch (error) {
      if (error instanceof SlackError) {
        const isUnposted = error.isRefusal && batch.posted.length === 0 && (wasPosted === "nothing of it" || ofContent.has(error.code));
        await release(held, postman, isUnposted ? "nothing" : "batch");
      }
      throw error;
    }
  }
}

/** The message that is replied to was deleted, so that nobody misses the reply. */
const ofThread = new Set(["thread_not_found", "message_not_found", "cannot_reply_to_message"]);

/** A reply that can't be posted at all is left out, as the report has it and the channel must hear of what comes next. */
async function postInSomeForm(message: Message, channel: string, thread: string | undefined, { post }: Postman): Promise<Address> {
  try {
    return await inSomeForm(message, (form) => post(form, channel, thread));
  } catch (error) {
    if (thread !== undefined && (ofThread.has(codeOf(error)) || ofContent.has(codeOf(error)))) return { channel, ts: "" };
    throw error;
  }
}

/** Marks the news as read by the channel, or as for nobody. */
async function mark(marks: readonly Marks[], { store, now }: Pick<Postman, "store" | "now">, by: typeof withTold): Promise<void> {
  for (const { key, subject, told, isIntroduced } of marks) {
    await updateState(store, key, subject, (previous) => {
      const state = by(previous, told);
      return { state: isIntroduced ? withIntroduced(state, now().toISOString()) : state };
    });
  }
}

const markAsTold = (marks: readonly Marks[], postman: Postman): Promise<void> => mark(marks, postman, withTold);
export const markAsSilent = (marks: readonly Marks[], postman: Postman): Promise<void> => mark(marks, postman, withoutNews);

/** The channels of which something is kept; those whose outbox can't be understood are left to `takeChannel`. */
export async function keptChannels(store: Store): Promise<readonly string[]> {
  const channels: string[] = [];
  for await (const key of store.list(folder)) {
    const stored = await store.get(key);
    const { success, data } = Outbox.safeParse(stored === undefined ? undefined : jsonIn(stored.body));
    if (success && data.batch !== undefined) channels.push(data.channel);
  }
  return channels;
}

/** Drops what was kept for a channel that nothing is told to any more: what was not posted is news for another one. */
export async function abandon(held: Held, postman: Postman): Promise<void> {
  const { batch } = held.outbox;
  if (batch !== undefined && batch.posted.length === batch.messages.length) await markAsTold(batch.marks, postman);
  await release(held, postman, "nothing");
}

function parsed(body: string, place: string): Outbox {
  const { success, data, error } = Outbox.safeParse(jsonIn(body));
  if (success) return data;
  throw new OutboxError(`${place} holds no outbox that this version understands.`, {
    hint: "Delete it; at most what is in it is told again.",
    cause: error,
  });
}
