import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { evidenceOf } from "../../core/evidence.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known, unknown } from "../../core/model/fact.ts";
import { home, member, started } from "../sandbox/support.ts";
import { aCluster, anEndpoint, aService, readAt } from "../support/cluster.ts";
import { run } from "./command.ts";

vi.setConfig({ testTimeout: 60_000 }); // each case starts processes

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), "eks-perimeter-"));
async function evidence(facts: Partial<ClusterFacts>): Promise<string> {
  const path = join(await folder(), "prod.json");
  await writeFile(path, JSON.stringify(evidenceOf(aCluster({ readAt: known(readAt), ...facts }), "1.0.0")));
  return path;
}
const fix = (...args: string[]) => run(["fix", ...args]);
const endpoint = known(anEndpoint({ publicAccess: true, privateAccess: false, publicCidrs: ["0.0.0.0/0"] }));
const prod = "arn:aws:eks:eu-west-1:111122223333:cluster/prod";

it("0: a finding with a proved plan, as text", async () => {
  const path = await evidence({ endpoint });
  const { code, stdout } = await fix("--evidence", path, "--finding", `endpoint-private-access-enabled/${prod}`);
  expect(code).toBe(0);
  expect(stdout).toContain(
    `aws eks update-cluster-config --name prod --region eu-west-1 --resources-vpc-config '{"endpointPrivateAccess":true}'`,
  );
  expect(stdout).toContain("Proved: judged again");
  expect(stdout).toContain("1 proved.");
});

it("0: every failing finding of checks, as one JSON document", async () => {
  const path = await evidence({ endpoint });
  const { code, stdout } = await fix(
    "--evidence",
    path,
    "--check",
    "endpoint-not-open-to-internet",
    "--check",
    "endpoint-public-access-disabled",
    "--json",
  );
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    schema: "eks-perimeter/fix/v1",
    clusters: [
      {
        arn: prod,
        readAt,
        fixes: [
          { check: "endpoint-not-open-to-internet", outcome: "proved", proof: { passes: true, newFails: [] } },
          { check: "endpoint-public-access-disabled", outcome: "mended", by: `endpoint-not-open-to-internet/${prod}` },
        ],
      },
    ],
  });
});

it("0: nothing fails", async () => {
  const path = await evidence({ endpoint: known(anEndpoint()) });
  expect(await fix("--evidence", path, "--check", "endpoint-private-access-enabled")).toMatchObject({
    code: 0,
    stdout: "Nothing fails of what was asked for.\n",
  });
});

it("0: nothing fails, and that is written", async () => {
  const path = await evidence({ endpoint: known(anEndpoint()) });
  const out = join(await folder(), "fixes");
  expect(await fix("--evidence", path, "--check", "endpoint-private-access-enabled", "--out", out)).toMatchObject({
    code: 0,
    stdout: `Nothing fails of what was asked for.\nWritten to ${out}\n`,
  });
});

it("1: a finding that no command mends", async () => {
  const path = await evidence({
    endpoint,
    reads: known([{ read: "eks:DescribeCluster", state: "unknown", reason: { code: "forbidden", message: "No access." } }]),
  });
  const { code, stdout } = await fix(
    "--evidence",
    path,
    "--check",
    "cluster-read-completely",
    "--check",
    "endpoint-private-access-enabled",
  );
  expect(code).toBe(1);
  expect(stdout).toContain("1 proved, 1 no command.");
});

it("3: nothing is open, and something could not be judged", async () => {
  const path = await evidence({ endpoint: unknown("forbidden", "No access.") });
  const { code, stdout } = await fix("--evidence", path, "--check", "endpoint-private-access-enabled");
  expect(code).toBe(3);
  expect(stdout).toContain("NOT JUDGED");
});

it.each([
  ["2: nothing is said to be fixed", [], "Nothing was said to be fixed."],
  ["2: no such check", ["--check", "endpoint"], 'No check has the id "endpoint".'],
  [
    "2: no such finding, with the nearest one",
    ["--finding", `endpoint-private-acess-enabled/${prod}`],
    `the nearest is "endpoint-private-access-enabled/${prod}"`,
  ],
  ["2: two inputs", ["--finding", "x", "--cluster", "prod"], "--evidence and the scope of clusters exclude each other."],
])("%s", async (_rule, args, message) => {
  const { code, stdout, stderr } = await fix("--evidence", await evidence({ endpoint }), ...args);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(message);
});

it("writes a folder for each finding, in the order in which the plans are carried out", async () => {
  const services = known([aService("web", { externalIPs: ["8.8.8.8"] }), aService("api")]);
  const out = join(await folder(), "fixes");
  const { code, stdout } = await fix(
    "--evidence",
    await evidence({ endpoint, services }),
    "--out",
    out,
    "--check",
    "service-uses-no-external-ips",
    "--check",
    "endpoint-private-access-enabled",
  );
  expect([code, stdout]).toEqual([0, expect.stringContaining(`Written to ${out}`)]);
  const folders = (await readdir(out)).toSorted();
  expect(folders).toEqual(["001-service-uses-no-external-ips-shop-web", "002-endpoint-private-access-enabled-prod", "fix.json"]);
  expect((await readdir(join(out, folders[0] ?? ""))).toSorted()).toEqual(["commands.sh", "proof.json", "proof.txt"]);
  const script = await readFile(join(out, folders[0] ?? "", "commands.sh"), "utf8");
  expect(script).toContain(`kubectl patch service --namespace shop web --type merge --patch '{"spec":{"externalIPs":null}}'`);
});

