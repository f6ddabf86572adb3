import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BatchUpdateFindingsCommand, SecurityHubClient } from "@aws-sdk/client-securityhub";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { evaluateCluster } from "../../core/evaluate.ts";
import type { AnyCheck } from "../../core/model/check.ts";
import { defineAccountCheck, defineCheck } from "../../core/model/check.ts";
import { known, unknown } from "../../core/model/fact.ts";
import type { Service } from "../../core/model/kubernetes.ts";
import { accountArn } from "../../core/model/resource.ts";
import { defaultSettings } from "../../core/model/settings.ts";
import { FindingStateError } from "../../core/publish/errors.ts";
import { FindingState } from "../../core/publish/finding-state.ts";
import { folderStore } from "../../core/publish/folder-store.ts";
import { newsOf } from "../../core/publish/news.ts";
import { publishAccount, publishCluster } from "../../core/publish/publish.ts";
import type { Store } from "../../core/publish/store.ts";
import { parseEstate } from "../../sandbox/estate.ts";
import { type Sandbox, startSandbox } from "../../sandbox/start.ts";
import { asffViolations } from "../report/asff-rules.ts";
import { aCluster, account, anEndpoint, aService, inShop, prod, region } from "../support/cluster.ts";

const endpoint = { fail: { endpoint: anEndpoint({ publicAccess: true }) }, pass: { endpoint: anEndpoint() } };
const endpointCheck = defineCheck({
  id: "endpoint-public-access-disabled",
  title: "The API endpoint has no public access",
  surface: "endpoint",
  severity: "low",
  needs: ["endpoint"],
  why: "Because.",
  judged: "By what was read.",
  unseen: "Nothing else.",
  remediation: "Turn public access off.",
  examples: endpoint,
  evaluate: ({ endpoint: { publicAccess } }, _settings, { resource }) => [
    {
      resource,
      status: publicAccess ? "fail" : "pass",
      message: `Public access of ${resource.name} is ${publicAccess}.`,
      evidence: { publicAccess },
    },
  ],
});
const servicesCheck = defineCheck({
  id: "service-uses-no-external-ips",
  title: "Services claim no external address",
  surface: "load-balancer",
  severity: "high",
  needs: ["services"],
  why: "Because.",
  judged: "By what was read.",
  unseen: "Nothing else.",
  remediation: "Remove spec.externalIPs.",
  examples: { fail: { services: [] }, pass: { services: [] } },
  evaluate: ({ services }) =>
    services.map(({ name, externalIPs }) => ({
      resource: inShop("Service", "services", name),
      status: externalIPs.length > 0 ? "fail" : "pass",
      message: `Service ${name} claims ${externalIPs.length} addresses.`,
      evidence: { externalIPs },
    })),
});
const both = [endpointCheck, servicesCheck];

let sandbox: Sandbox;
let securityHub: SecurityHubClient;
let folder: string;
let store: Store;
beforeAll(async () => {
  sandbox = await startSandbox(
    parseEstate({ hub: { account }, accounts: [{ id: account, regions: { "eu-central-1": { securityHub: "disabled" } } }] }),
  );
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "publish-"));
  store = folderStore(folder);
  securityHub = hubIn(region);
});
afterEach(async () => {
  sandbox.faults.clear();
  securityHub.destroy();
  await rm(folder, { recursive: true });
});
const hubIn = (place: string) =>
  new SecurityHubClient({ endpoint: sandbox.endpoint, region: place, credentials: sandbox.credentialsOf(account), maxAttempts: 1 });

// The sandbox keeps what earlier tests published, so each test has a day of its own.
let today = Date.UTC(2026, 0, 1);
function nextDay(): string {
  today += 86_400_000;
  return new Date(today).toISOString();
}

