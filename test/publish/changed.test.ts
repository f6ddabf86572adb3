import { expect, it } from "vitest";
import type { Finding } from "../../core/model/finding.ts";
import { changedBy } from "../../core/publish/changed.ts";
import { emptyState, nextState } from "../../core/publish/finding-state.ts";
import type { ClusterChanges } from "../../core/report/changes.ts";
import { aFinding, aServiceFinding, clusterOf, sampleChecks } from "../report/sample.ts";

const everything = new Set(sampleChecks.map(({ id }) => id));
const day = (number: number) => new Date(Date.UTC(2026, 0, number, 6)).toISOString();
const web = (rest: Partial<Finding> = {}) => aServiceFinding("web", rest);
const bystander = aServiceFinding("bystander", { status: "pass" });
const unread: Partial<Finding> = { status: "unknown", reason: { code: "forbidden", message: "No." } };

interface Day {
  readonly findings: readonly Finding[];
  readonly complete?: ReadonlySet<string>;
  /** Default: all. */
  readonly asked?: readonly string[];
}
/** What the last day changed. */
function lastOf(days: readonly Day[]): ClusterChanges | undefined {
  let state = emptyState(clusterOf("111122223333", "prod").arn);
  let last: ClusterChanges | undefined;
  days.forEach(({ findings, complete = everything, asked = [...everything] }, at) => {
    const next = nextState(state, { findings, complete, readAt: day(at + 1) });
    last = changedBy(
      state,
      next,
      sampleChecks.filter(({ id }) => asked.includes(id)),
      day(at + 1),
    );
    state = next.state;
  });
  return last;
}

const { id, check, severity, resource, message } = web();
const nothing = { opened: [], worsened: [], reopened: [], resolved: [], notJudged: 0 };

it.each<[string, readonly Day[], ClusterChanges]>([
  ["a baseline: it was never judged before, whatever fails", [{ findings: [web(), bystander] }], nothing],
  [
    "opened: its check said something before",
    [{ findings: [bystander] }, { findings: [web(), bystander] }],
    { ...nothing, since: day(1), opened: [id] },
  ],
  [
    "a baseline: its check was not asked before, although others were",
    [{ findings: [aFinding({ status: "pass" })] }, { findings: [aFinding({ status: "pass" }), web()] }],
    { ...nothing, since: day(1) },
  ],
  ["nothing: it still fails", [{ findings: [web()] }, { findings: [web()] }], { ...nothing, since: day(1) }],
  ["worsened", [{ findings: [web()] }, { findings: [web({ severity: "high" })] }], { ...nothing, since: day(1), worsened: [id] }],
  [
    "reopened: it passed in between",
    [{ findings: [web()] }, { findings: [web({ status: "pass" })] }, { findings: [web()] }],
    { ...nothing, since: day(2), reopened: [id] },
  ],
  [
    "resolved, with what was said when it failed",
    [{ findings: [web(), bystander] }, { findings: [web({ status: "pass", message: "Service shop/web is internal." }), bystander] }],
    { ...nothing, since: day(1), resolved: [{ id, check, severity, resource, message }] },
  ],
  [
    "resolved: it is gone, and its check saw everything",
    [{ findings: [web(), bystander] }, { findings: [bystander] }],
    { ...nothing, since: day(1), resolved: [{ id, check, severity, resource, message }] },
  ],
  [
    "not judged: it failed, and now it is not known",
    [{ findings: [web(), bystander] }, { findings: [web(unread), bystander], complete: new Set() }],
    { ...nothing, since: day(1), notJudged: 1 },
  ],
  [
    "not judged: it is not there, and its check did not see everything",
    [{ findings: [web(), bystander] }, { findings: [bystander], complete: new Set() }],
    { ...nothing, since: day(1), notJudged: 1 },
  ],
  [
    "nothing: its check was not asked this time",
    [
      { findings: [web(), aFinding()] },
      { findings: [aFinding()], asked: ["endpoint-not-open-to-internet"], complete: new Set(["endpoint-not-open-to-internet"]) },
    ],
    { ...nothing, since: day(1) },
  ],
  [
    "nothing: it is gone, and its check was not asked this time",
    [{ findings: [web(), aFinding()] }, { findings: [aFinding()], asked: ["endpoint-not-open-to-internet"] }],
    { ...nothing, since: day(1) },
  ],
  [
    "since the last time that any check was asked",
    [
      { findings: [bystander, aFinding({ status: "pass" })] },
      { findings: [aFinding({ status: "pass" })], complete: new Set(["endpoint-not-open-to-internet"]) },
      { findings: [bystander, aFinding({ status: "pass" })] },
    ],
    { ...nothing, since: day(2) },
  ],
  [
    "not judged: only what fails, and neither what is waived nor what ended",
    [
      { findings: [web({ status: "waived" }), aServiceFinding("api"), bystander] },
      { findings: [web({ status: "waived" }), aServiceFinding("api", { status: "pass" }), bystander] },
      { findings: [bystander], complete: new Set() },
    ],
    { ...nothing, since: day(2) },
  ],
  [
    "nothing: what was read is told as what was not seen",
    [
      { findings: [aFinding({ check: "cluster-read-completely", status: "pass" })] },
      { findings: [aFinding({ check: "cluster-read-completely" })] },
    ],
    { ...nothing, since: day(1) },
  ],
  ["nothing: it is waived now", [{ findings: [web()] }, { findings: [web({ status: "waived" })] }], { ...nothing, since: day(1) }],
])("%s", (_what, days, changes) => {
  expect(lastOf(days)).toEqual(changes);
});
