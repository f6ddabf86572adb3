import { describe, expect, it } from "vitest";
import * as z from "zod";
import { allPages, answerOf } from "../../core/collect/answer.ts";
import { reasonOf } from "../../core/collect/reason.ts";
import { SharedReads } from "../../core/collect/shared-reads.ts";
import { rejection } from "../sandbox/support.ts";

const never = new AbortController().signal;
const forever = new Promise<never>(() => {});
const shape = z.object({ items: z.array(z.string()), next: z.string().optional() });
type Page = z.output<typeof shape>;
const list = (ask: (token: string | undefined) => unknown, signal = never) =>
  allPages({ shape, ask: async (token) => ask(token), items: ({ items }) => items, next: ({ next }) => next, signal });

describe("pages", () => {
  const pages: Readonly<Record<string, Page>> = {
    first: { items: ["a"], next: "empty" },
    empty: { items: [], next: "last" },
    last: { items: ["b"] },
  };
  it("are read to the last one, an empty one between them included", async () => {
    expect(await list((token) => pages[token ?? "first"])).toEqual(["a", "b"]);
  });
  it("an empty token ends the list, as EC2 writes it", async () => {
    expect(await list(() => ({ items: ["a"], next: "" }))).toEqual(["a"]);
  });
  it.each([
    ["malformed: a page that leads back", () => ({ items: ["a"], next: "again" }), "malformed"],
    ["malformed: no list at all is not an empty list", () => ({}), "malformed"],
    ["malformed: text where a list should be", () => ({ items: "abc" }), "malformed"],
    ["malformed: the second page", (token?: string) => (token === undefined ? { items: ["a"], next: "x" } : undefined), "malformed"],
    ["too-large: no end", (token?: string) => ({ items: [], next: `${Number(token ?? 0) + 1}` }), "too-large"],
  ])("%s", async (_rule, ask, code) => {
    expect(reasonOf(await rejection(list(ask)))?.code).toBe(code);
  });
});

it("timeout: an answer that does not come before the deadline, whatever the call does about it", async () => {
  expect(reasonOf(await rejection(answerOf(shape, forever, AbortSignal.timeout(5))))?.code).toBe("timeout");
  expect(reasonOf(await rejection(answerOf(shape, forever, AbortSignal.abort(new Error("stop")))))?.code).toBe("timeout");
});

describe("shared reads", () => {
  const made = () => {
    let count = 0;
    const clock = { now: 1_000 };
    return { shared: new SharedReads(() => new Date(clock.now)), clock, work: async () => ++count, calls: () => count };
  };

  it("are made once for a key, and remember when", async () => {
    const { shared, clock, work } = made();
    const first = shared.once("a", work, never);
    clock.now = 5_000;
    const answers = await Promise.all([first, shared.once("a", work, never), shared.once("b", work, never)]);
    expect(answers.map(({ value, startedAt }) => [value, startedAt.getTime()])).toEqual([
      [1, 1_000],
      [1, 1_000],
      [2, 5_000],
    ]);
  });

  it("share a refusal", async () => {
    const { shared } = made();
    let calls = 0;
    const refuse = async () => {
      calls += 1;
      throw new Error("no");
    };
    await rejection(shared.once("a", refuse, never));
    await rejection(shared.once("a", refuse, never));
    expect(calls).toBe(1);
  });

  it("are made again for those who have time, when the first asker's ran out", async () => {
    const { shared, work } = made();
    const hurried = new AbortController();
    const slow = (signal: AbortSignal) =>
      new Promise<number>((_, reject) => {
        signal.addEventListener("abort", () => reject(Object.assign(new Error("given up"), { name: "AbortError" })));
      });
    const first = rejection(shared.once("a", slow, hurried.signal));
    const second = shared.once("a", work, never);
    const third = shared.once("a", work, never);
    hurried.abort();
    expect(reasonOf(await first)?.code).toBe("timeout");
    expect((await second).value).toBe(1);
    expect((await third).value).toBe(1);
  });

  it("do not keep an asker beyond its own time", async () => {
    const { shared } = made();
    void shared.once("a", () => forever, never);
    expect(reasonOf(await rejection(shared.once("a", () => forever, AbortSignal.timeout(5))))?.code).toBe("timeout");
  });
});
