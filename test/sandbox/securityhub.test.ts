import {
  type AwsSecurityFinding,
  BatchImportFindingsCommand,
  BatchUpdateFindingsCommand,
  DescribeHubCommand,
  EnableSecurityHubCommand,
  GetFindingsCommand,
  paginateGetFindings,
} from "@aws-sdk/client-securityhub";
import { describe, expect, it } from "vitest";
import type { Sandbox } from "../../sandbox/start.ts";
import { clients, home, hub, member, memberClients, rejection, started } from "./support.ts";

const productArn = `arn:aws:securityhub:${home}:${member}:product/${member}/default`;
const aFinding = (over: Partial<AwsSecurityFinding> = {}): AwsSecurityFinding => ({
  SchemaVersion: "2018-10-08",
  Id: "one",
  ProductArn: productArn,
  ProductName: "eks-perimeter",
  GeneratorId: "endpoint-not-open-to-internet",
  AwsAccountId: member,
  CreatedAt: "2026-01-01T00:00:00.000Z",
  UpdatedAt: "2026-01-02T00:00:00.000Z",
  Title: "The endpoint is not open to the internet",
  Description: "It is.",
  Resources: [{ Type: "AwsEksCluster", Id: `arn:aws:eks:${home}:${member}:cluster/prod` }],
  Compliance: { Status: "FAILED" },
  RecordState: "ACTIVE",
  FindingProviderFields: {
    Severity: { Label: "HIGH", Original: "high" },
    Types: ["Software and Configuration Checks/Network Reachability"],
  },
  ...over,
});

const theHub = async (over: Parameters<typeof started>[0] = {}, now?: () => Date) => {
  const sandbox = await started({ accounts: [{ id: hub }, { id: member }], ...over }, now);
  const { securityHub } = await memberClients(sandbox);
  return {
    sandbox,
    securityHub,
    put: (...Findings: AwsSecurityFinding[]) => securityHub.send(new BatchImportFindingsCommand({ Findings })),
    get: async (Filters: object = {}) => (await securityHub.send(new GetFindingsCommand({ Filters }))).Findings ?? [],
    update: (over: object) =>
      securityHub.send(new BatchUpdateFindingsCommand({ FindingIdentifiers: [{ Id: "one", ProductArn: productArn }], ...over })),
  };
};
const withHub = (securityHub: "enabled" | "disabled" | "provider-disabled") =>
  theHub({ accounts: [{ id: hub }, { id: member, regions: { [home]: { securityHub } } }] });

describe("who may import", () => {
  it("nobody, where Security Hub is off, until it is switched on", async () => {
    const { securityHub, put } = await withHub("disabled");
    for (const call of [
      () => put(aFinding()),
      () => securityHub.send(new DescribeHubCommand()),
      () => securityHub.send(new GetFindingsCommand()),
    ]) {
      const error = await rejection(call());
      expect([error.name, error.message]).toEqual(["InvalidAccessException", `Account ${member} is not subscribed to AWS Security Hub`]);
    }
    await securityHub.send(new EnableSecurityHubCommand());
    expect((await rejection(securityHub.send(new EnableSecurityHubCommand()))).name).toBe("ResourceConflictException");
    expect((await securityHub.send(new DescribeHubCommand())).HubArn).toBe(`arn:aws:securityhub:${home}:${member}:hub/default`);
    expect(await put(aFinding())).toMatchObject({ SuccessCount: 1 });
  });

  it("nobody, where the product's integration is off: each finding fails with InvalidAccess", async () => {
    const { put } = await withHub("provider-disabled");
    expect(await put(aFinding())).toMatchObject({
      SuccessCount: 0,
      FailedCount: 1,
      FailedFindings: [{ Id: "one", ErrorCode: "InvalidAccess" }],
    });
  });

  it.each([
    ["of another account", { AwsAccountId: hub }],
    ["under another account's product", { ProductArn: productArn.replaceAll(member, hub) }],
    ["under another Region's product", { ProductArn: productArn.replace(home, "us-east-1") }],
  ])("nobody a finding %s: the whole call is denied", async (_what, over) => {
    const { put, get } = await theHub();
    const error = await rejection(put(aFinding({ Id: "fine" }), aFinding(over)));
    expect(error.name).toBe("AccessDeniedException");
    expect(error.message).toContain("securityhub:BatchImportFindings on resource: arn:aws:securityhub:");
    expect(await get()).toEqual([]);
  });
});

