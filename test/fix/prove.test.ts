import { describe, expect, it } from "vitest";
import type { Plan } from "../../core/fix/fix.ts";
import { judgedAgain, judgedOn } from "../../core/fix/prove.ts";
import { defineCheck, type Verdict } from "../../core/model/check.ts";
import type { Cluster } from "../../core/model/cluster.ts";
import { known, mapFact, unknown } from "../../core/model/fact.ts";
import { aCluster, aService, inShop, readAt, withSettings } from "../support/cluster.ts";

/** What a check says of a Service is written on it; "throws" breaks the check, and what is not written is not judged. */
type Says = "pass" | "fail" | "fail: low" | "unknown" | "not-applicable" | "throws" | "nothing";
const verdictOf: Readonly<Record<string, (about: Pick<Verdict, "resource" | "message">) => Verdict>> = {
  pass: (about) => ({ ...about, status: "pass", evidence: {} }),
  fail: (about) => ({ ...about, status: "fail", evidence: {} }),
  "fail: low": (about) => ({ ...about, status: "fail", severity: "low", evidence: {} }),
  unknown: (about) => ({ ...about, status: "unknown", reason: { code: "forbidden", message: "No access." } }),
  "not-applicable": (about) => ({ ...about, status: "not-applicable" }),
};
const about = {
  title: "What is there says so",
  surface: "load-balancer",
  severity: "high",
  why: "",
  judged: "",
  unseen: "",
  remediation: "",
} as const;
const checkOf = (id: string) =>
  defineCheck({
    ...about,
    id,
    needs: ["services"],
    examples: { fail: { services: [] }, pass: { services: [] } },
    evaluate: ({ services }) =>
      services.flatMap(({ name, annotations }) => {
        const says = annotations[id] ?? "nothing";
        if (says === "throws") throw new TypeError("It breaks.");
        return verdictOf[says]?.({ resource: inShop("Service", "services", name), message: `Service ${name} says ${says}.` }) ?? [];
      }),
  });
const checks = [checkOf("mended"), checkOf("other")];
const ground = (cluster: Cluster) => ({ cluster, checks, settings: withSettings({}), readAt });
const service = (name: string, annotations: Readonly<Record<string, string>>) => aService(name, { annotations });
const clusterThatSays = (own: Says, ...others: readonly Says[]) =>
  aCluster({
    services: known([
      service("web", { mended: own }),
      service("bystander", { mended: "pass", other: "pass" }),
      ...others.map((other, i) => service(`db-${i}`, { other })),
    ]),
  });

function provedFrom(before: Cluster, after: Cluster, rest: Partial<Plan> = {}) {
  const on = ground(before);
  const finding = judgedOn(on).find(({ check, status }) => check === "mended" && status === "fail");
  if (finding === undefined) throw new TypeError("The finding does not fail.");
  return judgedAgain(on, finding, { summary: "Does it.", commands: [], manifests: [], after: after.facts, ...rest }).proof;
}
const proved = (before: readonly Says[], after: readonly Says[], own: Says = "pass", rest: Partial<Plan> = {}) =>
  provedFrom(clusterThatSays("fail", ...before), clusterThatSays(own, ...after), rest);

describe("its own finding", () => {
  it.each<readonly [string, Says, Partial<Plan>, string | undefined]>([
    ["proved: it passes", "pass", {}, undefined],
    ["not proved: it fails as before", "fail", {}, "Judged again it is fail: Service web says fail."],
    ["not proved: it fails less severely", "fail: low", {}, "Judged again it is fail: Service web says fail: low."],
    ["not proved: it is not known any more", "unknown", {}, "Judged again it is unknown: Service web says unknown."],
    ["not proved: nothing is left to judge", "not-applicable", {}, "Judged again it is not-applicable: Service web says not-applicable."],
    [
      "not proved: it is not judged any more",
      "nothing",
      {},
      "Its resource is not judged any more, and the plan does not say that it goes.",
    ],
    ["proved: nothing is left to judge, as the plan says", "not-applicable", { ends: "gone" }, undefined],
    ["proved: it is not judged any more, as the plan says", "nothing", { ends: "gone" }, undefined],
    ["proved: it passes, where the plan says that it goes", "pass", { ends: "gone" }, undefined],
    ["not proved: it fails, where the plan says that it goes", "fail", { ends: "gone" }, "Judged again it is fail: Service web says fail."],
    [
      "not proved: it is not known, where the plan says that it goes",
      "unknown",
      { ends: "gone" },
      "Judged again it is unknown: Service web says unknown.",
    ],
  ])("%s", (_rule, own, rest, why) => {
    const proof = proved([], [], own, rest);
    expect([proof.passes, proof.why]).toEqual([why === undefined, why]);
  });

  it("is no other finding, and what it becomes is told", () => {
    const worse = provedFrom(clusterThatSays("fail: low"), clusterThatSays("fail"));
    expect(worse).toMatchObject({ passes: false, worse: [], becomes: { check: "mended", severity: "high" } });
    expect(proved([], [], "nothing", { ends: "gone" }).becomes).toBeUndefined();
  });

  it.each<readonly [string, Cluster]>([
    ["nobody reads it any more", aCluster({ services: unknown("forbidden", "No access.") })],
    ["its check breaks", clusterThatSays("throws")],
  ])("not proved: it is gone as the plan says, since %s", (_rule, after) => {
    const { passes, why } = provedFrom(clusterThatSays("fail"), after, { ends: "gone" });
    expect([passes, why]).toEqual([false, expect.stringMatching(/^Another finding is not known any more: mended, /)]);
  });
});

