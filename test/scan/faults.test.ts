/**
 * Every read of a scan fails in turn, in every way: no verdict becomes better than the full data make it, and nothing is taken
 * for gone that was only not seen.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checks } from "../../core/checks/index.ts";
import { collectCluster } from "../../core/collect/cluster.ts";
import { kubernetesReads } from "../../core/collect/reads.ts";
import { evaluateCluster } from "../../core/evaluate.ts";
import type { Finding } from "../../core/model/finding.ts";
import { Settings } from "../../core/model/settings.ts";
import { completelyJudged } from "../../core/publish/completeness.ts";
import { readAtOf } from "../../core/scan.ts";
import { type Estate, loadEstate } from "../../sandbox/estate.ts";
import type { FaultInput } from "../../sandbox/faults.ts";
import type { Fault as KubernetesFault } from "../../sandbox/kubernetes/faults.ts";
import { type Sandbox, startSandbox } from "../../sandbox/start.ts";
import { everyFact, portsTo, soon } from "../collect/aws-bed.ts";

const settings = Settings.parse({ trustedCidrs: ["203.0.113.0/24"] });
const judging = checks.filter(({ subject, surface }) => subject === "cluster" && surface !== "coverage");
const targets = [
  { account: "303030303030", region: "eu-west-1", name: "shop-prod" },
  { account: "303030303030", region: "eu-west-1", name: "shop-staging" },
  { account: "505050505050", region: "eu-west-1", name: "platform-auto" },
] as const;

interface Judged {
  readonly findings: ReadonlyMap<string, Finding>;
  readonly complete: ReadonlySet<string>;
  readonly sawAll: boolean;
}

async function judge(sandbox: Sandbox): Promise<readonly Judged[]> {
  const ports = portsTo(sandbox);
  return Promise.all(
    targets.map(async (target) => {
      const cluster = await collectCluster(target, everyFact, ports, soon());
      const { findings, broken } = evaluateCluster(checks, cluster, settings, readAtOf(cluster));
      expect(broken).toEqual([]);
      const said = findings.filter(({ check }) => judging.some(({ id }) => id === check));
      return {
        findings: new Map(said.map((finding) => [finding.id, finding])),
        complete: completelyJudged(judging, cluster.facts, said),
        sawAll: findings.some(({ check, status }) => check === "cluster-read-completely" && status === "pass"),
      };
    }),
  );
}

/** What is better than it is, or is taken for gone. A protection that was not read may leave a fail that it would have prevented. */
function wrong(whole: readonly Judged[], seen: readonly Judged[], mayFail: boolean): readonly string[] {
  return seen.flatMap(({ findings, complete }, i) => {
    const right = whole[i]?.findings ?? new Map<string, Finding>();
    const verdicts = [...findings.values()].flatMap(({ id, status }) => {
      const truth = right.get(id)?.status;
      const isHonest = status === truth || status === "unknown" || (status === "fail" && mayFail);
      return isHonest ? [] : [`${id}: ${status} instead of ${truth}`];
    });
    const gone = [...right.values()].filter(({ id, check, status }) => status === "fail" && !findings.has(id) && complete.has(check));
    return [...verdicts, ...gone.map(({ id }) => `${id}: taken for gone`)];
  });
}

let estate: Estate;
let sandbox: Sandbox;
let whole: readonly Judged[];
beforeAll(async () => {
  estate = await loadEstate("sandbox/estates/demo.yaml");
  sandbox = await startSandbox(estate);
  whole = await judge(sandbox);
});
afterAll(() => sandbox.close());

it("without a fault everything is seen, and something fails in each cluster", () => {
  expect(whole.map(({ sawAll }) => sawAll)).toEqual([true, true, true]);
  for (const { findings } of whole) expect([...findings.values()].map(({ status }) => status)).toContain("fail");
});

describe("AWS", { timeout: 60_000 }, () => {
  const ways: Readonly<Record<string, FaultInput>> = {
    denied: { kind: "error", code: "AccessDenied", status: 403 },
    throttled: { kind: "throttle" },
    reset: { kind: "reset" },
    cut: { kind: "cut" },
    nonsense: { kind: "nonsense" },
    "refused after the first": { kind: "error", code: "AccessDenied", status: 403, after: 1 },
    "cut short after page one": { kind: "reset", page: "next" },
  };
  /** Reads whose answer can only narrow what is reachable. */
  const protections = new Set(["DescribeNetworkAcls", "DescribeVpcBlockPublicAccessOptions", "DescribeVpcBlockPublicAccessExclusions"]);

  it.each(Object.entries(ways))("no wrong verdict: each call in turn is %s", async (_way, fault) => {
    sandbox.forgetRequests();
    await judge(sandbox);
    const operations = [...new Set(sandbox.requests().map(({ service, operation }) => `${service} ${operation}`))].sort();
    expect(operations.length).toBeGreaterThan(10);
    for (const call of operations) {
      const [service = "", operation = ""] = call.split(" ");
      if (service === "sts") continue;
      sandbox.faults.add([{ ...fault, service, operation }]);
      const struck = () => sandbox.faults.list().some(({ seen, after }) => seen > after);
      const seen = await judge(sandbox);
      expect(wrong(whole, seen, protections.has(operation)), call).toEqual([]);
      expect(struck() && seen.every(({ sawAll }) => sawAll), `${call} fails, and nobody is told`).toBe(false);
      sandbox.faults.clear();
    }
  });
});

describe("Kubernetes", { timeout: 60_000 }, () => {
  const effects: Readonly<Record<string, KubernetesFault["effect"]>> = {
    forbidden: { kind: "status", code: 403 },
    "not there": { kind: "status", code: 404 },
    nonsense: { kind: "body", text: "{}" },
  };
  const resources = Object.values(kubernetesReads).map(({ group, resource }) => (group === "" ? resource : `${resource}.${group}`));

  it.each(Object.entries(effects))("no wrong verdict: each list in turn is %s", async (_way, effect) => {
    for (const resource of resources) {
      const faulty = withKubernetesFault(estate, { resource, effect });
      await sandbox.change(faulty);
      const seen = await judge(sandbox);
      expect(wrong(whole, seen, false), resource).toEqual([]);
    }
    await sandbox.change(estate);
  });
});

const withKubernetesFault = (whole: Estate, fault: KubernetesFault): Estate => ({
  ...whole,
  accounts: whole.accounts.map((account) => ({
    ...account,
    regions: Object.fromEntries(
      Object.entries(account.regions).map(([name, region]) => [
        name,
        { ...region, clusters: region.clusters.map((cluster) => ({ ...cluster, faults: [fault] })) },
      ]),
    ),
  })),
});
