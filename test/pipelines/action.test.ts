import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { XMLParser } from "fast-xml-parser";
import type { Log } from "sarif";
import { describe, expect, it, vi } from "vitest";
import { violations } from "../report/schemas.ts";
import { type Action, bash, repository, root, runAction, yaml } from "./steps.ts";

vi.setConfig({ testTimeout: 120_000 }); // each case starts processes

const deployment = (name: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop }
spec:
  selector: { matchLabels: { app: ${name} } }
  template: { metadata: { labels: { app: ${name} } }, spec: { containers: [{ name: a, image: a }] } }
`;
const policy = (ports: string) => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: api, namespace: shop }
spec: { podSelector: { matchLabels: { app: api } }, ingress: [{ from: [{ podSelector: {} }], ports: [${ports}] }] }
`;
const claiming = `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { ports: [{ port: 80 }], externalIPs: [198.51.100.7] }
`;
const before = { "k8s/web.yaml": deployment("web"), "k8s/api.yaml": deployment("api"), "k8s/policy.yaml": policy("{ port: 8080 }") };
const template = "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Values.name }}\n";

describe("the shell steps of the action", () => {
  it("0: a change of what is let through is told in the summary, and the manifests' results in SARIF", async () => {
    const path = await repository(before, { "k8s/policy.yaml": policy("{ port: 8080 }, { port: 9090 }") });
    const { code, outputs, summary, stderr } = await runAction(path, { manifests: "k8s", base: "commit-0" });
    expect([code, outputs.added, outputs.removed, outputs["exit-code"]], stderr).toEqual([0, "1", "0", "0"]);
    expect(summary).toContain("This change adds 1 and removes 0 of the connections");
    expect(summary).toContain("```diff\n+ shop/web[Deployment] => shop/api[Deployment] : TCP 9090\n```\n");
    expect(await readFile(outputs.summary ?? "", "utf8")).toBe(summary);
    const log = JSON.parse(await readFile(outputs.sarif ?? "", "utf8")) as Log;
    expect([violations("sarif", log), log.runs[0]?.results]).toEqual([[], []]);
    expect((await bash("git worktree list | wc -l; git status --porcelain", path, {})).stdout.trim()).toBe("1");
  });

  it("1: a check fails, after its result was written with file and line; 0 with fail-on none", async () => {
    const path = await repository(before, { "k8s/service.yaml": claiming });
    const { code, stdout, outputs, summary } = await runAction(path, { manifests: "k8s", base: "commit-0" });
    expect([code, outputs.added, outputs["exit-code"]]).toEqual([1, "0", "1"]);
    expect(stdout).toContain("::error::A check of the manifests fails.");
    expect(summary).toContain("Service shop/web claims 198.51.100.7");
    const log = JSON.parse(await readFile(outputs.sarif ?? "", "utf8")) as Log;
    expect(log.runs[0]?.results?.[0]?.locations?.[0]?.physicalLocation).toMatchObject({
      artifactLocation: { uri: "k8s/service.yaml" },
      region: { startLine: 3 },
    });
    expect((await runAction(path, { manifests: "k8s", base: "commit-0", "fail-on": "none" })).code).toBe(0);
  });

  it("3: an object could not be read; 0 where gaps are to be told alone", async () => {
    const path = await repository(before, { "k8s/chart.yaml": template });
    const asked = { manifests: "k8s", base: "commit-0" };
    const { code, stdout, stderr } = await runAction(path, asked);
    expect([code, stdout]).toEqual([3, expect.stringContaining("::error::Not everything could be read or judged")]);
    expect(stderr).toContain("k8s/chart.yaml:4");
    const told = await runAction(path, { ...asked, "fail-on-gaps": "false" });
    expect([told.code, told.stdout]).toEqual([0, expect.stringContaining("::warning::Not everything could be read or judged")]);
  });

  it("everything is new where the base has no such folder, and listed without signs where there is no base", async () => {
    const path = await repository({ "README.md": "" }, before);
    const fresh = await runAction(path, { manifests: "k8s", base: "commit-0" });
    expect([fresh.code, Number(fresh.outputs.added) > 0, fresh.outputs.removed]).toEqual([0, true, "0"]);
    const listed = await runAction(path, { manifests: "k8s", base: "" });
    expect([listed.code, listed.outputs.added]).toEqual([0, "0"]);
    expect(listed.summary).toMatch(/The network policies let \d connections through\./);
  });

  it("a base that only the origin has is fetched from there", async () => {
    const origin = await repository(before, { "k8s/policy.yaml": policy("{ port: 9090 }") });
    const clone = await repository();
    await bash(`git remote add origin "${origin}" && git fetch -q --depth=1 origin main && git checkout -q FETCH_HEAD`, clone, {});
    const { code, outputs, stderr } = await runAction(clone, { manifests: "k8s", base: "commit-0" });
    expect([code, outputs.added, outputs.removed], stderr).toEqual([0, "1", "1"]);
  });

  it("2: there is nothing that could be read", async () => {
    const path = await repository({ "k8s/a.yaml": template });
    expect((await runAction(path, { manifests: "k8s", base: "" })).code).toBe(2);
  });

  it("what stands in an input is text, never a command", async () => {
    const path = await repository(before);
    const { code } = await runAction(path, { manifests: "k8s$(touch forged);touch forged`touch forged`", base: "" });
    expect(code).not.toBe(0);
    expect((await bash("git status --porcelain", path, {})).stdout).toBe("");
  });
});

