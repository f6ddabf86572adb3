import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newsOf, silenced, withoutNews } from "../../../core/publish/news.ts";
import type { Slack } from "../../../core/publish/slack/client.ts";
import { SlackError } from "../../../core/publish/slack/errors.ts";
import type { Message } from "../../../core/publish/slack/message.ts";
import { outboxKey } from "../../../core/publish/slack/outbox.ts";
import { tellChanges } from "../../../core/publish/slack/tell.ts";
import { readState, stateKeys, updateState } from "../../../core/publish/state-store.ts";
import { clusterOf } from "../../report/sample.ts";
import { account, clock, day, judged, later, service, settingsOf, targetOf, telling, unread } from "./bed.ts";
import { memoryStore } from "./memory-store.ts";
import { shown } from "./sample.ts";

interface Post {
  readonly channel: string;
  readonly thread?: string;
  readonly message: Message;
}

/** A Slack that keeps what was posted, and may be told to refuse. */
function slackOf(
  kind: Slack["kind"] = "bot",
  refuse: (post: Post) => string | undefined = () => undefined,
): Slack & { readonly posts: Post[] } {
  const posts: Post[] = [];
  return {
    kind,
    posts,
    post: async (message, place) => {
      const code = refuse({ message, ...place });
      if (code !== undefined) throw new SlackError(code, { isRefusal: code !== "timeout" });
      posts.push({ message, ...place });
      return kind === "bot" ? { channel: place.channel, ts: `ts-${posts.length}` } : { channel: "", ts: "" };
    },
  };
}

const told = (posts: readonly Post[]) =>
  posts.map(({ channel, thread, message }) => `${channel}${thread === undefined ? "" : ` in ${thread}`}: ${shown(message).split("\n")[0]}`);
/** The digests alone, without their threads. */
const digestsIn = (posts: Parameters<typeof told>[0]) => told(posts).filter((post) => !post.includes(" in "));
const openedThenResolved = ["C1: # EKS perimeter: 1 opened", "C1: # EKS perimeter: 1 resolved"];

