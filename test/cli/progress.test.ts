import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startCount, startProgress } from "../../cli/progress.ts";
import { type Advance, clock, progressLine, timeLeft } from "../../cli/progress-line.ts";
import { member, started } from "../sandbox/support.ts";
import { run } from "./command.ts";

const begun: Advance = {
  startedAt: 0,
  accounts: 3,
  accountsDone: 3,
  clusters: 40,
  clustersDone: 10,
  clustersFrom: 5_000,
  calls: 1234,
};

describe("time left", () => {
  it.each<[string, Partial<Advance>, number | undefined]>([
    ["known: 10 of 40 clusters in 20 s leave 60 s", {}, 60_000],
    ["unknown: no cluster has ended", { clustersDone: 0 }, undefined],
    ["unknown: fewer have ended than are read at once", { clustersDone: 7 }, undefined],
    ["known of few clusters once half of them have ended", { clusters: 4, clustersDone: 2 }, 20_000],
    ["unknown: an account may still add clusters", { accountsDone: 2 }, undefined],
    ["unknown: how many accounts there are is not known", { accounts: undefined }, undefined],
    ["none where all have ended", { clustersDone: 40 }, undefined],
  ])("%s", (_rule, change, left) => {
    expect(timeLeft({ ...begun, ...change }, 25_000)).toBe(left);
  });
});

