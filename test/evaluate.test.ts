import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checks } from "../core/checks/index.ts";
import { evaluateAccount, evaluateCluster } from "../core/evaluate.ts";
import { type AnyCheck, defineAccountCheck, defineCheck, type Verdict } from "../core/model/check.ts";
import type { ClusterFacts } from "../core/model/cluster.ts";
import { known, type ReasonCode, reasonCodes, unknown } from "../core/model/fact.ts";
import { defaultSettings, Settings } from "../core/model/settings.ts";
import { aCluster, anAccount, anEndpoint, aService, judged, prod, readAt, withSettings } from "./support/cluster.ts";

const endpoint = known(anEndpoint());
const examples = { fail: { endpoint: anEndpoint({ publicAccess: true }) }, pass: { endpoint: anEndpoint() } };
const about = {
  id: "a-check",
  title: "A check",
  surface: "endpoint",
  severity: "medium",
  why: "Why.",
  judged: "By what was read.",
  unseen: "Nothing else.",
  remediation: "Do it.",
  examples,
} as const;
const resource = { kind: "Cluster", id: prod, name: "prod" };
const saying = (...verdicts: readonly Verdict[]): AnyCheck => defineCheck({ ...about, needs: ["endpoint"], evaluate: () => verdicts });
const failing: Verdict = { status: "fail", resource, evidence: {}, message: "It fails." };
const passing: Verdict = { status: "pass", resource, evidence: {}, message: "It passes." };

describe("the preamble", () => {
  it("unknown: a needed fact is unknown, and the check is not asked", () => {
    const check = defineCheck({
      ...about,
      needs: ["endpoint"],
      evaluate: () => {
        throw new Error("was asked");
      },
    });
    expect(judged(check, aCluster({ endpoint: unknown("forbidden", "Denied.") }))).toEqual([
      {
        id: `a-check/${prod}`,
        check: "a-check",
        status: "unknown",
        severity: "medium",
        cluster: prod,
        resource,
        message: "Cluster prod was not judged, endpoint could not be read: Denied.",
        reason: { code: "forbidden", message: "Denied." },
        frameworks: [],
      },
    ]);
  });

  it("unknown: one of two needed facts is unknown", () => {
    const given = { endpoint: anEndpoint(), services: [] };
    const check = defineCheck({
      ...about,
      needs: ["endpoint", "services"],
      examples: { fail: given, pass: given },
      evaluate: () => [passing],
    });
    expect(judged(check, aCluster({ endpoint }))).toMatchObject([{ status: "unknown" }]);
    expect(judged(check, aCluster({ services: known([]) }))).toMatchObject([{ status: "unknown" }]);
    expect(judged(check, aCluster({ endpoint, services: known([]) }))).toMatchObject([{ status: "pass" }]);
  });

  it("unknown: nothing collects what is needed", () => {
    const { endpoint: _, ...older } = aCluster().facts;
    const cluster = { ...aCluster(), facts: older as ClusterFacts };
    expect(judged(saying(passing), cluster)).toMatchObject([
      { status: "unknown", reason: { code: "internal", message: "Nothing collects endpoint." } },
    ]);
  });

  it("a fact that is only used arrives as a fact, known or not", () => {
    const check = defineCheck({
      ...about,
      needs: ["endpoint"],
      uses: ["services"],
      examples: { fail: { ...examples.fail, services: known([]) }, pass: { ...examples.pass, services: known([]) } },
      evaluate: ({ services }, _settings, { resource: subject }) => [
        { ...passing, resource: subject, evidence: { services: services.state } },
      ],
    });
    expect(judged(check, aCluster({ endpoint }))).toMatchObject([{ status: "pass", evidence: { services: "unknown" } }]);
    expect(judged(check, aCluster({ endpoint, services: known([]) }))).toMatchObject([{ status: "pass", evidence: { services: "known" } }]);
  });

  it("not-applicable: the cluster is not ready, whatever is known of it", () => {
    const cluster = aCluster({ endpoint }, { inapplicable: { code: "not-ready", message: "The cluster is being created." } });
    expect(judged(saying(failing), cluster)).toMatchObject([
      { status: "not-applicable", reason: { code: "not-ready" }, message: "Cluster prod was not judged: The cluster is being created." },
    ]);
  });

  it("not-applicable: the check finds nothing to judge", () => {
    expect(judged(saying(), aCluster({ endpoint }))).toMatchObject([
      { status: "not-applicable", message: "Cluster prod has nothing that a-check judges." },
    ]);
  });

  it("error: the check throws; the report holds no cause, the log does", () => {
    const cause = new TypeError("secret detail");
    const check = defineCheck({
      ...about,
      needs: ["endpoint"],
      evaluate: () => {
        throw cause;
      },
    });
    const { findings, broken } = evaluateCluster([check, saying(passing)], aCluster({ endpoint }), defaultSettings, readAt);
    expect(findings).toMatchObject([{ status: "error", reason: { code: "internal" } }, { status: "pass" }]);
    expect(JSON.stringify(findings)).not.toContain("secret detail");
    expect(broken).toEqual([{ check: "a-check", cause }]);
  });

  it("error: the check changes its input or its settings", () => {
    const changesFacts = defineCheck({
      ...about,
      needs: ["endpoint"],
      evaluate: (facts) => {
        (facts.endpoint.publicCidrs as string[]).push("0.0.0.0/0");
        return [passing];
      },
    });
    const changesSettings = defineCheck({
      ...about,
      needs: ["endpoint"],
      evaluate: (_facts, settings) => {
        (settings.trustedCidrs as string[]).push("0.0.0.0/0");
        return [passing];
      },
    });
    // As a schema leaves it: frozen outside, open inside.
    const shallow = {
      ...aCluster(),
      facts: Object.freeze({ ...aCluster().facts, endpoint: known({ ...anEndpoint(), publicCidrs: ["10.0.0.0/8"] }) }),
    };
    expect(judged(changesFacts, shallow)).toMatchObject([{ status: "error" }]);
    expect(judged(changesSettings, aCluster({ endpoint }), Settings.parse({}))).toMatchObject([{ status: "error" }]);
  });
});

