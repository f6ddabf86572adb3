/** On demand: a rescan of one cluster, beside another one of the same account. */
import { SecurityHubClient } from "@aws-sdk/client-securityhub";
import { expect, it } from "vitest";
import { Settings } from "../../core/model/settings.ts";
import type { Ports } from "../../core/ports.ts";
import { stateKeys } from "../../core/publish/state-store.ts";
import { scanCluster } from "../../core/scan.ts";
import { home, hub, member, portsTo, soon } from "../collect/aws-bed.ts";
import { started } from "../sandbox/support.ts";
import { memoryStore } from "../support/memory-store.ts";

const check = "endpoint-not-open-to-internet";

async function bed() {
  const clusters = ["prod", "other"].map((name) => ({ name, endpoint: { private: true } }));
  const sandbox = await started({ accounts: [{ id: hub }, { id: member, regions: { [home]: { clusters } } }] });
  const store = memoryStore();
  const scan = (cluster: string, config: object = {}) => {
    const ports: Ports = {
      ...portsTo(sandbox),
      store: store.seenBy((call) => call()),
      settings: Settings.parse(config),
      readTimeoutMs: 20_000,
      version: "1.0.0",
      homeRegion: home,
      securityHub: ({ credentials }, region) => new SecurityHubClient({ endpoint: sandbox.endpoint, region, credentials, maxAttempts: 1 }),
      now: () => new Date(),
      log: { info: () => {}, warn: () => {}, error: () => {} },
    };
    return scanCluster({ account: member, region: home, cluster }, ports, soon());
  };
  /** What Security Hub holds of a cluster, and what is remembered of it. */
  const of = (name: string) => ({
    held: sandbox
      .findings()
      .map(({ finding }) => finding)
      .filter(({ Id }) => String(Id).includes(`cluster/${name}`)),
    remembered: store.objects.get(stateKeys.cluster({ account: member, region: home, name }))?.body,
  });
  return { scan, of, store };
}
const unchanged = { opened: 0, worsened: 0, reopened: 0, resolved: 0 };

it("a rescan has the same ids, changes nothing of other clusters, and answers what changed", async () => {
  const { scan, of } = await bed();
  const low = { severity: { [check]: "low" } };
  const first = await scan("prod", low);
  expect(first.changes).toEqual({ ...unchanged, opened: of("prod").held.length });
  await scan("other", low);
  const [prod, other] = [of("prod"), of("other")];
  expect(prod.held.map(({ Id }) => Id)).toContain(`${check}/arn:aws:eks:${home}:${member}:cluster/prod`);

  const again = await scan("prod", low);
  expect(again).toMatchObject({ cluster: first.cluster, changes: unchanged, failBySeverity: first.failBySeverity });
  expect(again.runId).not.toBe(first.runId);
  expect(of("prod").held).toEqual(prod.held);

  expect((await scan("prod")).changes).toEqual({ ...unchanged, worsened: 1 });
  expect(of("prod").held.map(({ Id, CreatedAt }) => [Id, CreatedAt])).toEqual(prod.held.map(({ Id, CreatedAt }) => [Id, CreatedAt]));
  const waivers = [{ check, resource: "*", owner: "team-net", reason: "Bastions need it.", expires: "2099-01-01" }];
  expect((await scan("prod", { waivers })).changes).toEqual(unchanged);
  expect(of("other")).toEqual(other);
});

it("the record of a cluster says which namespaces reach which, or why that is not known", async () => {
  const { scan, store } = await bed();
  const { reportKey } = await scan("prod");
  const { cluster } = JSON.parse(store.objects.get(reportKey)?.body ?? "{}");
  expect(cluster.namespaces).toMatchObject({ state: "known", value: { groups: [], pods: 0 } });
});
