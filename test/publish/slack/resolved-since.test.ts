/** Against the sandbox's Slack: what is resolved is to be seen where it was opened. */
import { describe, expect, it } from "vitest";
import type { Finding } from "../../../core/model/finding.ts";
import { channelKey } from "../../../core/publish/slack/channel-key.ts";
import type { Slack } from "../../../core/publish/slack/client.ts";
import { digest } from "../../../core/publish/slack/digest.ts";
import { SlackError } from "../../../core/publish/slack/errors.ts";
import type { Block, Message } from "../../../core/publish/slack/message.ts";
import { withResolved } from "../../../core/publish/slack/resolved-since.ts";
import { placeOf } from "../../../core/publish/slack/routing.ts";
import { type Scope, tellChanges } from "../../../core/publish/slack/tell.ts";
import { stateKeys } from "../../../core/publish/state-store.ts";
import type { Posted } from "../../../sandbox/slack/workspace.ts";
import { slackInProcess } from "../../support/slack-in-process.ts";
import { clock, day, judged, later, service, settingsOf, targetOf, telling } from "./bed.ts";
import { memoryStore } from "./memory-store.ts";
import { aChannel, aNews, arnOf, shown } from "./sample.ts";

const named = (names: readonly string[], rest: Partial<Finding>) => names.map((name) => service("prod", name, rest));
/** What a scan of the cluster says: these fail, those pass. */
const scanOf = (failing: readonly string[], passing: readonly string[] = []) => [
  ...named(failing, {}),
  ...named(["bystander", ...passing], { status: "pass" }),
];

/** Another Slack in its place. */
type Change = (slack: Slack) => Slack;

/** A cluster that is known, and a channel for it. */
async function prepared(beforeCall?: Parameters<typeof memoryStore>[0]) {
  clock.now = Date.UTC(2026, 0, 1, 6);
  const store = memoryStore(beforeCall);
  const { workspace, client } = slackInProcess(
    ["C1", "C2"].map((id) => ({ id, name: id.toLowerCase() })),
    () => new Date(clock.now),
  );
  let runs = 0;
  const slack = client((call) => call());
  const tell = (change: Change = (same) => same, scope: Partial<Scope> = {}) =>
    tellChanges(telling(store, change(slack), { scope: { runId: `run-${++runs}`, ...scope } }));
  const run = async (failing: readonly string[], passing: readonly string[] = [], change?: Change) => {
    later();
    await judged(store, "prod", scanOf(failing, passing));
    return tell(change);
  };
  await run([]);
  return { store, workspace, tell, run };
}
const read = ({ blocks }: Posted): string => shown({ text: "", blocks: blocks as readonly Block[] });
/** The digests' titles, and what stands under them of what is resolved. */
const parents = (messages: readonly Posted[]) =>
  messages
    .filter(({ thread }) => thread === undefined)
    .map((message) => read(message).split("\n").slice(0, 2).join(" / ").replace("# EKS perimeter: ", ""))
    .slice(1)
    .map((line) => line.replace(/ \/ (?!✅).*/, ""));

it("some of it, then all; the rest of the message is as it was", async () => {
  const { workspace, run } = await prepared();
  await run(["api", "cdn", "web"]);
  const opened = () => workspace.messages()[1] as Posted;
  const before = opened();
  await run(["api", "web"], ["cdn"]);
  expect(read(opened())).toMatchInlineSnapshot(`
    "# EKS perimeter: 3 opened
    ✅ 1 of 3 resolved since, as of 2026-01-04.
    Opened: 3 high
    prod in 111122223333, eu-west-1: 3 opened
    Report: memory/runs/run-1/report.html · Run run-2"
  `);
  await run(["api", "web"], ["cdn"]);
  await run([], ["api", "cdn", "web"]);
  expect(read(opened())).toMatchInlineSnapshot(`
    "# EKS perimeter: 3 opened
    ✅ All 3 resolved since, as of 2026-01-06.
    Opened: 3 high
    prod in 111122223333, eu-west-1: 3 opened
    Report: memory/runs/run-1/report.html · Run run-2"
  `);
  expect(opened().text).toMatchInlineSnapshot(`
    "EKS perimeter: 3 opened
    ✅ All 3 resolved since, as of 2026-01-06.
    Opened: 3 high"
  `);
  expect(opened().blocks.toSpliced(1, 1)).toEqual(before.blocks);
  expect(parents(workspace.messages()).slice(1)).toEqual(["1 resolved", "2 resolved"]);
});