describe("what is told", () => {
  it("first the state of affairs, then changes, then nothing", async () => {
    const store = memoryStore();
    const slack = slackOf();
    await judged(store, "prod", [service("prod", "web"), service("prod", "api", { severity: "low" })]);
    await judged(store, "calm", [service("calm", "web", { status: "pass" })]);
    expect(await tellChanges(telling(store, slack))).toEqual({ told: 1, failed: 0 });
    expect(told(slack.posts)).toEqual(["C1: # EKS perimeter: 2 clusters scanned for the first time"]);
    later();
    await judged(store, "prod", [service("prod", "web"), service("prod", "api", { severity: "high" }), service("prod", "new")]);
    await tellChanges(telling(store, slack));
    expect(told(slack.posts).slice(1)).toEqual([
      "C1: # EKS perimeter: 1 opened, 1 worsened",
      "C1 in ts-2: # prod in 111122223333, eu-west-1",
    ]);
    expect(await tellChanges(telling(store, slack))).toEqual({ told: 0, failed: 0 });
    expect(slack.posts).toHaveLength(3);
  });

  it("what could not be read goes to the ops channel, and its end too", async () => {
    const store = memoryStore();
    const slack = slackOf();
    await judged(store, "prod", [unread("prod", "pass")]);
    await tellChanges(telling(store, slack));
    await judged(store, "prod", [unread("prod", "fail")]);
    await tellChanges(telling(store, slack));
    await judged(store, "prod", [unread("prod", "pass")]);
    await tellChanges(telling(store, slack));
    expect(told(slack.posts).slice(1)).toEqual([
      "C2: # EKS perimeter: 1 opened",
      "C2 in ts-2: # prod in 111122223333, eu-west-1",
      "C2: # EKS perimeter: 1 resolved",
      "C2 in ts-4: # prod in 111122223333, eu-west-1",
    ]);
  });

  it("below the severity it is for nobody, and not told either when the severity is lowered", async () => {
    const store = memoryStore();
    const slack = slackOf();
    await judged(store, "prod", [service("prod", "web", { severity: "low" })]);
    await tellChanges(telling(store, slack));
    await tellChanges(telling(store, slack, { settings: settingsOf({ minSeverity: "low" }) }));
    expect(told(slack.posts)).toEqual(["C1: # EKS perimeter: 1 cluster scanned for the first time"]);
    expect(shown(slack.posts[0]?.message as Message)).toContain("prod in 111122223333, eu-west-1: nothing severe enough");
  });

  it("the end of what was told, also if it was below the severity by then; of what was never told, not", async () => {
    const store = memoryStore();
    const slack = slackOf();
    await judged(store, "prod", [service("prod", "web"), service("prod", "quiet", { severity: "low" })]);
    await tellChanges(telling(store, slack));
    await judged(store, "prod", [service("prod", "web", { severity: "low" }), service("prod", "quiet", { severity: "low" })]);
    expect(await tellChanges(telling(store, slack))).toEqual({ told: 0, failed: 0 });
    await judged(store, "prod", [service("prod", "web", { status: "pass" }), service("prod", "quiet", { status: "pass" })]);
    await tellChanges(telling(store, slack));
    expect(told(slack.posts).slice(1)).toEqual(["C1: # EKS perimeter: 1 resolved", "C1 in ts-2: # prod in 111122223333, eu-west-1"]);
    expect(shown(slack.posts[2]?.message as Message)).toContain("Resolved, was high: Service shop/web");
  });

  it("what was suppressed in Security Hub is not told", async () => {
    const store = memoryStore();
    const slack = slackOf();
    await judged(store, "prod", [service("prod", "bystander", { status: "pass" })]);
    await tellChanges(telling(store, slack));
    await judged(store, "prod", [service("prod", "web")]);
    const key = stateKeys.cluster(targetOf("prod"));
    await updateState(store, key, clusterOf(account, "prod").arn, (state) => ({ state: withoutNews(state, newsOf(state).map(silenced)) }));
    await tellChanges(telling(store, slack));
    expect(slack.posts).toHaveLength(1);
  });

  it("a run of some clusters tells those alone; one of some checks introduces nobody", async () => {
    const store = memoryStore();
    const slack = slackOf();
    await judged(store, "prod", [service("prod", "web")]);
    await judged(store, "other", [service("other", "web")]);
    await tellChanges(telling(store, slack, { scope: { clusters: ["prod"] } }));
    expect(told(slack.posts)).toEqual(["C1: # EKS perimeter: 1 cluster scanned for the first time"]);
    await tellChanges(telling(store, slack, { scope: { checks: ["endpoint-not-open-to-internet"] } }));
    await tellChanges(telling(store, slack, { scope: { accounts: ["999999999999"] } }));
    await tellChanges(telling(store, slack, { scope: { regions: ["us-east-1"] } }));
    expect(slack.posts).toHaveLength(1);
    await tellChanges(telling(store, slack));
    expect(told(slack.posts).slice(1)).toEqual(["C1: # EKS perimeter: 1 cluster scanned for the first time"]);
  });

  it("the end of what a run of some checks told is an end, also where the cluster is scanned as a whole for the first time", async () => {
    const store = memoryStore();
    const slack = slackOf();
    await judged(store, "prod", [service("prod", "web")]);
    await tellChanges(telling(store, slack, { scope: { checks: ["load-balancer-internal-or-restricted"] } }));
    await judged(store, "prod", [service("prod", "web", { status: "pass" })]);
    await tellChanges(telling(store, slack));
    expect(told(slack.posts).slice(1)).toEqual(["C1: # EKS perimeter: 1 resolved", "C1 in ts-2: # prod in 111122223333, eu-west-1"]);
  });

  it("failures of a run go to the ops channel once, until they are others", async () => {
    const store = memoryStore();
    const slack = slackOf();
    const failures = ["2 clusters were found and left no record."];
    await tellChanges(telling(store, slack, { failures }));
    await tellChanges(telling(store, slack, { failures }));
    await tellChanges(telling(store, slack, { failures: [], scope: { clusters: ["prod"] } }));
    await tellChanges(telling(store, slack, { failures }));
    expect(told(slack.posts)).toEqual(["C2: # EKS perimeter: not everything was seen"]);
    await tellChanges(telling(store, slack));
    await tellChanges(telling(store, slack, { failures }));
    expect(slack.posts.map(({ message }) => shown(message)).join("\n")).toContain(failures[0]);
    expect(slack.posts).toHaveLength(2);
  });

  it("by a webhook: one message of its own channel, whatever the routes say", async () => {
    const store = memoryStore();
    const slack = slackOf("webhook");
    await judged(store, "prod", [service("prod", "bystander", { status: "pass" })]);
    await tellChanges(telling(store, slack));
    await judged(store, "prod", [service("prod", "web"), unread("prod", "fail")]);
    await tellChanges(telling(store, slack));
    expect(told(slack.posts)).toEqual([
      "webhook: # EKS perimeter: 1 cluster scanned for the first time",
      "webhook: # EKS perimeter: 2 opened",
    ]);
    expect(shown(slack.posts[1]?.message as Message)).toContain("Service shop/web is reachable");
  });
});