interface Run {
  readonly publicAccess?: boolean;
  /** Undefined: Services could not be listed. */
  readonly services?: readonly Service[] | undefined;
  readonly checks?: readonly AnyCheck[];
  readonly readAt?: string;
  readonly hub?: SecurityHubClient | "none";
  /** Somebody is told of changes. */
  readonly isTold?: boolean;
}
/** Judges and publishes a cluster of which the endpoint and the Services are as said. */
function run({ publicAccess = false, services, checks = both, readAt = nextDay(), hub = securityHub, isTold = false }: Run) {
  const cluster = aCluster({
    endpoint: known(anEndpoint({ publicAccess })),
    services: services === undefined ? unknown("forbidden", "No list on services.") : known(services),
  });
  const { findings } = evaluateCluster(checks, cluster, defaultSettings, readAt);
  return publishCluster({
    findings,
    checks,
    facts: cluster.facts,
    cluster: { arn: prod, account, region, name: "prod" },
    readAt,
    store,
    ...(hub === "none" ? {} : { securityHub: hub }),
    isTold,
    version: "0.1.0",
    signal: new AbortController().signal,
  });
}
const exposed = (name: string) => aService(name, { externalIPs: ["198.51.100.7"] });
const serviceId = (name: string) => `${servicesCheck.id}/${inShop("Service", "services", name).id}`;
const endpointId = `${endpointCheck.id}/${prod}`;

/** The finding that Security Hub holds. */
const held = (id: string) => {
  // What the sandbox holds is ASFF as it was sent.
  const found = sandbox.findings().find((one) => one.finding.Id === id)?.finding as Record<string, Record<string, unknown>> | undefined;
  return found && { state: found.RecordState, status: found.Compliance?.Status, created: found.CreatedAt, updated: found.UpdatedAt };
};
const noChanges = { opened: 0, worsened: 0, reopened: 0, resolved: 0 };

it("a failing finding is imported once, again only when a week is over, and keeps its first day", async () => {
  const [first, second] = [nextDay(), nextDay()];
  today += 7 * 86_400_000;
  const week = nextDay();
  expect(await run({ publicAccess: true, services: [], readAt: first })).toMatchObject({
    changes: { ...noChanges, opened: 1 },
    delivered: 1,
    refused: [],
  });
  expect(held(endpointId)).toEqual({ state: "ACTIVE", status: "FAILED", created: first, updated: first });
  expect(await run({ publicAccess: true, services: [], readAt: first })).toMatchObject({ changes: noChanges, delivered: 0, refused: [] });
  await run({ publicAccess: true, services: [], readAt: second });
  expect((await run({ publicAccess: true, services: [], readAt: week })).delivered).toBe(1);
  expect(held(endpointId)).toEqual({ state: "ACTIVE", status: "FAILED", created: first, updated: week });
  expect(sandbox.findings().filter(({ finding }) => finding.Id === endpointId)).toHaveLength(1);
});

it("every document in Security Hub is within the format's limits", async () => {
  await run({ publicAccess: true, services: [exposed("web"), aService("bystander")] });
  // Members that the service adds on its own.
  const own = new Set(["Region", "Severity", "Types", "Workflow", "WorkflowState", "ProcessedAt"]);
  for (const { finding } of sandbox.findings()) {
    expect(asffViolations(Object.fromEntries(Object.entries(finding).filter(([name]) => !own.has(name))))).toEqual([]);
  }
});

it("what is fixed is closed in one import, and what comes back is reopened with its first day", async () => {
  const first = nextDay();
  await run({ services: [exposed("fixed")], readAt: first });
  expect((await run({ services: [aService("fixed")] })).changes).toEqual({ ...noChanges, resolved: 1 });
  expect(held(serviceId("fixed"))).toMatchObject({ state: "ARCHIVED", status: "PASSED", created: first });
  expect(await run({ services: [aService("fixed")] })).toMatchObject({ changes: noChanges, delivered: 0, refused: [] });
  expect((await run({ services: [exposed("fixed")] })).changes).toEqual({ ...noChanges, reopened: 1 });
  expect(held(serviceId("fixed"))).toMatchObject({ state: "ACTIVE", status: "FAILED", created: first });
});