describe("the message says", () => {
  it("of one finding: that it is resolved", async () => {
    const { workspace, run } = await prepared();
    await run(["web"]);
    await run([], ["web"]);
    expect(parents(workspace.messages())).toEqual(["1 opened / ✅ Resolved since, as of 2026-01-04.", "1 resolved"]);
  });

  it("of a cluster's first scan: how much of what it counts", async () => {
    const { store, workspace, tell } = await prepared();
    const first = ["a", "b"].map((name) => service("shop", name));
    await judged(store, "shop", first);
    await tell();
    later();
    await judged(store, "shop", first.slice(1));
    await tell();
    expect(parents(workspace.messages())).toEqual([
      "1 cluster scanned for the first time / ✅ 1 of 2 resolved since, as of 2026-01-03.",
      "1 resolved",
    ]);
  });

  it("nothing new of what began again: that is told by another message, which says its own end", async () => {
    const { workspace, run } = await prepared();
    await run(["web"]);
    await run([], ["web"]);
    await run(["web"]);
    expect(parents(workspace.messages())[0]).toBe("1 opened / ✅ Resolved since, as of 2026-01-04.");
    await run([], ["web"]);
    expect(parents(workspace.messages())).toEqual([
      "1 opened / ✅ Resolved since, as of 2026-01-04.",
      "1 resolved",
      "1 reopened / ✅ Resolved since, as of 2026-01-06.",
      "1 resolved",
    ]);
  });

  it("each of two that told of it", async () => {
    const { store, workspace, run, tell } = await prepared();
    await run(["web"]);
    await judged(store, "prod", [service("prod", "web", { severity: "critical" })]);
    await tell();
    await run([], ["web"]);
    expect(parents(workspace.messages())).toEqual([
      "1 opened / ✅ Resolved since, as of 2026-01-04.",
      "1 worsened / ✅ Resolved since, as of 2026-01-04.",
      "1 resolved",
    ]);
  });

  it("that a waived one was fixed, though that is no news", async () => {
    const { store, workspace, run, tell } = await prepared();
    await run(["web"]);
    await judged(store, "prod", [service("prod", "web", { status: "waived" })]);
    await tell();
    expect(parents(workspace.messages())).toEqual(["1 opened"]);
    await run([], ["web"]);
    expect(parents(workspace.messages())).toEqual(["1 opened / ✅ Resolved since, as of 2026-01-04."]);
  });

  it("nothing of what no run looked at, or could read", async () => {
    const { store, workspace, tell, run } = await prepared();
    await run(["web"]);
    await judged(store, "prod", scanOf([], ["web"]));
    await tell(undefined, { clusters: ["other"] });
    expect(parents(workspace.messages())).toEqual(["1 opened"]);
    await judged(store, "prod", [service("prod", "web", { status: "unknown", reason: { code: "forbidden", message: "No." } })]);
    await run(["web"]);
    expect(parents(workspace.messages())).toEqual(["1 opened"]);
  });
});

it("what is remembered no more, as an older memory was put back, is not taken for resolved", async () => {
  const { store, workspace, run, tell } = await prepared();
  const key = stateKeys.cluster(targetOf("prod"));
  const older = store.objects.get(key) ?? "";
  await run(["web"]);
  await store.put(key, older);
  await tell();
  expect(parents(workspace.messages())).toEqual(["1 opened"]);
});

it("all channels hear their news before any message is written anew: time may run out by then", async () => {
  clock.now = Date.UTC(2026, 0, 1, 6);
  const store = memoryStore();
  const names = ["a", "b", "c", "d", "e", "f"];
  const channels = names.map((name) => ({ id: `C${name.toUpperCase()}`, name }));
  const { workspace, client } = slackInProcess(channels, () => new Date(clock.now));
  const routes = channels.map(({ id, name }) => ({ clusters: [name], channel: id, minSeverity: "low" }));
  let isOver = false;
  const slack = client(async (call) => {
    if (isOver) throw new SlackError("aborted", { isRefusal: true });
    return call();
  });
  const ending: Slack = {
    ...slack,
    update: async () => {
      isOver = true;
      throw new SlackError("aborted", { isRefusal: true });
    },
  };
  for (const [at, status] of (["pass", "fail", "pass"] as const).entries()) {
    later();
    for (const name of names) await judged(store, name, [service(name, "web", { status })]);
    const settings = settingsOf({ channel: "CA", opsChannel: "CA", routes });
    expect(await tellChanges(telling(store, ending, { settings, scope: { runId: `run-${at}` } }))).toMatchObject({ failed: 0 });
  }
  expect(parents(workspace.messages()).filter((line) => line === "1 resolved")).toHaveLength(names.length);
});

