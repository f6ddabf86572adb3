import { expect, it } from "vitest";
import { defineCheck } from "../../core/model/check.ts";
import { known, unknown } from "../../core/model/fact.ts";
import type { Finding } from "../../core/model/finding.ts";
import { completelyJudged } from "../../core/publish/completeness.ts";
import { aServiceFinding } from "../report/sample.ts";
import { aLoadBalancer } from "../support/cluster.ts";

const check = defineCheck({
  id: "load-balancer-internal-or-restricted",
  title: "Load balancers are internal, restricted or declared",
  surface: "load-balancer",
  severity: "medium",
  needs: ["loadBalancers"],
  uses: ["services"],
  why: "Because.",
  judged: "By what was read.",
  unseen: "Nothing else.",
  remediation: "Do it.",
  examples: { fail: {} as never, pass: {} as never },
  evaluate: () => [],
});
const refused = unknown("forbidden", "No.");
const read = { loadBalancers: known([aLoadBalancer()]), services: known([]), endpoint: refused };
const pass = aServiceFinding("web", { status: "pass" });
const wholeCluster = { kind: "Cluster", id: pass.cluster ?? "", name: "prod" };
const notSupported = { code: "not-supported", message: "Nobody says." } as const;
const accountWide = (rest: Partial<Finding>): Finding => {
  const { cluster: _, ...finding } = aServiceFinding("web", rest);
  return finding;
};
const reason = { code: "forbidden", message: "No." } as const;

it.each<[string, object, readonly Finding[], boolean]>([
  ["complete: all that it looks at was read, whatever else was not", read, [pass], true],
  ["complete: it failed, and another is waived", read, [aServiceFinding("web"), aServiceFinding("api", { status: "waived" })], true],
  ["complete: nothing was there to judge", read, [aServiceFinding("web", { status: "not-applicable" })], true],
  ["not: what it needs was refused", { ...read, loadBalancers: refused }, [pass], false],
  ["not: what it only uses was refused", { ...read, services: refused }, [pass], false],
  [
    "not: a part of what it needs was refused",
    { ...read, loadBalancers: known([aLoadBalancer(), aLoadBalancer({ tags: refused })]) },
    [pass],
    false,
  ],
  ["not: nobody collected what it needs", { services: known([]) }, [pass], false],
  ["not: one of its verdicts is unknown", read, [pass, aServiceFinding("api", { status: "unknown", reason })], false],
  [
    "complete: one resource is beyond what the product judges, and was seen",
    read,
    [pass, aServiceFinding("api", { status: "unknown", reason: notSupported })],
    true,
  ],
  [
    "not: the cluster as a whole is beyond it",
    read,
    [pass, aServiceFinding("api", { status: "unknown", reason: notSupported, resource: wholeCluster })],
    false,
  ],
  [
    "not: what is beyond it is the account's own, which is all that its check looks at",
    read,
    [pass, accountWide({ status: "unknown", reason: notSupported })],
    false,
  ],
  [
    "complete: states and reasons of AWS's own, none of which says that something was not read",
    { ...read, services: known([{ state: "unknown" }, { reason: "retired" }, { state: "pending", reason: "new" }, null, "unknown"]) },
    [pass],
    true,
  ],
  ["not: it broke", read, [aServiceFinding("web", { status: "error", reason })], false],
  ["not: it said nothing", read, [aServiceFinding("web", { check: "another" })], false],
  [
    "not: the cluster comes or goes",
    read,
    [aServiceFinding("web", { status: "not-applicable", reason: { code: "not-ready", message: "DELETING" } })],
    false,
  ],
])("%s", (_rule, facts, findings, complete) => {
  expect(completelyJudged([check], facts, findings).has(check.id)).toBe(complete);
});