describe("what is taken", () => {
  const bad = (over: Partial<AwsSecurityFinding>) => aFinding({ Id: "bad", ...over });
  it.each<[string, AwsSecurityFinding, string]>([
    ["a title of 257 characters", bad({ Title: "x".repeat(257) }), "data.Title should NOT be longer than 256 characters"],
    ["a blank title", bad({ Title: " " }), "data.Title should NOT be shorter than 1 characters"],
    ["a description of 1025", bad({ Description: "x".repeat(1025) }), "data.Description should NOT be longer than 1024"],
    ["an id of 513", bad({ Id: "x".repeat(513) }), "data.Id should NOT be longer than 512"],
    ["no resource", bad({ Resources: [] }), "data.Resources should NOT have fewer than 1 items"],
    [
      "33 resources",
      bad({ Resources: Array.from({ length: 33 }, (_, i) => ({ Type: "Other", Id: `r${i}` })) }),
      "NOT have more than 32 items",
    ],
    [
      "a resource without a type",
      bad({ Resources: [{ Type: undefined, Id: "r" }] }),
      "data.Resources[0] should have required property 'Type'",
    ],
    ["no generator", bad({ GeneratorId: undefined }), "data should have required property 'GeneratorId'"],
    ["another schema version", bad({ SchemaVersion: "2019-01-01" }), "data.SchemaVersion should be equal to one of the allowed values"],
    [
      "an unknown status",
      bad({ Compliance: { Status: "BAD" as "FAILED" } }),
      "data.Compliance.Status should be equal to one of the allowed values",
    ],
    ["a reason without a code", bad({ Compliance: { StatusReasons: [{ ReasonCode: undefined }] } }), "required property 'ReasonCode'"],
    [
      "33 requirements",
      bad({ Compliance: { RelatedRequirements: Array(33).fill("x") } }),
      "RelatedRequirements should NOT have more than 32",
    ],
    ["a time without a zone", bad({ UpdatedAt: "2026-01-02T00:00:00" }), "data.UpdatedAt should match pattern"],
    ["a type of four parts", bad({ Types: ["a/b/c/d"] }), 'data.Types[0] should match pattern "^([^/]+)(/[^/]+){0,2}$"'],
    [
      "neither place of severity and types",
      bad({ FindingProviderFields: undefined }),
      "data should have required property 'FindingProviderFields', data should match some schema in anyOf",
    ],
    [
      "a recommendation of 513",
      bad({ Remediation: { Recommendation: { Text: "x".repeat(513) } } }),
      "data.Remediation.Recommendation.Text should NOT be longer than 512 characters",
    ],
    [
      "51 product fields",
      bad({ ProductFields: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, "v"])) }),
      "data.ProductFields should NOT have more than 50 properties",
    ],
    ["a product field of 2049", bad({ ProductFields: { k: "x".repeat(2049) } }), "data.ProductFields['k'] should NOT be longer than 2048"],
    [
      "a detail of 1025",
      bad({ Resources: [{ Type: "Other", Id: "r", Details: { Other: { ranges: "x".repeat(1025) } } }] }),
      "data.Resources[0].Details.Other['ranges'] should NOT be longer than 1024 characters",
    ],
    [
      "240 KB and more",
      bad({ Resources: [{ Type: "Other", Id: "r", Details: { AwsEksCluster: { Name: "x".repeat(250_000) } } }] }),
      "exceeds the maximum of 245760 bytes",
    ],
  ])("not %s; its neighbour is", async (_what, finding, why) => {
    const { put, get } = await theHub();
    const answer = await put(finding, aFinding());
    expect(answer).toMatchObject({ SuccessCount: 1, FailedCount: 1, FailedFindings: [{ Id: finding.Id, ErrorCode: "InvalidInput" }] });
    expect(answer.FailedFindings?.[0]?.ErrorMessage).toContain(why);
    expect((await get()).map(({ Id }) => Id)).toEqual(["one"]);
  });

  it.each([
    ["Title", 256],
    ["Description", 1024],
    ["GeneratorId", 512],
  ])("%s of exactly %i characters, counted as code points", async (field, length) => {
    const { put } = await theHub();
    expect(await put(aFinding({ [field]: "😀".repeat(length) }))).toMatchObject({ SuccessCount: 1, FailedCount: 0 });
  });

  it("100 findings a call; 101 and 6 MB are refused as a whole", async () => {
    const { put, get } = await theHub();
    const findings = Array.from({ length: 101 }, (_, i) => aFinding({ Id: `f${i}` }));
    expect(await put(...findings.slice(1))).toMatchObject({ SuccessCount: 100 });
    const heavy = { Resources: [{ Type: "Other", Id: "r", Details: { AwsEksCluster: { Name: "x".repeat(230_000) } } }] };
    expect((await rejection(put(...findings))).name).toBe("InvalidInputException");
    expect((await rejection(put(...Array.from({ length: 28 }, (_, i) => aFinding({ Id: `heavy${i}`, ...heavy }))))).name).toBe(
      "InvalidInputException",
    );
    expect((await rejection(put())).name).toBe("InvalidInputException");
    expect(await get()).toHaveLength(100);
  });
});

