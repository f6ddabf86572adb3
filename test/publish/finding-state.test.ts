import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../core/model/finding.ts";
import { emptyState, FindingState, nextState, type Transition, withDelivered, withOffered } from "../../core/publish/finding-state.ts";
import { aFinding, aServiceFinding, clusterOf } from "../report/sample.ts";

const subject = clusterOf("111122223333", "prod").arn;
const check = "load-balancer-internal-or-restricted";
const everything = new Set([check, "endpoint-not-open-to-internet"]);
const nothing = new Set<string>();
const day = (number: number) => new Date(Date.UTC(2026, 0, number, 6)).toISOString();

const web = (rest: Partial<Finding> = {}) => aServiceFinding("web", rest);
const bystander = aServiceFinding("bystander", { status: "pass" });
const unread: Partial<Finding> = { status: "unknown", reason: { code: "forbidden", message: "No." } };

interface Day {
  readonly findings: readonly Finding[];
  /** Checks that saw everything; default all. */
  readonly complete?: ReadonlySet<string>;
  /** Default: the day after the first, the second, … */
  readonly on?: number;
}
/** What each day's evaluation makes of the day before; every publication is sent and accepted. */
function days(evaluations: readonly Day[]): readonly Transition[] {
  let state = emptyState(subject);
  return evaluations.map(({ findings, complete = everything, on }, at) => {
    const next = nextState(state, { findings, readAt: day(on ?? at + 1), complete });
    state = withDelivered(withOffered(next.state, next.toPublish), next.toPublish);
    return { ...next, state };
  });
}
const told = (transition: Transition | undefined) => ({
  changes: Object.fromEntries(
    Object.entries(transition?.changes ?? {})
      .filter(([, ids]) => ids.length > 0)
      .map(([name, ids]) => [name, ids.length]),
  ),
  published: transition?.toPublish.map(({ finding, firstSeen }) => `${finding.status} since ${firstSeen.slice(8, 10)}`),
});