it("2: the folder holds plans of an earlier run, which stay as they are", async () => {
  const out = join(await folder(), "fixes");
  const ask = async () => fix("--evidence", await evidence({ endpoint }), "--out", out, "--check", "endpoint-private-access-enabled");
  expect((await ask()).code).toBe(0);
  const before = await readdir(out, { recursive: true });
  const { code, stdout, stderr } = await ask();
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("holds plans of an earlier run already");
  expect(await readdir(out, { recursive: true })).toEqual(before);
});

it("0: a live cluster is read and judged, and nothing in it changes", async () => {
  const sandbox = await started({
    accounts: [{ id: "111111111111" }, { id: member, regions: { [home]: { clusters: [{ name: "prod" }, { name: "bystander" }] } } }],
  });
  const scope = ["--cluster", "prod", "--region", home, "--account", member];
  const { code, stdout, stderr } = await run(["fix", "--check", "endpoint-public-access-disabled", "--json", ...scope], sandbox);
  expect(stderr).not.toContain("error:");
  const { clusters } = JSON.parse(stdout) as { clusters: readonly { name: string; fixes: readonly { outcome: string }[] }[] };
  expect(clusters.map(({ name, fixes }) => [name, fixes.map(({ outcome }) => outcome)])).toEqual([["prod", ["proved"]]]);
  expect(code).toBe(0);
});

it("2: of the clusters asked for by name one is nowhere", async () => {
  const sandbox = await started({
    accounts: [{ id: "111111111111" }, { id: member, regions: { [home]: { clusters: [{ name: "prod" }, { name: "bystander" }] } } }],
  });
  const scope = ["--cluster", "prod", "--cluster", "prdo", "--region", home, "--account", member];
  const { code, stdout, stderr } = await run(["fix", "--check", "endpoint-public-access-disabled", ...scope], sandbox);
  expect([code, stdout, stderr]).toEqual([2, "", expect.stringContaining("No cluster is called prdo in the selected accounts")]);
});

it("2: no cluster was found, where an account that could hold it was not read", async () => {
  const sandbox = await started({ accounts: [{ id: "111111111111" }] });
  const scope = ["--cluster", "prod", "--region", home, "--account", member];
  const { code, stdout, stderr } = await run(["fix", "--check", "endpoint-public-access-disabled", ...scope], sandbox);
  expect([code, stdout, stderr]).toEqual([2, "", expect.stringContaining("No cluster was found in the selected accounts")]);
});

it("3: an account was not read, where clusters may be missing, and is told of", async () => {
  const sandbox = await started({
    accounts: [{ id: "111111111111" }, { id: member, regions: { [home]: { clusters: [{ name: "prod" }, { name: "bystander" }] } } }],
  });
  const scope = ["--cluster", "prod", "--cluster", "elsewhere", "--region", home, "--account", member, "--account", "444455556666"];
  const { code, stdout, stderr } = await run(["fix", "--check", "endpoint-public-access-disabled", ...scope], sandbox);
  expect([code, stdout]).toEqual([3, expect.stringContaining("Cluster prod")]);
  expect(stdout).toContain("Not all clusters could be looked for in 444455556666.");
  expect(stderr).toMatch(/^warning: not all clusters of an account could be looked for: .*account 444455556666, read sts:AssumeRole/m);
  expect(stderr).not.toContain(`account ${member}`);
});

it("3: nothing fails in the clusters that were found, and an account was not read: that is no all-clear", async () => {
  const cluster = { name: "prod", endpoint: { public: false, private: true } };
  const sandbox = await started({ accounts: [{ id: "111111111111" }, { id: member, regions: { [home]: { clusters: [cluster] } } }] });
  const scope = ["--region", home, "--account", member, "--account", "444455556666"];
  const { code, stdout } = await run(["fix", "--check", "endpoint-public-access-disabled", ...scope], sandbox);
  expect([code, stdout]).toEqual([
    3,
    "Nothing fails of what was asked for and found.\nNot all clusters could be looked for in 444455556666.\n",
  ]);
  const out = join(await folder(), "fixes");
  const json = await run(["fix", "--check", "endpoint-public-access-disabled", "--json", "--out", out, ...scope], sandbox);
  expect([json.code, JSON.parse(json.stdout)]).toEqual([3, expect.objectContaining({ clusters: [], unseenAccounts: ["444455556666"] })]);
  expect(await readFile(join(out, "fix.json"), "utf8")).toBe(json.stdout);
});