/** The lines that GitHub's runner obeys, by either of its forms: one begins a line, the other stands anywhere. */
function commandsIn(log: string): readonly string[] {
  const obeyed: string[] = [];
  let mark: string | undefined;
  for (const line of log.split("\n")) {
    const [, stopping] = /^\s*::stop-commands::(.+)$/.exec(line) ?? [];
    if (mark !== undefined) {
      if (line.trim() === `::${mark}::`) mark = undefined;
    } else if (stopping !== undefined) mark = stopping;
    else if (/^\s*::|##\[/.test(line)) obeyed.push(line);
  }
  return obeyed;
}

describe("what manifests and their files are called", () => {
  it("is no command to the runner", async () => {
    const path = await repository(before, { "k8s/##[error]forged ::add-mask::web.yaml": template, "k8s/service.yaml": claiming });
    const { stdout } = await runAction(path, { manifests: "k8s", base: "commit-0" });
    expect(stdout).toContain("##[error]forged");
    expect(commandsIn(stdout)).toEqual(["::error::A check of the manifests fails."]);
  });

  it("leaves room in a comment, and what was left out is told", async () => {
    const many = Array.from({ length: 60 }, (_, at) => `---\n${deployment(`${"long-name-".repeat(20)}${at}`)}`).join("");
    const path = await repository({ "README.md": "" }, { "k8s/many.yaml": many });
    const { summary, outputs } = await runAction(path, { manifests: "k8s", base: "commit-0" });
    expect(Number(outputs.added)).toBeGreaterThan(1000);
    expect(summary.length).toBeLessThan(65_536);
    const shown = summary.match(/^\+ /gm)?.length ?? 0;
    expect([shown > 0, summary.includes(`… and ${Number(outputs.added) - shown} more.`)]).toEqual([true, true]);
  });
});

it("no step of the action has an expression in its script", () => {
  const { runs } = yaml("action.yml") as Action;
  expect(runs.steps.filter(({ run }) => run?.includes("${{"))).toEqual([]);
});

interface GitlabJob {
  readonly script: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly artifacts: { readonly reports: { readonly junit: string } };
}
it("GitLab's example tells the change and leaves a report of JUnit's form, and fails where a check does", async () => {
  const { "network-perimeter": job } = yaml("docs/examples/gitlab-ci.yml") as Readonly<Record<"network-perimeter", GitlabJob>>;
  const path = await repository(before, { "k8s/policy.yaml": policy("{ port: 9090 }"), "k8s/service.yaml": claiming });
  const { code, stdout } = await bash(job.script.join("\n"), path, {
    ...job.variables,
    EKS_PERIMETER: root,
    CI_MERGE_REQUEST_DIFF_BASE_SHA: "commit-0",
  });
  expect([code, stdout]).toEqual([1, expect.stringContaining("+ shop/web[Deployment] => shop/api[Deployment] : TCP 9090\n")]);
  const xml = await readFile(join(path, job.artifacts.reports.junit), "utf8");
  const { testsuites } = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "@" }).parse(xml) as {
    testsuites: Readonly<Record<"@failures" | "@errors", string>>;
  };
  expect(testsuites).toMatchObject({ "@failures": "1", "@errors": "0" });
});
