/** A cluster that was deleted: what is known of it ends, once its Region listed every cluster and it was not among them. */
import { SecurityHubClient } from "@aws-sdk/client-securityhub";
import { expect, it } from "vitest";
import { discoverClusters } from "../../core/discover.ts";
import { Settings } from "../../core/model/settings.ts";
import type { Ports } from "../../core/ports.ts";
import { newsOf, withTold } from "../../core/publish/news.ts";
import { readState, stateKeys, updateState } from "../../core/publish/state-store.ts";
import { keys, type RunRecord, writeRecord } from "../../core/run-record.ts";
import { scanCluster } from "../../core/scan.ts";
import { home, hub, member, portsTo, soon } from "../collect/aws-bed.ts";
import { anEstate, started } from "../sandbox/support.ts";
import { memoryStore } from "../support/memory-store.ts";

const away = "eu-central-1";
const check = "endpoint-not-open-to-internet";
/** The estate of these clusters, by name and Region. */
const estateOf = (clusters: Readonly<Record<string, readonly string[]>>) => ({
  accounts: [
    { id: hub },
    {
      id: member,
      regions: Object.fromEntries(
        [home, away].map((region) => [
          region,
          { clusters: (clusters[region] ?? []).map((name) => ({ name, endpoint: { private: true } })) },
        ]),
      ),
    },
  ],
});

/** Three clusters that were scanned, and told of; two of them are deleted since. */
async function bed() {
  const sandbox = await started(estateOf({ [home]: ["Prod", "bystander"], [away]: ["far"] }));
  const objects = memoryStore();
  const store = objects.seenBy((call) => call());
  const errors: string[] = [];
  let now = Date.UTC(2026, 10, 1);
  const ports: Ports = {
    ...portsTo(sandbox, { now: () => new Date(now) }, 30_000),
    store,
    settings: Settings.parse({}),
    readTimeoutMs: 20_000,
    version: "1.0.0",
    homeRegion: home,
    securityHub: ({ credentials }, region) => new SecurityHubClient({ endpoint: sandbox.endpoint, region, credentials, maxAttempts: 1 }),
    log: { info: () => {}, warn: () => {}, error: (line) => errors.push(line) },
  };
  const pass = () => {
    now += 86_400_000;
  };
  const scan = (cluster: string, region = home) => scanCluster({ account: member, region, cluster }, ports, soon());
  const target = (name: string, region = home) => ({ account: member, region, name });
  for (const { name, region } of [target("Prod"), target("bystander"), target("far", away)]) await scan(name, region);
  for (const one of [target("Prod"), target("bystander"), target("far", away)]) {
    const arn = `arn:aws:eks:${one.region}:${member}:cluster/${one.name}`;
    await updateState(store, stateKeys.cluster(one), arn, (state) => ({ state: withTold(state, newsOf(state)) }));
  }
  pass();
  await sandbox.change(anEstate(estateOf({ [home]: ["bystander"] })));
  const discover = async (over: Partial<RunRecord> = {}) => {
    const run = {
      id: "20261102T060000Z-0a1b2c3d",
      startedAt: new Date(now).toISOString(),
      accounts: [member],
      regions: [home, away],
      ...over,
    };
    await writeRecord(store, keys.run(run.id), run);
    return discoverClusters({ runId: run.id, account: member }, ports, soon());
  };
  const active = () =>
    sandbox
      .findings()
      .filter(({ finding }) => String(finding.Id).startsWith(`${check}/`) && finding.RecordState === "ACTIVE")
      .map(({ finding }) => String(finding.Id).split("/").at(-1))
      .sort();
  const newsAbout = async (name: string, region = home) => {
    const state = await readState(store, stateKeys.cluster(target(name, region)));
    return state === undefined
      ? []
      : newsOf(state)
          .filter((one) => one.check === check)
          .map(({ kind }) => kind);
  };
  return { sandbox, objects: objects.objects, errors, pass, scan, target, discover, active, newsAbout };
}

it("its findings are archived where they are held, and its channel hears of the end; a bystander's are not", async () => {
  const { sandbox, discover, active, newsAbout, errors, pass } = await bed();
  expect(active()).toEqual(["Prod", "bystander", "far"]);
  expect((await discover()).clusters).toHaveLength(1);
  expect(active()).toEqual(["bystander"]);
  expect(await newsAbout("Prod")).toEqual(["resolved"]);
  expect(await newsAbout("far", away)).toEqual(["resolved"]);
  expect(await newsAbout("bystander")).toEqual([]);
  const sent = sandbox.requests().length;
  pass();
  await discover();
  expect(
    sandbox
      .requests()
      .slice(sent)
      .filter(({ action }) => action === "securityhub:BatchImportFindings"),
  ).toEqual([]);
  expect(errors).toEqual([]);
});

it("where a Region did not list its clusters, none of them is taken for gone", async () => {
  const { sandbox, discover, active, newsAbout } = await bed();
  sandbox.faults.add([
    { kind: "error", service: "eks", operation: "ListClusters", region: home, code: "AccessDeniedException", status: 403 },
  ]);
  await discover();
  expect(active()).toEqual(["Prod", "bystander"]);
  expect(await newsAbout("Prod")).toEqual([]);
});

it.each<[string, Partial<RunRecord>]>([
  ["of another Region", { regions: [away] }],
  ["of clusters by their names", { clusters: ["bystander"] }],
])("a run %s takes none for gone that it did not look for", async (_what, over) => {
  const { discover, active } = await bed();
  await discover(over);
  expect(active()).toContain("Prod");
});

it("a run of some checks ends what others said as well", async () => {
  const { discover, active } = await bed();
  await discover({ checks: ["service-uses-no-external-ips"] });
  expect(active()).toEqual(["bystander"]);
});

it("what Security Hub did not take is sent by the next run", async () => {
  const { sandbox, discover, active, pass } = await bed();
  sandbox.faults.add([
    { kind: "error", service: "securityhub", operation: "BatchImportFindings", code: "AccessDeniedException", status: 403 },
  ]);
  await discover();
  expect(active()).toEqual(["Prod", "bystander", "far"]);
  sandbox.faults.clear();
  pass();
  await discover();
  expect(active()).toEqual(["bystander"]);
});

it("a memory that can't be understood stops neither the run nor the end of another cluster", async () => {
  const { objects, discover, active, target, errors } = await bed();
  objects.set(stateKeys.cluster(target("Prod")), { body: "{", etag: "broken" });
  expect((await discover()).clusters).toHaveLength(1);
  expect(active()).toEqual(["Prod", "bystander"]);
  expect(errors).toHaveLength(1);
});

it("a cluster of the same name that is there again fails anew, with its first day", async () => {
  const { sandbox, discover, scan, newsAbout, pass } = await bed();
  await discover();
  await sandbox.change(anEstate(estateOf({ [home]: ["bystander", "Prod"] })));
  pass();
  expect((await scan("Prod")).changes).toMatchObject({ opened: 0, resolved: 0 });
  expect(await newsAbout("Prod")).toEqual([]);
});