it.each<[string, readonly Day[], { readonly changes: object; readonly published: readonly string[] }]>([
  ["opened: it fails for the first time", [{ findings: [web(), bystander] }], { changes: { opened: 1 }, published: ["fail since 01"] }],
  [
    "nothing: it still fails, as Security Hub has it",
    [{ findings: [web()] }, { findings: [web(), bystander] }],
    { changes: {}, published: [] },
  ],
  [
    "no change, but published: it still fails, for another reason, with its first day",
    [{ findings: [web()] }, { findings: [web({ message: "Another reason." })] }],
    { changes: {}, published: ["fail since 01"] },
  ],
  [
    "no change, but published: a week has passed",
    [{ findings: [web()] }, { findings: [web()], on: 9 }],
    { changes: {}, published: ["fail since 01"] },
  ],
  ["nothing: it passes, and always did", [{ findings: [bystander] }], { changes: {}, published: [] }],
  [
    "worsened: it fails more severely",
    [{ findings: [web()] }, { findings: [web({ severity: "high" })] }],
    { changes: { worsened: 1 }, published: ["fail since 01"] },
  ],
  [
    "no change: it fails less severely",
    [{ findings: [web()] }, { findings: [web({ severity: "low" })] }],
    { changes: {}, published: ["fail since 01"] },
  ],
  [
    "resolved: it passes",
    [{ findings: [web()] }, { findings: [web({ status: "pass" })] }],
    { changes: { resolved: 1 }, published: ["pass since 01"] },
  ],
  [
    "nothing: it passed before",
    [{ findings: [web()] }, { findings: [web({ status: "pass" })] }, { findings: [web({ status: "pass" })] }],
    { changes: {}, published: [] },
  ],
  [
    "reopened: it fails again, with its first day",
    [{ findings: [web()] }, { findings: [web({ status: "pass" })] }, { findings: [web()] }],
    { changes: { reopened: 1 }, published: ["fail since 01"] },
  ],
  [
    "resolved: its resource is gone",
    [{ findings: [web()] }, { findings: [bystander] }],
    { changes: { resolved: 1 }, published: ["not-applicable since 01"] },
  ],
  [
    "nothing: its resource was not listed by a check that did not see everything",
    [{ findings: [web()] }, { findings: [bystander], complete: nothing }],
    { changes: {}, published: [] },
  ],
  [
    "nothing: its check was not asked",
    [{ findings: [web()] }, { findings: [aFinding({ status: "pass" })], complete: new Set(["endpoint-not-open-to-internet"]) }],
    { changes: {}, published: [] },
  ],
  ["nothing: unknown", [{ findings: [web()] }, { findings: [web(unread)] }], { changes: {}, published: [] }],
  [
    "nothing: its check broke",
    [{ findings: [web()] }, { findings: [web({ ...unread, status: "error" })] }],
    { changes: {}, published: [] },
  ],
  [
    "no change: it still fails after an unknown, with its first day",
    [{ findings: [web()] }, { findings: [web(unread)] }, { findings: [web({ message: "Another reason." })] }],
    { changes: {}, published: ["fail since 01"] },
  ],
  [
    "resolved: nothing about it is left to judge",
    [{ findings: [web()] }, { findings: [web({ status: "not-applicable" })] }],
    { changes: { resolved: 1 }, published: ["not-applicable since 01"] },
  ],
  [
    "nothing: not applicable, but not everything was seen",
    [{ findings: [web()] }, { findings: [web({ status: "not-applicable" })], complete: nothing }],
    { changes: {}, published: [] },
  ],
  [
    "nothing: not applicable while the cluster comes or goes",
    [{ findings: [web()] }, { findings: [web({ status: "not-applicable", reason: { code: "not-ready", message: "DELETING" } })] }],
    { changes: {}, published: [] },
  ],
  [
    "published, but not told: waived from the first",
    [{ findings: [web({ status: "waived" })] }],
    { changes: {}, published: ["waived since 01"] },
  ],
  [
    "no change: waived, which is no fix",
    [{ findings: [web()] }, { findings: [web({ status: "waived" })] }],
    { changes: {}, published: ["waived since 01"] },
  ],
  [
    "reopened: its waiver ended",
    [{ findings: [web({ status: "waived" })] }, { findings: [web()] }],
    { changes: { reopened: 1 }, published: ["fail since 01"] },
  ],
  [
    "closed, but not told: a waived one is fixed",
    [{ findings: [web({ status: "waived" })] }, { findings: [web({ status: "pass" })] }],
    { changes: {}, published: ["pass since 01"] },
  ],
  [
    "nothing: evidence that is older than what is remembered",
    [
      { findings: [web()], on: 2 },
      { findings: [web({ status: "pass" })], on: 1 },
    ],
    { changes: {}, published: [] },
  ],
  [
    "nothing: an older failure of what was seen to pass",
    [
      { findings: [bystander], on: 2 },
      { findings: [web()], on: 1 },
    ],
    { changes: {}, published: [] },
  ],
  [
    "nothing: an older failure of what was seen to be gone with all else of its check",
    [{ findings: [web()] }, { findings: [], on: 3 }, { findings: [web()], on: 2 }],
    { changes: {}, published: [] },
  ],
  [
    "opened: evidence older than a run that could not read it",
    [
      { findings: [web(unread)], complete: nothing, on: 2 },
      { findings: [web()], on: 1 },
    ],
    { changes: { opened: 1 }, published: ["fail since 01"] },
  ],
  ["nothing: the same evidence again", [{ findings: [web()] }, { findings: [web()], on: 1 }], { changes: {}, published: [] }],
  [
    "reopened after 30 days: the age is kept",
    [{ findings: [web()] }, { findings: [bystander] }, { findings: [bystander], on: 32 }, { findings: [web()], on: 32 }],
    { changes: { reopened: 1 }, published: ["fail since 01"] },
  ],
  [
    "opened after more than 30 days: forgotten",
    [{ findings: [web()] }, { findings: [bystander] }, { findings: [bystander], on: 33 }, { findings: [web()], on: 34 }],
    { changes: { opened: 1 }, published: ["fail since 03"] },
  ],
  [
    "opened after more than 30 days of passing: forgotten",
    [
      { findings: [web()] },
      { findings: [web({ status: "pass" })] },
      { findings: [web({ status: "pass" })], on: 33 },
      { findings: [web()], on: 34 },
    ],
    { changes: { opened: 1 }, published: ["fail since 03"] },
  ],
])("%s", (_rule, evaluations, expected) => {
  expect(told(days(evaluations).at(-1))).toEqual(expected);
});

