import { expect, it } from "vitest";
import { fixFrom, nextSteps } from "../../cli/next-steps.ts";
import { aFinding, sampleReport } from "../report/sample.ts";

const { summary, ...rest } = sampleReport();
const after = (complete: boolean, ...findings: Parameters<typeof aFinding>[0][]) => ({
  ...rest,
  accounts: [],
  clusters: [],
  findings: findings.map((one) => aFinding(one)),
  summary: { ...summary, complete },
});
const scope = { fix: " --org", doctor: " --org" };

it.each([
  ["nothing where all is well", { ...after(true, { status: "pass" }), clusters: rest.clusters }, scope, []],
  ["nothing where no account of the organization has a cluster", after(true), scope, []],
  [
    "where else to look, where no cluster was found",
    after(true),
    { doctor: " --region eu-west-1" },
    ["Clusters of other Regions: --region all. Of other accounts: --account ID, or --org."],
  ],
  [
    "doctor alone, where it is not known whether there is a cluster",
    after(false),
    { doctor: "" },
    ["To read the rest: npx eks-perimeter doctor"],
  ],
  [
    "the fix of the worst finding",
    after(true, { severity: "medium", check: "secrets-encrypted-with-kms" }, { severity: "high" }),
    scope,
    ["npx eks-perimeter fix --org --check endpoint-not-open-to-internet"],
  ],
  ["no fix of what has none", after(true, { check: "cluster-read-completely" }), scope, []],
  ["doctor where something was not read", after(false), scope, ["To read the rest: npx eks-perimeter doctor --org"]],
  ["no doctor for evidence", after(false), fixFrom("ev.json"), []],
  [
    "evidence as the input, quoted",
    after(true, {}),
    fixFrom("a b.json"),
    ["npx eks-perimeter fix --evidence 'a b.json' --check endpoint-not-open-to-internet"],
  ],
  ["nothing of a path that would not be shown as it is", after(true, {}), fixFrom("a\u001bb"), []],
])("%s", (_what, report, steps, expected) => {
  expect(nextSteps(report, steps)).toEqual(expected);
});

it("throttling is told, since scanning again mends it", () => {
  const reason = { code: "throttled", message: "No." } as const;
  const throttled = {
    ...after(false),
    accounts: [{ account: "111122223333", coverage: [{ read: "eks:ListClusters", state: "unknown", reason } as const] }],
  };
  expect(nextSteps(throttled, scope).at(-1)).toBe("Scan again later, or fewer accounts at once: reads were throttled.");
});