describe("what Slack refuses", () => {
  const prepared = async () => {
    const store = memoryStore();
    await judged(store, "prod", [service("prod", "bystander", { status: "pass" })]);
    await tellChanges(telling(store, slackOf()));
    await judged(store, "prod", [service("prod", "web"), unread("prod", "fail")]);
    return store;
  };

  it("a channel for good: the other one is told, and it is told what is news when it is there", async () => {
    const store = await prepared();
    const without = slackOf("bot", ({ channel }) => (channel === "C1" ? "channel_not_found" : undefined));
    expect(await tellChanges(telling(store, without))).toEqual({ told: 1, failed: 1 });
    expect(told(without.posts)).toEqual(["C2: # EKS perimeter: 1 opened", "C2 in ts-1: # prod in 111122223333, eu-west-1"]);
    later();
    await judged(store, "prod", [service("prod", "web"), service("prod", "api"), unread("prod", "fail")]);
    const back = slackOf();
    await tellChanges(telling(store, back, { scope: { runId: "run-2" } }));
    expect(told(back.posts)).toEqual(["C1: # EKS perimeter: 2 opened", "C1 in ts-1: # prod in 111122223333, eu-west-1"]);
  });

  it("the replies: the next run goes on with them, in the same thread, and at once", async () => {
    const store = await prepared();
    const half = slackOf("bot", ({ thread }) => (thread === undefined ? undefined : "ratelimited"));
    expect(await tellChanges(telling(store, half))).toEqual({ told: 0, failed: 2 });
    const back = slackOf();
    await tellChanges(telling(store, back, { scope: { runId: "run-2" } }));
    expect(told(back.posts).sort()).toEqual([
      "C1 in ts-1: # prod in 111122223333, eu-west-1",
      "C2 in ts-2: # prod in 111122223333, eu-west-1",
    ]);
  });

  it("the blocks: the text alone is told", async () => {
    const store = await prepared();
    const strict = slackOf("bot", ({ message }) => (message.blocks.length > 0 ? "invalid_blocks" : undefined));
    expect(await tellChanges(telling(store, strict))).toEqual({ told: 2, failed: 0 });
    expect(strict.posts.map(({ message }) => message.text.split("\n")[0]).sort()).toEqual([
      "EKS perimeter: 1 opened",
      "EKS perimeter: 1 opened",
      "prod in 111122223333, eu-west-1",
      "prod in 111122223333, eu-west-1",
    ]);
  });

  it.each(["invalid_blocks", "thread_not_found"])("a reply for ever, by %s: the channel goes on without it", async (code) => {
    const store = await prepared();
    const strict = slackOf("bot", ({ thread }) => (thread === undefined ? undefined : code));
    expect(await tellChanges(telling(store, strict))).toEqual({ told: 2, failed: 0 });
    expect(await tellChanges(telling(store, strict))).toEqual({ told: 0, failed: 0 });
  });

  it("a message whose answer was lost is told again, also when what it tells is over by then", async () => {
    const store = await prepared();
    const lost = slackOf("bot", ({ channel }) => (channel === "C1" ? "timeout" : undefined));
    await tellChanges(telling(store, lost));
    later();
    await judged(store, "prod", [service("prod", "web", { status: "pass" }), unread("prod", "fail")]);
    const back = slackOf();
    await tellChanges(telling(store, back, { scope: { runId: "run-2" } }));
    expect(digestsIn(back.posts)).toEqual(openedThenResolved);
  });

  it("a message whose answer was lost, whose finding was waived and fixed since: its end is told after it", async () => {
    const store = await prepared();
    await tellChanges(
      telling(
        store,
        slackOf("bot", ({ channel }) => (channel === "C1" ? "timeout" : undefined)),
      ),
    );
    later();
    for (const status of ["waived", "pass"] as const)
      await judged(store, "prod", [service("prod", "web", { status }), unread("prod", "fail")]);
    const back = slackOf();
    await tellChanges(telling(store, back, { scope: { runId: "run-2" } }));
    expect(digestsIn(back.posts)).toEqual(openedThenResolved);
  });

  it("a message whose answer was lost, and then the channel: its end is told once it is back", async () => {
    const store = await prepared();
    for (const code of ["timeout", "channel_not_found"]) {
      await tellChanges(
        telling(
          store,
          slackOf("bot", ({ channel }) => (channel === "C1" ? code : undefined)),
        ),
      );
      later();
    }
    await judged(store, "prod", [service("prod", "web", { status: "pass" }), unread("prod", "fail")]);
    const back = slackOf();
    await tellChanges(telling(store, back, { scope: { runId: "run-2" } }));
    expect(digestsIn(back.posts)).toEqual(openedThenResolved);
  });

  it("a channel that is not in the settings any more: the rest is told to the new one", async () => {
    const store = await prepared();
    const half = slackOf("bot", ({ thread }) => (thread === undefined ? undefined : "is_archived"));
    await tellChanges(telling(store, half));
    const moved = slackOf();
    await tellChanges(telling(store, moved, { settings: settingsOf({ channel: "C3" }), scope: { runId: "run-2" } }));
    expect(told(moved.posts).filter((post) => post.startsWith("C3"))).toEqual([
      "C3: # EKS perimeter: 1 opened",
      expect.stringMatching(/^C3 in /),
    ]);
  });

  it("a channel that is not in the settings any more, beside an outbox that can't be understood", async () => {
    const store = await prepared();
    await tellChanges(
      telling(
        store,
        slackOf("bot", ({ thread }) => (thread === undefined ? undefined : "is_archived")),
      ),
    );
    store.objects.set(outboxKey("C9"), "{");
    const moved = slackOf();
    expect(await tellChanges(telling(store, moved, { settings: settingsOf({ channel: "C3" }), scope: { runId: "run-2" } }))).toMatchObject({
      failed: 0,
    });
    expect(JSON.parse(store.objects.get(outboxKey("C1")) ?? "")).not.toHaveProperty("batch");
  });

  it("the replies of a batch that an earlier version kept, which knew no time of its evidence: the next run goes on with them", async () => {
    const store = await prepared();
    await tellChanges(
      telling(
        store,
        slackOf("bot", ({ thread }) => (thread === undefined ? undefined : "ratelimited")),
      ),
    );
    const key = outboxKey("C1");
    const kept = JSON.parse(store.objects.get(key) ?? "");
    for (const marks of kept.batch.marks) for (const one of marks.told) delete one.seenAt;
    await store.put(key, JSON.stringify(kept));
    const back = slackOf();
    expect(await tellChanges(telling(store, back, { scope: { runId: "run-2" } }))).toMatchObject({ failed: 0 });
    expect(told(back.posts)).toContain("C1 in ts-1: # prod in 111122223333, eu-west-1");
    await judged(store, "prod", [service("prod", "web", { status: "pass" }), unread("prod", "fail")]);
    await tellChanges(telling(store, back, { scope: { runId: "run-3" } }));
    expect(digestsIn(back.posts)).toEqual(["C1: # EKS perimeter: 1 resolved"]);
  });

  it("an outbox that can't be understood stops its channel alone", async () => {
    const store = await prepared();
    store.objects.set(outboxKey("C1"), "{}");
    expect(await tellChanges(telling(store, slackOf()))).toEqual({ told: 1, failed: 1 });
  });
});