describe("what was not delivered", () => {
  const opened = nextState(emptyState(subject), { findings: [web()], readAt: day(1), complete: everything });

  it("a failure that was never accepted is owed, in its own words, also by an evaluation that could not look", () => {
    const refused = withOffered(opened.state, opened.toPublish);
    const later = nextState(refused, { findings: [web(unread)], readAt: day(2), complete: nothing });
    expect(later.toPublish).toMatchObject([
      { finding: { id: web().id, status: "fail", message: web().message, cluster: subject }, firstSeen: day(1), readAt: day(1) },
    ]);
    const delivered = withDelivered(withOffered(later.state, later.toPublish), later.toPublish);
    expect(nextState(delivered, { findings: [web(unread)], readAt: day(3), complete: nothing }).toPublish).toEqual([]);
  });

  it("a failure that is back as it was is sent again: a closing was on its way in between", () => {
    const failing = withDelivered(withOffered(opened.state, opened.toPublish), opened.toPublish);
    const closing = nextState(failing, { findings: [web({ status: "pass" })], readAt: day(2), complete: everything });
    const offered = withOffered(closing.state, closing.toPublish);
    const back = nextState(offered, { findings: [web()], readAt: day(3), complete: everything });
    expect(back.toPublish).toMatchObject([{ finding: { status: "fail" }, readAt: day(3) }]);
  });

  it("a failure that is as it was before a change is sent again, since the change was on its way", () => {
    const failing = withDelivered(withOffered(opened.state, opened.toPublish), opened.toPublish);
    const changed = nextState(failing, { findings: [web({ message: "Another reason." })], readAt: day(2), complete: everything });
    const offered = withOffered(changed.state, changed.toPublish);
    expect(nextState(offered, { findings: [web()], readAt: day(3), complete: everything }).toPublish).toHaveLength(1);
  });

  it("a closing that was refused is sent again, as of the time at which it was seen", () => {
    const failing = withDelivered(withOffered(opened.state, opened.toPublish), opened.toPublish);
    const closing = nextState(failing, { findings: [web({ status: "pass" })], readAt: day(2), complete: everything });
    const later = nextState(closing.state, { findings: [web(unread)], readAt: day(3), complete: everything });
    expect(later.toPublish).toMatchObject([{ finding: { id: web().id, status: "pass" }, firstSeen: day(1), readAt: day(2) }]);
    const delivered = withDelivered(later.state, later.toPublish);
    expect(nextState(delivered, { findings: [], readAt: day(4), complete: everything }).toPublish).toEqual([]);
  });

  it("a failure that was sent, and whose answer was lost, is closed as well", () => {
    const offered = withOffered(opened.state, opened.toPublish);
    expect(nextState(offered, { findings: [], readAt: day(2), complete: everything }).toPublish).toMatchObject([
      { finding: { id: web().id, status: "not-applicable", cluster: subject, resource: web().resource }, readAt: day(2) },
    ]);
  });

  it("a failure that was never sent needs no closing", () => {
    expect(nextState(opened.state, { findings: [], readAt: day(2), complete: everything }).toPublish).toEqual([]);
  });

  it("a failure that was delivered late does not count as the closing that was refused", () => {
    const failing = withOffered(opened.state, opened.toPublish);
    const closing = nextState(failing, { findings: [web({ status: "pass" })], readAt: day(2), complete: everything });
    const late = withDelivered(closing.state, opened.toPublish);
    expect(nextState(late, { findings: [], readAt: day(3), complete: nothing }).toPublish).toMatchObject([{ finding: { status: "pass" } }]);
  });

  it.each([
    ["is owed for as long as Security Hub keeps the failure", 92, 1],
    ["is no longer owed once Security Hub has dropped the failure", 93, 0],
  ])("a closing %s", (_rule, on, owed) => {
    const failing = withOffered(opened.state, opened.toPublish);
    const closing = nextState(failing, { findings: [], readAt: day(2), complete: everything });
    expect(nextState(closing.state, { findings: [], readAt: day(on), complete: nothing }).toPublish).toHaveLength(owed);
  });

  it("a waived failure that was never accepted is owed as a waived one", () => {
    const waived = nextState(emptyState(subject), { findings: [web({ status: "waived" })], readAt: day(1), complete: everything });
    const later = nextState(waived.state, { findings: [web(unread)], readAt: day(2), complete: nothing });
    expect(later.toPublish).toMatchObject([{ finding: { id: web().id, status: "waived" } }]);
  });

  it.each([
    ["a reminder", web(), 9],
    ["a change", web({ message: "Another reason." }), 2],
  ])("%s that was lost is owed by an evaluation that looks, and not by one that could not", (_rule, finding, on) => {
    const failing = withDelivered(withOffered(opened.state, opened.toPublish), opened.toPublish);
    const next = nextState(failing, { findings: [finding], readAt: day(on), complete: everything });
    expect(next.toPublish).toHaveLength(1);
    const lost = FindingState.parse(withOffered(next.state, next.toPublish));
    expect(nextState(lost, { findings: [web(unread)], readAt: day(on + 1), complete: nothing }).toPublish).toEqual([]);
    expect(nextState(lost, { findings: [finding], readAt: day(on + 1), complete: everything }).toPublish).toHaveLength(1);
  });

  it.each([
    ["what was seen now", web({ status: "pass", message: "Service shop/web is internal." }), "Service shop/web is internal."],
    ["what was seen now, of nothing to judge", web({ status: "not-applicable", message: "Nothing is left." }), "Nothing is left."],
    ["what was seen before, by an evaluation that could not look", web(unread), "Service shop/web does not fail any more."],
  ])("a closing says %s", (_rule, last, message) => {
    const failing = withDelivered(withOffered(opened.state, opened.toPublish), opened.toPublish);
    const passing = web({ status: "pass", message: "It passes." });
    const refused = nextState(failing, { findings: [passing], readAt: day(2), complete: everything });
    const { toPublish } = nextState(refused.state, { findings: [last], readAt: day(3), complete: everything });
    expect(toPublish).toMatchObject([{ finding: { message, frameworks: last.status === "unknown" ? [] : last.frameworks } }]);
  });

  it("a closing names what has no namespace, and of an account no cluster", () => {
    const account = { kind: "Account", id: "arn:aws:iam::111122223333:root", name: "111122223333" };
    const { cluster: _, ...own } = aFinding({ resource: account });
    const failing = nextState(emptyState(account.id), { findings: [own], readAt: day(1), complete: everything });
    const { toPublish } = nextState(withOffered(failing.state, failing.toPublish), { findings: [], readAt: day(2), complete: everything });
    const message = "Account 111122223333 is gone, or has nothing left that endpoint-not-open-to-internet judges.";
    expect(toPublish).toMatchObject([{ finding: { message, reason: { code: "not-found", message } } }]);
    expect(toPublish[0]?.finding).not.toHaveProperty("cluster");
  });

  it("of what is not remembered nothing is made", () => {
    const other = nextState(emptyState(subject), { findings: [aServiceFinding("api")], readAt: day(1), complete: everything });
    expect(withDelivered(opened.state, other.toPublish)).toEqual(opened.state);
  });

  it("a closing that was delivered late does not count for a failure that is back", () => {
    const failing = withOffered(opened.state, opened.toPublish);
    const closing = nextState(failing, { findings: [web({ status: "pass" })], readAt: day(2), complete: everything });
    const back = nextState(closing.state, { findings: [web()], readAt: day(3), complete: everything });
    const late = withDelivered(withOffered(back.state, back.toPublish), closing.toPublish);
    expect(late.findings[web().id]).toMatchObject({ status: "fail", mayBeActive: true });
  });
});

