import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Prerequisite } from "../../core/model/prerequisite.ts";
import { loadEstate } from "../../sandbox/estate.ts";
import { type Sandbox, startSandbox } from "../../sandbox/start.ts";
import { home, hub, member, started } from "../sandbox/support.ts";
import { run } from "./command.ts";

vi.setConfig({ testTimeout: 60_000 }); // each case starts processes

const prerequisites = (stdout: string) => (JSON.parse(stdout) as { readonly prerequisites: readonly Prerequisite[] }).prerequisites;
const rows = (stdout: string, state: Prerequisite["state"]) =>
  prerequisites(stdout)
    .filter((one) => one.state === state)
    .map(({ area, place: { account, region, cluster } }) => [area, account, region, cluster].filter(Boolean).join(" "));

describe("the demo's organization", () => {
  let demo: Sandbox;
  beforeAll(async () => {
    demo = await startSandbox(await loadEstate("sandbox/estates/demo.yaml"));
  });
  afterAll(() => demo.close());

  it("1: an account without the role and a cluster that can't be reached are told, and nothing else lacks", async () => {
    const { code, stdout, stderr } = await run(["doctor", "--org", "--json"], demo);
    expect([code, stderr]).toEqual([1, ""]);
    expect(rows(stdout, "lacks")).toEqual(["role 606060606060", "network 404040404040 us-east-1 payments-dr"]);
    expect(rows(stdout, "unknown")).toEqual(["access-entry 404040404040 us-east-1 payments-dr"]);
    expect(rows(stdout, "skipped")).toContain("regions 303030303030");
    expect(rows(stdout, "ok")).toContain("access-entry 303030303030 eu-west-1 shop-prod");
  });

  it("and the table says of both what to do", async () => {
    const { stdout } = await run(["doctor", "--org"], demo);
    expect(stdout).toMatch(/^lacks role: 606060606060$/m);
    expect(stdout).toMatch(/^ {4}aws cloudformation list-stack-instances .*--stack-instance-account 606060606060 /m);
    expect(stdout).toMatch(/^lacks network: 404040404040 us-east-1 payments-dr$/m);
    expect(stdout).toMatch(/^ {4}EKS_PERIMETER_SUBNETS=/m);
  });
});

describe("exit codes and scope", () => {
  it("0: nothing lacks in the account that was asked for", async () => {
    const { code, stdout, stderr } = await run(["doctor", "--account", member, "--cluster", "prod", "--json"], await started());
    expect([code, rows(stdout, "ok"), stderr]).toEqual([
      0,
      [
        `role ${member}`,
        `regions ${member}`,
        `security-hub ${member} ${home}`,
        `network ${member} ${home} prod`,
        `access-entry ${member} ${home} prod`,
      ],
      "",
    ]);
  });

  it("0: by default the caller's account alone, by the caller's own credentials", async () => {
    const { code, stdout } = await run(["doctor", "--json"], await started());
    expect([code, new Set(prerequisites(stdout).map(({ place }) => place.account))]).toEqual([0, new Set([hub])]);
  });

  it("1: the role has another name, or asks for an external id that was not given", async () => {
    const roles = { other: { externalId: "s3cret" } };
    const sandbox = await started({ accounts: [{ id: hub }, { id: member, roles }] });
    const ask = (...more: string[]) => run(["doctor", "--account", member, "--json", ...more], sandbox);
    expect((await ask()).code).toBe(1);
    expect(rows((await ask("--role-name", "other")).stdout, "lacks")).toEqual([`role ${member}`]);
    expect((await ask("--role-name", "other", "--external-id", "s3cret")).code).toBe(0);
  });

  it("1: what could not be looked at may lack", async () => {
    const sandbox = await started();
    sandbox.faults.add([{ kind: "error", service: "securityhub", operation: "DescribeHub", code: "AccessDeniedException", status: 403 }]);
    const { code, stdout } = await run(["doctor", "--account", member, "--json"], sandbox);
    expect([code, rows(stdout, "lacks"), rows(stdout, "unknown")]).toEqual([1, [], [`security-hub ${member} ${home}`]]);
  });

  it.each<[string, string[], string]>([
    ["an unknown option", ["doctor", "--acount", member], "(Did you mean --account?)"],
    ["--org with --account", ["doctor", "--org", "--account", member], "'--org' cannot be used with option '--account <id>'"],
    ["a configuration that is not there", ["doctor", "--config", "nowhere.yaml"], "nowhere.yaml can't be read (ENOENT)"],
    ["a cluster that is nowhere", ["doctor", "--account", member, "--cluster", "prdo"], "No cluster is called prdo"],
  ])("2: %s", async (_what, args, message) => {
    const { code, stdout, stderr } = await run(args, await started());
    expect([code, stdout, stderr.trim().split("\n").length]).toEqual([2, "", 1]);
    expect(stderr).toContain(message);
  });
  it("2: no credentials", async () => {
    const { code, stderr } = await run(["doctor"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("No usable AWS credentials")]);
  });
});

it("130: interrupted, it ends at once with one line, and judges nothing", async () => {
  const sandbox = await started();
  sandbox.faults.add([{ kind: "hang", service: "eks", operation: "DescribeAccessEntry" }]);
  const { code, stdout, stderr } = await run(["doctor", "--account", member], sandbox, {}, async (child) => {
    await vi.waitUntil(() => sandbox.faults.list().some(({ seen }) => seen > 0), { timeout: 30_000 });
    child.kill("SIGINT");
  });
  expect([code, stdout, stderr]).toEqual([130, "", "error: Interrupted. Nothing was judged.\n"]);
});

it("asks, and changes nothing", async () => {
  const sandbox = await started();
  await run(["doctor", "--org"], sandbox);
  const changes = sandbox.requests().filter(({ action }) => !/^(sts:AssumeRole|[a-z0-9-]+:(Get|List|Describe)\w+)$/.test(action));
  expect(changes).toEqual([]);
});

it("--help names what counts for the exit code, and where reach is seen from", async () => {
  const { code, stdout } = await run(["doctor", "--help"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/1 something\s+lacks, or could\s+not be looked at/);
  expect(stdout).toMatch(/from this\s+computer/);
  for (const option of ["--cluster", "--region", "--account", "--org", "--role-name", "--external-id", "--config", "--json"]) {
    expect(stdout).toContain(option);
  }
});

it("no credential and no token stands in what is said", async () => {
  const sandbox = await started();
  const { stdout, stderr } = await run(["doctor", "--org", "--json", "--verbose"], sandbox);
  expect(stdout + stderr).not.toMatch(/k8s-aws-v1\.|X-Amz-Signature|BEGIN CERTIFICATE|ASIA[0-9A-Z]{12}/);
  expect(stdout + stderr).not.toContain(sandbox.credentials.secretAccessKey);
});
