/** The one write into a cluster's access: off unless it is asked for, and then exactly what lacks. */
import { describe, expect, it, vi } from "vitest";
import type { Prerequisite } from "../../core/model/prerequisite.ts";
import type { Sandbox } from "../../sandbox/start.ts";
import { home, hub, member, started } from "../sandbox/support.ts";
import { run } from "./command.ts";

vi.setConfig({ testTimeout: 60_000 }); // each case starts processes

const reader = (account: string) => `arn:aws:iam::${account}:role/eks-perimeter-member`;
const others = [{ principal: "role/admin", groups: ["system:masters"] }];
const configMap = { accessConfig: { authenticationMode: "CONFIG_MAP" } };
const denied = [{ action: "eks:CreateAccessEntry", resource: `arn:aws:eks:${home}:${member}:cluster/new` }];
const opted = { "eks-perimeter-member": {}, "eks-perimeter-onboarding": {} };

/** Clusters of every kind: known, known to nobody, in Auto Mode, by ConfigMap alone, out of reach, being made. */
const clusters = [
  { name: "prod" },
  { name: "new", accessEntries: others },
  { name: "auto", autoMode: true, accessEntries: others },
  { name: "old", accessEntries: [], describe: configMap },
  { name: "far", reachable: false, accessEntries: others },
  { name: "next", status: "CREATING" as const, accessEntries: [] },
];
const estate = (roles: Record<string, { readonly denied?: typeof denied }> = opted) =>
  started({ accounts: [{ id: hub }, { id: member, roles, regions: { [home]: { clusters } } }] });

const creations = (sandbox: Sandbox) =>
  sandbox
    .requests()
    .filter(({ action }) => action === "eks:CreateAccessEntry")
    .map(({ principal, resource, status }) => [principal?.split("/")[1], resource?.split("/")[1], status].join(" "));
const changes = (sandbox: Sandbox) =>
  sandbox.requests().filter(({ action }) => !/^(sts:AssumeRole|[a-z0-9-]+:(Get|List|Describe)\w+)$/.test(action));
const rowsOf = (stdout: string, area: Prerequisite["area"]) =>
  (JSON.parse(stdout) as { readonly prerequisites: readonly Prerequisite[] }).prerequisites
    .filter((one) => one.area === area)
    .map((one) => ({ ...one, row: `${one.state} ${one.place.account} ${one.place.cluster}` }));
const rows = (stdout: string, area: Prerequisite["area"]) => rowsOf(stdout, area).map(({ row }) => row);

it("off by default: nothing is written, nobody becomes the role that may, and nothing is said of it", async () => {
  const sandbox = await estate();
  const { stdout, stderr } = await run(["doctor", "--account", member, "--json"], sandbox);
  expect([changes(sandbox), rows(stdout, "onboarding"), stderr]).toEqual([[], [], ""]);
  expect(sandbox.requests().filter(({ principal }) => principal?.includes("onboarding"))).toEqual([]);
});

