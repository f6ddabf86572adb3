/**
 * Findings sent to a Security Hub that takes ten calls a second after a burst of thirty, as AWS does: the rate that is reached,
 * what is lost while three of ten calls are refused as too many, and what an unchanged second run sends.
 *
 *     npm exec -- node bench/publish.ts
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SecurityHubClient } from "@aws-sdk/client-securityhub";
import { defineCheck } from "../core/model/check.ts";
import type { Finding } from "../core/model/finding.ts";
import { findingId } from "../core/model/finding-id.ts";
import { clusterArn, objectId } from "../core/model/resource.ts";
import { folderStore } from "../core/publish/folder-store.ts";
import { publishCluster } from "../core/publish/publish.ts";
import { parseEstate } from "../sandbox/estate.ts";
import { startSandbox } from "../sandbox/start.ts";

const findings = 10_000;
const rate = { perSecond: 10, burst: 30, findings: 100 };
/** What is promised: the share of the rate that is reached. */
const promised = 0.95;
const idealSeconds = (findings / rate.findings - rate.burst) / rate.perSecond;

const account = "111122223333";
const region = "eu-west-1";
const target = { account, region, name: "prod" };
const arn = clusterArn(target);
const check = defineCheck({
  id: "load-balancer-internal-or-restricted",
  title: "Load balancers are internal, restricted or declared",
  surface: "load-balancer",
  severity: "high",
  needs: ["services"],
  why: "Because.",
  judged: "By what was read.",
  unseen: "Nothing else.",
  remediation: "Make it internal.",
  examples: { fail: { services: [] }, pass: { services: [] } },
  evaluate: () => [],
});
const failing: readonly Finding[] = Array.from({ length: findings }, (_, at) => {
  const name = `web-${at}`;
  const resource = { kind: "Service", id: objectId(arn, "services", name, "shop"), namespace: "shop", name };
  return {
    id: findingId(check.id, arn, resource),
    check: check.id,
    status: "fail",
    severity: "high",
    cluster: arn,
    resource,
    message: `Service shop/${name} is reachable from the internet on TCP 443.`,
    evidence: {
      loadBalancerArns: [`arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/net/${name}/0`],
      sources: ["0.0.0.0/0"],
    },
    remediation: { text: "Make it internal.", commands: [`kubectl annotate service ${name} --namespace shop example=internal`] },
    frameworks: ["cis-eks-1.7.0/5.4.5"],
  };
});

const estate = { hub: { account }, accounts: [{ id: account, regions: { [region]: {} } }], securityHubRateLimits: true };

async function run(throttledOfTen: number): Promise<boolean> {
  const sandbox = await startSandbox(parseEstate(estate));
  const folder = await mkdtemp(join(tmpdir(), "publish-bench-"));
  const securityHub = new SecurityHubClient({
    endpoint: sandbox.endpoint,
    region,
    credentials: sandbox.credentialsOf(account),
    maxAttempts: 1,
  });
  const sentAt: number[] = [];
  securityHub.middlewareStack.add(
    (next) => async (args) => {
      sentAt.push(performance.now());
      const answer = await next(args);
      sentAt.push(performance.now());
      return answer;
    },
    { step: "finalizeRequest", priority: "low" },
  );
  const publish = (readAt: string) =>
    publishCluster({
      findings: failing,
      checks: [check],
      facts: {},
      cluster: { arn, ...target },
      readAt,
      store: folderStore(folder),
      securityHub,
      isTold: false,
      version: "0.1.0",
      signal: AbortSignal.timeout(120_000),
    });
  try {
    const calls = Array.from({ length: 400 }, (_, at) => at).filter((at) => at % 10 < throttledOfTen);
    sandbox.faults.add(calls.map((after) => ({ kind: "throttle", operation: "BatchImportFindings", after, times: 1 })));
    const start = performance.now();
    const first = await publish("2026-11-01T06:00:00.000Z");
    const whole = (performance.now() - start) / 1_000;
    const seconds = (Math.max(...sentAt) - Math.min(...sentAt)) / 1_000;
    const made = sandbox.requests().length;
    const refused = sandbox.requests().filter(({ status }) => status === 429).length;
    const held = sandbox.findings().length;
    sandbox.faults.clear();
    sandbox.forgetRequests();
    await publish("2026-11-01T12:00:00.000Z");
    const share = idealSeconds / seconds;
    const isKept = held === findings && first.refused.length === 0 && (throttledOfTen > 0 || share >= promised);
    process.stdout.write(
      `${`${throttledOfTen} of 10 calls throttled`.padEnd(26)}${seconds.toFixed(2).padStart(8)} s of sending, ${whole.toFixed(2)} s in all  ${(share * 100).toFixed(0).padStart(4)} % of the rate  ` +
        `${made} calls, ${refused} throttled  ${findings - held} lost  ${sandbox.requests().length} calls by the second run  ${isKept ? "as promised" : "NOT AS PROMISED"}\n`,
    );
    return isKept && sandbox.requests().length === 0;
  } finally {
    securityHub.destroy();
    await sandbox.close();
    await rm(folder, { recursive: true });
  }
}

process.stdout.write(`${findings} findings; at the rate of Security Hub alone ${idealSeconds} s\n`);
const kept = [await run(0), await run(0), await run(3)];
process.exitCode = kept.every(Boolean) ? 0 : 1;
