import { describe, expect, it } from "vitest";
import { collectAccount } from "../../core/collect/account.ts";
import { listAccounts } from "../../core/collect/organization.ts";
import { reasonOf } from "../../core/collect/reason.ts";
import type { EstateInput } from "../../sandbox/estate.ts";
import type { FaultInput } from "../../sandbox/faults.ts";
import type { Sandbox } from "../../sandbox/start.ts";
import { clients, hub, member, rejection, started } from "../sandbox/support.ts";
import { gapsOf, portsTo, soon, valueIn } from "./aws-bed.ts";

type AccountInput = EstateInput["accounts"][number];
const named = (...names: readonly string[]) => ({ clusters: names.map((name) => ({ name, status: "CREATING" as const })) });
const withMember = (rest: Partial<AccountInput>, over: Partial<EstateInput> = {}) =>
  started({ accounts: [{ id: hub }, { id: member, ...rest }], ...over });
const regions = { "eu-west-1": named("prod", "dev"), "us-east-1": named("prod") };
const enabledRegions = ["eu-west-1", "us-east-1"];

const collect = async (sandbox: Sandbox, scope: Parameters<typeof collectAccount>[1], signal = soon()) => {
  const { clusters, facts, resource } = await collectAccount(member, scope, portsTo(sandbox), signal);
  const reads = valueIn(facts.reads);
  return { found: clusters.map(({ region, name }) => `${region}/${name}`), gaps: gapsOf(facts.reads), reads, resource };
};
const all = { regions: "all" } as const;
const refused = (operation: string, rest: Partial<FaultInput> = {}): FaultInput =>
  ({ kind: "error", operation, code: "AccessDeniedException", status: 403, ...rest }) as FaultInput;

describe("clusters are listed", () => {
  it("in every enabled Region, each of which the coverage names", async () => {
    const { found, gaps, reads, resource } = await collect(await withMember({ regions, enabledRegions }), all);
    expect(resource).toEqual({ kind: "Account", id: `arn:aws:iam::${member}:root`, name: member });
    expect(found).toEqual(["eu-west-1/prod", "eu-west-1/dev", "us-east-1/prod"]);
    expect(gaps).toEqual([]);
    expect(reads.map(({ read }) => read)).toEqual([
      "account:ListRegions",
      "eks:ListClusters eu-west-1",
      "eks:ListClusters us-east-1",
      "sts:AssumeRole",
    ]);
  });

  it("in the Regions named, without asking which are enabled", async () => {
    const sandbox = await withMember({ regions, enabledRegions });
    expect((await collect(sandbox, { regions: ["us-east-1", "us-east-1"] })).found).toEqual(["us-east-1/prod"]);
    expect(sandbox.requests().map(({ action }) => action)).toEqual(["sts:AssumeRole", "eks:ListClusters"]);
  });

  it("to the last page", async () => {
    const clusters = Array.from({ length: 205 }, (_, i) => ({ name: `c${i}`, status: "CREATING" as const }));
    const { found } = await collect(await withMember({ regions: { "eu-west-1": { clusters } } }), { regions: ["eu-west-1"] });
    expect(found).toHaveLength(205);
  });
});

