/**
 * What a channel's messages told to fail, kept so that each of them can say how much of it is resolved since. Whatever goes wrong here
 * costs no news: those are told by a message of their own.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import type { FindingState } from "../finding-state.ts";
import type { Store } from "../store.ts";
import { channelKey } from "./channel-key.ts";
import type { Address } from "./client.ts";
import { SlackError } from "./errors.ts";
import { codeOf, inSomeForm, ofContent } from "./forms.ts";
import { jsonIn } from "./json.ts";
import { type Message, StoredMessage, section, textOf } from "./message.ts";
import type { Batch } from "./outbox.ts";

const ToldMessage = z
  .strictObject({
    address: z.strictObject({ channel: z.string(), ts: z.string() }).readonly(),
    toldAt: z.iso.datetime(),
    message: StoredMessage,
    /** How many findings it told to fail. */
    count: z.int(),
    /** Those of them that never ended since, each by a digest of its id, by the key of the state that knows them. */
    open: z.record(z.string(), z.array(z.string()).readonly()).readonly(),
    /** How many it says to be resolved. */
    said: z.int(),
  })
  .readonly();
type ToldMessage = z.infer<typeof ToldMessage>;

const ToldMessages = z
  .strictObject({ schema: z.literal("eks-perimeter/slack-told/v1"), channel: z.string(), messages: z.array(ToldMessage).readonly() })
  .readonly();

/** Older ones are out of sight, and many a workspace lets nobody edit them. Each update takes a second of the channel's. */
const most = { days: 90, messages: 40, findings: 10_000, updates: 20 } as const;

const digestOf = (id: string): string => createHash("sha256").update(id).digest("base64url").slice(0, 16);
const openCount = ({ open }: ToldMessage): number => Object.values(open).reduce((sum, ids) => sum + ids.length, 0);
const resolvedOf = (told: ToldMessage): number => told.count - openCount(told);

/** The messages, and whether they are still there as they were read. What can't be understood is forgotten. */
async function read(channel: string, store: Store) {
  const stored = await store.get(channelKey("told", channel));
  const { success, data } = ToldMessages.safeParse(stored === undefined ? undefined : jsonIn(stored.body));
  const condition = stored === undefined ? ({ absent: true } as const) : { etag: stored.etag };
  return { messages: success ? data.messages : [], condition };
}

const write = (channel: string, messages: readonly ToldMessage[], condition: Parameters<Store["put"]>[2], store: Store) =>
  store.put(channelKey("told", channel), JSON.stringify({ schema: "eks-perimeter/slack-told/v1", channel, messages }), condition);

/** Keeps what a batch told to fail, once all of it is posted. Keeps it once, however often it is called. */
export async function keepTold(channel: string, batch: Batch, { store, now }: { readonly store: Store; readonly now: () => Date }) {
  const { messages: sent, posted, postedIn, marks } = batch;
  const [message] = sent;
  const [ts = ""] = posted;
  const open: Record<string, readonly string[]> = {};
  for (const { key, told } of marks) {
    const ids = told.flatMap(({ id, after }) => (after.as === "fail" ? [digestOf(id)] : []));
    if (ids.length > 0) open[key] = ids;
  }
  const count = Object.values(open).reduce((sum, ids) => sum + ids.length, 0);
  if (message === undefined || postedIn === undefined || ts === "" || count === 0) return;
  const { messages, condition } = await read(channel, store);
  if (messages.some(({ address }) => address.ts === ts)) return;
  const told = { address: { channel: postedIn, ts }, toldAt: now().toISOString(), message, count, open, said: 0 };
  await write(channel, bounded([...messages, told], now()), condition, store);
}

/** The latest, as long as they are worth it. */
function bounded(messages: readonly ToldMessage[], now: Date): readonly ToldMessage[] {
  let findings = 0;
  const since = now.getTime() - most.days * 86_400_000;
  const kept = messages.filter(({ toldAt }) => Date.parse(toldAt) >= since).slice(-most.messages);
  const fitting = kept.toReversed().filter((told) => {
    const fits = findings + openCount(told) <= most.findings;
    if (fits) findings += openCount(told);
    return fits;
  });
  return fitting.toReversed();
}

