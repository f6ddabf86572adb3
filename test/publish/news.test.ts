import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../core/model/finding.ts";
import { emptyState, FindingState, nextState, type Told } from "../../core/publish/finding-state.ts";
import { type News, newsOf, silenced, withIntroduced, withoutNews, withTold } from "../../core/publish/news.ts";
import { aServiceFinding, clusterOf } from "../report/sample.ts";

const subject = clusterOf("111122223333", "prod").arn;
const complete = new Set(["load-balancer-internal-or-restricted"]);
const day = (number: number) => new Date(Date.UTC(2026, 0, number, 6)).toISOString();
const web = (rest: Partial<Finding> = {}) => aServiceFinding("web", rest);

const low = [web({ severity: "low" })];
const high = [web({ severity: "high" })];
const waived = [web({ status: "waived" })];
const pass = [web({ status: "pass" })];
const gone: readonly Finding[] = [aServiceFinding("bystander", { status: "pass" })];
const unread = [web({ status: "unknown", reason: { code: "forbidden", message: "No." } })];
const tell = "tell";
const silence = "silence";

type Step = readonly Finding[] | "tell" | "silence";

/** The state after a row of evaluations, tellings and suppressions, one a day. */
function stateAfter(steps: readonly Step[], from: FindingState = emptyState(subject), daysBefore = 0): FindingState {
  let state = from;
  steps.forEach((step, at) => {
    const news = newsOf(state);
    if (step === tell) state = withTold(state, news);
    else if (step === silence) state = withoutNews(state, news.filter(({ kind }) => kind !== "resolved").map(silenced));
    else state = judged(state, step as readonly Finding[], daysBefore + at + 1);
  });
  return state;
}
const judged = (state: FindingState, findings: readonly Finding[], on: number): FindingState =>
  nextState(state, { findings, readAt: day(on), complete: findings === unread ? new Set() : complete }).state;
const kindsIn = (state: FindingState): readonly string[] => newsOf(state).map(({ kind, severity }) => `${kind} ${severity}`);

describe("news", () => {
  it.each<[string, readonly Step[], readonly string[]]>([
    ["opened: it fails", [high], ["opened high"]],
    ["none: it fails, and was told", [high, tell, high], []],
    ["none: it passes, and always did", [pass], []],
    ["opened, still: nobody was told yet", [high, high], ["opened high"]],
    ["none: it came and went before anybody was told", [high, pass], []],
    ["resolved: it passes", [high, tell, pass], ["resolved high"]],
    ["resolved: it is gone", [high, tell, gone], ["resolved high"]],
    ["none: it could not be read", [high, tell, unread], []],
    ["none: it went and came before anybody was told", [high, tell, pass, high], []],
    ["reopened: it fails again after its end was told", [high, tell, pass, tell, high], ["reopened high"]],
    ["worsened: more severe than was told", [low, tell, high], ["worsened high"]],
    ["none: less severe than was told", [high, tell, low], []],
    ["none: as severe again as was told", [high, tell, low, tell, high], []],
    ["resolved, as severe as was told: it became less severe and ended", [high, tell, low, tell, pass], ["resolved high"]],
    ["resolved, as severe as was told: it became more severe and ended before anybody was told", [low, tell, high, pass], ["resolved low"]],
    ["none: it is waived", [high, tell, waived], []],
    ["none: waived from the first", [waived], []],
    ["waiver-ended: it fails without its waiver", [waived, high], ["waiver-ended high"]],
    ["waiver-ended: it fails without its waiver, and had been told before", [high, tell, waived, high], ["waiver-ended high"]],
    ["none: a waived one is fixed", [high, tell, waived, pass], []],
    ["reopened: a waived one was fixed and is back", [waived, pass, high], ["reopened high"]],
    ["none: suppressed", [high, silence, high], []],
    ["none: a suppressed one becomes more severe", [low, silence, high], []],
    ["none: a suppressed one is fixed", [high, silence, pass], []],
    ["resolved, as severe as was told: a worse one was suppressed, and is fixed", [low, tell, high, silence, pass], ["resolved low"]],
    ["reopened, to be asked again: a suppressed one was fixed and is back", [high, silence, pass, high], ["reopened high"]],
  ])("%s", (_rule, steps, expected) => {
    expect(kindsIn(stateAfter(steps))).toEqual(expected);
  });
});

