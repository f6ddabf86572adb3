/** AWS's own linter, which knows the schemas of CloudFormation and IAM, reads the template that accounts are opened by. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, expect, it } from "vitest";
import { pythonEnvironment } from "./bed/python.ts";

const template = "docs/access/member.template.yaml";
let linter: string;
beforeAll(async () => {
  const requirements = path.join(import.meta.dirname, "bed", "cfn-lint", "requirements.txt");
  linter = path.join(await pythonEnvironment("cfn-lint", requirements), "cfn-lint");
}, 300_000);

/** What it finds, by the ids of its rules, for one Region of each partition. */
const problems = (file: string): Promise<string> =>
  new Promise((resolve) => {
    const args = [
      "--format",
      "parseable",
      "--include-checks",
      "I",
      "--regions",
      "eu-west-1",
      "us-gov-west-1",
      "cn-north-1",
      "--template",
      file,
    ];
    execFile(linter, args, (_error, stdout, stderr) => resolve(stdout + stderr));
  });

it("the template of the member role is without a fault in all three partitions", async () => {
  expect(await problems(template)).toBe("");
});

it.each([
  ["a property that roles do not have", "RoleName:", "RolName:", "E3002"],
  ["a parameter that does not exist", "Ref: HubRoleArns", "Ref: HubRoles", "E1020"],
  ["an action that does not exist", "eks:ListClusters", "eks:ListKlusters", "W3037"],
])("%s would be found", async (_what, right, wrong, rule) => {
  const file = path.join(await mkdtemp(path.join(tmpdir(), "template-")), "member.template.yaml");
  const text = await readFile(template, "utf8");
  const at = text.indexOf(right, text.indexOf("Resources:"));
  await writeFile(file, text.slice(0, at) + wrong + text.slice(at + right.length));
  expect(await problems(file)).toContain(rule);
});