it("hostile names stay harmless in it, whole and in the text alone", () => {
  const place = placeOf(arnOf("<!channel> *b* <https://evil.example|x>\u202E\u200B&amp; :boom:"));
  const [parent] = digest(aChannel([{ place, isFirst: false, news: [aNews("web", "opened"), aNews("api", "opened")] }]));
  const message = withResolved(parent as Message, 1, 2, new Date(Date.UTC(2026, 0, 5)));
  expect(shown(message)).toMatchInlineSnapshot(`
    "# EKS perimeter: 2 opened
    ✅ 1 of 2 resolved since, as of 2026-01-05.
    Opened: 2 high
    &lt;!channel&gt; *b* &lt;https://evil.example|x&gt;��&amp;amp; :boom: in 111122223333, eu-west-1: 2 opened
    Report: /state/runs/run-1/report.html · Run run-1"
  `);
  expect(message.text).toMatchInlineSnapshot(`
    "EKS perimeter: 2 opened
    ✅ 1 of 2 resolved since, as of 2026-01-05.
    Opened: 2 high"
  `);
});

describe("what Slack does not take", () => {
  /** A run after the end of one of two, by a Slack that refuses updates; and what it tried. */
  const refused = async (code: string) => {
    const { workspace, run } = await prepared();
    await run(["web", "api"]);
    const tried: string[] = [];
    const refusing: Change = (slack) => ({
      ...slack,
      update: async (_message, { ts }) => {
        tried.push(ts);
        throw new SlackError(code, { isRefusal: true });
      },
    });
    expect(await run(["api"], ["web"], refusing)).toEqual({ told: 1, failed: 0 });
    return { workspace, run, tried, refusing };
  };

  it.each(["message_not_found", "cant_update_message", "edit_window_closed"])("for ever, by %s: it is not tried again", async (code) => {
    const { workspace, run, tried, refusing } = await refused(code);
    await run(["api"], ["web"], refusing);
    await run([], ["web", "api"], refusing);
    expect(tried).toHaveLength(1);
    expect(parents(workspace.messages())).toEqual(["2 opened", "1 resolved", "1 resolved"]);
  });

  it.each(["ratelimited", "timeout", "http_503", "channel_not_found", "invalid_auth"])(
    "for now, by %s: the next run says it",
    async (code) => {
      const { workspace, run, tried } = await refused(code);
      expect(tried).toHaveLength(1);
      expect(await run(["api"], ["web"])).toEqual({ told: 0, failed: 0 });
      expect(parents(workspace.messages())).toEqual(["2 opened / ✅ 1 of 2 resolved since, as of 2026-01-05.", "1 resolved"]);
    },
  );

  it("the blocks: the text says it", async () => {
    const { workspace, run } = await prepared();
    await run(["web"]);
    const strict: Change = (slack) => ({
      ...slack,
      update: async (message, ...rest) => {
        if (message.blocks.length > 0) throw new SlackError("invalid_blocks", { isRefusal: true });
        return slack.update?.(message, ...rest);
      },
    });
    await run([], ["web"], strict);
    expect(workspace.messages()[1]?.text).toContain("✅ Resolved since");
  });

  it("a message that somebody deleted: the others say it", async () => {
    const { workspace, run } = await prepared();
    await run(["web"]);
    await run(["web", "api"]);
    workspace.remove(workspace.messages()[1]?.ts ?? "");
    expect(await run([], ["web", "api"])).toEqual({ told: 1, failed: 0 });
    expect(parents(workspace.messages().filter(({ thread }) => thread === undefined))).toEqual([
      "1 opened / ✅ Resolved since, as of 2026-01-05.",
      "2 resolved",
    ]);
  });
});

it("by a webhook nothing is kept, and nothing is written anew", async () => {
  const { store, run, workspace } = await prepared();
  const byWebhook: Change = ({ update: _none, ...slack }) => ({
    ...slack,
    kind: "webhook",
    post: async (message, place, signal) => {
      await slack.post(message, { ...place, channel: "C1" }, signal);
      return { channel: "", ts: "" };
    },
  });
  const kept = store.objects.size;
  await run(["web"], [], byWebhook);
  await run([], ["web"], byWebhook);
  expect([...store.objects.keys()].slice(kept)).toEqual([channelKey("outbox", "webhook")]);
  expect(parents(workspace.messages())).toEqual(["1 opened", "1 resolved"]);
});

