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
import { clusterArn } from "../../core/model/resource.ts";
import { Settings } from "../../core/model/settings.ts";
import { completelyJudged } from "../../core/publish/completeness.ts";
import { readAtOf } from "../../core/scan.ts";
import { type Estate, loadEstate } from "../../sandbox/estate.ts";
import type { FaultInput } from "../../sandbox/faults.ts";
import type { Fault as KubernetesFault } from "../../sandbox/kubernetes/faults.ts";
import { type Sandbox, startSandbox } from "../../sandbox/start.ts";
import { everyFact, portsTo, soon } from "../collect/aws-bed.ts";
import { twofold } from "./twofold.ts";

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

async function judge(sandbox: Sandbox, which: readonly (typeof targets)[number][] = targets): Promise<readonly Judged[]> {
  const ports = portsTo(sandbox, {}, 30_000);
  return Promise.all(
    which.map(async (target) => {
      const cluster = await collectCluster(target, everyFact, ports, soon(60_000));
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
/** One item a page, so that every list has a second one. */
let slow: Sandbox;
let wholeSlow: readonly Judged[];
beforeAll(async () => {
  estate = await loadEstate("sandbox/estates/demo.yaml");
  sandbox = await startSandbox(estate);
  whole = await judge(sandbox);
  slow = await startSandbox({ ...twofold(estate, targets[0]), longestPage: 1 });
  wholeSlow = await judge(slow);
}, 60_000);
afterAll(() => Promise.all([sandbox.close(), slow.close()]));

it("without a fault everything is seen, and something fails in each cluster", () => {
  expect(whole.map(({ sawAll }) => sawAll)).toEqual([true, true, true]);
  for (const { findings } of whole) expect([...findings.values()].map(({ status }) => status)).toContain("fail");
});

describe("AWS", { timeout: 180_000 }, () => {
  const ways: Readonly<Record<string, FaultInput>> = {
    denied: { kind: "error", code: "AccessDenied", status: 403 },
    throttled: { kind: "throttle" },
    reset: { kind: "reset" },
    cut: { kind: "cut" },
    nonsense: { kind: "nonsense" },
    "refused after the first": { kind: "error", code: "AccessDenied", status: 403, after: 1 },
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

  /** The reads that answer by pages. */
  const lists = [
    "ec2 DescribeInstances",
    "ec2 DescribeNetworkAcls",
    "ec2 DescribeNetworkInterfaces",
    "ec2 DescribeRouteTables",
    "ec2 DescribeSecurityGroups",
    "ec2 DescribeSubnets",
    "ec2 DescribeVpcBlockPublicAccessExclusions",
    "ec2 GetManagedPrefixListEntries",
    "eks DescribeClusterVersions",
    "eks ListAddons",
    "eks ListNodegroups",
    "elasticloadbalancing DescribeLoadBalancers",
    "elasticloadbalancingv2 DescribeListeners",
    "elasticloadbalancingv2 DescribeLoadBalancers",
    "elasticloadbalancingv2 DescribeRules",
    "elasticloadbalancingv2 DescribeTargetGroups",
  ];

  it("no wrong verdict: each list in turn is cut short after page one", async () => {
    const cutShort: string[] = [];
    for (const list of lists) {
      const [service = "", operation = ""] = list.split(" ");
      slow.faults.add([{ kind: "reset", page: "next", service, operation }]);
      const seen = await judge(slow);
      expect(wrong(wholeSlow, seen, protections.has(operation)), list).toEqual([]);
      if (slow.faults.list().some(({ seen }) => seen > 0)) cutShort.push(list);
      expect(
        seen.every(({ sawAll }) => sawAll),
        `${list} is cut short, and nobody is told`,
      ).toBe(false);
      slow.faults.clear();
    }
    expect(cutShort).toEqual(lists);
  });
});

it("one item a page: nothing is missed, and nothing is judged otherwise than in long pages", async () => {
  const ample = await startSandbox(twofold(estate, targets[0]));
  const wholeAmple = await judge(ample).finally(() => ample.close());
  expect(wholeSlow.map(({ sawAll }) => sawAll)).toEqual([true, true, true]);
  expect(wrong(wholeAmple, wholeSlow, false)).toEqual([]);
  expect(wrong(wholeSlow, wholeAmple, false)).toEqual([]);
});

describe("Kubernetes", { timeout: 180_000 }, () => {
  const effects: Readonly<Record<string, KubernetesFault["effect"]>> = {
    forbidden: { kind: "status", code: 403 },
    "not there": { kind: "status", code: 404 },
    nonsense: { kind: "body", text: "{}" },
  };
  const reads = Object.values(kubernetesReads)
    // Read only where Calico's own API is not served.
    .filter(({ group }) => group !== "crd.projectcalico.org")
    .map(({ group, resource, verb }) => ({ verb, resource: group === "" ? resource : `${resource}.${group}` }));
  const resources = [...new Set(reads.map(({ resource }) => resource))];
  const lists = reads.filter(({ verb }) => verb === "list").map(({ resource }) => resource);
  const strike = (on: Sandbox, faults: readonly KubernetesFault[]) => {
    for (const target of targets) on.kubernetes(clusterArn(target))?.setFaults(faults);
  };

  it.each(Object.entries(effects))("no wrong verdict: each list in turn is %s", async (_way, effect) => {
    for (const resource of resources) {
      strike(sandbox, [{ resource, effect }]);
      expect(wrong(whole, await judge(sandbox), false), resource).toEqual([]);
    }
    strike(sandbox, []);
  });

  it.each(Object.entries(effects).slice(0, 2))("no wrong verdict: each list in turn is %s after page one", async (_way, effect) => {
    for (const resource of lists) {
      strike(slow, [{ resource, after: 1, effect }]);
      const seen = await judge(slow, [targets[0]]);
      expect(wrong(wholeSlow, seen, false), resource).toEqual([]);
      expect(seen[0]?.sawAll, `${resource} is cut short, and nobody is told`).toBe(false);
    }
    strike(slow, []);
  });
});
