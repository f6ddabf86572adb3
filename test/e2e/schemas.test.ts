/** What is written for others' programs is held to what their publishers say of it, by validators that nobody here wrote. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { toJunit } from "../../core/report/junit.ts";
import { aServiceFinding, sampleChecks, sampleReport } from "../report/sample.ts";
import { pythonEnvironment } from "./bed/python.ts";

let bin: string;
let folder: string;
beforeAll(async () => {
  bin = await pythonEnvironment("schemas", path.join(import.meta.dirname, "bed", "schemas", "requirements.txt"));
  folder = await mkdtemp(path.join(tmpdir(), "schemas-"));
}, 300_000);

const schemas = path.join(import.meta.dirname, "..", "report", "schemas");
const run = (tool: string, args: readonly string[]): Promise<{ readonly ok: boolean; readonly said: string }> =>
  new Promise((resolve) => {
    execFile(path.join(bin, tool), args, { maxBuffer: 16e6 }, (error, stdout, stderr) =>
      resolve({ ok: error === null, said: stdout + stderr }),
    );
  });

it("the kept schema of OCSF is the one that its package makes", async () => {
  const program = [
    "import json, ocsf_json_schema as o",
    'made = o.OcsfJsonSchemaEmbedded(o.get_ocsf_schema("1.6.0")).get_class_schema("compliance_finding", ["cloud"])',
    "print(json.dumps(made))",
  ];
  const { said } = await run("python", ["-c", program.join("\n")]);
  expect(JSON.parse(said)).toEqual(JSON.parse(await readFile(path.join(schemas, "ocsf-1.6.0-compliance-finding.json"), "utf8")));
});

describe("JUnit, by the schema of Jenkins' plug-in", () => {
  const validate = async (xml: string) => {
    const file = path.join(folder, "results.junit.xml");
    await writeFile(file, xml);
    return run("xmlschema-validate", ["--schema", path.join(schemas, "junit-10.xsd"), file]);
  };

  it("a report is valid, whatever stands in a cluster", async () => {
    const report = sampleReport();
    const hostile = aServiceFinding("x", {
      resource: { kind: "<", id: "]]>]]><evil/>", namespace: "\u0000\uFFFE&", name: '"\ud800' },
      message: "]\uFFFE]><evil/>\u001b[2J",
    });
    const { ok, said } = await validate(toJunit({ ...report, findings: [...report.findings, hostile] }, sampleChecks));
    expect([ok, said]).toEqual([true, expect.stringContaining("is valid")]);
  });

  it("the schema finds what is wrong", async () => {
    const xml = toJunit(sampleReport(), sampleChecks);
    expect((await validate(xml.replace("<testcase ", "<testcase priority='1' "))).ok).toBe(false);
    expect((await validate(xml.replace('<testsuites name="eks-perimeter"', '<testsuites skipped="1"'))).ok).toBe(false);
  });
});

describe("files of pipelines, by the schemas that editors know them by", () => {
  const kinds = {
    "action.yml": ["vendor.github-actions"],
    "docs/examples/github-workflow.yml": ["vendor.github-workflows"],
    "docs/examples/gitlab-ci.yml": ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
  } as const;
  const validate = (name: keyof typeof kinds, file: string) => run("check-jsonschema", ["--builtin-schema", ...kinds[name], file]);
  const names = Object.keys(kinds) as readonly (keyof typeof kinds)[];

  it.each(names)("%s is valid", async (name) => {
    expect(await validate(name, name)).toEqual({ ok: true, said: expect.stringContaining("ok") });
  });

  it.each<[keyof typeof kinds, string, string]>([
    ["action.yml", "using: composite", "using: composit"],
    ["docs/examples/github-workflow.yml", "runs-on: ubuntu-latest", "run-on: ubuntu-latest"],
    ["docs/examples/gitlab-ci.yml", "when: always", "when: sometimes"],
  ])("the schema finds what is wrong with %s", async (name, right, wrong) => {
    const file = path.join(folder, path.basename(name));
    const text = await readFile(name, "utf8");
    expect(text).toContain(right);
    await writeFile(file, text.replace(right, wrong));
    expect((await validate(name, file)).ok).toBe(false);
  });
});
