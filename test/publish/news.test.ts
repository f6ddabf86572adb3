import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../core/model/finding.ts";
import { emptyState, type FindingState, nextState } from "../../core/publish/finding-state.ts";
import { newsOf, silenced, withTold } from "../../core/publish/news.ts";
import { aServiceFinding, clusterOf } from "../report/sample.ts";

const subject = clusterOf("111122223333", "prod").arn;
const complete = new Set(["load-balancer-internal-or-restricted"]);
const day = (number: number) => new Date(Date.UTC(2026, 0, number, 6)).toISOString();
const web = (rest: Partial<Finding> = {}) => aServiceFinding("web", rest);

const fail = [web()];
const low = [web({ severity: "low" })];
const high = [web({ severity: "high" })];
const waived = [web({ status: "waived" })];
const pass = [web({ status: "pass" })];
const gone: readonly Finding[] = [aServiceFinding("bystander", { status: "pass" })];
const unread = [web({ status: "unknown", reason: { code: "forbidden", message: "No." } })];
const tell = "tell";
const silence = "silence";

/** What is news after the last of a row of evaluations, tellings and suppressions. */
function newsAfter(steps: readonly (readonly Finding[] | "tell" | "silence")[]): readonly string[] {
  let state: FindingState = emptyState(subject);
  steps.forEach((step, at) => {
    if (step === tell) state = withTold(state, newsOf(state));
    else if (step === silence) state = withTold(state, newsOf(state).map(silenced));
    else
      state = nextState(state, {
        findings: step as readonly Finding[],
        readAt: day(at + 1),
        complete: step === unread ? new Set() : complete,
      }).state;
  });
  return newsOf(state).map(({ kind, severity }) => `${kind} ${severity}`);
}

describe("news", () => {
  it.each<[string, readonly (readonly Finding[] | "tell" | "silence")[], readonly string[]]>([
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
    ["reopened, to be asked again: a suppressed one was fixed and is back", [high, silence, pass, high], ["reopened high"]],
  ])("%s", (_rule, steps, expected) => {
    expect(newsAfter(steps)).toEqual(expected);
  });
});

it("what was told late of what has changed since is no end of the news", () => {
  const opened = nextState(emptyState(subject), { findings: fail, readAt: day(1), complete }).state;
  const closed = nextState(opened, { findings: pass, readAt: day(2), complete }).state;
  expect(newsOf(withTold(closed, newsOf(opened))).map(({ kind }) => kind)).toEqual(["resolved"]);
  const waivedNow = nextState(opened, { findings: waived, readAt: day(2), complete }).state;
  const late = withTold(waivedNow, newsOf(opened));
  expect(newsOf(nextState(late, { findings: fail, readAt: day(3), complete }).state).map(({ kind }) => kind)).toEqual(["waiver-ended"]);
});

it("whatever happens, each telling but the first differs from the one before, and after the last one the channel knows the truth", () => {
  const step = fc.constantFrom<readonly Finding[] | "tell">(low, high, waived, pass, gone, unread, tell, tell);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let state: FindingState = emptyState(subject);
      /** What a reader of the channel believes. */
      let believed: "fails" | "does not" = "does not";
      let truth: "fails" | "does not" | "waived" = "does not";
      [...steps, tell].forEach((one, at) => {
        if (one !== tell) {
          const findings = one as readonly Finding[];
          state = nextState(state, { findings, readAt: day(at + 1), complete: one === unread ? new Set() : complete }).state;
          const status = findings.find(({ id }) => id === web().id)?.status;
          if (status === "waived") believed = "does not"; // the waiver says that its owner knows: nobody else has to
          if (status !== "unknown") truth = status === "fail" ? "fails" : status === "waived" ? "waived" : "does not";
          return;
        }
        const news = newsOf(state);
        expect(news.length).toBeLessThanOrEqual(1);
        for (const { kind } of news) {
          if (kind === "opened" || kind === "reopened") expect(believed).toBe("does not");
          if (kind === "worsened" || kind === "resolved") expect(believed).toBe("fails");
          believed = kind === "resolved" ? "does not" : "fails";
        }
        state = withTold(state, news);
        expect(newsOf(state)).toEqual([]);
        if (truth === "waived")
          believed = "does not"; // nobody is told of it any more
        else expect(believed).toBe(truth);
      });
    }),
    { numRuns: 2_000 },
  );
});
