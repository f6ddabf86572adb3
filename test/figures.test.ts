/** What operators watch is what a run did: against the sandbox, with one account closed, one missing and one cluster lost. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SecurityHubClient } from "@aws-sdk/client-securityhub";
import { expect, it } from "vitest";
import { discoverClusters } from "../core/discover.ts";
import type { Figure } from "../core/figures.ts";
import { Settings } from "../core/model/settings.ts";
import { planRun } from "../core/plan.ts";
import type { PlanPorts } from "../core/ports.ts";
import { folderStore } from "../core/publish/folder-store.ts";
import { scanCluster } from "../core/scan.ts";
import { summarizeRun } from "../core/summarize.ts";
import type { Sandbox } from "../sandbox/start.ts";
import { home, hub, member, portsTo, soon } from "./collect/aws-bed.ts";
import { started } from "./sandbox/support.ts";

const closed = "333333333333";
const lost = "444444444444";
const hours = (count: number): number => count * 3_600_000;
const open = { private: true };
const endpoint = ["endpoint-not-open-to-internet"];

const estate = () =>
  started({
    accounts: [
      { id: hub },
      { id: member, regions: { [home]: { clusters: ["prod", "new", "old"].map((name) => ({ name, endpoint: open })) } } },
      { id: closed, roles: {} },
      { id: lost },
    ],
  });

async function bed(sandbox: Sandbox) {
  const seen: Partial<Record<Figure, number>> = {};
  let now = Date.parse("2026-11-26T04:00:00Z");
  const securityHub: PlanPorts["securityHub"] = ({ credentials }, region) =>
    new SecurityHubClient({ endpoint: sandbox.endpoint, region, credentials, maxAttempts: 1 });
  const ports: PlanPorts = {
    ...portsTo(sandbox),
    store: folderStore(await mkdtemp(join(tmpdir(), "figures-"))),
    settings: Settings.parse({}),
    readTimeoutMs: 20_000,
    version: "1.0.0",
    homeRegion: home,
    securityHub,
    now: () => new Date(now),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    listAccounts: async () => [member, closed, lost],
    measure: (figures) => {
      for (const [name, value] of Object.entries(figures)) seen[name as Figure] = (seen[name as Figure] ?? 0) + value;
    },
  };
  return {
    ports,
    /** What was measured since the last time. */
    taken: () => Object.fromEntries(Object.keys(seen).map((name) => [name, taking(seen, name as Figure)])),
    pass: (ms: number) => {
      now += ms;
    },
  };
}
function taking(seen: Partial<Record<Figure, number>>, name: Figure): number | undefined {
  const value = seen[name];
  delete seen[name];
  return value;
}

it("a run counts what was planned, denied, lost, unread and published", async () => {
  const { ports, taken, pass } = await bed(await estate());
  const scan = (runId: string, cluster: string) => scanCluster({ runId, account: member, region: home, cluster }, ports, soon());

  await planRun({ runId: "r1", checks: endpoint }, ports, soon());
  await discoverClusters({ runId: "r1", account: member }, ports, soon());
  expect(taken()).toEqual({ AccountsPlanned: 3, FindingsPublished: 0, PublishFailed: 0 });
  await scan("r1", "old");
  expect(taken()).toMatchObject({ FindingsPublished: 1, PublishFailed: 0 });

  pass(hours(50));
  await planRun({ runId: "r2", checks: endpoint }, ports, soon());
  await discoverClusters({ runId: "r2", account: member }, ports, soon());
  await discoverClusters({ runId: "r2", account: closed }, ports, soon());
  await scan("r2", "prod"); // "new" was never scanned, "old" two days ago; the account `lost` leaves nothing
  taken();
  pass(hours(1));
  await summarizeRun({ runId: "r2" }, ports);
  expect(taken()).toEqual({
    AccountsDenied: 1,
    AccountsMissing: 1,
    ClustersPlanned: 3,
    ClustersMissing: 2,
    ClustersUnread: 0,
    OldestClusterScanAgeHours: 51,
  });
});

it("a finding that Security Hub refuses is counted as such", async () => {
  const sandbox = await estate();
  const { ports, taken } = await bed(sandbox);
  sandbox.faults.add([
    { service: "securityhub", operation: "BatchImportFindings", kind: "error", code: "InvalidAccessException", status: 401 },
  ]);
  await planRun({ runId: "r", accounts: [member], checks: endpoint }, ports, soon());
  await discoverClusters({ runId: "r", account: member }, ports, soon());
  await scanCluster({ runId: "r", account: member, region: home, cluster: "prod" }, ports, soon());
  expect(taken()).toMatchObject({ FindingsPublished: 0, PublishFailed: 1 });
});

it("a run that is started twice is counted as skipped", async () => {
  const { ports, taken } = await bed(await estate());
  const start = (execution: string) => planRun({ runId: "r", startedBy: { execution } }, ports, soon());
  await start("e1");
  taken();
  await start("e2");
  expect(taken()).toEqual({ RunsSkipped: 1 });
});