export interface FollowUp {
  readonly store: Store;
  readonly now: () => Date;
  /** What is remembered of findings, of those clusters and accounts that were looked at, by its key. */
  readonly states: ReadonlyMap<string, FindingState>;
  /** Writes a message anew. @throws {SlackError} */
  readonly update: (message: Message, address: Address) => Promise<void>;
  /** Called before each update, which may take its time. */
  readonly stay: () => Promise<void>;
}

/**
 * Has each message of the channel say how much of what it told is resolved since. What Slack does not take is tried again by the next
 * run, but for messages that nobody can edit any more.
 *
 * @throws {SlackError} of the first update that was not taken, after what was taken is known
 */
export async function followUp(channel: string, { store, now, states, update, stay }: FollowUp): Promise<number> {
  const { messages: before, condition } = await read(channel, store);
  if (before.length === 0) return 0;
  const closedOf = closedIn(states);
  let messages = bounded(before, now()).map((told) => seenBy(closedOf, told));
  let refusal: SlackError | undefined;
  let updates = 0;
  for (const told of messages.filter((one) => resolvedOf(one) !== one.said).slice(-most.updates)) {
    const resolved = resolvedOf(told);
    let next: readonly ToldMessage[] = [{ ...told, said: resolved }];
    try {
      await stay();
      await inSomeForm(withResolved(told.message, resolved, told.count, now()), (message) => update(message, told.address));
      updates++;
    } catch (error) {
      if (!(error instanceof SlackError)) throw error;
      if (!isForEver(error)) {
        refusal = error;
        break;
      }
      next = [];
    }
    messages = messages.flatMap((one) => (one === told ? next : [one]));
  }
  const left = messages.filter((one) => one.said < one.count);
  if (JSON.stringify(left) !== JSON.stringify(before)) await write(channel, left, condition, store);
  if (refusal !== undefined) throw refusal;
  return updates;
}

/** Source: docs.slack.dev, chat.update, errors. */
const isForEver = (error: SlackError): boolean =>
  ["message_not_found", "cant_update_message", "edit_window_closed"].includes(error.code) || ofContent.has(codeOf(error));

/** By the key of a state: the digests of what ended there. Of what it does not know, nobody can say that it ended. */
function closedIn(states: ReadonlyMap<string, FindingState>): (key: string) => ReadonlySet<string> {
  const known = new Map<string, ReadonlySet<string>>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const findings = Object.entries(states.get(key)?.findings ?? {});
    const closed = new Set(findings.flatMap(([id, { closedAt }]) => (closedAt === undefined ? [] : [digestOf(id)])));
    known.set(key, closed);
    return closed;
  };
}

/** Who began to fail again is told by another message. */
function seenBy(closedOf: ReturnType<typeof closedIn>, told: ToldMessage): ToldMessage {
  const open = Object.entries(told.open).map(([key, ids]) => [key, ids.filter((id) => !closedOf(key).has(id))] as const);
  return { ...told, open: Object.fromEntries(open.filter(([, ids]) => ids.length > 0)) };
}

/** The message as it was posted, with what became of it under its title. */
export function withResolved({ text, blocks }: Message, resolved: number, count: number, now: Date): Message {
  const number = (value: number): string => value.toLocaleString("en");
  const all = count === 1 ? "Resolved" : `All ${number(count)} resolved`;
  const note = `✅ ${resolved < count ? `${number(resolved)} of ${number(count)} resolved` : all} since, as of ${now.toISOString().slice(0, 10)}.`;
  const [title = "", ...lines] = text.split("\n");
  const [head, ...rest] = blocks;
  return { text: textOf([title, note, ...lines]), blocks: head === undefined ? [] : [head, section([note]), ...rest] };
}