it("a message that takes as long as Slack may make it wait: no other run posts it meanwhile", async () => {
  const store = memoryStore();
  await judged(store, "prod", [service("prod", "web")]);
  const other = slackOf();
  const slow = slackOf("bot", () => {
    clock.now += 4 * 10_000 + 3 * 60_000; // four attempts without an answer in time, and three waits
    return undefined;
  });
  const waiting: Slack = {
    ...slow,
    post: async (...args) => {
      const address = await slow.post(...args);
      await tellChanges(telling(store, other, { scope: { runId: "run-2" } }));
      return address;
    },
  };
  await tellChanges(telling(store, waiting));
  expect(told([...slow.posts, ...other.posts])).toEqual(["C1: # EKS perimeter: 1 cluster scanned for the first time"]);
});

it("two runs at once: a channel is told by one of them", async () => {
  const store = memoryStore();
  await judged(store, "prod", [service("prod", "web")]);
  const slack = slackOf();
  await Promise.all(["run-1", "run-2", "run-3"].map((runId) => tellChanges(telling(store, slack, { scope: { runId } }))));
  expect(told(slack.posts)).toEqual(["C1: # EKS perimeter: 1 cluster scanned for the first time"]);
});

/** What a reader of the channels believes, from the lines that were posted. */
const lines = (posts: readonly Post[]) =>
  posts
    .flatMap(({ channel, message }) =>
      shown(message)
        .split("\n")
        .map((line) => `${channel} ${line}`),
    )
    .filter((line) => /Service|Cluster/.test(line));