it("what is gone is archived; a bystander is not", async () => {
  await run({ services: [exposed("gone"), exposed("bystander")] });
  await run({ services: [exposed("bystander")] });
  expect(held(serviceId("gone"))).toMatchObject({ state: "ARCHIVED", status: "NOT_AVAILABLE" });
  expect(held(serviceId("bystander"))).toMatchObject({ state: "ACTIVE", status: "FAILED" });
});

it("older evidence overwrites nothing", async () => {
  const [older, newer] = [nextDay(), nextDay()];
  await run({ services: [exposed("late")], readAt: newer });
  expect(await run({ services: [aService("late")], readAt: older })).toMatchObject({ changes: noChanges, delivered: 0, refused: [] });
  expect(held(serviceId("late"))).toMatchObject({ state: "ACTIVE", updated: newer });
});

it("two scans of a cluster at once lose nothing", async () => {
  const [one, two] = [nextDay(), nextDay()];
  await Promise.all([
    run({ publicAccess: true, checks: [endpointCheck], readAt: one }),
    run({ services: [exposed("at-once")], checks: [servicesCheck], readAt: two }),
  ]);
  const state = JSON.parse(await readFile(join(folder, `findings/clusters/${account}/${region}/prod.json`), "utf8"));
  expect(Object.keys(state.findings)).toEqual([endpointId, serviceId("at-once")]);
  expect(Object.values<{ published: { at: string } }>(state.findings).map(({ published }) => published.at)).toEqual([one, two]);
});

it("without Security Hub only what is remembered is kept; the first run with it sends all that fails", async () => {
  const first = nextDay();
  expect(await run({ services: [exposed("unsent")], readAt: first, hub: "none" })).toMatchObject({
    changes: { ...noChanges, opened: 1 },
    delivered: 0,
    refused: [],
  });
  expect(held(serviceId("unsent"))).toBeUndefined();
  expect((await run({ services: [exposed("unsent")] })).delivered).toBe(1);
  expect(held(serviceId("unsent"))).toMatchObject({ created: first });
});

describe("what Security Hub does not take", () => {
  it("is answered by id in AWS's words where it is off, and delivered once it is on", async () => {
    const hub = hubIn("eu-central-1");
    const refused = [{ id: serviceId("off"), code: "InvalidAccess", message: `Account ${account} is not subscribed to AWS Security Hub` }];
    expect(await run({ services: [exposed("off")], hub })).toMatchObject({ changes: { ...noChanges, opened: 1 }, delivered: 0, refused });
    expect(await run({ services: [exposed("off")] })).toMatchObject({ changes: noChanges, delivered: 1, refused: [] });
    hub.destroy();
  });

  it("a closing that failed is made by the next run, also if that one could not read", async () => {
    await run({ services: [exposed("stuck")] });
    const closing = nextDay();
    sandbox.faults.add([{ kind: "error", service: "securityhub", code: "AccessDeniedException", status: 403, times: 1 }]);
    const { refused } = await run({ services: [aService("stuck")], readAt: closing });
    expect(refused).toMatchObject([{ id: serviceId("stuck"), code: "AccessDenied" }]);
    expect(held(serviceId("stuck"))).toMatchObject({ state: "ACTIVE" });
    expect((await run({})).refused).toEqual([]);
    expect(held(serviceId("stuck"))).toMatchObject({ state: "ARCHIVED", status: "PASSED", updated: closing });
  });

  it("what is throttled is sent again", async () => {
    sandbox.faults.add([{ kind: "throttle", service: "securityhub", times: 1 }]);
    expect(await run({ services: [exposed("throttled")] })).toMatchObject({ delivered: 1, refused: [] });
  });
});