it("what is remembered does not hang on the order in which it was said", () => {
  const [a, b, c] = ["a", "b", "c"].map((name) => aServiceFinding(name));
  if (a === undefined || b === undefined || c === undefined) throw new TypeError("There are three.");
  const texts = [
    [a, b, c],
    [b, c, a],
    [c, b, a],
  ].map((findings) => JSON.stringify(nextState(emptyState(subject), { findings, readAt: day(1), complete: everything }).state));
  expect(new Set(texts).size).toBe(1);
});

it("of a cluster that is gone nothing counts as judged that never was", () => {
  const { state } = nextState(emptyState(subject), { findings: [web()], readAt: day(1), complete: nothing });
  expect(nextState(state, { findings: [], readAt: day(2), complete: everything }).state.judged).toEqual({ [check]: day(2) });
});

type Step = { readonly statuses: readonly (Finding["status"] | "absent")[]; readonly complete: boolean; readonly day: number };
const step: fc.Arbitrary<Step> = fc.record({
  statuses: fc.array(fc.constantFrom("fail", "waived", "pass", "unknown", "error", "not-applicable", "absent"), {
    minLength: 3,
    maxLength: 3,
  }),
  complete: fc.boolean(),
  day: fc.integer({ min: 1, max: 60 }),
});
const findingsOf = ({ statuses }: Step) =>
  statuses.flatMap((status, at) => (status === "absent" ? [] : [aServiceFinding(`s${at}`, { status })])).concat(bystander);
