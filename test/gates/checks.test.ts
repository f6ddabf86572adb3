import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { checkById, checks } from "../../core/checks/index.ts";
import { retired } from "../../core/checks/retired.ts";
import { frameworks, referencesTo } from "../../core/frameworks/index.ts";
import { unmapped } from "../../core/frameworks/unmapped.ts";
import { surfaces } from "../../core/model/check.ts";
import { verdictsOn } from "../../docs/examples.ts";
import { filesIn, textOf } from "./source.ts";

const ids = checks.map(({ id }) => id);

describe("the list of checks", () => {
  it("holds each id once, and none that is retired", () => {
    expect(ids.toSorted()).toEqual([...new Set(ids)].toSorted());
    expect(ids.filter((id) => retired.some((old) => old.id === id))).toEqual([]);
  });

  it("holds every check that has a file", () => {
    const defining = filesIn("core/checks/*/*.ts").filter((path) => /\bdefine(?:Account)?Check\(/.test(textOf(path)));
    expect(defining.map((path) => basename(path, ".ts")).toSorted()).toEqual(ids.toSorted());
  });

  it("finds a check by its id, and nothing by any other text", () => {
    for (const check of checks) expect(checkById(check.id)).toBe(check);
    expect(checkById("constructor")).toBeUndefined();
  });

  it("is in the order of the surfaces", () => {
    const order = checks.map(({ surface }) => surfaces.indexOf(surface));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });
});

describe.each(checks.map((check) => [check.id, check] as const))("%s", (id, check) => {
  it("has the name of its file, in the folder of its surface", () => {
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
    expect(filesIn(`core/checks/*/${id}.ts`)).toEqual([`core/checks/${check.surface}/${id}.ts`]);
  });

  it("states the good state in its title, without Ensure and without a period", () => {
    expect(check.title).toMatch(/^[A-Z]/);
    expect(check.title).not.toMatch(/\bensure\b|\bshould\b|\.$/i);
    expect(check.title.length).toBeLessThanOrEqual(100);
  });

  it("says why it matters and what to do, in whole sentences", () => {
    expect(check.why).toMatch(/^[A-Z].{30,}\.$/s);
    expect(check.remediation).toMatch(/^[A-Z].{30,}\.$/s);
  });

  it("needs something, and does not use what it needs", () => {
    expect(check.needs.length).toBeGreaterThan(0);
    expect(check.needs.filter((need) => check.uses.includes(need))).toEqual([]);
    for (const example of [check.examples.fail, check.examples.pass]) {
      expect(Object.keys(example).toSorted()).toEqual([...check.needs, ...check.uses].toSorted());
    }
  });

  it.each(["fail", "pass"] as const)("judges its example of a %s as one", (example) => {
    expect(verdictsOn(check, example).map(({ status }) => status)).toEqual(verdictsOn(check, example).map(() => example));
    expect(verdictsOn(check, example).length).toBeGreaterThan(0);
  });

  it.each(["fail", "pass"] as const)("says in one sentence which resource it saw how, on its example of a %s", (example) => {
    for (const verdict of verdictsOn(check, example)) {
      expect(verdict.message).toContain(verdict.resource.name);
      expect(verdict.message).toMatch(/^[A-Z].*[^.]\.$/);
      expect(verdict.message).not.toMatch(/\. [A-Z]|\n|undefined|\[object|NaN/);
    }
  });

  it.each(["fail", "pass"] as const)("shows on its example of a %s evidence that a report can hold", (example) => {
    for (const verdict of verdictsOn(check, example)) {
      const evidence = "evidence" in verdict ? verdict.evidence : undefined;
      expect(Object.keys(evidence ?? {}).length).toBeGreaterThan(0);
      expect(JSON.parse(JSON.stringify(evidence))).toEqual(evidence);
    }
  });

  it("has a test with a case for each verdict: pass, fail and unknown", () => {
    const path = `test/checks/${check.surface}/${id}.test.ts`;
    expect(filesIn(path), `write ${path}`).toEqual([path]);
    const cases = [...textOf(path).matchAll(/["'`](pass|fail|unknown): \S/g)].map(([, verdict]) => verdict);
    expect([...new Set(cases)].toSorted(), `name a case of each verdict in ${path}, such as "fail: 0.0.0.0/0"`).toEqual([
      "fail",
      "pass",
      "unknown",
    ]);
  });

  it("answers a framework's requirement, or says why it answers none", () => {
    const reasons = Object.hasOwn(unmapped, id) ? 1 : 0;
    expect(reasons === 1, `map ${id} in core/frameworks, or say in unmapped.ts why not`).toBe(referencesTo(id).length === 0);
  });
});

it("frameworks name checks that exist, each requirement once", () => {
  for (const { requirements } of frameworks) {
    const named = requirements.map(({ id }) => id);
    expect(named).toEqual([...new Set(named)]);
    for (const requirement of requirements) {
      if ("checks" in requirement) expect(requirement.checks.filter((check) => !ids.includes(check))).toEqual([]);
    }
  }
  expect(Object.keys(unmapped).filter((id) => !ids.includes(id))).toEqual([]);
});
