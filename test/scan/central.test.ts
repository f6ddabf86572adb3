/** Central mode: who holds the findings of an account without a Security Hub, beside one that has its own. */
import { SecurityHubClient } from "@aws-sdk/client-securityhub";
import { beforeAll, describe, expect, it } from "vitest";
import { discoverClusters } from "../../core/discover.ts";
import { Settings } from "../../core/model/settings.ts";
import type { Ports } from "../../core/ports.ts";
import { keys, writeRecord } from "../../core/run-record.ts";
import { scanCluster } from "../../core/scan.ts";
import { hub, member, portsTo, soon } from "../collect/aws-bed.ts";
import { started } from "../sandbox/support.ts";
import { memoryStore } from "../support/memory-store.ts";

const home = "eu-west-1";
const away = "eu-central-1"; // where the clusters are
const neighbour = "333333333333";
const check = "endpoint-not-open-to-internet";
const open = `${check}/arn:aws:eks:${away}:${member}:cluster/prod`;

async function bed() {
  const regions = (securityHub: "enabled" | "disabled") => ({
    [home]: { securityHub },
    [away]: { securityHub, clusters: [{ name: "prod", endpoint: { private: true } }] },
  });
  const accounts = [{ id: hub }, { id: member, regions: regions("disabled") }, { id: neighbour, regions: regions("enabled") }];
  const sandbox = await started({ accounts });
  const client = (credentials: SecurityHubClient["config"]["credentials"], region: string) =>
    new SecurityHubClient({ endpoint: sandbox.endpoint, region, credentials, maxAttempts: 1 });
  const store = memoryStore();
  const lines: string[] = [];
  const ports = (config: object = {}): Ports => ({
    ...portsTo(sandbox, {}, 30_000),
    store: store.seenBy((call) => call()),
    settings: Settings.parse({ securityHub: { centralAccounts: [member] }, ...config }),
    readTimeoutMs: 20_000,
    version: "1.0.0",
    homeRegion: home,
    securityHub: ({ credentials }, region) => client(credentials, region),
    centralHub: () => ({ account: hub, client: client(async () => sandbox.credentials, home) }),
    log: { info: () => {}, warn: (line) => lines.push(line), error: (line) => lines.push(line) },
  });
  const scan = (account: string, config?: object) => scanCluster({ account, region: away, cluster: "prod" }, ports(config), soon());
  const discover = async (account: string) => {
    const run = { id: "20261101T060000Z-0a1b2c3d", startedAt: "2026-11-01T06:00:00.000Z", accounts: [account], regions: [home, away] };
    await writeRecord(ports().store, keys.run(run.id), run);
    return discoverClusters({ runId: run.id, account }, ports(), soon());
  };
  return { scan, discover, lines, faults: sandbox.faults, held: () => sandbox.findings(), requests: () => sandbox.requests() };
}

describe("the clusters", () => {
  let estate: Awaited<ReturnType<typeof bed>>;
  beforeAll(async () => {
    estate = await bed();
    await estate.scan(member);
    await estate.scan(neighbour);
  });
  const heldFor = (account: string) =>
    estate.held().filter(({ finding }) => (finding.ProductFields as Record<string, string>)["eks-perimeter/account"] === account);
  const places = (account: string) => [...new Set(heldFor(account).map((one) => `${one.account} ${one.region}`))];

  it("of an account that is listed: the hub's account holds the findings in its Region, about the member's resources", () => {
    expect(places(member)).toEqual([`${hub} ${home}`]);
    expect(heldFor(member).find(({ finding }) => finding.Id === open)?.finding).toMatchObject({
      ProductArn: `arn:aws:securityhub:${home}:${hub}:product/${hub}/default`,
      AwsAccountId: hub,
      RecordState: "ACTIVE",
      Resources: [{ Id: `arn:aws:eks:${away}:${member}:cluster/prod`, Region: away }],
      ProductFields: { "eks-perimeter/central": "true", "eks-perimeter/region": away, "eks-perimeter/cluster": "prod" },
    });
    expect(estate.lines).toEqual([]);
  });
  it("of an account that is not listed: its own Security Hub holds them", () => {
    expect(places(neighbour)).toEqual([`${neighbour} ${away}`]);
    expect(heldFor(neighbour).some(({ finding }) => "eks-perimeter/central" in (finding.ProductFields as object))).toBe(false);
  });
  it("a finding that is fixed is closed where it is held; a bystander is not", async () => {
    const { changes } = await estate.scan(member, { internet: { ipv4Prefix: 0 } });
    expect(changes.resolved).toBeGreaterThan(0);
    const state = (account: string) =>
      heldFor(account).find(({ finding }) => String(finding.Id).startsWith(`${check}/`))?.finding.RecordState;
    expect([state(member), state(neighbour)]).toEqual(["ARCHIVED", "ACTIVE"]);
    expect(places(member)).toEqual([`${hub} ${home}`]);
  });
  it("what is suppressed is asked where the findings are held", async () => {
    const before = estate.requests().length;
    await estate.scan(member, { slack: { channel: "C0123456789" } });
    const asked = estate
      .requests()
      .slice(before)
      .filter(({ action }) => action.startsWith("securityhub:"));
    expect(asked.map(({ action, account, region }) => [action, account, region])).toContainEqual(["securityhub:GetFindings", hub, home]);
    expect(new Set(asked.map(({ account }) => account))).toEqual(new Set([hub]));
  });
});

it("what could not be read of the account as such is held there too", async () => {
  const { discover, held, lines, faults } = await bed();
  faults.add([{ kind: "error", service: "eks", operation: "ListClusters", code: "AccessDeniedException", status: 403 }]);
  await discover(member);
  await discover(neighbour);
  expect(lines).toEqual([]);
  expect(held().map(({ account, region, finding }) => [account, region, finding.RecordState])).toEqual([
    [hub, home, "ACTIVE"],
    [neighbour, home, "ACTIVE"],
  ]);
  expect(held()[0]?.finding.Resources).toMatchObject([{ Type: "AwsAccount", Id: `AWS::::Account:${member}` }]);
});
