import { expect, it } from "vitest";
import { defineCheck } from "../core/model/check.ts";
import type { Finding, Status } from "../core/model/finding.ts";
import type { Waiver } from "../core/model/settings.ts";
import { applyWaivers } from "../core/waive.ts";
import { anEndpoint, prod } from "./support/cluster.ts";

const aCheck = (id: string, surface: "endpoint" | "coverage") =>
  defineCheck({
    id,
    surface,
    title: "A check",
    severity: "medium",
    needs: ["endpoint"],
    why: "Why.",
    judged: "By what was read.",
    unseen: "Nothing else.",
    remediation: "Do it.",
    examples: { fail: { endpoint: anEndpoint() }, pass: { endpoint: anEndpoint() } },
    evaluate: () => [],
  });
const checks = [aCheck("endpoint-is-fine", "endpoint"), aCheck("cluster-is-read", "coverage")];
const aFinding = (status: Status = "fail", check = "endpoint-is-fine"): Finding => ({
  id: `${check}/${prod}`,
  check,
  status,
  severity: "medium",
  resource: { kind: "Cluster", id: prod, name: "prod" },
  message: "Cluster prod has a fault.",
  frameworks: [],
});
const aWaiver = (rest: Partial<Waiver> = {}): Waiver => ({
  check: "endpoint-is-fine",
  resource: prod,
  owner: "team-net",
  reason: "bastions",
  expires: "2027-01-31",
  ...rest,
});
const now = "2026-11-01T06:00:00.000Z";
const waived = (finding: Finding, waivers: readonly Waiver[], readAt = now) => applyWaivers(checks, [finding], waivers, readAt)[0];

it.each<readonly [string, Partial<Waiver>, Status]>([
  ["waived: the very check and resource", {}, "waived"],
  ["waived: every check of every cluster of the account", { check: "*", resource: "arn:aws:eks:*:111122223333:cluster/*" }, "waived"],
  ["waived: until today", { expires: "2026-11-01" }, "waived"],
  ["fail: until yesterday", { expires: "2026-10-31" }, "fail"],
  ["fail: another check", { check: "endpoint-is-finer" }, "fail"],
  ["fail: another cluster", { resource: `${prod}uction` }, "fail"],
  ["fail: only a part of the resource's id", { resource: "cluster/prod" }, "fail"],
])("%s", (_rule, waiver, status) => {
  expect(waived(aFinding(), [aWaiver(waiver)])?.status).toBe(status);
});

it.each<Status>(["pass", "unknown", "error", "not-applicable"])("%s stays what it is: a waiver covers fails only", (status) => {
  expect(waived(aFinding(status), [aWaiver()])).toEqual(aFinding(status));
});

it("fail: coverage can't be waived, nor can a check that nobody declared", () => {
  expect(waived(aFinding("fail", "cluster-is-read"), [aWaiver({ check: "*" })])).toEqual(aFinding("fail", "cluster-is-read"));
  expect(waived(aFinding("fail", "unheard-of"), [aWaiver({ check: "*" })])).toEqual(aFinding("fail", "unheard-of"));
});

it("waived: shows owner, reason and end, and the message stays", () => {
  expect(waived(aFinding(), [aWaiver()])).toEqual({
    ...aFinding(),
    status: "waived",
    waiver: { owner: "team-net", reason: "bastions", expires: "2027-01-31" },
  });
});

it("waived: one of two waivers still holds", () => {
  const waivers = [aWaiver({ expires: "2026-01-01", owner: "team-old" }), aWaiver({ owner: "team-new" })];
  expect(waived(aFinding(), waivers)).toMatchObject({ status: "waived", waiver: { owner: "team-new" } });
});

it("fail: of several expired waivers the message names the last, whatever their order", () => {
  const waivers = [
    aWaiver({ expires: "2026-01-01", owner: "team-a" }),
    aWaiver({ expires: "2026-10-31", owner: "team-b" }),
    aWaiver({ expires: "2026-05-01", owner: "team-c" }),
  ];
  const message = "Cluster prod has a fault; its waiver by team-b expired on 2026-10-31.";
  for (const order of [waivers, waivers.toReversed()]) expect(waived(aFinding(), order)).toEqual({ ...aFinding(), message });
});

it.each([
  ["waived: the last minute of its last day, UTC", "2027-01-31T23:59:59.999Z", "waived"],
  ["fail: the first of the next, UTC", "2027-02-01T00:00:00.000Z", "fail"],
  ["waived: it is the last day in UTC, if not where the time was written", "2027-02-01T01:00:00.000+02:00", "waived"],
  ["fail: it is the next day in UTC", "2027-01-31T23:00:00.000-02:00", "fail"],
  ["fail: the time is no time", "yesterday", "fail"],
  ["fail: there is no time", "", "fail"],
])("%s", (_rule, readAt, status) => {
  expect(waived(aFinding(), [aWaiver()], readAt)?.status).toBe(status);
});

it("a bystander is left alone, and the order stays", () => {
  const bystander: Finding = { ...aFinding(), resource: { kind: "Cluster", id: `${prod}-2`, name: "prod-2" } };
  expect(applyWaivers(checks, [bystander, aFinding()], [aWaiver()], now).map(({ status }) => status)).toEqual(["fail", "waived"]);
});