describe("the line", () => {
  it.each<[number, string]>([
    [100, "3 of 3 accounts · 10 of 40 clusters · 1,234 calls · 0:25 · about 1 min left"],
    [70, "3 of 3 accounts · 10 of 40 clusters · 0:25 · about 1 min left"],
    [40, "10/40 clusters · 0:25 · ~1 min left"],
    [20, "10/40 clusters · 0:…"],
  ])("says the most that fits %i columns", (columns, line) => {
    expect(progressLine(begun, 25_000, columns)).toBe(line);
  });

  it.each<[string, Partial<Advance>, string]>([
    [
      "before anything is known",
      { accounts: undefined, accountsDone: 0, clusters: 0, clustersDone: 0, calls: 1 },
      "Looking for clusters · 1 call · 0:25",
    ],
    [
      "one account is not counted",
      { accounts: 1, accountsDone: 0, clusters: 0, clustersDone: 0, calls: 2 },
      "Looking for clusters · 2 calls · 0:25",
    ],
    [
      "accounts are",
      { accountsDone: 1, clusters: 0, clustersDone: 0, calls: 2 },
      "Looking for clusters · 1 of 3 accounts · 2 calls · 0:25",
    ],
  ])("%s", (_what, change, line) => {
    expect(progressLine({ ...begun, ...change }, 25_000, 100)).toBe(line);
  });

  it("never is wider than the terminal", () => {
    const count = fc.nat({ max: 5_000 });
    fc.assert(
      fc.property(count, count, count, fc.integer({ min: 1, max: 120 }), fc.nat({ max: 1e8 }), (accounts, clusters, done, columns, now) => {
        const advance = { ...begun, accounts, accountsDone: accounts, clusters, clustersDone: Math.min(done, clusters) };
        expect(progressLine(advance, now, columns).length).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it.each([
    [0, "0:00"],
    [65_000, "1:05"],
    [3_723_000, "1:02:03"],
  ])("%i ms are %s", (ms, text) => expect(clock(ms)).toBe(text));
});

describe("where it is told", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** What a stream is told in so many seconds, of which a cluster takes ten. */
  function told(isTTY: boolean, environment: Record<string, string>, seconds: number, verbose = false): string {
    const written: string[] = [];
    const cursor = { cursorTo: () => true, moveCursor: () => true, clearLine: () => true };
    const stream = Object.assign(new PassThrough(), { isTTY, columns: 80, ...cursor }) as unknown as NodeJS.WriteStream;
    stream.write = (text: unknown) => written.push(String(text)) > 0;
    const calls = { counts: () => ({ aws: 7, again: 1, kubernetes: 5 }), end: () => {} };
    const progress = startProgress({ verbose }, { stream, environment, now: Date.now, calls });
    progress.accounts(1);
    progress.looked();
    progress.found(9);
    progress.read({ read: "eks:DescribeCluster", ms: 12.4, state: "read", about: "a \u001b[2Jcluster\u202e" });
    progress.read({ read: "kubernetes:list pods", ms: 1_500, state: "unknown" });
    for (let second = 0; second < seconds; second += 1) {
      vi.advanceTimersByTime(1_000);
      if (second % 10 === 9) progress.scanned();
    }
    progress.log.warn("finding not published", { runId: "r", account: "1", message: "No \u001b[31mway.", code: "X" });
    progress.stop();
    progress.stop();
    return written.join("");
  }

  it("a log hears of a long run now and then, in plain lines", () => {
    expect(told(false, {}, 100)).toBe(
      "2 of 9 clusters · 12 calls · 0:30\n5 of 9 clusters · 12 calls · 1:00 · about 50 s left\n8 of 9 clusters · 12 calls · 1:30 · about 15 s left\n" +
        "warning: finding not published: No way. (account 1, code X)\n",
    );
  });

  it("a log hears nothing of a short one", () => {
    expect(told(false, {}, 29)).toBe("warning: finding not published: No way. (account 1, code X)\n");
  });

  it.each<[string, Record<string, string>]>([
    ["NO_COLOR", { NO_COLOR: "1" }],
    ["CI", { CI: "true" }],
    ["TERM=dumb", { TERM: "dumb" }],
  ])("nothing moves on a terminal under %s", (_what, environment) => {
    expect(told(true, environment, 35)).toBe(told(false, {}, 35));
  });

  it("a terminal sees it move, and is left with its cursor", () => {
    const text = told(true, {}, 3);
    expect(stripVTControlCharacters(text)).toContain("0 of 9 clusters · 12 calls · 0:02");
    expect(text.lastIndexOf("\u001b[?25h")).toBeGreaterThan(text.lastIndexOf("\u001b[?25l"));
  });

  it("--verbose: each read with its time and place as harmless text, and at the end how many, and the slowest", () => {
    expect(told(false, {}, 3, true)).toBe(
      [
        "    12 ms  read     eks:DescribeCluster  (a cluster\uFFFD)",
        "  1500 ms  unknown  kubernetes:list pods",
        "warning: finding not published: No way. (account 1, code X)",
        "",
        "2 reads in 0:03, 1 without an answer: 1 of AWS, 1 of Kubernetes.",
        "12 calls: 7 to AWS (1 of them again), 5 to Kubernetes.",
        "Slowest reads:",
        "  1500 ms  unknown  kubernetes:list pods",
        "    12 ms  read     eks:DescribeCluster  (a cluster\uFFFD)",
        "",
      ].join("\n"),
    );
  });
});

describe("--verbose of a real run", () => {
  it.each([
    ["scan", ["scan", "--account", member]],
    ["scan of the organization", ["scan", "--org", "--region", "eu-west-1"]],
    ["doctor", ["doctor", "--account", member]],
    ["connectivity", ["connectivity", "--account", member, "--cluster", "prod"]],
  ])("%s: the calls that it counts are those that were answered", { timeout: 60_000 }, async (_what, args) => {
    const sandbox = await started();
    const { stderr } = await run([...args, "--verbose"], sandbox);
    expect(stderr).toMatch(/^ +\d+ ms {2}read {5}eks:DescribeCluster {2}\(222222222222 eu-west-1 prod\)$/m);
    const [, aws, kubernetes] = /^\d+ calls: (\d+) to AWS, (\d+) to Kubernetes\.$/m.exec(stderr) ?? [];
    expect(Number(aws)).toBe(sandbox.requests().filter(({ action }) => !action.startsWith("kubernetes:")).length);
    expect(Number(kubernetes)).toBeGreaterThan(0);
    expect(stderr).toContain("Slowest reads:");
  });
});

it("pieces of work are told at most every 30 s where no terminal is", () => {
  const stream = new PassThrough();
  let at = 0;
  const count = startCount(300, "findings planned for", {
    stream: stream as unknown as NodeJS.WriteStream,
    environment: {},
    now: () => at,
  });
  for (let done = 1; done <= 200; done += 1) {
    at = done * 500;
    count.tell(done);
  }
  count.stop();
  expect(String(stream.read())).toBe(
    ["60 of 300 · 0:30", "120 of 300 · 1:00", "180 of 300 · 1:30"]
      .map((line) => `${line.replace("300", "300 findings planned for")}\n`)
      .join(""),
  );
});
