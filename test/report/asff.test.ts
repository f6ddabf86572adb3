import type { AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../core/model/finding.ts";
import type { Resource } from "../../core/model/resource.ts";
import { type AsffContext, bytesOf, type PublishableFinding, toAsff } from "../../core/report/asff.ts";
import { asffDocument } from "../../core/report/asff-document.ts";
import { asffViolations } from "./asff-rules.ts";
import { aFinding, aServiceFinding, sampleChecks, sampleReport } from "./sample.ts";

const context: AsffContext = {
  account: "111122223333",
  region: "eu-west-1",
  partition: "aws",
  readAt: "2026-11-01T06:00:00.123Z",
  firstSeen: "2026-10-01T06:00:00.000Z",
  productVersion: "0.1.0",
  title: "The API endpoint is not open to the internet",
  surface: "endpoint",
  clusterName: "prod",
};
// The statuses that the builders are given here are publishable ones.
const published = (finding: Finding, rest: Partial<AsffContext> = {}) => {
  const document = toAsff(finding as PublishableFinding, { ...context, ...rest });
  expect(asffViolations(document)).toEqual([]);
  return document;
};

it("a failing finding about a cluster, whole", () => {
  expect(published(aFinding())).toEqual({
    SchemaVersion: "2018-10-08",
    Id: "endpoint-not-open-to-internet/arn:aws:eks:eu-west-1:111122223333:cluster/prod",
    ProductArn: "arn:aws:securityhub:eu-west-1:111122223333:product/111122223333/default",
    ProductName: "eks-perimeter",
    CompanyName: "eks-perimeter",
    GeneratorId: "eks-perimeter/endpoint-not-open-to-internet",
    AwsAccountId: "111122223333",
    CreatedAt: "2026-10-01T06:00:00.000Z",
    FirstObservedAt: "2026-10-01T06:00:00.000Z",
    LastObservedAt: "2026-11-01T06:00:00.123Z",
    UpdatedAt: "2026-11-01T06:00:00.123Z",
    Title: "The API endpoint is not open to the internet",
    Description: "Cluster prod admits 0.0.0.0/0 to its API endpoint.",
    FindingProviderFields: {
      Severity: { Label: "HIGH", Original: "high" },
      Types: ["Software and Configuration Checks/AWS Security Best Practices/Network Reachability"],
    },
    Compliance: { Status: "FAILED", SecurityControlId: "endpoint-not-open-to-internet", RelatedRequirements: ["cis-eks-1.7.0/5.4.1"] },
    RecordState: "ACTIVE",
    Resources: [
      {
        Type: "AwsEksCluster",
        Id: "arn:aws:eks:eu-west-1:111122223333:cluster/prod",
        Partition: "aws",
        Region: "eu-west-1",
        Details: {
          AwsEksCluster: { Arn: "arn:aws:eks:eu-west-1:111122223333:cluster/prod", Name: "prod" },
          Other: { kind: "Cluster", name: "prod", publicCidrs: '["0.0.0.0/0"]', addresses: "4294967296" },
        },
      },
    ],
    ProductFields: {
      ProviderName: "eks-perimeter",
      ProviderVersion: "0.1.0",
      "eks-perimeter/account": "111122223333",
      "eks-perimeter/region": "eu-west-1",
      "eks-perimeter/cluster": "prod",
      "eks-perimeter/status": "fail",
      "eks-perimeter/subject": "arn:aws:eks:eu-west-1:111122223333:cluster/prod",
      "eks-perimeter/kind": "Cluster",
      "eks-perimeter/name": "prod",
      "eks-perimeter/commands": "aws eks update-cluster-config --name prod",
    },
    Remediation: { Recommendation: { Text: "Restrict public access to trusted ranges." } },
  });
});

it.each<[string, Partial<Finding>, Partial<AsffContext>, object]>([
  ["FAILED and ACTIVE: fail", {}, {}, { RecordState: "ACTIVE", Compliance: { Status: "FAILED" } }],
  [
    "FAILED and ACTIVE: waived, with the waiver",
    { status: "waived", waiver: { owner: "team-net", reason: "bastions", expires: "2027-01-31" } },
    {},
    {
      RecordState: "ACTIVE",
      Compliance: { Status: "FAILED" },
      ProductFields: {
        "eks-perimeter/status": "waived",
        "eks-perimeter/waiver-owner": "team-net",
        "eks-perimeter/waiver-reason": "bastions",
        "eks-perimeter/waiver-expires": "2027-01-31",
      },
    },
  ],
  ["PASSED and ARCHIVED: fixed", { status: "pass" }, {}, { RecordState: "ARCHIVED", Compliance: { Status: "PASSED" } }],
  [
    "NOT_AVAILABLE and ARCHIVED: gone, with the reason",
    { status: "not-applicable", reason: { code: "not-found", message: "Service shop/web is gone." } },
    {},
    {
      RecordState: "ARCHIVED",
      Compliance: { Status: "NOT_AVAILABLE", StatusReasons: [{ ReasonCode: "NOT_FOUND", Description: "Service shop/web is gone." }] },
    },
  ],
  [
    "NOT_AVAILABLE and ARCHIVED: nothing to judge any more",
    { status: "not-applicable", message: "No ranges are configured." },
    {},
    {
      Compliance: { Status: "NOT_AVAILABLE", StatusReasons: [{ ReasonCode: "NOT_APPLICABLE", Description: "No ranges are configured." }] },
    },
  ],
  [
    "WARNING and ACTIVE: not everything was seen",
    {},
    { surface: "coverage" },
    { RecordState: "ACTIVE", Compliance: { Status: "WARNING" } },
  ],
])("%s", (_rule, finding, rest, expected) => {
  expect(published(aFinding(finding), rest)).toMatchObject(expected);
});

it("central: held by the hub's account and Region, under the same id, about the member's resources", () => {
  const own = published(aServiceFinding("web"));
  const central = published(aServiceFinding("web"), { hub: { account: "999900001111", region: "eu-central-1" } });
  expect(central).toEqual({
    ...own,
    ProductArn: "arn:aws:securityhub:eu-central-1:999900001111:product/999900001111/default",
    AwsAccountId: "999900001111",
    ProductFields: { ...own.ProductFields, "eks-perimeter/central": "true" },
  });
  expect(central.ProductFields).toMatchObject({ "eks-perimeter/account": "111122223333", "eks-perimeter/region": "eu-west-1" });
  expect(own.ProductFields).not.toHaveProperty("eks-perimeter/central");
});

const elb = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer";
it.each<[string, Resource, string, string]>([
  ["a network load balancer", { kind: "LoadBalancer", id: `${elb}/net/a/0123`, name: "a" }, "AwsElbv2LoadBalancer", `${elb}/net/a/0123`],
  [
    "an application load balancer",
    { kind: "LoadBalancer", id: `${elb}/app/a/0123`, name: "a" },
    "AwsElbv2LoadBalancer",
    `${elb}/app/a/0123`,
  ],
  ["a classic load balancer", { kind: "LoadBalancer", id: `${elb}/a`, name: "a" }, "AwsElbLoadBalancer", `${elb}/a`],
  [
    "an instance",
    { kind: "Instance", id: "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a", name: "n" },
    "AwsEc2Instance",
    "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a",
  ],
  ["a Service", aServiceFinding("web").resource, "Other", "arn:aws:eks:eu-west-1:111122223333:cluster/prod/namespaces/shop/services/web"],
])("%s stands first, its cluster second", (_what, resource, type, id) => {
  expect(published(aFinding({ resource })).Resources).toMatchObject([
    { Type: type, Id: id, Details: { Other: { kind: resource.kind, name: resource.name } } },
    { Type: "AwsEksCluster", Id: "arn:aws:eks:eu-west-1:111122223333:cluster/prod", Details: { AwsEksCluster: { Name: "prod" } } },
  ]);
});

it("an account stands alone, under the format's own name for it", () => {
  const { cluster: _none, ...finding } = aFinding({
    check: "account-read-completely",
    resource: { kind: "Account", id: "arn:aws:iam::111122223333:root", name: "111122223333" },
  });
  const { clusterName: _no, ...account } = context;
  const document = toAsff(finding as PublishableFinding, { ...account, surface: "coverage" });
  expect(asffViolations(document)).toEqual([]);
  expect(document.Resources?.map(({ Type, Id }) => [Type, Id])).toEqual([["AwsAccount", "AWS::::Account:111122223333"]]);
  expect(document.ProductFields).not.toHaveProperty("eks-perimeter/cluster");
});

it.each([
  ["China", "aws-cn", "cn-north-1", { Partition: "aws-cn", Region: "cn-north-1" }],
  ["a partition that the format has no word for", "aws-iso-e", "eu-isoe-west-1", { Region: "eu-isoe-west-1" }],
  ["a Region whose name is too long for the format", "aws", "xx-unheard-of-region-1", { Partition: "aws" }],
])("the resource's place in %s", (_where, partition, region, expected) => {
  const document = published(aFinding(), { partition, region });
  expect(document.ProductArn).toBe(`arn:${partition}:securityhub:${region}:111122223333:product/111122223333/default`);
  const { Partition, Region } = document.Resources?.[0] ?? {};
  expect(JSON.parse(JSON.stringify({ Partition, Region }))).toEqual(expected);
});

it("a report's document holds what fails, waived or not, each in its account and Region", () => {
  const documents = JSON.parse([...asffDocument(sampleReport(), "eu-central-1", sampleChecks)].join(""));
  expect(documents.flatMap(asffViolations)).toEqual([]);
  expect(
    documents.map(({ AwsAccountId, ProductArn, Compliance, Resources }: AwsSecurityFinding) =>
      [AwsAccountId, ProductArn?.split(":")[3], Compliance?.Status, Resources?.[0]?.Id?.replace(/^.*\//, "")].join(" "),
    ),
  ).toEqual([
    "444455556666 eu-central-1 WARNING AWS::::Account:444455556666",
    "111122223333 eu-west-1 WARNING closed",
    "111122223333 eu-west-1 FAILED prod",
    "111122223333 eu-west-1 FAILED api",
    "111122223333 eu-west-1 FAILED web",
  ]);
});

describe("limits", () => {
  it.each([
    ["Title", 256, (text: string) => published(aFinding(), { title: text }).Title],
    ["Description", 1024, (text: string) => published(aFinding({ message: text })).Description],
    ["Recommendation", 512, (text: string) => published(aFinding({ remediation: { text } })).Remediation?.Recommendation?.Text],
    [
      "a product field",
      2048,
      (text: string) =>
        published(aFinding({ waiver: { owner: "o", reason: text, expires: "" } })).ProductFields?.["eks-perimeter/waiver-reason"],
    ],
    ["evidence", 1023, (text: string) => published(aFinding({ evidence: { text } })).Resources?.[0]?.Details?.Other?.text],
    [
      "evidence's name",
      127,
      (text: string) => Object.keys(published(aFinding({ evidence: { [text]: 1 } })).Resources?.[0]?.Details?.Other ?? {}).at(-1),
    ],
  ])("%s is cut above %i characters, between code points", (_field, limit, read) => {
    for (const length of [limit - 1, limit]) expect(read("x".repeat(length))).toBe("x".repeat(length));
    expect(read("x".repeat(limit + 1))).toBe(`${"x".repeat(limit - 1)}…`);
    expect(read(`${"x".repeat(limit - 2)}🦊x`)).toBe(`${"x".repeat(limit - 2)}…`);
  });

  it("references: 32, each of at most 64 characters", () => {
    const { RelatedRequirements } =
      published(aFinding({ frameworks: Array.from({ length: 40 }, (_, at) => `${at}-${"x".repeat(70)}`) })).Compliance ?? {};
    expect(RelatedRequirements).toHaveLength(32);
  });

  it("evidence: 50 pairs, and what is left out is counted", () => {
    const evidence = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`key${at}`, at]));
    const other = published(aFinding({ evidence })).Resources?.[0]?.Details?.Other ?? {};
    expect(Object.keys(other)).toHaveLength(50);
    expect(other.leftOut).toBe("13 more values");
  });

  it("commands are sent whole or not at all", () => {
    const fits = aFinding({ remediation: { text: "Do.", commands: ["x".repeat(1000), "y".repeat(1047)] } });
    const tooLong = aFinding({ remediation: { text: "Do.", commands: ["x".repeat(1000), "y".repeat(1048)] } });
    expect(published(fits).ProductFields?.["eks-perimeter/commands"]).toHaveLength(2048);
    expect(published(tooLong).ProductFields).not.toHaveProperty("eks-perimeter/commands");
  });

  it("a finding above 240 KB loses its evidence, keeps the rest, and says so", () => {
    const wide = "日".repeat(3000);
    const evidence = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`${at}${wide}`, wide]));
    const resource = { kind: wide, id: wide, namespace: wide, name: wide };
    const large = aFinding({
      resource,
      evidence,
      message: wide,
      waiver: { owner: wide, reason: wide, expires: wide },
      remediation: { text: wide, commands: ["日".repeat(2048)] },
    });
    const document = published(large, { productVersion: wide, clusterName: wide, title: wide });
    expect(document.ProductFields?.["eks-perimeter/left-out"]).toBe("too large: evidence");
    expect(document.Resources?.[0]).not.toHaveProperty("Details");
    expect(document.ProductFields?.["eks-perimeter/commands"]).toHaveLength(2048);
    expect(bytesOf(document)).toBeLessThan(240_000);
  });
});