describe("what is told", () => {
  const untold = async () => {
    const state = FindingState.parse(JSON.parse(await readFile(join(folder, `findings/clusters/${account}/${region}/prod.json`), "utf8")));
    return newsOf(state).map(({ id, kind }) => `${kind} ${id}`);
  };
  const suppress = (id: string) =>
    securityHub.send(
      new BatchUpdateFindingsCommand({
        FindingIdentifiers: [{ Id: id, ProductArn: `arn:aws:securityhub:${region}:${account}:product/${account}/default` }],
        Workflow: { Status: "SUPPRESSED" },
      }),
    );

  it("a suppressed finding that comes back is silent; a bystander is told", async () => {
    await run({ services: [exposed("quiet")], isTold: true });
    await suppress(serviceId("quiet"));
    await run({ services: [aService("quiet")], isTold: true });
    await run({ services: [exposed("quiet"), exposed("loud")], isTold: true });
    expect(await untold()).toEqual([`opened ${serviceId("loud")}`]);
    expect(held(serviceId("quiet"))).toMatchObject({ state: "ACTIVE" });
  });

  it("where Security Hub does not say what is suppressed, everything is told, and why is said", async () => {
    sandbox.faults.add([
      { kind: "error", service: "securityhub", operation: "GetFindings", code: "AccessDeniedException", status: 403, times: 1 },
    ]);
    const { suppressionsUnread } = await run({ services: [exposed("told")], isTold: true });
    expect(suppressionsUnread).toMatchObject({ code: "AccessDenied" });
    expect(await untold()).toEqual([`opened ${serviceId("told")}`]);
  });
});

describe("what is remembered", () => {
  const file = () => join(folder, `findings/clusters/${account}/${region}/prod.json`);
  it.each([
    ["is no JSON", "{"],
    ["is of another version", JSON.stringify({ schema: "eks-perimeter/finding-state/v9" })],
    ["is another cluster's", JSON.stringify({ schema: "eks-perimeter/finding-state/v1", subject: "arn:x", judged: {}, findings: {} })],
  ])("is never begun anew when it %s", async (_how, body) => {
    await run({ services: [] });
    await writeFile(file(), body);
    await expect(run({ services: [exposed("x")] })).rejects.toThrow(FindingStateError);
    expect(await readFile(file(), "utf8")).toBe(body);
  });

  it("is not written again when nothing changed", async () => {
    const readAt = nextDay();
    await run({ services: [exposed("same")], readAt });
    const puts: string[] = [];
    const { put } = store;
    store = {
      ...store,
      put: async (key, ...rest) => {
        puts.push(key);
        return put(key, ...rest);
      },
    };
    await run({ services: [exposed("same")], readAt });
    expect(puts).toEqual([]);
  });
});

it("an account's own finding goes to its Security Hub, about the account", async () => {
  const check = defineAccountCheck({
    id: "account-read-completely",
    title: "Everything about the account was read",
    surface: "coverage",
    severity: "high",
    needs: ["reads"],
    why: "Because.",
    judged: "By what was read.",
    unseen: "Nothing else.",
    remediation: "Let it be read.",
    examples: { fail: { reads: [] }, pass: { reads: [] } },
    evaluate: () => [],
  });
  const resource = { kind: "Account", id: accountArn(account, region), name: account };
  const publish = (status: "fail" | "pass") =>
    publishAccount({
      findings: [
        {
          id: `${check.id}/${resource.id}`,
          check: check.id,
          status,
          severity: "high",
          resource,
          message: "A Region was not listed.",
          frameworks: [],
        },
      ],
      checks: [check],
      facts: { reads: known([]) },
      account,
      region,
      readAt: nextDay(),
      store,
      securityHub,
      isTold: false,
      version: "0.1.0",
      signal: new AbortController().signal,
    });
  expect(await publish("fail")).toMatchObject({ changes: { ...noChanges, opened: 1 }, delivered: 1, refused: [] });
  expect(held(`${check.id}/${resource.id}`)).toMatchObject({ state: "ACTIVE", status: "WARNING" });
  await publish("pass");
  expect(held(`${check.id}/${resource.id}`)).toMatchObject({ state: "ARCHIVED", status: "PASSED" });
});
