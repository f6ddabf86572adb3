import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { evidenceOf } from "../../core/evidence.ts";
import { known } from "../../core/model/fact.ts";
import { clusterArn } from "../../core/model/resource.ts";
import type { Report } from "../../core/report/report.ts";
import { aCluster, account, anEndpoint, prod, readAt, region } from "../support/cluster.ts";
import { run } from "./command.ts";

vi.setConfig({ testTimeout: 60_000 }); // each case starts processes

async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "eks-perimeter-"));
  for (const [name, cluster] of Object.entries(files)) {
    const resource = { kind: "Cluster", id: clusterArn({ account, region, name: cluster }), name: cluster };
    const facts = { readAt: known(readAt), endpoint: known(anEndpoint({ publicAccess: true })) };
    await writeFile(join(path, name), JSON.stringify(evidenceOf(aCluster(facts, { resource, name: cluster }), "1.0.0")));
  }
  return path;
}

it("2: a cluster is in several files, so that it is not known which of them is to be judged", async () => {
  const path = await folder({ "monday.json": "prod", "other.json": "bystander", "tuesday.json": "prod" });
  const { code, stdout, stderr } = await run(["evaluate", path]);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(`${prod} is in ${join(path, "monday.json")} and in ${join(path, "tuesday.json")}.`);
  expect((await run(["evaluate", path, join(path, "other.json")])).code).toBe(2);
});

it("several clusters are one report, each once", async () => {
  const path = await folder({ "a.json": "prod", "b.json": "bystander" });
  const { stdout } = await run(["evaluate", path, "--json", "--check", "endpoint-public-access-disabled"]);
  const { clusters, findings } = JSON.parse(stdout) as Report;
  expect([clusters.map(({ name }) => name), findings.length]).toEqual([["bystander", "prod"], 2]);
});
