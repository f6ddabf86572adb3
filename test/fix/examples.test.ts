import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { exampleSettings } from "../../core/checks/examples.ts";
import { checks } from "../../core/checks/index.ts";
import { fixes, hasFix, withoutFix } from "../../core/fix/index.ts";
import { propose } from "../../core/fix/propose.ts";
import { judgedOn } from "../../core/fix/prove.ts";
import { scriptOf } from "../../core/fix/script.ts";
import type { AnyCheck } from "../../core/model/check.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { type Fact, known } from "../../core/model/fact.ts";
import { aCluster, readAt } from "../support/cluster.ts";

/** The cluster of which no more was read than the check's example of a fail says. */
const exampleOf = ({ needs, examples }: AnyCheck) => {
  const facts = Object.entries(examples.fail).map(([name, value]) => [
    name,
    needs.includes(name) ? known(value) : (value as Fact<unknown>),
  ]);
  return aCluster(Object.fromEntries(facts) as Partial<ClusterFacts>);
};

describe("every check", () => {
  it("has a fix or says why it has none, and not both", () => {
    const ids = checks.map(({ id }) => id);
    expect([...Object.keys(fixes), ...Object.keys(withoutFix)].toSorted()).toEqual(ids.toSorted());
  });

  it("that has none says so in a sentence", () => {
    for (const why of Object.values(withoutFix)) expect(why).toMatch(/^[A-Z].{20,}\.$/);
  });
});

/** Of these the example's cluster can't be mended by anything to type. */
const beyondHelp = {
  "load-balancer-encrypts-traffic": "No object of the cluster owns the load balancer",
  "load-balancer-subnets-fit-scheme": "takes no other subnet of a zone that it is in",
  "kubelet-blocked-from-pods": "No policy holds for Pod shop/web, as no policy engine enforces on node fargate-ip-10-0-1-10",
};

it.each(Object.entries(beyondHelp))("%s says why its own example has no plan", (id, why) => {
  const check = checks.find((one) => one.id === id);
  const ground = { cluster: exampleOf(check as AnyCheck), checks, settings: exampleSettings, readAt };
  const proposals = propose(
    ground,
    judgedOn(ground).filter((finding) => finding.check === id),
  );
  expect(proposals).toMatchObject([{ state: "none", why: expect.stringContaining(why) }]);
});

/** Pods that leave their node's network are judged by further checks from then on, of which the example read nothing. */
const judgedAnew = ["host-network-pods-are-declared"];

describe.each(
  checks
    .filter(({ id }) => hasFix(id) && !Object.hasOwn(beyondHelp, id) && !judgedAnew.includes(id))
    .map((check) => [check.id, check] as const),
)("%s", (id, check) => {
  const ground = { cluster: exampleOf(check), checks, settings: exampleSettings, readAt };
  const failing = judgedOn(ground).filter((finding) => finding.check === id && finding.status === "fail");

  it("types nothing that a shell does not read", () => {
    for (const proposal of propose(ground, failing)) {
      if (proposal.state === "planned") execFileSync("sh", ["-n"], { input: scriptOf(proposal, ground.cluster) });
    }
  });

  it("is mended in its own example, and nothing else begins to fail", () => {
    expect(failing.length).toBeGreaterThan(0);
    const proposals = propose(ground, failing);
    expect(
      proposals.map(({ state, ...rest }) => ("proof" in rest ? (rest.proof.why ?? "proved") : "why" in rest ? rest.why : state)),
    ).toEqual(failing.map(() => "proved"));
  });
});