describe("what could not be listed", () => {
  it.each<[string, FaultInput, readonly string[], readonly string[]]>([
    [
      "one Region: the others are",
      refused("ListClusters", { region: "us-east-1" }),
      ["eu-west-1/prod", "eu-west-1/dev"],
      ["eks:ListClusters us-east-1: unknown forbidden"],
    ],
    [
      "malformed: a list that is no list",
      { kind: "nonsense", operation: "ListClusters", region: "us-east-1", contentType: "application/json", body: '{"clusters":"prod"}' },
      ["eu-west-1/prod", "eu-west-1/dev"],
      ["eks:ListClusters us-east-1: unknown malformed"],
    ],
    ["the Regions", refused("ListRegions"), [], ["account:ListRegions: unknown forbidden"]],
    [
      "the Regions, by a service control policy: that closes no Region",
      refused("ListRegions", { message: "User: x is not authorized with an explicit deny in a service control policy" }),
      [],
      ["account:ListRegions: unknown denied-by-policy"],
    ],
  ])("%s", async (_rule, fault, found, gaps) => {
    const sandbox = await withMember({ regions, enabledRegions });
    sandbox.faults.add([fault]);
    expect(await collect(sandbox, all)).toMatchObject({ found, gaps });
  });

  it("a Region that does not answer by the deadline", async () => {
    const sandbox = await withMember({ regions, enabledRegions });
    sandbox.faults.add([{ kind: "hang", operation: "ListClusters", region: "us-east-1" }]);
    const { found, gaps } = await collect(sandbox, all, soon(600));
    expect([found, gaps]).toEqual([["eu-west-1/prod", "eu-west-1/dev"], ["eks:ListClusters us-east-1: unknown timeout"]]);
  });

  it("an account without the role: nothing else is asked", async () => {
    const sandbox = await withMember({ regions, roles: {} });
    expect(await collect(sandbox, all)).toMatchObject({ found: [], gaps: ["sts:AssumeRole: unknown forbidden"] });
    expect(sandbox.requests()).toHaveLength(1);
  });
});

describe("what is closed on purpose is skipped", () => {
  it("a Region denied by a service control policy, while the others are listed", async () => {
    const sandbox = await withMember({ regions, enabledRegions, serviceControlPolicies: [{ regions: "us-east-1" }] });
    expect(await collect(sandbox, all)).toMatchObject({
      found: ["eu-west-1/prod", "eu-west-1/dev"],
      gaps: ["eks:ListClusters us-east-1: skipped denied-by-policy"],
    });
  });

  it("an account that may not be entered by a service control policy", async () => {
    const sandbox = await withMember({ regions });
    const message = "User: x is not authorized to perform: sts:AssumeRole on resource: y with an explicit deny in a service control policy";
    sandbox.faults.add([refused("AssumeRole", { code: "AccessDenied", message })]);
    expect(await collect(sandbox, all)).toMatchObject({ found: [], gaps: ["sts:AssumeRole: skipped denied-by-policy"] });
  });

  it("a named Region that the account has not enabled, which answers as if the credentials were wrong", async () => {
    const sandbox = await withMember({ regions, enabledRegions });
    const { found, gaps } = await collect(sandbox, { regions: ["eu-west-1", "me-south-1"] });
    expect([found, gaps]).toEqual([["eu-west-1/prod", "eu-west-1/dev"], ["eks:ListClusters me-south-1: skipped not-enabled"]]);
  });

  it("but not where the credentials are wrong in an enabled Region", async () => {
    const sandbox = await withMember({ regions, enabledRegions });
    sandbox.faults.add([refused("ListClusters", { region: "us-east-1", code: "UnrecognizedClientException" })]);
    const { gaps } = await collect(sandbox, { regions: ["eu-west-1", "us-east-1"] });
    expect(gaps).toEqual(["eks:ListClusters us-east-1: unknown unauthenticated"]);
  });

  it("nor where the account does not say which Regions are enabled", async () => {
    const sandbox = await withMember({ regions, enabledRegions });
    sandbox.faults.add([refused("ListRegions")]);
    const { gaps } = await collect(sandbox, { regions: ["eu-west-1", "me-south-1"] });
    expect(gaps).toEqual(["account:ListRegions: unknown forbidden", "eks:ListClusters me-south-1: unknown unauthenticated"]);
  });
});