describe("verdicts become findings", () => {
  it("of a resource that is judged twice the worse verdict stands, and the log says so", () => {
    for (const verdicts of [
      [passing, failing],
      [failing, passing],
    ]) {
      const { findings, broken } = evaluateCluster([saying(...verdicts)], aCluster({ endpoint }), defaultSettings, readAt);
      expect(findings).toMatchObject([{ status: "fail" }]);
      expect(broken).toMatchObject([{ check: "a-check" }]);
    }
  });

  it("a verdict for each resource, each with an id of its own", () => {
    const services = known([aService("web"), aService("api")]);
    const check = defineCheck({
      ...about,
      needs: ["services"],
      examples: { fail: { services: [] }, pass: { services: [] } },
      evaluate: (facts) =>
        facts.services.map(({ name }) => ({
          ...passing,
          resource: { kind: "Service", id: `${prod}/namespaces/shop/services/${name}`, name },
        })),
    });
    expect(judged(check, aCluster({ services })).map(({ id }) => id)).toEqual([
      `a-check/${prod}/namespaces/shop/services/web`,
      `a-check/${prod}/namespaces/shop/services/api`,
    ]);
  });

  it("a fail carries the check's advice, or its own; a pass carries none", () => {
    const own = { text: "Do this.", commands: ["aws eks list-clusters"] };
    expect(judged(saying(failing), aCluster({ endpoint }))[0]?.remediation).toEqual({ text: "Do it." });
    expect(judged(saying({ ...failing, remediation: own }), aCluster({ endpoint }))[0]?.remediation).toEqual(own);
    expect(judged(saying(passing), aCluster({ endpoint }))[0]).not.toHaveProperty("remediation");
  });

  it.each([
    ["the check's own", undefined, {}, "medium"],
    ["the verdict lowers it", "low", {}, "low"],
    ["the organization lowers it", undefined, { "a-check": "low" }, "low"],
    ["the organization raises it", undefined, { "a-check": "critical" }, "critical"],
    ["a verdict lowers what the organization raised", "low", { "a-check": "critical" }, "low"],
    ["a verdict never raises what the organization lowered", "low", { "a-check": "informational" }, "informational"],
    ["another check's severity changes nothing", undefined, { "another-check": "critical" }, "medium"],
  ] as const)("severity: %s", (_rule, lowered, severity, expected) => {
    const verdict: Verdict = lowered === undefined ? failing : { ...failing, severity: lowered };
    expect(judged(saying(verdict), aCluster({ endpoint }), withSettings({ severity }))[0]?.severity).toBe(expected);
  });

  it("a cluster is judged by the checks of clusters, an account by those of accounts", () => {
    const ofAccounts = defineAccountCheck({
      ...about,
      id: "of-accounts",
      needs: ["reads"],
      examples: { fail: { reads: [] }, pass: { reads: [] } },
      evaluate: (_facts, _settings, { resource: subject }) => [{ ...passing, resource: subject }],
    });
    const both = [saying(passing), ofAccounts];
    const idsOf = (findings: readonly { readonly check: string }[]) => findings.map(({ check }) => check);
    expect(idsOf(evaluateCluster(both, aCluster({ endpoint }), defaultSettings, readAt).findings)).toEqual(["a-check"]);
    const { findings } = evaluateAccount(both, anAccount({ reads: known([]) }), defaultSettings, readAt);
    expect(idsOf(findings)).toEqual(["of-accounts"]);
    expect(findings[0]).not.toHaveProperty("cluster");
  });
});

