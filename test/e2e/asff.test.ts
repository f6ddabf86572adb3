/** Every document that the product can send to Security Hub, beside AWS's own service model and the documented lengths. */
import { expect, inject, it } from "vitest";
import { exampleSettings } from "../../core/checks/examples.ts";
import { checks } from "../../core/checks/index.ts";
import { evaluateAccount, evaluateCluster } from "../../core/evaluate.ts";
import type { AccountFacts } from "../../core/model/account.ts";
import type { AnyCheck } from "../../core/model/check.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { type Fact, known } from "../../core/model/fact.ts";
import type { Finding } from "../../core/model/finding.ts";
import { type PublishableFinding, toAsff } from "../../core/report/asff.ts";
import { asffViolations } from "../report/asff-rules.ts";
import { aFinding } from "../report/sample.ts";
import { aCluster, account, anAccount, readAt, region } from "../support/cluster.ts";
import type { Exchange } from "./bed/door.ts";
import { judgeByModels } from "./bed/models.ts";
import { suite } from "./bed/suite.ts";

/** What the check says of its example. */
function findingsOf(check: AnyCheck, example: "fail" | "pass"): readonly Finding[] {
  const entries = Object.entries(check.examples[example]);
  const facts = Object.fromEntries(
    entries.map(([name, value]) => [name, check.uses.includes(name) ? (value as Fact<unknown>) : known(value)]),
  );
  // An example is typed by what its check needs and uses: these are facts of its subject.
  return check.subject === "cluster"
    ? evaluateCluster([check], aCluster(facts as Partial<ClusterFacts>), exampleSettings, readAt).findings
    : evaluateAccount([check], anAccount(facts as Partial<AccountFacts>), exampleSettings, readAt).findings;
}

const documentOf = (finding: Finding, check: AnyCheck) =>
  toAsff(finding as PublishableFinding, {
    account,
    region,
    partition: "aws",
    readAt,
    firstSeen: "2026-10-01T06:00:00.000Z",
    productVersion: "0.1.0",
    title: check.title,
    surface: check.surface,
    ...(check.subject === "cluster" ? { clusterName: "prod" } : {}),
  });

const closing = { code: "not-found", message: "It is gone." } as const;
const waiver = { owner: "team-net", reason: "bastions", expires: "2027-01-31" };
/** As what fails can be sent: as it is, waived, and gone. */
const waysOf = (finding: Finding): readonly Finding[] =>
  finding.status === "fail"
    ? [finding, { ...finding, status: "waived", waiver }, { ...finding, status: "not-applicable", reason: closing }]
    : [finding];

const byExamples = checks.flatMap((check) =>
  (["fail", "pass"] as const).flatMap((example) =>
    findingsOf(check, example)
      .flatMap(waysOf)
      .map((finding) => documentOf(finding, check)),
  ),
);

const hostile = [
  "\u0000\u001b[31m\u202e",
  "\ud800",
  " ",
  "",
  "<!channel>\r\n",
  "ж".repeat(300_000),
  "👩‍👩‍👧".repeat(40_000),
  "'; --\u2028",
];
const byText = hostile.flatMap((text, at) =>
  checks.slice(0, 3).map((check) =>
    documentOf(
      aFinding({
        id: `${check.id}/${text}`,
        check: check.id,
        message: text,
        resource: {
          kind: "Service",
          id: `arn:aws:eks:${region}:${account}:cluster/prod/namespaces/${at}/services/${text}`,
          namespace: text,
          name: text,
        },
        evidence: { [text]: text, many: Array.from({ length: 5_000 }, () => text.slice(0, 100)) },
        frameworks: Array.from({ length: 100 }, (_, reference) => `${"x".repeat(reference)}-1.0`),
        remediation: { text, commands: [text] },
      }),
      check,
    ),
  ),
);

const imported = (documents: readonly object[]): Exchange => ({
  request: {
    method: "POST",
    path: "/findings/import",
    headers: {},
    service: "securityhub",
    region,
    body: JSON.stringify({ Findings: documents }),
  },
  reply: { status: 200, body: JSON.stringify({ SuccessCount: documents.length, FailedCount: 0 }) },
});
const inBatches = (documents: readonly object[]): readonly Exchange[] =>
  Array.from({ length: Math.ceil(documents.length / 100) }, (_, at) => imported(documents.slice(at * 100, at * 100 + 100)));

// Judged by botocore, which comes with moto.
suite("findings, beside AWS's service models", { moto: inject("moto") }, () => {
  it.each([
    ["of every check's examples, failing, waived, gone and passing", byExamples, checks.length * 4],
    ["whose texts are hostile or too long", byText, hostile.length * 3],
  ])("the documents %s are what BatchImportFindings takes", async (_which, documents, least) => {
    expect(documents.length).toBeGreaterThanOrEqual(least);
    expect(documents.flatMap((document) => asffViolations(document))).toEqual([]);
    expect(await judgeByModels(inBatches(documents))).toEqual({ operations: ["securityhub:BatchImportFindings"], problems: [] });
  });

  it.each([
    ["a member that the format lacks", { Titel: "x" }, "Findings[].Titel: no such member"],
    ["a word that it lacks", { RecordState: "OPEN" }, "Findings[].RecordState: 'OPEN' is none of the allowed values"],
    ["blank text", { Title: " " }, "Findings[].Title: ' ' does not match"],
    ["something absent that it demands", { AwsAccountId: undefined }, "Findings[].AwsAccountId: required, and absent"],
  ])("the model finds %s", async (_what, change, problem) => {
    const { problems } = await judgeByModels([imported([{ ...byExamples[0], ...change }])]);
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });
});