describe("clusters asked for by name", () => {
  const both = { regions: enabledRegions };
  it.each<[string, readonly string[], readonly string[]]>([
    ["every match", ["prod"], ["eu-west-1/prod", "us-east-1/prod"]],
    ["one of two names", ["dev", "gone"], ["eu-west-1/dev"]],
    ["none", ["gone"], []],
  ])("%s; that there is none elsewhere is no gap", async (_rule, names, found) => {
    expect(await collect(await withMember({ regions, enabledRegions }), { ...both, clusters: names })).toMatchObject({ found, gaps: [] });
  });

  it("one that is registered with EKS and runs elsewhere is found, to be told not-applicable", async () => {
    const sandbox = await withMember({ regions: { "eu-west-1": { clusters: [{ name: "afar", connector: "EKS_ANYWHERE" }] } } });
    expect(await collect(sandbox, { regions: ["eu-west-1"], clusters: ["afar"] })).toMatchObject({ found: ["eu-west-1/afar"], gaps: [] });
  });

  it("one whose describe is refused is kept, so that it is reported as unread", async () => {
    const sandbox = await withMember({ regions, enabledRegions });
    sandbox.faults.add([refused("DescribeCluster", { region: "us-east-1" })]);
    expect(await collect(sandbox, { ...both, clusters: ["dev"] })).toMatchObject({
      found: ["eu-west-1/dev", "us-east-1/dev"],
      gaps: ["eks:DescribeCluster us-east-1 dev: unknown forbidden"],
    });
  });

  it("one is not kept in a Region that is closed on purpose", async () => {
    const sandbox = await withMember({ regions, enabledRegions, serviceControlPolicies: [{ regions: "us-east-1" }] });
    expect(await collect(sandbox, { ...both, clusters: ["dev"] })).toMatchObject({
      found: ["eu-west-1/dev"],
      gaps: ["eks:DescribeCluster us-east-1 dev: skipped denied-by-policy"],
    });
  });

  it("a bare 404 is no proof of absence", async () => {
    const sandbox = await withMember({ regions, enabledRegions });
    sandbox.faults.add([{ kind: "nonsense", operation: "DescribeCluster", region: "us-east-1", status: 404, body: "" }]);
    expect((await collect(sandbox, { ...both, clusters: ["gone"] })).found).toEqual(["us-east-1/gone"]);
  });
});

describe("the accounts of the organization", () => {
  const states = ["ACTIVE", "SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION"] as const;
  const accounts = [
    { id: hub },
    ...states.map((state, i) => ({ id: String(300_000_000_000 + i), state })),
    ...Array.from({ length: 45 }, (_, i) => ({ id: String(400_000_000_000 + i) })),
  ];
  it.each([[false], [true]])("are the active ones of all pages (empty pages between them: %s)", async (emptyPages) => {
    const sandbox = await started({ accounts, organization: { emptyPages } });
    const listed = await listAccounts(clients(sandbox, sandbox.credentials).organizations, soon());
    expect(listed).toHaveLength(47);
    expect(listed).toContain("300000000000");
    expect(listed.filter((id) => states.some((_, i) => i > 0 && id === String(300_000_000_000 + i)))).toEqual([]);
  });

  const page = (entry: object) =>
    ({ kind: "nonsense", contentType: "application/x-amz-json-1.1", body: JSON.stringify({ Accounts: [entry] }) }) as const;
  it.each([
    ["State decides", { Id: member, State: "CLOSED", Status: "ACTIVE" }, []],
    ["Status, where the newer State is absent", { Id: member, Status: "ACTIVE" }, [member]],
  ])("%s", async (_rule, entry, listed) => {
    const sandbox = await started({ faults: [page(entry)] });
    expect(await listAccounts(clients(sandbox, sandbox.credentials).organizations, soon())).toEqual(listed);
  });

  it.each<[string, FaultInput, string]>([
    ["malformed: neither says whether the account is active", page({ Id: member }), "malformed"],
    ["not-enabled: no organization", { kind: "error", code: "AWSOrganizationsNotInUseException" }, "not-enabled"],
    ["forbidden", { kind: "error", code: "AccessDeniedException" }, "forbidden"],
  ])("%s", async (_rule, fault, code) => {
    const sandbox = await started({ faults: [fault] });
    const { organizations } = clients(sandbox, sandbox.credentials);
    expect(reasonOf(await rejection(listAccounts(organizations, soon())))?.code).toBe(code);
  });
});
