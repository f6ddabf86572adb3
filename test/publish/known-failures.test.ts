/** What is known of others that publish findings to go wrong, each by its name, and what happens here instead. */
import { describe, expect, it } from "vitest";
import { listAccounts } from "../../core/collect/organization.ts";
import { evaluateCluster } from "../../core/evaluate.ts";
import type { AnyCheck } from "../../core/model/check.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known, unknown } from "../../core/model/fact.ts";
import { clusterArn } from "../../core/model/resource.ts";
import { Settings } from "../../core/model/settings.ts";
import { planRun, selectChecks } from "../../core/plan.ts";
import type { PlanPorts } from "../../core/ports.ts";
import { publishCluster } from "../../core/publish/publish.ts";
import { importFindings } from "../../core/publish/security-hub.ts";
import { tellChanges } from "../../core/publish/slack/tell.ts";
import { toAsff } from "../../core/report/asff.ts";
import { portsTo, soon } from "../collect/aws-bed.ts";
import { aFinding } from "../report/sample.ts";
import { clients, hub, started } from "../sandbox/support.ts";
import { aCluster, account, anEndpoint, aService, region } from "../support/cluster.ts";
import { hubInProcess } from "../support/hub-in-process.ts";
import { memoryStore } from "../support/memory-store.ts";
import { slackInProcess } from "../support/slack-in-process.ts";
import { shown } from "./slack/sample.ts";

const checks = selectChecks(["endpoint-public-access-disabled", "service-uses-no-external-ips"]);
const endpointAlone = checks.slice(0, 1);
const forbidden = unknown("forbidden", "Not allowed.");
const unthrottled = { backoff: { retries: 2, firstMs: 0, mostMs: 0 }, rate: { perSecond: 1_000_000, burst: 1_000_000 } };
const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const dayMs = 86_400_000;

interface Run {
  readonly cluster?: string;
  readonly facts?: Partial<ClusterFacts>;
  readonly checks?: readonly AnyCheck[];
}
/** An endpoint and two Services that fail. */
const failing: Partial<ClusterFacts> = {
  endpoint: known(anEndpoint({ publicAccess: true, publicCidrs: ["0.0.0.0/0"] })),
  services: known([aService("web", { externalIPs: ["198.51.100.7"] }), aService("api", { externalIPs: ["198.51.100.8"] })]),
};

/** One account with its Security Hub and Slack, where each run is a day after the one before. */
function bed() {
  const hub = hubInProcess({ hub: { account }, accounts: [{ id: account }] }, { account, region, now: () => new Date() });
  const securityHub = hub.client((call) => call());
  const store = memoryStore().seenBy((call) => call());
  let now = Date.UTC(2026, 0, 1);
  const slack = slackInProcess([{ id: "C0SECURITY", name: "security" }], () => new Date(now));
  const run = ({ cluster: name = "prod", facts = failing, checks: asked = checks }: Run = {}) => {
    now += dayMs;
    const readAt = new Date(now).toISOString();
    const arn = clusterArn({ account, region, name });
    const cluster = aCluster(facts, { resource: { kind: "Cluster", id: arn, name }, name });
    return publishCluster({
      findings: evaluateCluster(asked, cluster, Settings.parse({}), readAt).findings,
      checks: asked,
      facts: cluster.facts,
      cluster: { arn, account, region, name },
      readAt,
      store,
      securityHub,
      isTold: true,
      version: "0.1.0",
      signal: soon(),
      manner: unthrottled,
    });
  };
  let tellings = 0;
  const tell = () =>
    tellChanges({
      scope: { runId: `run-${++tellings}`, accounts: [account], regions: "all" },
      report: { clusters: [], accounts: [] },
      reportKey: "runs/run/report.html",
      failures: [],
      coverage: new Set(),
      store,
      slack: slack.client((call) => call()),
      settings: { channel: "C0SECURITY", minSeverity: "low", routes: [] },
      homeRegion: region,
      isPublished: true,
      now: () => new Date(now),
      log: quiet,
      signal: soon(),
    });
  const held = () => hub.findings().map(({ Id, RecordState, CreatedAt }) => ({ id: String(Id), state: RecordState, created: CreatedAt }));
  const active = () => held().flatMap(({ id, state }) => (state === "ACTIVE" ? [id] : []));
  const today = () => new Date(now).toISOString();
  return { hub, securityHub, run, tell, held, active, today, posted: slack.workspace.messages };
}

describe("a partial scan archives the rest:", () => {
  it.each<[string, Run]>([
    [
      "that asked one check closes nothing of another",
      { facts: { endpoint: known(anEndpoint()), services: known([]) }, checks: endpointAlone },
    ],
    ["that could not list Services closes none of theirs", { facts: { endpoint: known(anEndpoint()), services: forbidden } }],
  ])("here one %s, and closes what it saw fixed", async (_how, partial) => {
    const { run, active } = bed();
    await run();
    expect(active()).toHaveLength(3);
    expect((await run(partial)).changes).toMatchObject({ resolved: 1 });
    expect(active()).toEqual([expect.stringContaining("services/api"), expect.stringContaining("services/web")]);
  });
});