describe("another finding", () => {
  const none = { newFails: 0, worse: 0, lost: 0, unsure: 0, untold: 0, alsoMended: 0 };
  type Counts = Partial<typeof none>;
  it.each<readonly [string, Says, Says, Counts]>([
    ["not proved: a pass fails", "pass", "fail", { newFails: 1 }],
    ["not proved: what was not judged fails", "nothing", "fail", { newFails: 1 }],
    ["not proved: what was not known fails", "unknown", "fail", { newFails: 1 }],
    ["not proved: where nothing was to judge, it fails", "not-applicable", "fail", { newFails: 1 }],
    ["not proved: it fails more severely", "fail: low", "fail", { worse: 1 }],
    ["proved: it fails as before", "fail", "fail", {}],
    ["proved: it fails less severely", "fail", "fail: low", {}],
    ["not proved: a pass is not known any more", "pass", "unknown", { lost: 1 }],
    ["not proved: what was not judged is there, and not known", "nothing", "unknown", { lost: 1 }],
    ["proved, and told: where nothing was to judge, it is not known", "not-applicable", "unknown", { unsure: 1 }],
    ["proved, and told: it is not known, neither before nor after", "unknown", "unknown", { untold: 1 }],
    ["proved: a fail is not known any more, which is no mending", "fail: low", "unknown", {}],
    ["proved, and told: a fail passes", "fail", "pass", { alsoMended: 1 }],
    ["proved, and told: a fail is not judged any more", "fail", "nothing", { alsoMended: 1 }],
    ["proved, and told: of a fail nothing is left to judge", "fail", "not-applicable", { alsoMended: 1 }],
    ["proved: what was not known passes", "unknown", "pass", {}],
    ["proved: a pass is not judged any more", "pass", "nothing", {}],
  ])("%s", (rule, before, after, counts) => {
    const { passes, newFails, worse, lost, unsure, untold, alsoMended } = proved([before], [after]);
    const counted = Object.entries({ newFails, worse, lost, unsure, untold, alsoMended }).map(([name, list]) => [name, list.length]);
    expect([passes, Object.fromEntries(counted)]).toEqual([rule.startsWith("proved"), { ...none, ...counts }]);
  });

  it("not proved: its check breaks, and of the bystander nothing is known any more", () => {
    expect(proved(["pass"], ["throws"])).toMatchObject({ passes: false, lost: [{ check: "other", status: "error" }] });
  });

  it("told: a check that broke before, and breaks", () => {
    expect(proved(["throws"], ["throws"])).toMatchObject({ passes: true, untold: ["other"], lost: [], unsure: [] });
  });

  it("the plan's own is not told among those that it mends besides", () => {
    expect(proved(["fail"], ["pass"]).alsoMended).toMatchObject([{ check: "other" }]);
  });

  it.each<readonly [string, readonly Says[], readonly Says[], string]>([
    ["one", ["pass"], ["fail"], "Another finding begins to fail: other, Service db-0 says fail."],
    ["two", ["fail: low", "fail: low"], ["fail", "fail"], "Another finding gets worse: other, Service db-0 says fail. 1 more like it."],
    [
      "three",
      ["pass", "pass", "pass"],
      ["unknown", "unknown", "unknown"],
      "Another finding is not known any more: other, Service db-0 says unknown. 2 more like it.",
    ],
  ])("not proved: the harm is named, and how many there are: %s", (_rule, before, after, why) => {
    expect(proved(before, after).why).toBe(why);
  });
});

it("a declared flow that begins to fail, or is not known any more, is told apart; a Service that does is none", () => {
  const flows = ["breaks", "blurs", "holds"];
  const check = defineCheck({
    ...about,
    id: "flows",
    needs: ["namespaces"],
    examples: { fail: { namespaces: [] }, pass: { namespaces: [] } },
    evaluate: ({ namespaces }) =>
      namespaces.flatMap(({ name, labels }) => {
        const says = labels.says ?? "";
        const resource = { kind: flows.includes(name) ? "Flow" : "Namespace", id: `flow/${name}`, name };
        return verdictOf[says]?.({ resource, message: `Flow ${name} says ${says}.` }) ?? [];
      }),
  });
  const says = (...all: readonly (readonly [string, Says])[]) => known(all.map(([name, it]) => ({ name, labels: { says: it } })));
  const before = clusterThatSays("fail");
  const after = clusterThatSays("pass");
  const all = flows.map((name) => [name, "pass"] as const);
  const old = aCluster({ ...before.facts, namespaces: says(...all, ["shop", "pass"]) });
  const fresh = aCluster({
    ...after.facts,
    namespaces: says(["breaks", "fail"], ["blurs", "unknown"], ["holds", "pass"], ["shop", "fail"]),
  });
  const on = { ...ground(old), checks: [...checks, check] };
  const finding = judgedOn(on).find(({ status }) => status === "fail");
  if (finding === undefined) throw new TypeError("The finding does not fail.");
  const { proof } = judgedAgain(on, finding, { summary: "", commands: [], manifests: [], after: fresh.facts });
  expect(proof.declaredFlows.map(({ resource }) => resource.name)).toEqual(["breaks", "blurs"]);
});

describe("connections", () => {
  const before = clusterThatSays("fail");
  it.each([
    ["not told: the plan changes nothing that policies are about", {}, false],
    ["told: it changes policies", { networkPolicies: known([]) }, true],
    ["told: it changes who is there", { pods: known([]) }, true],
  ])("%s", (_rule, changed, isTold) => {
    const { services } = clusterThatSays("pass").facts;
    const after = aCluster({ ...before.facts, services: mapFact(services, (all) => all), ...changed });
    expect(provedFrom(before, after)).toMatchObject({ passes: true });
    expect(provedFrom(before, after).cut !== undefined).toBe(isTold);
  });
});
