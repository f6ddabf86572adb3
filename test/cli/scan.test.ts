import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { Report } from "../../core/report/report.ts";
import { home, hub, member, started } from "../sandbox/support.ts";
import { run } from "./command.ts";

vi.setConfig({ testTimeout: 60_000 }); // each case starts processes

const restricted = { private: true, cidrs: ["203.0.113.0/24"] };
const open = { private: true };
const endpointChecks = ["--check", "endpoint-not-open-to-internet"];
const coverage = ["--check", "cluster-read-completely", "--check", "account-read-completely"];
const other = "333333333333";

/** A hub, and members with clusters by name; the role of the account `closed` does not exist. */
const organization = (
  members: Readonly<Record<string, Readonly<Record<string, { private: boolean; cidrs?: string[] }>>>>,
  closed?: string,
) =>
  started({
    accounts: [
      { id: hub },
      ...Object.entries(members).map(([id, clusters]) => ({
        id,
        ...(id === closed ? { roles: {} } : {}),
        regions: { [home]: { clusters: Object.entries(clusters).map(([name, endpoint]) => ({ name, endpoint })) } },
      })),
    ],
  });
const verdicts = (stdout: string, check = "endpoint-not-open-to-internet") =>
  Object.fromEntries(
    (JSON.parse(stdout) as Report).findings
      .filter((finding) => finding.check === check)
      .map(({ resource, status }) => [resource.name, status]),
  );

describe("exit codes of scan", () => {
  it("0: everything was read, nothing fails", async () => {
    const sandbox = await organization({ [member]: { prod: restricted } });
    const { code, stdout, stderr } = await run(["scan", "--account", member, "--json", ...endpointChecks, ...coverage], sandbox);
    expect([code, verdicts(stdout), stderr]).toEqual([0, { prod: "pass" }, ""]);
  });

  it("1: a high finding fails; 0 with --fail-on critical or none", async () => {
    const sandbox = await organization({ [member]: { prod: open } });
    const scan = (...more: string[]) => run(["scan", "--account", member, ...endpointChecks, ...more], sandbox);
    const { code, stdout } = await scan();
    expect(code).toBe(1);
    expect(stdout).toContain(`\nNext      npx eks-perimeter fix --account ${member} --check endpoint-not-open-to-internet\n`);
    expect((await scan("--fail-on", "critical")).code).toBe(0);
    expect((await scan("--fail-on", "none")).code).toBe(0);
  });

  it("3: one denied describe makes that cluster's verdict unknown, and no other's", async () => {
    const sandbox = await organization({ [member]: { prod: restricted, shut: restricted } });
    sandbox.faults.add([
      {
        kind: "error",
        service: "eks",
        operation: "DescribeCluster",
        resource: "*/shut",
        code: "AccessDeniedException",
        status: 403,
      },
    ]);
    const { code, stdout } = await run(["scan", "--account", member, "--json", ...endpointChecks, ...coverage], sandbox);
    expect([code, verdicts(stdout)]).toEqual([3, { prod: "pass", shut: "unknown" }]);
    const { summary, findings } = JSON.parse(stdout) as Report;
    expect(summary.complete).toBe(false);
    expect(findings.find(({ check, status }) => check === "cluster-read-completely" && status === "fail")?.resource.name).toBe("shut");
  });

  it("2: a cluster of that name is nowhere", async () => {
    const sandbox = await organization({ [member]: { prod: restricted } });
    const { code, stderr } = await run(["scan", "--account", member, "--cluster", "prdo"], sandbox);
    expect([code, stderr]).toEqual([2, expect.stringContaining("No cluster is called prdo")]);
  });

  it("2: a cluster of that name is nowhere in the organization, alone or beside one that is there", async () => {
    const sandbox = await organization({ [member]: { prod: restricted } });
    for (const others of [[], ["--cluster", "prod"]]) {
      const { code, stderr } = await run(["scan", "--org", "--cluster", "prdo", ...others], sandbox);
      expect([code, stderr]).toEqual([2, expect.stringContaining("No cluster is called prdo")]);
    }
  });

  it("2: a cluster of that name is nowhere, but for a Region that a policy of the organization closes", async () => {
    const sandbox = await started({ accounts: [{ id: hub }, { id: member, serviceControlPolicies: [{ regions: ["us-east-1"] }] }] });
    const { code, stderr } = await run(
      ["scan", "--account", member, "--region", home, "--region", "us-east-1", "--cluster", "prdo"],
      sandbox,
    );
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/No cluster is called prdo.*left out, as a policy of the organization denies/),
    ]);
  });
});