describe("a finding that is known", () => {
  it.each([
    ["an equal UpdatedAt is ignored", "2026-01-02T00:00:00.000Z", "FAILED"],
    ["an older one is ignored", "2026-01-01T23:59:59.999Z", "FAILED"],
    ["the same instant in another zone is ignored", "2026-01-02T02:00:00+02:00", "FAILED"],
    ["a newer one by a nanosecond counts", "2026-01-02T00:00:00.000000001Z", "PASSED"],
  ])("%s, and is no error", async (_rule, UpdatedAt, status) => {
    const { put, get } = await theHub();
    await put(aFinding());
    expect(await put(aFinding({ UpdatedAt, Compliance: { Status: "PASSED" } }))).toMatchObject({ SuccessCount: 1, FailedCount: 0 });
    expect((await get()).map(({ Compliance }) => Compliance?.Status)).toEqual([status]);
  });

  const later = (over: Partial<AwsSecurityFinding> = {}) => aFinding({ UpdatedAt: "2026-01-03T00:00:00Z", ...over });

  it("keeps what is the customer's, whatever the import says", async () => {
    const { put, get, update } = await theHub();
    await put(aFinding());
    expect((await get())[0]).toMatchObject({
      Workflow: { Status: "NEW" },
      Severity: { Label: "HIGH", Normalized: 70 },
      CompanyName: "Personal",
    });
    await update({ Workflow: { Status: "SUPPRESSED" }, Note: { Text: "known", UpdatedBy: "me" }, Severity: { Label: "LOW" } });
    await put(
      later({ Workflow: { Status: "NEW" }, Note: { Text: "mine", UpdatedBy: "it", UpdatedAt: "2026-01-01T00:00:00Z" }, Title: "New" }),
    );
    const [finding] = await get();
    expect(finding).toMatchObject({
      Title: "New",
      Workflow: { Status: "SUPPRESSED" },
      Note: { Text: "known" },
      Severity: { Label: "LOW" },
    });
    expect(finding?.FindingProviderFields?.Severity?.Label).toBe("HIGH");
  });

  it("shows the producer's new severity as long as no customer has set one", async () => {
    const { put, get } = await theHub();
    await put(aFinding());
    await put(later({ FindingProviderFields: { Severity: { Label: "LOW" }, Types: ["Effects"] } }));
    expect((await get())[0]).toMatchObject({ Severity: { Label: "LOW", Normalized: 1 }, Types: ["Effects"] });
  });

  const passed = { Compliance: { Status: "PASSED" as const } };
  const archived = { RecordState: "ARCHIVED" as const };
  it.each<[string, Partial<AwsSecurityFinding>, string, string]>([
    ["RESOLVED, was PASSED and fails: NEW", passed, "RESOLVED", "NEW"],
    ["NOTIFIED, was PASSED and fails: NEW", passed, "NOTIFIED", "NEW"],
    ["RESOLVED, was ARCHIVED and is back: NEW", archived, "RESOLVED", "NEW"],
    ["SUPPRESSED stays", { ...passed, ...archived }, "SUPPRESSED", "SUPPRESSED"],
    ["RESOLVED, and failed before as well: stays", {}, "RESOLVED", "RESOLVED"],
  ])("workflow %s", async (_rule, before, status, after) => {
    const { put, get, update } = await theHub();
    await put(aFinding(before));
    await update({ Workflow: { Status: status } });
    await put(later());
    expect((await get())[0]?.Workflow?.Status).toBe(after);
  });

  it("is the one with its ProductArn and Id, in its account and Region", async () => {
    const { sandbox, put } = await theHub();
    await put(aFinding(), aFinding({ Id: "two" }));
    const elsewhere = await memberClients(sandbox, "us-east-1");
    await elsewhere.securityHub.send(
      new BatchImportFindingsCommand({ Findings: [aFinding({ ProductArn: productArn.replace(home, "us-east-1") })] }),
    );
    expect(sandbox.findings().map(({ account, region, finding }) => [account, region, finding.Id])).toEqual([
      [member, home, "one"],
      [member, home, "two"],
      [member, "us-east-1", "one"],
    ]);
  });

  it("that does not exist can't be updated", async () => {
    const { update } = await theHub();
    expect(await update({ Workflow: { Status: "RESOLVED" } })).toMatchObject({
      ProcessedFindings: [],
      UnprocessedFindings: [{ ErrorCode: "FindingNotFound", FindingIdentifier: { Id: "one" } }],
    });
  });
});