it("while a run posts, another one leaves the channel to it", async () => {
  const store = memoryStore();
  await judged(store, "prod", [service("prod", "web")]);
  const late = slackOf();
  const slow = slackOf();
  const posting: Slack = {
    ...slow,
    post: async (...args) => {
      expect(await tellChanges(telling(store, late, { scope: { runId: "run-2" } }))).toEqual({ told: 0, failed: 0 });
      return slow.post(...args);
    },
  };
  await tellChanges(telling(store, posting));
  expect([told(late.posts), told(slow.posts)]).toEqual([[], ["C1: # EKS perimeter: 1 cluster scanned for the first time"]]);
});

it("what was posted before a crash is known by the next run, also when it is over by then", async () => {
  let isGone = false;
  const store = memoryStore(() => {
    if (isGone) throw new Error("The process is gone.");
  });
  const slack = slackOf("webhook");
  await judged(store, "prod", [service("prod", "bystander", { status: "pass" })]);
  await tellChanges(telling(store, slack));
  await judged(store, "prod", [service("prod", "web")]);
  const dying: Slack = {
    ...slack,
    post: async (...args) => {
      isGone = true;
      return slack.post(...args);
    },
  };
  await tellChanges(telling(store, dying));
  isGone = false;
  later();
  await judged(store, "prod", [service("prod", "web", { status: "pass" })]);
  await tellChanges(telling(store, slack, { scope: { runId: "run-2" } }));
  const opened = "webhook: # EKS perimeter: 1 opened";
  expect(told(slack.posts).slice(1)).toEqual([opened, opened, "webhook: # EKS perimeter: 1 resolved"]);
});

