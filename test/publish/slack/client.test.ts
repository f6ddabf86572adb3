/** Against the sandbox's Slack, over HTTP. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Address, createSlack, type Manner } from "../../../core/publish/slack/client.ts";
import { digest, digestInOne } from "../../../core/publish/slack/digest.ts";
import { SlackError } from "../../../core/publish/slack/errors.ts";
import { header, type Message, section } from "../../../core/publish/slack/message.ts";
import { type SlackServer, startSlack } from "../../../sandbox/slack/server.ts";
import { aChannel, aNews, aSubject } from "./sample.ts";

const message: Message = { text: "EKS perimeter: 1 opened", blocks: [header("EKS perimeter: 1 opened"), section(["one", "two"])] };
const quick: Manner = { rate: { perSecond: 1_000, burst: 1_000 }, retries: 3, firstMs: 1, timeoutMs: 2_000 };
const signal = new AbortController().signal;
const security = { channel: "C0SECURITY" };

let slack: SlackServer;
beforeEach(async () => {
  slack = await startSlack(
    [
      { id: "C0SECURITY", name: "security" },
      { id: "C0OPS", name: "ops" },
    ],
    () => new Date(),
  );
});
afterEach(() => slack.close());
const bot = (manner = quick, token = slack.token) => createSlack(token, { api: slack.api, manner });
const hook = (manner = quick) => createSlack(slack.webhook, { manner });
const failure = (promise: Promise<unknown>): Promise<SlackError> =>
  promise.then(
    () => expect.fail("It was posted."),
    (error) => {
      if (error instanceof SlackError) return error;
      throw error;
    },
  );

it("a bot posts to the channel, and replies in the thread", async () => {
  const { channel, ts: thread } = await bot().post(message, { channel: "#security" }, signal);
  expect(channel).toBe("C0SECURITY");
  await bot().post({ text: "more", blocks: [] }, { ...security, thread }, signal);
  await bot().post(message, { channel: "C0OPS" }, signal);
  expect(slack.messages().map(({ channel, thread: of, by }) => [channel.name, of, by])).toEqual([
    ["security", undefined, "bot"],
    ["security", thread, "bot"],
    ["ops", undefined, "bot"],
  ]);
  expect(slack.messages()[0]).toMatchObject({ text: message.text, blocks: message.blocks });
});

it("a webhook posts to its own channel, whatever is asked for", async () => {
  expect(await hook().post(message, { channel: "C0OPS", thread: "1.1" }, signal)).toEqual({ channel: "", ts: "" });
  expect(slack.messages()).toMatchObject([{ channel: { name: "security" }, by: "webhook", text: message.text }]);
  expect(slack.messages()[0]).not.toHaveProperty("thread");
});

it("what a digest is made of is taken, whole and in one message", async () => {
  const many = Array.from({ length: 300 }, (_, i) =>
    aNews(`n${i}`, "opened", "high", { id: `${i}`, message: "<!channel> & *b* ".repeat(20) }),
  );
  const news = aChannel(Array.from({ length: 30 }, (_, i) => aSubject(`cluster-${i}`, many)));
  const [parent, ...replies] = digest(news);
  const { ts: thread } = await bot().post(parent as Message, security, signal);
  for (const reply of replies) await bot().post(reply, { ...security, thread }, signal);
  await hook().post(digestInOne(news), security, signal);
  expect(slack.messages()).toHaveLength(22);
});

describe("429", () => {
  it("is obeyed: the same message is posted after the time that Slack asked for", async () => {
    slack.addFault({ kind: "rate-limit", retryAfter: 1, times: 1 });
    const start = performance.now();
    await bot().post(message, security, signal);
    expect(performance.now() - start).toBeGreaterThan(950);
    expect(slack.messages()).toHaveLength(1);
  });
  it("is not waited for once nothing is tried any more", async () => {
    slack.addFault({ kind: "rate-limit", retryAfter: 30 });
    const start = performance.now();
    const error = await failure(bot({ ...quick, retries: 0 }).post(message, security, AbortSignal.timeout(5_000)));
    expect([error.code, performance.now() - start < 3_000]).toEqual(["ratelimited", true]);
  });
  it("slows down a channel for as long as Slack refuses, and not for good", async () => {
    slack.addFault({ kind: "rate-limit", retryAfter: 0, times: 9 });
    const slowed = bot({ ...quick, rate: { perSecond: 20, burst: 1 }, retries: 9 });
    await slowed.post(message, security, signal);
    const start = performance.now();
    for (let i = 0; i < 20; i++) await slowed.post(message, security, signal);
    expect(performance.now() - start).toBeLessThan(5_000); // at the least share of the rate it would take ten seconds
  });
  it.each([
    ["a wait of more than a minute is left to the next run", 61],
    ["a wait that goes beyond the time that is left ends with it", 30],
  ])("%s", async (_rule, retryAfter) => {
    slack.addFault({ kind: "rate-limit", retryAfter });
    const start = performance.now();
    const error = await failure(hook().post(message, security, AbortSignal.timeout(300)));
    expect([error.isRefusal, performance.now() - start < 3_000]).toEqual([true, true]);
    expect(["ratelimited", "aborted"]).toContain(error.code);
  });
});

describe("refused, and not tried again", () => {
  it.each<[string, () => Promise<unknown>, string]>([
    ["an unknown channel", () => bot().post(message, { channel: "C0NOBODY" }, signal), "channel_not_found"],
    ["a token of nobody", () => bot(quick, "xoxb-nobody").post(message, security, signal), "invalid_auth"],
    ["a deleted thread", () => bot().post(message, { ...security, thread: "1.1" }, signal), "thread_not_found"],
    [
      "51 blocks",
      () => bot().post({ text: "t", blocks: Array.from({ length: 51 }, () => section(["x"])) }, security, signal),
      "invalid_blocks",
    ],
    [
      "a long section by a webhook",
      () => hook().post({ text: "t", blocks: [section(["x".repeat(3_001)])] }, security, signal),
      "invalid_blocks",
    ],
    [
      "14,000 characters",
      () => bot().post({ text: "t", blocks: Array.from({ length: 5 }, () => section(["x".repeat(2_800)])) }, security, signal),
      "msg_blocks_too_long",
    ],
    ["a webhook that was removed", () => createSlack(`${slack.webhook}x`, { manner: quick }).post(message, security, signal), "no_service"],
  ])("%s", async (_what, post, code) => {
    const error = await failure(post());
    expect([error.code, error.isRefusal]).toEqual([code, true]);
    expect(slack.messages()).toEqual([]);
  });
});

describe("a message written anew", () => {
  const other: Message = { text: "EKS perimeter: 1 opened, and resolved since", blocks: [section(["three"])] };
  const update = (address: Address, to = other) => bot().update?.(to, address, signal) ?? expect.fail("A bot can.");

  it("stands where it stood, and the others as they were", async () => {
    const address = await bot().post(message, security, signal);
    await bot().post(message, security, signal);
    await update(address);
    await update(address);
    expect(slack.messages().map(({ text }) => text)).toEqual([other.text, message.text]);
    expect(slack.messages()[0]?.blocks).toEqual(other.blocks);
    await update(address, { text: "less", blocks: [] });
    expect(slack.messages()[0]).toMatchObject({ text: "less", blocks: [] });
  });

  it("is tried again after a wait that Slack asked for, and after an answer that got lost", async () => {
    const address = await bot().post(message, security, signal);
    slack.addFault({ kind: "rate-limit", retryAfter: 1, times: 1 });
    slack.addFault({ kind: "lost", after: 1, times: 1 });
    const start = performance.now();
    await update(address);
    expect(performance.now() - start).toBeGreaterThan(950);
    expect(slack.messages().map(({ text }) => text)).toEqual([other.text]);
  });

  it.each<[string, (posted: Address) => Address | Promise<Address>, Message, string]>([
    ["one that is not there", () => ({ ...security, ts: "1.1" }), other, "message_not_found"],
    ["in a channel that is not there", ({ ts }) => ({ channel: "C0NOBODY", ts }), other, "channel_not_found"],
    ["in a channel by its name", ({ ts }) => ({ channel: "#security", ts }), other, "channel_not_found"],
    ["in another channel", ({ ts }) => ({ channel: "C0OPS", ts }), other, "message_not_found"],
    ["with a text that only a new one may have", (posted) => posted, { ...other, text: "x".repeat(4_001) }, "msg_too_long"],
    ["with 51 blocks", (posted) => posted, { text: "t", blocks: Array.from({ length: 51 }, () => section(["x"])) }, "invalid_blocks"],
    [
      "of somebody else",
      async () => {
        await hook().post(message, security, signal);
        return { ...security, ts: slack.messages().at(-1)?.ts ?? "" };
      },
      other,
      "cant_update_message",
    ],
  ])("is refused: %s", async (_what, addressOf, to, code) => {
    const address = await addressOf(await bot().post(message, security, signal));
    expect((await failure(update(address, to))).code).toBe(code);
    expect(slack.messages().filter(({ text }) => text !== message.text)).toEqual([]);
  });

  it("by a webhook there is none", () => {
    expect(hook()).not.toHaveProperty("update");
  });
});

describe("what may pass is tried again", () => {
  it.each([
    ["a broken server", { kind: "status", status: 502, times: 2 } as const],
    ["an error on Slack's side", { kind: "error", code: "internal_error", times: 2 } as const],
  ])("%s", async (_what, fault) => {
    slack.addFault(fault);
    await bot().post(message, security, signal);
    expect(slack.messages()).toHaveLength(1);
  });
  it("a name that could not be resolved for now", async () => {
    let isFirst = true;
    const stumbling: typeof fetch = async (...args) => {
      if (!isFirst) return fetch(...args);
      isFirst = false;
      throw new TypeError("fetch failed", { cause: Object.assign(new Error("getaddrinfo EAI_AGAIN"), { code: "EAI_AGAIN" }) });
    };
    await createSlack(slack.token, { api: slack.api, manner: quick, fetch: stumbling }).post(message, security, signal);
    expect(slack.messages()).toHaveLength(1);
  });
  it("and given up after a while: nobody knows whether it was posted", async () => {
    slack.addFault({ kind: "lost" });
    const error = await failure(bot({ ...quick, retries: 1 }).post(message, security, signal));
    expect(error.isRefusal).toBe(false);
  });
  it("a refusal after a lost answer does not say that nothing was posted", async () => {
    slack.addFault({ kind: "lost", times: 1 });
    slack.addFault({ kind: "error", code: "channel_not_found" });
    expect(await failure(bot().post(message, security, signal))).toMatchObject({ code: "channel_not_found", isRefusal: false });
  });
  it("without a connection nothing was posted", async () => {
    await slack.close();
    expect(await failure(bot({ ...quick, retries: 1 }).post(message, security, signal))).toMatchObject({
      code: "ECONNREFUSED",
      isRefusal: true,
    });
  });
});

it("no error holds the token or the URL of the webhook", async () => {
  slack.addFault({ kind: "status", status: 500 });
  const errors = [await failure(bot().post(message, security, signal)), await failure(hook().post(message, security, signal))];
  await slack.close();
  errors.push(await failure(bot().post(message, security, signal)), await failure(hook().post(message, security, signal)));
  for (const error of errors) {
    expect(error.cause).toBeUndefined();
    expect(`${error.message} ${error.hint} ${error.stack}`).not.toMatch(new RegExp(`${slack.token}|${new URL(slack.webhook).pathname}`));
  }
});

describe("neither token nor message is sent", () => {
  it.each([
    ["to another host", "xoxb-1", "https://slack.com.evil.example/api"],
    ["to Slack without TLS", "xoxb-1", "http://slack.com/api"],
    ["to another port", "xoxb-1", "https://slack.com:8443/api"],
    ["to a webhook elsewhere", "https://hooks.slack.com.evil.example/services/secret", undefined],
    ["by what is neither", "secret", undefined],
    ["by the token of a person", "xoxp-secret", undefined],
  ])("%s", (_where, credential, api) => {
    const make = () => createSlack(credential, api === undefined ? {} : { api });
    expect(make).toThrow(/Slack/);
    expect(make).not.toThrow(/secret|evil/);
  });
});

it("one message a second goes to a channel, after a small burst", async () => {
  const paced = bot({ ...quick, rate: { perSecond: 5, burst: 2 } });
  const start = performance.now();
  for (let i = 0; i < 4; i++) await paced.post(message, security, signal);
  expect(performance.now() - start).toBeGreaterThan(350);
});
