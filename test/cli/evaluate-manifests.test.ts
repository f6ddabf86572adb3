import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Log } from "sarif";
import { describe, expect, it, vi } from "vitest";
import type { Report } from "../../core/report/report.ts";
import { violations } from "../report/schemas.ts";
import { run } from "./command.ts";

vi.setConfig({ testTimeout: 60_000 }); // each case starts processes

async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "eks-perimeter-"));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(path, name, ".."), { recursive: true });
    await writeFile(join(path, name), text);
  }
  return path;
}
const service = (name: string, more = "") => `apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: shop
spec:
  ports: [{ port: 80 }]
${more}`;
const claiming = "  externalIPs: [198.51.100.7]\n";
const template = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Values.name }}\n";
const evaluate = (...args: string[]) => run(["evaluate", "--manifests", ...args]);

describe("exit codes of evaluate --manifests", () => {
  it("0: nothing fails, and what only a cluster tells is no gap", async () => {
    const { code, stdout, stderr } = await evaluate(await folder({ "a.yaml": service("web") }), "--json");
    expect([code, (JSON.parse(stdout) as Report).summary.complete]).toEqual([0, true]);
    expect(stderr).toMatch(
      /^\d+ checks judged as if the manifests were all there is; \d+ left out, which need what only a cluster tells\.\n$/,
    );
  });

  it("which namespaces reach which is told as what manifests do not say", async () => {
    const { stdout } = await evaluate(await folder({ "a.yaml": service("web") }), "--json");
    const { clusters } = JSON.parse(stdout) as Report;
    expect(clusters.map(({ namespaces }) => namespaces)).toMatchObject([{ state: "unknown", reason: { code: "not-supported" } }]);
  });

  it("1: something fails; 0 with --fail-on none", async () => {
    const path = await folder({ "a.yaml": service("web", claiming) });
    expect((await evaluate(path)).code).toBe(1);
    expect((await evaluate(path, "--fail-on", "none")).code).toBe(0);
  });

  it("3: an object could not be read, whatever checks were asked for; told by file and line", async () => {
    const path = await folder({ "a.yaml": service("web"), "chart/templates/b.yaml": template });
    const { code, stdout, stderr } = await evaluate(path, "--json", "--check", "service-uses-no-external-ips");
    expect(code).toBe(3);
    expect(stderr).toContain(`warning: ${join(path, "chart/templates/b.yaml")}:4 is `);
    const gap = (JSON.parse(stdout) as Report).findings.find(({ check }) => check === "cluster-read-completely");
    expect(gap).toMatchObject({ status: "fail", remediation: { text: expect.stringContaining("helm template") } });
  });

  it("3: an overlay was not built, so that what it changes is not known", async () => {
    const path = await folder({ "base/a.yaml": service("web"), "prod/kustomization.yaml": "resources: [../base]\nnamespace: prod\n" });
    const { code, stderr } = await evaluate(path);
    expect([code, stderr]).toEqual([3, expect.stringContaining("prod/kustomization.yaml is an overlay, which was not built.")]);
    expect(stderr).toContain("by helm template or kustomize build.");
  });

  it("3: of two that are called the same, and differ, one is not judged", async () => {
    const { code, stderr } = await evaluate(
      await folder({ "dev/a.yaml": service("web", "  type: NodePort\n"), "prod/a.yaml": service("web") }),
    );
    expect([code, stderr]).toEqual([3, expect.stringContaining("prod/a.yaml:1 is Service shop/web once more; the last one counts.")]);
  });

  it("0: files that are no manifests are told, and are no gap", async () => {
    const path = await folder({ "a.yaml": service("web"), "values.yaml": "image: { tag: 1 }\n" });
    const { code, stderr } = await evaluate(path);
    expect([code, stderr]).toEqual([0, expect.stringContaining("values.yaml:1 is no Kubernetes object")]);
  });

  it.each<[string, () => Promise<string[]>, string]>([
    [
      "no object could be read",
      async () => ["--manifests", await folder({ "b.yaml": template })],
      "holds no Kubernetes object that could be read. ",
    ],
    ["nothing is there", async () => ["--manifests", "/nowhere"], "/nowhere can't be read (ENOENT)."],
    ["evidence beside manifests", async () => ["--manifests", await folder({ "a.yaml": service("web") }), "e.json"], "exclude each other"],
    ["nothing is named", async () => [], "Nothing is named to be judged."],
    [
      "a check that needs a cluster",
      async () => ["--manifests", await folder({ "a.yaml": service("web") }), "--check", "endpoint-not-open-to-internet"],
      "No selected check can be judged on manifests alone.",
    ],
  ])("2: %s", async (_what, args, message) => {
    const { code, stdout, stderr } = await run(["evaluate", ...(await args())]);
    expect([code, stdout, stderr]).toEqual([2, "", expect.stringContaining(message)]);
  });
});

it("results are in their files by line, as the folder is named from where the command runs", async () => {
  const path = await folder({ "k8s/sub/a.yaml": `${service("bystander")}---\n${service("web", claiming)}` });
  const out = join(path, "out");
  const { code } = await run(["evaluate", "--manifests", "k8s", "--out", out], undefined, {}, undefined, path);
  expect(code).toBe(1);
  expect((await readdir(out)).sort()).toEqual([
    "findings.csv",
    "findings.ocsf.json",
    "report.html",
    "report.json",
    "results.junit.xml",
    "results.sarif",
  ]);
  const log = JSON.parse(await readFile(join(out, "results.sarif"), "utf8")) as Log;
  expect(violations("sarif", log)).toEqual([]);
  expect(log.runs[0]?.results?.map(({ ruleId, locations }) => [ruleId, locations?.[0]?.physicalLocation])).toEqual([
    [
      "service-uses-no-external-ips",
      { artifactLocation: { uri: "k8s/sub/a.yaml", uriBaseId: "%SRCROOT%", index: 0 }, region: { startLine: 12 } },
    ],
  ]);
  const events = JSON.parse(await readFile(join(out, "findings.ocsf.json"), "utf8")) as readonly unknown[];
  expect(events.flatMap((event) => violations("ocsf without a cloud", event))).toEqual([]);
});
