/** Of a cluster that was read whole, every check closes what is gone. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { checks } from "../../core/checks/index.ts";
import { collectCluster } from "../../core/collect/cluster.ts";
import { evaluateCluster } from "../../core/evaluate.ts";
import { Settings } from "../../core/model/settings.ts";
import { completelyJudged } from "../../core/publish/completeness.ts";
import { readAtOf } from "../../core/scan.ts";
import { type Estate, loadEstate } from "../../sandbox/estate.ts";
import { type Sandbox, startSandbox } from "../../sandbox/start.ts";
import { everyFact, portsTo, soon } from "../collect/aws-bed.ts";

const settings = Settings.parse({ trustedCidrs: ["203.0.113.0/24"] });
let estate: Estate;
let sandbox: Sandbox;
beforeAll(async () => {
  estate = await loadEstate("sandbox/estates/demo.yaml");
  sandbox = await startSandbox(estate);
});
afterAll(() => sandbox.close());

it("complete: every check whose verdicts are all known, in every cluster of the demo that was read whole", async () => {
  const targets = estate.accounts.flatMap(({ id: account, regions }) =>
    Object.entries(regions).flatMap(([region, { clusters }]) => clusters.map(({ name }) => ({ account, region, name }))),
  );
  const whole: string[] = [];
  for (const target of targets) {
    const cluster = await collectCluster(target, everyFact, portsTo(sandbox, {}, 30_000), soon(60_000));
    const { findings } = evaluateCluster(checks, cluster, settings, readAtOf(cluster));
    if (!findings.some(({ check, status }) => check === "cluster-read-completely" && status === "pass")) continue;
    whole.push(target.name);
    const complete = completelyJudged(checks, cluster.facts, findings);
    const doubted = new Set(findings.filter(({ status }) => status === "unknown").map(({ check }) => check));
    const open = checks.filter(({ id, subject }) => subject === "cluster" && !complete.has(id) && !doubted.has(id)).map(({ id }) => id);
    expect(open, target.name).toEqual([]);
  }
  expect(whole.length).toBeGreaterThan(4);
});