describe("--onboard", () => {
  it("creates exactly the entries that lack, says so before, and the second time none", async () => {
    const sandbox = await estate();
    const first = await run(["doctor", "--account", member, "--onboard", "--json"], sandbox);
    const created = ["auto", "far", "new"].map((name) => `eks-perimeter-onboarding ${name} 200`);
    expect(creations(sandbox).toSorted()).toEqual(created);
    expect(changes(sandbox)).toHaveLength(3);
    expect(first.stderr.trim().split("\n").toSorted()).toEqual(
      ["auto", "far", "new"].map(
        (name) => `Creating in ${member} ${home} ${name} the access entry of ${reader(member)} with the group eks-perimeter:readers.`,
      ),
    );
    expect(rows(first.stdout, "onboarding")).toEqual([
      `skipped ${member} old`,
      `skipped ${member} next`,
      `ok ${member} prod`,
      `ok ${member} new`,
      `ok ${member} auto`,
      `ok ${member} far`,
    ]);
    expect(first.code).toBe(1);
    const second = await run(["doctor", "--account", member, "--onboard", "--json"], sandbox);
    expect([creations(sandbox), second.stderr]).toEqual([expect.arrayContaining(created), ""]);
    expect(creations(sandbox)).toHaveLength(3);
    // The entries count at once; what lacks now is the group's rights.
    const [access] = rowsOf(second.stdout, "access-entry").filter(({ place }) => place.cluster === "new");
    expect(access).toMatchObject({ state: "lacks", seen: expect.stringContaining("has the groups eks-perimeter:readers") });
  });

  it("the table says that the group still needs its rights, and what to type where aws-auth decides", async () => {
    const { stdout } = await run(["doctor", "--account", member, "--onboard", "--cluster", "new", "--cluster", "old"], await estate());
    expect(stdout).toMatch(/^ok onboarding: 222222222222 eu-west-1 new$/m);
    expect(stdout).toMatch(/^ {4}kubectl apply -f docs\/access\/cluster-role\.yaml$/m);
    expect(stdout).toMatch(/^skipped onboarding: 222222222222 eu-west-1 old$/m);
    expect(stdout).toMatch(/add to mapRoles of aws-auth: - \{ rolearn: arn:aws:iam::222222222222:role\/eks-perimeter-member,/);
  });

  it("in the caller's account: the member role's entry, by the caller's own credentials", async () => {
    const ofHub = [{ name: "tools", accessEntries: [{ principal: "user/eks-perimeter", groups: ["eks-perimeter"] }] }];
    const sandbox = await started({ accounts: [{ id: hub, regions: { [home]: { clusters: ofHub } } }] });
    const { code, stdout } = await run(["doctor", "--onboard", "--json"], sandbox);
    expect([code, creations(sandbox)]).toEqual([0, ["eks-perimeter tools 200"]]);
    expect(rowsOf(stdout, "onboarding")).toMatchObject([{ state: "ok", seen: expect.stringContaining(reader(hub)) }]);
    await run(["doctor", "--onboard", "--json"], sandbox);
    expect(creations(sandbox)).toHaveLength(1);
  });

  it("an account that has not opted in: nothing is written, and what makes the role is told", async () => {
    const sandbox = await estate({ "eks-perimeter-member": {} });
    const { code, stdout } = await run(["doctor", "--account", member, "--cluster", "new", "--onboard", "--json"], sandbox);
    expect([code, creations(sandbox)]).toEqual([1, []]);
    const [row] = rowsOf(stdout, "onboarding");
    expect(row).toMatchObject({ state: "lacks", seen: expect.stringMatching(/eks-perimeter-onboarding could not be assumed/) });
    expect(row?.toDo?.text).toContain("OnboardAccessEntries=true");
    expect(row?.toDo?.commands).toEqual([
      `aws eks create-access-entry --cluster-name new --region ${home} --principal-arn ${reader(member)} --kubernetes-groups eks-perimeter:readers`,
    ]);
  });

  it("a role that may not: refused, and the other clusters are not held up by it", async () => {
    const sandbox = await estate({ ...opted, "eks-perimeter-onboarding": { denied } });
    const { stdout } = await run(["doctor", "--account", member, "--onboard", "--json"], sandbox);
    expect(rows(stdout, "onboarding")).toEqual(expect.arrayContaining([`lacks ${member} new`, `ok ${member} auto`, `ok ${member} far`]));
  });

  it("somebody was faster: the entry is left as it is", async () => {
    const sandbox = await estate();
    const code = "ResourceInUseException";
    sandbox.faults.add([{ kind: "error", service: "eks", operation: "CreateAccessEntry", code, status: 409 }]);
    const { stdout } = await run(["doctor", "--account", member, "--cluster", "new", "--onboard", "--json"], sandbox);
    expect(rowsOf(stdout, "onboarding")).toMatchObject([{ state: "ok", seen: expect.stringContaining("left as it is") }]);
  });

  it("130: interrupted while it writes, it says that some may exist", async () => {
    const sandbox = await estate();
    sandbox.faults.add([{ kind: "hang", service: "eks", operation: "CreateAccessEntry" }]);
    const args = ["doctor", "--account", member, "--cluster", "new", "--onboard"];
    const { code, stdout, stderr } = await run(args, sandbox, {}, async (child) => {
      await vi.waitUntil(() => sandbox.faults.list().some(({ seen }) => seen > 0), { timeout: 30_000 });
      child.kill("SIGINT");
    });
    expect([code, stdout]).toEqual([130, ""]);
    expect(stderr).toMatch(/error: Interrupted\. Nothing was judged; of the access entries that were announced, some may exist now\.\n$/);
  });
});