describe("an errored scan resolves everything:", () => {
  const broken = checks.map((check) => ({
    ...check,
    evaluate: () => {
      throw new TypeError("broken");
    },
  }));
  it.each<[string, Run]>([
    ["that could read nothing", { facts: {} }],
    ["whose every read was refused", { facts: { endpoint: forbidden, services: forbidden } }],
    ["whose checks broke", { checks: broken }],
  ])("here one %s changes nothing", async (_how, errored) => {
    const { run, active } = bed();
    await run();
    const before = active();
    expect(await run(errored)).toMatchObject({ changes: { opened: 0, reopened: 0, worsened: 0, resolved: 0 }, delivered: 0 });
    expect(active()).toEqual(before);
  });
});

it("a second cluster's scan archives the first's: here it touches its own alone, also by objects of one name", async () => {
  const { run, active } = bed();
  await run();
  const before = active();
  await run({ cluster: "stage" });
  expect(active().filter((id) => id.includes("cluster/prod"))).toEqual(before);
  expect((await run({ cluster: "stage", facts: { endpoint: known(anEndpoint()), services: known([]) } })).changes.resolved).toBe(3);
  expect(active()).toEqual(before);
});

describe("GetFindings' lag archives live findings:", () => {
  const answer = (body: string) => ({ kind: "nonsense", operation: "GetFindings", contentType: "application/json", body }) as const;
  it.each([
    ["has nothing yet", answer('{"Findings":[]}')],
    ["is refused", { kind: "error", operation: "GetFindings", code: "AccessDeniedException", status: 403 } as const],
  ])("here what GetFindings answers is nowhere taken for what there is, also where it %s", async (_what, fault) => {
    const { hub, run, held, active } = bed();
    hub.faults.add([fault]);
    await run();
    const before = held();
    expect(before).toHaveLength(3);
    const one = { ...failing, services: known([aService("web", { externalIPs: ["198.51.100.7"] }), aService("api")]) };
    expect((await run({ facts: one })).changes).toEqual({ opened: 0, reopened: 0, worsened: 0, resolved: 1 });
    expect(active()).toHaveLength(2);
    await run();
    expect(held()).toEqual(before); // with the first day of each
  });
});

it("CreatedAt reset on each run: here it is the day on which the finding was first seen, for ever", async () => {
  const { run, held, today } = bed();
  await run();
  const first = today();
  for (let day = 0; day < 20; day++) await run();
  expect(held().map(({ created }) => created)).toEqual([first, first, first]);
  await run({ facts: { endpoint: known(anEndpoint()), services: known([]) } });
  await run();
  expect(held()).toEqual(held().map((finding) => ({ ...finding, state: "ACTIVE", created: first })));
});

it.each([[false], [true]])(
  "8 accounts reported of more: here a run is planned for all of ListAccounts' pages (empty ones with a token between them: %s)",
  async (emptyPages) => {
    const accounts = [{ id: hub }, ...Array.from({ length: 44 }, (_, i) => ({ id: String(300_000_000_000 + i) }))];
    const sandbox = await started({ accounts, organization: { emptyPages } });
    const { organizations } = clients(sandbox, sandbox.credentials);
    const ports: PlanPorts = {
      ...portsTo(sandbox),
      store: memoryStore().seenBy((call) => call()),
      settings: Settings.parse({}),
      readTimeoutMs: 1_000,
      version: "0.1.0",
      homeRegion: region,
      now: () => new Date(),
      log: quiet,
      listAccounts: (signal) => listAccounts(organizations, signal),
    };
    const planned = await planRun({}, ports, soon());
    expect(planned.accounts.toSorted()).toEqual(accounts.map(({ id }) => id).toSorted());
  },
);

it("only the first of several refused findings reported: here each one is, by its id and in AWS's words, and the others arrive", async () => {
  const { securityHub, active } = bed();
  const documents = Array.from({ length: 120 }, (_, at) =>
    toAsff(
      { ...aFinding(), id: `finding-${at}`, status: "fail" },
      {
        account,
        region,
        partition: "aws",
        readAt: "2026-01-02T06:00:00.000Z",
        firstSeen: "2026-01-01T06:00:00.000Z",
        productVersion: "0.1.0",
        title: "The endpoint is private",
        surface: "endpoint",
        clusterName: "prod",
      },
    ),
  );
  const bad = [3, 4, 57, 119];
  const sent = documents.map((document, at) => (bad.includes(at) ? { ...document, Title: "x".repeat(257) } : document));
  const { accepted, refused } = await importFindings(securityHub, sent, soon(), unthrottled);
  expect(refused.map(({ id, code }) => [id, code])).toEqual(bad.map((at) => [`finding-${at}`, "InvalidInput"]));
  for (const { message } of refused) expect(message).toContain("Title");
  expect([accepted, active().length]).toEqual([116, 116]);
});

it("the same Slack message every day: here a month without a change is one message, and a change is told once", async () => {
  const { run, tell, posted } = bed();
  for (let day = 0; day < 30; day++) {
    await run();
    await tell();
  }
  expect(posted().map(({ text }) => text)).toEqual(["EKS perimeter: 1 cluster scanned for the first time"]);
  for (let day = 0; day < 30; day++) {
    await run({ facts: { ...failing, endpoint: known(anEndpoint()) } });
    await tell();
  }
  expect(posted().map(({ text }) => text.split("\n")[0])).toEqual([
    "EKS perimeter: 1 cluster scanned for the first time",
    "EKS perimeter: 1 resolved",
    expect.stringContaining("prod in"),
  ]);
  expect(shown({ text: "", blocks: posted()[2]?.blocks as never })).toContain("Resolved, was");
});