const isComplete = (one: Step) => one.complete && !one.statuses.some((status) => status === "unknown" || status === "error");

it("in any order of evaluations, the newest decided one stands, and an age only ever begins anew after a closing", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let state = emptyState(subject);
      for (const one of steps) {
        const findings = findingsOf(one);
        const readAt = day(one.day);
        const { state: next, toPublish } = nextState(state, { findings, readAt, complete: isComplete(one) ? everything : nothing });
        expect(FindingState.parse(JSON.parse(JSON.stringify(next)))).toEqual(next);
        for (const [id, before] of Object.entries(state.findings)) {
          const after = next.findings[id];
          const isOpen = before.status === "fail" || before.status === "waived";
          const said = findings.find((finding) => finding.id === id)?.status;
          // Open ones close by a pass, or by being absent or inapplicable to a check that saw everything, and never by older evidence.
          if (isOpen && after?.status !== "fail" && after?.status !== "waived") {
            expect(before.seenAt <= readAt).toBe(true);
            expect(said === "pass" || (isComplete(one) && (said === undefined || said === "not-applicable"))).toBe(true);
          }
          if (isOpen) expect(after?.firstSeen).toBe(before.firstSeen);
          if (after !== undefined) expect(after.seenAt >= before.seenAt).toBe(true);
        }
        for (const { finding, readAt: as } of toPublish) expect(as).toBe(next.findings[finding.id]?.seenAt);
        state = withDelivered(withOffered(next, toPublish), toPublish);
      }
    }),
    { numRuns: 500 },
  );
});

it("unchanged findings are sent once in every seven days, spread evenly over them, and never on the day after", () => {
  const findings = Array.from({ length: 700 }, (_, at) => web({ id: `${check}/${at}` }));
  const sent = days(Array.from({ length: 30 }, () => ({ findings }))).map(({ toPublish }) => toPublish.map(({ finding }) => finding.id));
  expect(sent.slice(0, 2).map(({ length }) => length)).toEqual([700, 0]);
  for (const week of [2, 9, 16, 23]) expect(new Set(sent.slice(week, week + 7).flat()).size).toBe(700);
  for (const ids of sent.slice(2)) expect(Math.abs(ids.length - 100)).toBeLessThan(50);
});
