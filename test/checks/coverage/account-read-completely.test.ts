import { expect, it } from "vitest";
import { accountReadCompletely } from "../../../core/checks/coverage/account-read-completely.ts";
import type { Coverage } from "../../../core/model/cluster.ts";
import { known, type ReasonCode, unknown } from "../../../core/model/fact.ts";
import { anAccount, judgedAccount } from "../../support/cluster.ts";

const role: Coverage = { read: "sts:AssumeRole", state: "read" };
const regions: Coverage = { read: "account:ListRegions", state: "read" };
const inRegion = (region: string, state: Coverage["state"], code?: ReasonCode): Coverage => ({
  read: `eks:ListClusters ${region}`,
  state,
  ...(code === undefined ? {} : { reason: { code, message: `It is ${code}.` } }),
});

it.each<readonly [string, readonly Coverage[], string]>([
  ["pass: role assumed, every Region listed", [role, regions, inRegion("eu-west-1", "read"), inRegion("us-east-1", "read")], "pass"],
  [
    "pass: a Region closed on purpose is skipped",
    [role, regions, inRegion("eu-west-1", "read"), inRegion("us-east-1", "skipped", "denied-by-policy")],
    "pass",
  ],
  [
    "pass: a Region denied by policy counts as skipped",
    [role, regions, inRegion("eu-west-1", "read"), inRegion("us-east-1", "unknown", "denied-by-policy")],
    "pass",
  ],
  [
    "fail: the role could not be assumed",
    [{ read: "sts:AssumeRole", state: "unknown", reason: { code: "forbidden", message: "No." } }],
    "fail",
  ],
  [
    "fail: one Region could not be listed",
    [role, regions, inRegion("eu-west-1", "read"), inRegion("us-east-1", "unknown", "throttled")],
    "fail",
  ],
  [
    "not-applicable: the whole account is closed on purpose",
    [{ ...role, state: "skipped", reason: { code: "denied-by-policy", message: "Closed." } }],
    "not-applicable",
  ],
  ["unknown: not a single outcome", [], "unknown"],
])("%s", (_rule, reads, status) => {
  expect(judgedAccount(accountReadCompletely, anAccount({ reads: known(reads) })).map((finding) => finding.status)).toEqual([status]);
});

it("unknown: the outcomes themselves are missing", () => {
  const account = anAccount({ reads: unknown("internal", "Not recorded.") });
  expect(judgedAccount(accountReadCompletely, account)).toMatchObject([{ status: "unknown", reason: { code: "internal" } }]);
});

it("pass: lists what was skipped", () => {
  const reads = known([role, inRegion("us-east-1", "skipped", "denied-by-policy")]);
  expect(judgedAccount(accountReadCompletely, anAccount({ reads }))).toMatchObject([
    {
      message: "Account 111122223333 was read completely, reads answered: 1, 1 skipped on purpose: eks:ListClusters us-east-1.",
      evidence: { skipped: [{ read: "eks:ListClusters us-east-1", code: "denied-by-policy" }] },
    },
  ]);
});

it("fail: is about the account, not about a cluster", () => {
  const [finding] = judgedAccount(accountReadCompletely, anAccount({ reads: known([inRegion("us-east-1", "unknown", "forbidden")]) }));
  expect(finding).toMatchObject({
    resource: { kind: "Account", id: "arn:aws:iam::111122223333:root" },
    severity: "high",
    message: "Account 111122223333 was not read completely, 1 of 1 reads went unanswered: eks:ListClusters us-east-1 (forbidden).",
  });
  expect(finding).not.toHaveProperty("cluster");
});