describe("GetFindings", () => {
  const eq = (...values: string[]) => values.map((Value) => ({ Value, Comparison: "EQUALS" as const }));
  it.each<[string, object, string[]]>([
    ["all", {}, ["a", "b", "c"]],
    ["by id, any of several", { Id: eq("a", "c") }, ["a", "c"]],
    ["by prefix of the id", { Id: [{ Value: "b", Comparison: "PREFIX" }] }, ["b"]],
    ["by all fields named", { RecordState: eq("ACTIVE"), ComplianceStatus: eq("FAILED") }, ["a"]],
    [
      "by what it is not, every one of them",
      {
        Id: [
          { Value: "a", Comparison: "NOT_EQUALS" },
          { Value: "b", Comparison: "NOT_EQUALS" },
        ],
      },
      ["c"],
    ],
    ["by product name and generator", { ProductName: eq("eks-perimeter"), GeneratorId: eq("other") }, ["c"]],
    ["by account", { AwsAccountId: eq("999999999999") }, []],
    ["by workflow", { WorkflowStatus: eq("NEW") }, ["a", "b", "c"]],
    ["by product field", { ProductFields: [{ Key: "cluster", Value: "prod", Comparison: "EQUALS" }] }, ["c"]],
    ["by time", { UpdatedAt: [{ Start: "2026-01-02T12:00:00Z", End: "2026-02-01T00:00:00Z" }] }, ["b"]],
    ["by resource", { ResourceId: [{ Value: "cluster/prod", Comparison: "CONTAINS" }] }, ["a", "b", "c"]],
  ])("filters %s", async (_how, filters, ids) => {
    const { put, get } = await theHub();
    await put(
      aFinding({ Id: "a" }),
      aFinding({ Id: "b", RecordState: "ARCHIVED", UpdatedAt: "2026-01-03T00:00:00Z" }),
      aFinding({ Id: "c", Compliance: { Status: "PASSED" }, GeneratorId: "other", ProductFields: { cluster: "prod" } }),
    );
    expect((await get(filters)).map(({ Id }) => Id)).toEqual(ids);
  });

  it("pages by 100, sorted as asked", async () => {
    const { securityHub: client, put } = await theHub();
    const ids = Array.from({ length: 150 }, (_, i) => `f${String(i).padStart(3, "0")}`);
    await put(...ids.slice(0, 100).map((Id) => aFinding({ Id })));
    await put(...ids.slice(100).map((Id) => aFinding({ Id })));
    const pages: string[][] = [];
    const sorted = { SortCriteria: [{ Field: "Id", SortOrder: "desc" as const }] };
    for await (const { Findings = [] } of paginateGetFindings({ client }, sorted)) pages.push(Findings.map(({ Id }) => Id ?? ""));
    expect(pages.map(({ length }) => length)).toEqual([100, 50]);
    expect(pages.flat()).toEqual(ids.toReversed());
  });
});

it("rate limits, where the estate has them: 30 calls at once, then 10 a second", async () => {
  let ms = Date.now();
  const { put } = await theHub({ securityHubRateLimits: true }, () => new Date(ms));
  for (let i = 0; i < 30; i++) await put(aFinding());
  const error = await rejection(put(aFinding()));
  expect([error.name, error.$metadata?.httpStatusCode]).toEqual(["TooManyRequestsException", 429]);
  ms += 200;
  await put(aFinding());
  await put(aFinding());
  expect((await rejection(put(aFinding()))).name).toBe("TooManyRequestsException");
});

it("credentials of the hub import into the hub, not into the member", async () => {
  const sandbox: Sandbox = await started();
  const { securityHub } = clients(sandbox, sandbox.credentials);
  expect((await rejection(securityHub.send(new BatchImportFindingsCommand({ Findings: [aFinding()] })))).name).toBe(
    "AccessDeniedException",
  );
});