describe("bad input ends with one line and 2, before anything is read", () => {
  it.each<[string, string[], string]>([
    ["an unknown option", ["scan", "--regoin", "eu-west-1"], "(Did you mean --region?)"],
    ["an unknown command", ["scna"], "(Did you mean scan?)"],
    ["an unknown check", ["scan", "--check", "endpoint-open"], 'No check has the id "endpoint-open"'],
    ["an account id of 3 digits", ["scan", "--account", "123"], "must be an account id of 12 digits"],
    ["a Region that is none", ["scan", "--region", "Ireland"], "must be the name of a Region"],
    ["a severity that is none", ["scan", "--fail-on", "hgih"], "Allowed choices are critical, high, medium, low, informational, none"],
    ["--org with --account", ["scan", "--org", "--account", member], "'--org' cannot be used with option '--account <id>'"],
    ["a configuration that is not there", ["scan", "--config", "nowhere.yaml"], "nowhere.yaml can't be read (ENOENT)"],
    ["evidence that is not there", ["evaluate", "nowhere.json"], "nowhere.json can't be read (ENOENT)"],
    ["an unknown check to explain", ["checks", "explain", "nope"], 'No check has the id "nope"'],
  ])("%s", async (_what, args, message) => {
    const sandbox = await started();
    const { code, stdout, stderr } = await run(args, sandbox);
    expect([code, stdout, stderr.trim().split("\n").length, sandbox.requests().length]).toEqual([2, "", 1, 0]);
    expect(stderr).toContain(message);
  });

  it("a malformed configuration", async () => {
    const sandbox = await started();
    const file = join(await mkdtemp(join(tmpdir(), "config-")), "bad.yaml");
    await writeFile(file, "trustedCidrs: [10.0.0.0/40]\n");
    const { code, stderr } = await run(["scan", "--config", file], sandbox);
    expect([code, stderr, sandbox.requests().length]).toEqual([2, expect.stringContaining('trustedCidrs[0]: found "10.0.0.0/40"'), 0]);
  });

  it("no credentials", async () => {
    const { code, stderr } = await run(["scan"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("No usable AWS credentials")]);
  });
});

describe("the whole organization", () => {
  it("is scanned by the deployed workflow; an account whose role can't be assumed is a finding, and stops no other", async () => {
    const sandbox = await organization({ [member]: { prod: open }, [other]: { hidden: open } }, other);
    const { code, stdout } = await run(["scan", "--org", "--json", "--region", home, ...endpointChecks, ...coverage], sandbox);
    expect([code, verdicts(stdout), verdicts(stdout, "account-read-completely")]).toEqual([
      1,
      { prod: "fail" },
      { [hub]: "pass", [member]: "pass", [other]: "fail" },
    ]);
  });

  it("an organization whose accounts are all excluded ends in a report of none, and not in an error", async () => {
    const sandbox = await organization({ [member]: { prod: open } });
    const config = join(await mkdtemp(join(tmpdir(), "config-")), "eks-perimeter.config.yaml");
    await writeFile(config, `accounts: { exclude: ["${hub}", "${member}"] }\n`);
    const { stdout, stderr } = await run(["scan", "--org", "--json", "--region", home, "--config", config], sandbox);
    expect([(JSON.parse(stdout) as Report).accounts, stderr]).toEqual([[], ""]);
  });

  it("findings are published to the member's Security Hub, and a second run adds none", async () => {
    const sandbox = await organization({ [member]: { prod: open } });
    const state = await mkdtemp(join(tmpdir(), "state-"));
    const scan = () => run(["scan", "--org", "--region", home, "--publish", "--state", state, ...endpointChecks], sandbox);
    const { stderr } = await scan();
    expect(stderr).toContain(`The state of findings is kept in ${state}`);
    const held = () => sandbox.findings().map(({ account, finding }) => [account, finding.Id]);
    const first = held();
    await scan();
    expect([first.length, held()]).toEqual([1, first]);
    expect(first[0]?.[0]).toBe(member);
  });
});

it("evidence that was saved is judged the same again, offline", async () => {
  const sandbox = await organization({ [member]: { prod: open } });
  const folder = await mkdtemp(join(tmpdir(), "evidence-"));
  const file = join(folder, "prod.json");
  const live = await run(["scan", "--account", member, "--json", "--save-evidence", file, "--out", join(folder, "out")], sandbox);
  const again = await run(["evaluate", "--json", file]);
  const statuses = (stdout: string) =>
    (JSON.parse(stdout) as Report).findings
      .filter(({ cluster }) => cluster !== undefined)
      .map(({ id, status, message }) => [id, status, message]);
  expect(statuses(again.stdout)).toEqual(statuses(live.stdout));
  expect(again.code).toBe(live.code);
  expect(await readFile(join(folder, "out/report.html"), "utf8")).toContain("<!doctype html>");
  expect((await readdir(join(folder, "out"))).sort()).toEqual([
    "findings.asff.json",
    "findings.csv",
    "findings.ocsf.json",
    "report.html",
    "report.json",
    "results.junit.xml",
    "results.sarif",
  ]);
  expect(await readFile(join(folder, "out/report.json"), "utf8")).toBe(live.stdout);
});

it("no credential and no token stands in a report, in evidence, on stderr or in the state", async () => {
  const sandbox = await organization({ [member]: { prod: open } });
  const folder = await mkdtemp(join(tmpdir(), "evidence-"));
  const { stdout, stderr } = await run(
    ["scan", "--account", member, "--json", "--verbose", "--save-evidence", join(folder, "e.json")],
    sandbox,
  );
  const all = stdout + stderr + (await readFile(join(folder, "e.json"), "utf8"));
  expect(all).not.toMatch(/k8s-aws-v1\.|X-Amz-Signature|BEGIN CERTIFICATE|ASIA[0-9A-Z]{12}/);
  expect(all).not.toContain(sandbox.credentials.secretAccessKey);
});