describe("read by the channel, and known only after", () => {
  type Since = readonly (readonly Finding[] | "silence")[];
  it.each<[string, readonly (readonly Finding[] | "tell")[], Since, readonly string[]]>([
    ["resolved: it opened, and passes by then", [high], [pass], ["resolved high"]],
    ["none: it opened, was fixed, and fails again", [high], [pass, high], []],
    ["none: its waiver had ended, it was fixed, and fails again", [waived, high], [pass, high], []],
    ["resolved: its waiver had ended, and it is gone", [waived, high], [gone], ["resolved high"]],
    ["reopened: its end, and it fails again", [high, tell, pass], [high], ["reopened high"]],
    ["none: it opened, and is less severe by then", [high], [low], []],
    ["worsened: it opened, and is more severe by then", [low], [high], ["worsened high"]],
    ["none: it opened, and is waived by then", [high], [waived], []],
    ["waiver-ended: it opened, was waived, and is not any more", [high], [waived, high], ["waiver-ended high"]],
    ["waiver-ended: its waiver had ended, was given again, and ended again", [waived, high], [waived, high], ["waiver-ended high"]],
    ["waiver-ended: it opened, was waived, was fixed, and fails again", [high], [waived, pass, high], ["waiver-ended high"]],
    ["resolved: it opened, was waived, and was fixed", [high], [waived, pass], ["resolved high"]],
    ["none: it opened, and was suppressed by then", [high], [silence], []],
    ["resolved: it opened, was suppressed, and passes by then", [high], [silence, pass], ["resolved high"]],
    ["none: it opened, became worse, and was suppressed then", [low], [high, silence], []],
    ["none: its end, but it fails again and was suppressed", [low, tell, pass], [high, silence], []],
  ])("%s", (_rule, before, since, expected) => {
    const told = stateAfter(before);
    expect(newsOf(told)).toHaveLength(1);
    const now = stateAfter(since, told, before.length);
    expect(kindsIn(withTold(now, newsOf(told)))).toEqual(expected);
  });

  it("by somebody late: nothing is news that somebody faster told", () => {
    const opened = stateAfter([high]);
    const told = stateAfter([tell, pass, tell], opened, 1);
    expect(kindsIn(withTold(told, newsOf(opened)))).toEqual([]);
    expect(kindsIn(withTold(stateAfter([high], told, 4), newsOf(opened)))).toEqual(["reopened high"]);
  });

  it("by somebody late, and waived and ended since: its end is news, and where it is back first, the end of its waiver", () => {
    const told = stateAfter([waived, high]);
    const ended = stateAfter([waived, high, gone], told, 2);
    const late = withTold(ended, newsOf(told));
    expect(kindsIn(late)).toEqual(["resolved high"]);
    expect(kindsIn(stateAfter([high], late, 5))).toEqual(["waiver-ended high"]);
  });

  it("resolved: it opened, its waiver came and ended by then, and it is fixed before that was told; a waiver once more ends it for nobody", () => {
    const opened = stateAfter([high]);
    const late = withTold(stateAfter([waived, high], opened, 1), newsOf(opened));
    expect(kindsIn(late)).toEqual(["waiver-ended high"]);
    expect(kindsIn(stateAfter([pass], late, 3))).toEqual(["resolved high"]);
    expect(kindsIn(stateAfter([waived, pass], late, 3))).toEqual([]);
  });

  it("resolved, as severe as was read: it opened, became worse and was suppressed by then, and passes", () => {
    const opened = stateAfter([low]);
    const late = withTold(stateAfter([high, silence], opened, 1), newsOf(opened));
    expect(kindsIn(late)).toEqual([]);
    expect(kindsIn(stateAfter([pass], late, 3))).toEqual(["resolved low"]);
  });

  it("none, for good: it opened, is waived by then, and is fixed after", () => {
    const opened = stateAfter([high]);
    const late = withTold(stateAfter([waived], opened, 1), newsOf(opened));
    expect(kindsIn(stateAfter([pass], late, 3))).toEqual([]);
  });

  it.each<[string, Told]>([
    ["something else", { as: "closed", severity: "high", isHeardOf: true }],
    ["another severity", { as: "suppressed", severity: "low", isHeardOf: true }],
    ["that it fails", { as: "suppressed", severity: "high" }],
    ["nothing", { as: "fail", severity: "low" }],
  ])("news are for nobody only as long as what was told stands: by then it was %s", (_rule, told) => {
    const before: Told = { as: "suppressed", severity: "high", isHeardOf: true };
    const after: Told = { as: "suppressed", severity: "critical" };
    const opened = stateAfter([high]);
    const [[id, remembered] = ["", undefined]] = Object.entries(opened.findings);
    if (remembered === undefined) throw new TypeError("It is remembered.");
    const now = (its: Told): FindingState => ({ ...opened, findings: { [id]: { ...remembered, told: its } } });
    expect(withoutNews(now(before), [{ id, before, after }])).toEqual(now(after));
    expect(withoutNews(now(told), [{ id, before, after }])).toEqual(now(told));
  });

  it("a subject is introduced once, and what a channel believes is kept as it is written", () => {
    const state = stateAfter([low, tell, high, silence]);
    const introduced = withIntroduced(withIntroduced(state, day(5)), day(6));
    expect(FindingState.parse(introduced)).toEqual({ ...state, introducedAt: day(5) });
  });

  it("none is for nobody that somebody was told of in the meantime", () => {
    const opened = stateAfter([low]);
    const told = stateAfter([tell, high, tell], opened, 1);
    expect(withoutNews(told, newsOf(opened))).toEqual(told);
  });
});

