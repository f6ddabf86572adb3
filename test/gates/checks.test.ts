import { basename } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { exampleSettings, verdictsOn } from "../../core/checks/examples.ts";
import { checkById, checks } from "../../core/checks/index.ts";
import { retired } from "../../core/checks/retired.ts";
import { frameworks, referencesTo } from "../../core/frameworks/index.ts";
import { unmapped } from "../../core/frameworks/unmapped.ts";
import type { AccountFacts } from "../../core/model/account.ts";
import { type AnyCheck, surfaces } from "../../core/model/check.ts";
import { ClusterFacts } from "../../core/model/cluster.ts";
import { type Fact, known } from "../../core/model/fact.ts";
import { aCluster, anAccount, judged, judgedAccount } from "../support/cluster.ts";
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

  it("says how it is judged and what it cannot see, in a few whole sentences on one line", () => {
    expect(check.judged).toMatch(/^[A-Z].{100,1600}\.$/);
    expect(check.unseen).toMatch(/^[A-Z].{20,500}\.$/);
    expect(check.judged.split(/\. (?=[A-Z])/).length).toBeGreaterThan(1);
  });

  it("names the path that it judges in the picture of exposure, or says why it judges none", () => {
    const { path } = check;
    if (path === undefined) expect.fail(`give ${id} a path, from one zone of core/model/path.ts to another, or { none: "why" }`);
    if ("none" in path) expect(path.none).toMatch(/^[A-Z].{20,}[^.]\.$/);
    else expect(path.from).not.toBe(path.to);
  });

  it("needs or uses something, and does not use what it needs", () => {
    expect(check.needs.length + check.uses.length).toBeGreaterThan(0);
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

  it("has examples that a scan can meet", () => {
    for (const example of ["fail", "pass"] as const) {
      if (check.subject === "cluster") expect(() => ClusterFacts.parse(clusterOf(check, example).facts)).not.toThrow();
    }
  });

  it("is passed by every resource that failed, once its remedy was applied to the facts", () => {
    const failing = scanned(check, "fail");
    const after = new Map(scanned(check, "pass").map((finding) => [finding.resource.id, finding.status]));
    expect(failing.map(({ status }) => status)).toEqual(failing.map(() => "fail"));
    // A remedy that deletes leaves nothing of it to be judged.
    const ofNothing = /\bdelete\b/i.test(check.remediation) ? "pass" : "gone";
    expect(failing.map(({ resource }) => after.get(resource.id) ?? ofNothing)).toEqual(failing.map(() => "pass"));
  });

  it("names in its remedy what the passing example did", () => {
    const { fail, pass } = check.examples;
    const changed = Object.keys(fail).filter((fact) => !isDeepStrictEqual(fail[fact], pass[fact]));
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.filter((fact) => notToBeMended.has(fact))).toEqual([]);
    const named = changed.filter((fact) => wordsFor(fact).test(check.remediation));
    expect(named, `say in the remedy what to do about ${changed.join(", ")}, or let the example change what the remedy names`).not.toEqual(
      [],
    );
  });

  it("hands each fail a remedy of whole sentences, and commands of one line", () => {
    for (const { remediation } of scanned(check, "fail")) {
      expect(remediation?.text).toMatch(/^\S.{30,}\.$/s);
      for (const command of remediation?.commands ?? []) expect(command).toMatch(/^(aws|kubectl|helm|eksctl) \S[^\n]*$/);
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

describe.each(frameworks.map((framework) => [framework.id, framework] as const))("framework %s", (id, { source, requirements }) => {
  it("has its version in its id, and an official page", () => {
    expect(id).toMatch(/^[a-z0-9.-]+-(r\d+|\d+(\.\d+)*)$/);
    expect(new URL(source).hostname).toMatch(/(^|\.)(cisecurity\.org|docs\.aws\.amazon\.com|nist\.gov|pcisecuritystandards\.org)$/);
  });

  it("names each requirement once, in order", () => {
    const named = requirements.map((requirement) => requirement.id);
    expect(named).toEqual([...new Set(named)]);
    expect(named).toEqual(named.toSorted((a, b) => a.localeCompare(b, "en", { numeric: true })));
  });

  it("maps each requirement to checks that exist, or says why none answers", () => {
    for (const requirement of requirements) {
      const { checks: mapped, manual, notCovered } = { checks: undefined, manual: undefined, notCovered: undefined, ...requirement };
      if (mapped !== undefined) {
        expect(mapped.length, requirement.id).toBeGreaterThan(0);
        expect(mapped, requirement.id).toEqual([...new Set(mapped)]);
        expect(mapped.filter((check) => !ids.includes(check))).toEqual([]);
      } else expect(manual ?? notCovered, requirement.id).toMatch(/^.{20,}\.$/);
    }
  });

  it("is referred to in words that Security Hub keeps whole", () => {
    for (const requirement of requirements) expect(`${id}/${requirement.id}`.length).toBeLessThanOrEqual(64);
  });
});

it("every reference of a check fits into a finding of Security Hub", () => {
  for (const id of ids) expect(referencesTo(id).length, id).toBeLessThanOrEqual(32);
});

it("no check is excused from the frameworks that does not exist", () => {
  expect(Object.keys(unmapped).filter((id) => !ids.includes(id))).toEqual([]);
});

/** Facts that no remedy changes: the time, and what the scan itself did. */
const notToBeMended = new Set(["readAt"]);

/** How remedies speak of a fact that they change; of others by the words of its name. */
const words: Readonly<Record<string, RegExp>> = {
  endpoint: /access/i,
  loadBalancers: /load balancer|listener/i,
  targetGroups: /target|listener|port/i,
  securityGroups: /security group|source|rule/i,
  logging: /\blogs?\b/i,
  secretsEncryption: /key/i,
  network: /cluster/i,
  reads: /read|grant|permission|role/i,
  roleBindings: /binding/i,
  networkInterfaces: /interface|address|subnet/i,
  routeTables: /rout|subnet/i,
  networkAcls: /\bACL/i,
  instances: /instance|node|launch template/i,
  nodes: /node/i,
  pods: /pod|polic|workload/i,
  networkPolicies: /NetworkPolic|policy|rule/i,
  workloads: /workload|pod|deployment/i,
  roles: /role|rule/i,
};
const wordsFor = (fact: string): RegExp =>
  words[fact] ??
  new RegExp(
    fact.replace(/s$/, "").replace(/[A-Z]/g, (letter) => `.?${letter}`),
    "i",
  );

/** The facts of an example as a scan hands them on: what a check needs was read, what it uses may not have been. */
function given(check: AnyCheck, example: "fail" | "pass"): Readonly<Record<string, Fact<unknown>>> {
  const entries = Object.entries(check.examples[example]);
  return Object.fromEntries(entries.map(([name, value]) => [name, check.uses.includes(name) ? (value as Fact<unknown>) : known(value)]));
}
// An example is typed by what its check needs and uses: these are facts of its subject.
const clusterOf = (check: AnyCheck, example: "fail" | "pass") => aCluster(given(check, example) as Partial<ClusterFacts>);
const accountOf = (check: AnyCheck, example: "fail" | "pass") => anAccount(given(check, example) as Partial<AccountFacts>);
/** What a scan reports of an example. */
const scanned = (check: AnyCheck, example: "fail" | "pass") =>
  check.subject === "cluster"
    ? judged(check, clusterOf(check, example), exampleSettings)
    : judgedAccount(check, accountOf(check, example), exampleSettings);