describe("every check of the catalogue", () => {
  const code = fc.constantFrom<ReasonCode>(...reasonCodes);
  const needy = checks
    .flatMap((check) => check.needs.map((need) => [check, need] as const))
    .filter(([check]) => check.subject === "cluster");

  it("does not pass while any one fact that it needs is unknown, whatever the others are", () => {
    fc.assert(
      fc.property(fc.constantFrom(...needy), fc.constantFrom("pass", "fail"), code, ([check, need], example, reason) => {
        const others = Object.entries(check.examples[example] as Record<string, unknown>).map(([name, value]) => [
          name,
          check.uses.includes(name) ? value : known(value),
        ]);
        const facts = { ...Object.fromEntries(others), [need]: unknown(reason, "Not read.") };
        expect(judged(check, aCluster(facts))).toMatchObject([{ status: "unknown", reason: { code: reason } }]);
      }),
    );
  });

  it("says something of a cluster of which nothing is known, and nothing of it is a pass or a fail", () => {
    const { findings, broken } = evaluateCluster(checks, aCluster(), defaultSettings, readAt);
    expect(broken).toEqual([]);
    expect(new Set(findings.map(({ status }) => status))).toEqual(new Set(["unknown"]));
    expect(findings.map(({ check }) => check)).toEqual(checks.filter(({ subject }) => subject === "cluster").map(({ id }) => id));
  });
});

describe("what the compiler refuses", () => {
  it("a fact that is not declared", () => {
    defineCheck({
      ...about,
      needs: ["endpoint"],
      // @ts-expect-error services are not among the needs
      evaluate: ({ services }) => services,
    });
    expect(true).toBe(true);
  });

  it("an example without a needed fact", () => {
    defineCheck({
      ...about,
      needs: ["endpoint"],
      // @ts-expect-error the endpoint is missing
      examples: { fail: {}, pass: examples.pass },
      evaluate: () => [],
    });
    expect(true).toBe(true);
  });

  it("a pass without evidence", () => {
    // @ts-expect-error evidence is missing
    const verdict: Verdict = { status: "pass", resource, message: "It passes." };
    expect(verdict.status).toBe("pass");
  });
});