/** A telling that ends before it is recorded: the channel read it, or nobody knows; who goes on with it posts it anew, or knows better. */
interface Crash {
  readonly isRead: boolean;
  readonly isReadAgain: boolean;
}

it("whatever happens and whatever crashes, no telling contradicts the one before, and after the last one the channel knows the truth", () => {
  const crash = fc.record({ isRead: fc.boolean(), isReadAgain: fc.boolean() });
  const steps = fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom<readonly Finding[]>(low, high, waived, pass, gone, unread) },
      { weight: 2, arbitrary: fc.constant("tell" as const) },
      { weight: 1, arbitrary: fc.constant("silence" as const) },
      { weight: 2, arbitrary: crash },
    ),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(steps, (some) => {
      const channel = new Channel();
      for (const step of some) channel.take(step);
      channel.end();
    }),
    { numRuns: 5_000 },
  );
});

/** One finding, and somebody who reads of it in a channel and nowhere else. */
class Channel {
  #state = emptyState(subject);
  #day = 0;
  #truth: Finding["status"] = "pass";
  #believed: "fails" | "does not" = "does not";
  #hasHeardOf = false;
  /** On its way, and not recorded. */
  #kept: { readonly news: readonly News[]; readonly crash: Crash } | undefined;

  take(step: readonly Finding[] | "tell" | "silence" | Crash): void {
    if (step === tell) this.#tell();
    else if (step === silence) this.#state = stateAfter([silence], this.#state);
    else if ("isRead" in step) {
      this.#goOn();
      this.#kept = { news: newsOf(this.#state), crash: step };
      if (step.isRead) this.#read(this.#kept.news, false);
    } else {
      this.#state = judged(this.#state, step, ++this.#day);
      const status = step.find(({ id }) => id === web().id)?.status ?? "pass";
      if (status !== "unknown") this.#truth = status;
    }
    if (this.#truth === "waived") this.#believed = "does not"; // the waiver says that its owner knows: nobody else has to
  }

  end(): void {
    this.take(tell);
    expect(newsOf(this.#state)).toEqual([]);
    const isSuppressed = Object.values(this.#state.findings).some(({ told }) => told?.as === "suppressed");
    if (!isSuppressed) expect(this.#believed).toBe(this.#truth === "fail" ? "fails" : "does not");
  }

  #tell(): void {
    this.#goOn();
    const news = newsOf(this.#state);
    expect(news.length).toBeLessThanOrEqual(1);
    this.#read(news, false);
    this.#state = withTold(this.#state, news);
  }

  #goOn(): void {
    if (this.#kept === undefined) return;
    const { news, crash } = this.#kept;
    if (!crash.isRead || crash.isReadAgain) this.#read(news, crash.isRead);
    this.#state = withTold(this.#state, news);
    this.#kept = undefined;
  }

  #read(news: readonly News[], isRepeat: boolean): void {
    for (const { kind } of news) {
      if (!isRepeat && (kind === "opened" || kind === "reopened")) expect([kind, this.#believed]).toEqual([kind, "does not"]);
      if (!isRepeat && (kind === "worsened" || kind === "resolved")) expect([kind, this.#hasHeardOf]).toEqual([kind, true]);
      this.#believed = kind === "resolved" ? "does not" : "fails";
      this.#hasHeardOf = kind !== "resolved";
    }
  }
}