it("a crash at any call: in the end each message says what is resolved, and no more is posted", async () => {
  class Crash extends Error {}
  const withoutDates = (lines: readonly string[]) => lines.map((line) => line.replace(/, as of .*/, ""));
  const wanted = ["2 opened / ✅ 1 of 2 resolved since", "1 worsened / ✅ Resolved since", "1 opened, 1 resolved"];
  for (let crashAt = 1; ; crashAt++) {
    let calls = 0;
    let isArmed = false;
    const step = () => {
      if (isArmed && ++calls >= crashAt) throw new Crash(); // from then on nothing works: the process is gone
    };
    const { store, workspace, run, tell } = await prepared(step);
    await run(["web", "api"]);
    await judged(store, "prod", [service("prod", "web", { severity: "critical" }), service("prod", "api")]);
    await tell();
    later();
    await judged(store, "prod", scanOf(["api", "new"], ["web"]));
    isArmed = true;
    await tell((slack) => ({
      ...slack,
      post: async (...args) => {
        step();
        return slack.post(...args);
      },
      update: async (...args) => {
        await slack.update?.(...args);
        step(); // after it took effect
      },
    }));
    isArmed = false;
    await run(["api", "new"], ["web"]);
    const after = workspace.messages();
    const said = withoutDates(parents(after));
    expect([...new Set(said)], `call ${crashAt}`).toEqual(wanted);
    expect(said.length, `call ${crashAt}`).toBeLessThanOrEqual(wanted.length + 1);
    await run(["api", "new"], ["web"]);
    expect(workspace.messages(), `call ${crashAt}`).toEqual(after);
    const updated: string[] = [];
    await run([], ["api", "new", "web"], (slack) => ({ ...slack, update: async (_message, { ts }) => void updated.push(ts) }));
    expect(updated, `call ${crashAt}`).toHaveLength(2);
    if (calls < crashAt) return expect(crashAt).toBeGreaterThan(12);
  }
});

it("updates that take their time: no other run says anything in the channel meanwhile", async () => {
  const { workspace, run, tell } = await prepared();
  for (const names of [["a"], ["a", "b"], ["a", "b", "c"]]) await run(names);
  let others = 0;
  const slow: Change = (slack) => ({
    ...slack,
    update: async (...args) => {
      clock.now += 300_000;
      await tell((same) => ({ ...same, update: async () => void others++ }));
      await slack.update?.(...args);
    },
  });
  expect(await run([], ["a", "b", "c"], slow)).toEqual({ told: 1, failed: 0 });
  expect(others).toBe(0);
  expect(parents(workspace.messages())).toEqual([
    ...Array.from({ length: 3 }, () => expect.stringMatching(/^1 opened \/ ✅ Resolved since/)),
    "3 resolved",
  ]);
});

it("twenty messages are written anew by one run, the latest first, and the others by the next", async () => {
  const { workspace, run } = await prepared();
  const names = Array.from({ length: 22 }, (_, i) => `w${i}`);
  for (const at of names.keys()) await run(names.slice(0, at + 1));
  const said = () =>
    parents(workspace.messages())
      .slice(0, 22)
      .map((line) => line.includes("✅"));
  await run([], names);
  expect(said()).toEqual(names.map((_, at) => at > 1));
  await run([], names);
  expect(said()).toEqual(names.map(() => true));
});

describe("what is kept of messages", () => {
  const keptIn = (store: { readonly objects: ReadonlyMap<string, string> }): { messages: { toldAt: string }[] } =>
    JSON.parse(store.objects.get(channelKey("told", "C1")) ?? '{"messages":[]}');

  it("is the latest forty, for ninety days, and nothing of what is resolved", async () => {
    const { store, run } = await prepared();
    const names = Array.from({ length: 42 }, (_, i) => `w${i}`);
    for (const at of names.keys()) await run(names.slice(0, at + 1));
    expect(keptIn(store).messages).toHaveLength(40);
    await run(names.slice(0, 30), names.slice(30));
    expect(keptIn(store).messages).toHaveLength(28);
    clock.now += 60 * day;
    await run(names.slice(0, 30), names.slice(30));
    expect(keptIn(store).messages.length).toBeLessThan(28);
    clock.now += 30 * day;
    await run(names.slice(0, 30), names.slice(30));
    expect(keptIn(store).messages).toEqual([]);
  });

  it("is of ten thousand findings at most", async () => {
    const { store, run } = await prepared();
    const names = Array.from({ length: 10_001 }, (_, i) => `w${i}`);
    await run(names.slice(0, 9_999));
    await run(names.slice(0, 10_000));
    expect(keptIn(store).messages).toHaveLength(2);
    await run(names);
    expect(keptIn(store).messages).toHaveLength(2);
  });

  it("is what fits beside a message that tells of more than is kept", async () => {
    const { store, run } = await prepared();
    const names = Array.from({ length: 10_002 }, (_, i) => `w${i}`);
    await run(names.slice(0, 1));
    await run(names);
    expect(keptIn(store).messages).toHaveLength(1);
  });

  it("and can't be understood: it is forgotten, and the news are told", async () => {
    const { store, workspace, run } = await prepared();
    await run(["web"]);
    store.objects.set(channelKey("told", "C1"), "{");
    expect(await run(["api"], ["web"])).toEqual({ told: 1, failed: 0 });
    await run([], ["web", "api"]);
    expect(parents(workspace.messages())).toEqual([
      "1 opened",
      "1 opened, 1 resolved / ✅ Resolved since, as of 2026-01-05.",
      "1 resolved",
    ]);
  });
});