const hostile = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: "binary", maxLength: 300 }) },
  fc.constantFrom(
    "",
    " ",
    "\n",
    "🦊".repeat(5_000),
    "\ud83d".repeat(600),
    "x".repeat(10_000),
    "日".repeat(10_000),
    "\u202e\u001b[2J",
    "__proto__",
  ),
);

it("whatever a cluster is called and holds, the document is within every limit", () => {
  fc.assert(
    fc.property(
      fc.record({
        status: fc.constantFrom("fail", "waived", "pass", "not-applicable" as const),
        resource: fc.record({ kind: hostile, id: hostile.filter((id) => /\S/.test(id)), namespace: hostile, name: hostile }),
        message: hostile,
        evidence: fc.dictionary(hostile, fc.oneof(hostile, fc.jsonValue()), { maxKeys: 60 }),
        remediation: fc.record({ text: hostile, commands: fc.array(hostile, { maxLength: 3 }) }),
        frameworks: fc.constant([]),
        waiver: fc.record({ owner: hostile, reason: hostile, expires: hostile }),
        reason: fc.record({ code: fc.constant("not-found" as const), message: hostile }),
      }),
      hostile,
      (finding, title) => {
        published(aFinding({ ...finding, id: `endpoint-not-open-to-internet/${finding.resource.id}` } as Partial<Finding>), { title });
      },
    ),
    { numRuns: 300 },
  );
});
