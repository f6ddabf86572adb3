/** What the configuration of the folder that is deployed from changes in the deployment. */
import { mkdtemp, readdir, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { checkedSettings } from "../../core/config.ts";
import { type Declared, declare, stack } from "./graph.ts";

const root = process.cwd();
/** A folder like this one, and in it the configuration. */
async function folderWith(configuration: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "eks-perimeter-deployed-"));
  await Promise.all((await readdir(root)).map((name) => symlink(join(root, name), join(folder, name))));
  await writeFile(join(folder, "eks-perimeter.config.yaml"), configuration);
  return folder;
}

let graph: readonly Declared[] = [];
beforeAll(async () => {
  process.chdir(
    await folderWith('memberRoleName: org-perimeter-reader\nregions: [eu-west-1]\nsecurityHub: { centralAccounts: ["222233334444"] }\n'),
  );
  graph = await declare("test", ...stack);
}, 180_000);
afterAll(() => process.chdir(root));

const inputsOf = (type: string, name: string) => graph.find((one) => one.type === type && one.name === name)?.inputs;
async function configurationOf(text: string) {
  process.chdir(await folderWith(text));
  vi.resetModules();
  return import("../../infra/configuration.ts");
}

it("lies in the store as the functions read it", () => {
  const { key, content } = inputsOf("aws:s3/bucketObjectv2:BucketObjectv2", "Configuration");
  expect([key, checkedSettings(JSON.parse(content), key)]).toMatchObject(["config.json", { memberRoleName: "org-perimeter-reader" }]);
});

/** Which roles may do this, and to what. */
const granted = (action: string) =>
  graph.flatMap(({ name, inputs }) =>
    (inputs.inlinePolicies ?? [])
      .flatMap(({ policy }: { policy: string }) => JSON.parse(policy).statements ?? [])
      .filter(({ actions }: { actions: readonly string[] }) => actions.includes(action))
      .map(({ resources }: { resources: readonly string[] }) => [name, ...resources]),
  );

it("the functions may assume the role that it names, and no other", () => {
  expect(granted("sts:AssumeRole")).toEqual([
    ["DiscoverRole", "arn:aws:iam::*:role/org-perimeter-reader"],
    ["ScanRole", "arn:aws:iam::*:role/org-perimeter-reader"],
  ]);
});

it("where it names central accounts, those that publish may import into the hub's own product and ask its own Security Hub", () => {
  const own = "arn:aws:securityhub:eu-west-1:111122223333";
  expect(granted("securityhub:BatchImportFindings")).toEqual([
    ["DiscoverRole", `${own}:product/111122223333/default`],
    ["ScanRole", `${own}:product/111122223333/default`],
  ]);
  expect(granted("securityhub:GetFindings")).toEqual([
    ["DiscoverRole", `${own}:hub/default`],
    ["ScanRole", `${own}:hub/default`],
  ]);
  const told = graph.filter(({ inputs }) => inputs.environment?.variables?.EKS_PERIMETER_ACCOUNT === "111122223333");
  expect(told.map(({ inputs }) => inputs.name).toSorted()).toEqual(["eks-perimeter-test-discover", "eks-perimeter-test-scan"]);
});

it("the hub's own role is called so too", () => {
  expect(inputsOf("aws:iam/role:Role", "Member").name).toBe("org-perimeter-reader");
});

it.each([
  ["what it may not say", "memberRoleName: a/b\n", /memberRoleName: found "a\/b", must be an IAM role name/],
  ["a setting that does not exist", "memberRole: a\n", /unknown "memberRole"/],
])("%s ends the deployment before anything is declared", async (_what, text, message) => {
  await expect(configurationOf(text)).rejects.toThrow(message);
});

it("an empty file leaves the defaults, and is kept as a configuration that functions can read", async () => {
  const defaults = { configuration: {}, memberRoleName: "eks-perimeter-member", hasCentralAccounts: false };
  expect(await configurationOf("# nothing yet\n")).toMatchObject(defaults);
});