describe("a crash at any point", () => {
  class Crash extends Error {}
  /** So many that one reply does not hold them. */
  const wide = ["w1", "w2", "w3", "w4"];
  const many = (cluster: string) => Array.from({ length: 40 }, (_, i) => service(cluster, `${cluster}-${i}`));
  /** Everything that may be told, in one run after the first. */
  const run = async (crashAt: number) => {
    let calls = 0;
    let isArmed = false;
    const step = () => {
      if (isArmed && ++calls >= crashAt) throw new Crash(); // from then on nothing works: the process is gone
    };
    const store = memoryStore(step);
    const slack = slackOf("bot");
    const crashing: Slack = {
      ...slack,
      post: async (...args) => {
        step();
        return slack.post(...args);
      },
    };
    await judged(store, "prod", [service("prod", "old")]);
    await judged(store, "staging", [service("staging", "bystander", { status: "pass" })]);
    for (const name of wide) await judged(store, name, [service(name, "bystander", { status: "pass" })]);
    await tellChanges(telling(store, slack));
    slack.posts.length = 0;
    await judged(store, "prod", [service("prod", "web"), unread("prod", "fail")]);
    await judged(store, "staging", [service("staging", "shop"), service("staging", "low", { severity: "low" })]);
    for (const name of wide) await judged(store, name, many(name));
    isArmed = true;
    await tellChanges(telling(store, crashing));
    isArmed = false;
    const isOver = calls < crashAt;
    return { store, slack, isOver };
  };
  const expected = async () => lines((await run(Number.POSITIVE_INFINITY)).slack.posts).sort();

  it.each([
    ["the same run is tried again", "run-1", 0],
    ["the run is never tried again, and the next one comes a day later", "run-2", day],
  ])("%s: nothing is missed, and at most one message is repeated in a channel", async (_how, runId, wait) => {
    const wanted = await expected();
    expect(wanted).toHaveLength(4 + 160); // one resolved, one unread
    for (let at = 1; ; at++) {
      const { store, slack, isOver } = await run(at);
      if (isOver) return expect(at).toBeGreaterThan(30);
      clock.now += wait;
      await tellChanges(telling(store, slack, { scope: { runId } }));
      expect([...new Set(lines(slack.posts))].sort(), `call ${at}`).toEqual(wanted);
      for (const channel of ["C1", "C2"]) {
        const texts = slack.posts.filter((post) => post.channel === channel).map(({ message }) => shown(message).replace(/Run run-\d/, ""));
        expect(texts.length - new Set(texts).size, `call ${at}`).toBeLessThanOrEqual(1);
      }
      const before = slack.posts.length;
      await tellChanges(telling(store, slack, { scope: { runId: "run-3" } }));
      expect(slack.posts.length, `call ${at}`).toBe(before);
      expect(newsOf((await readState(store, stateKeys.cluster(targetOf("prod")))) ?? never())).toEqual([]);
    }
  });
});
const never = (): never => {
  throw new Error("There is no state.");
};

it("whatever happens between runs, readers know at the end what fails", async () => {
  const names = ["a", "b", "c"];
  const step = fc.record({
    fails: fc.subarray(names),
    refuses: fc.constantFrom<(post: Post) => string | undefined>(
      () => undefined,
      () => undefined,
      () => "ratelimited",
      ({ thread }) => (thread === undefined ? undefined : "ratelimited"),
      () => "timeout",
    ),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      const store = memoryStore();
      const believed = new Set<string>();
      await judged(store, "prod", [service("prod", "bystander", { status: "pass" })]);
      await tellChanges(telling(store, slackOf()));
      for (const [at, { fails, refuses }] of [...steps, { fails: steps.at(-1)?.fails ?? [], refuses: () => undefined }].entries()) {
        later();
        await judged(
          store,
          "prod",
          names.map((name) => service("prod", name, { status: fails.includes(name) ? "fail" : "pass" })),
        );
        const slack = slackOf("bot", refuses);
        await tellChanges(telling(store, slack, { scope: { runId: `run-${at}` } }));
        for (const line of lines(slack.posts)) {
          const name = /Service shop\/(\w)/.exec(line)?.[1] ?? "";
          if (line.includes("Resolved")) {
            expect(believed.delete(name), line).toBe(true);
          } else {
            expect(believed.has(name), line).toBe(false);
            believed.add(name);
          }
        }
      }
      expect([...believed].sort()).toEqual([...(steps.at(-1)?.fails ?? [])].sort());
    }),
    { numRuns: 150 },
  );
});
