import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { parseAllDocuments } from "yaml";
import type * as z from "zod";
import { kubernetesKinds } from "../../core/collect/kubernetes/kinds.ts";
import { evidenceOf } from "../../core/evidence.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known, unknown } from "../../core/model/fact.ts";
import type { Cluster } from "../../sandbox/estate/cluster.ts";
import { home, hub, member, started } from "../sandbox/support.ts";
import { aCluster } from "../support/cluster.ts";
import { deployment, estateIn, manifestsOf, policy } from "../support/connectivity.ts";
import { run } from "./command.ts";

vi.setConfig({ testTimeout: 60_000 }); // each case starts processes

const shop = `${deployment("web")}${deployment("api")}${policy("api", "ingress: [{ from: [{ podSelector: { matchLabels: { app: web } } }], ports: [{ port: 8080 }] }]")}`;
const lines = `0.0.0.0-255.255.255.255[External] => shop/web[Deployment] : All Connections
shop/api[Deployment] => 0.0.0.0-255.255.255.255[External] : All Connections
shop/api[Deployment] => shop/web[Deployment] : All Connections
shop/web[Deployment] => 0.0.0.0-255.255.255.255[External] : All Connections
shop/web[Deployment] => shop/api[Deployment] : TCP 8080
`;
const engine = "engine: kubernetes (no sign of another engine was found).\n";

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), "eks-perimeter-"));
async function manifests(files: Readonly<Record<string, string>>): Promise<string> {
  const path = await folder();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(path, name, ".."), { recursive: true });
    await writeFile(join(path, name), text);
  }
  return path;
}
async function evidence(text: string, without: readonly string[] = [], rest: Partial<ClusterFacts> = {}): Promise<string> {
  const { policies, routes: gatewayRoutes, ...lists } = estateIn(manifestsOf(text));
  const names = Object.keys(kubernetesKinds);
  const facts = Object.entries({ ...lists, gatewayRoutes, ...policies }).filter(
    ([name]) => names.includes(name) && !without.includes(name),
  );
  const cluster = aCluster({ ...Object.fromEntries(facts.map(([name, value]) => [name, known(value)])), ...rest });
  const path = join(await folder(), "prod.json");
  await writeFile(path, JSON.stringify(evidenceOf(cluster, "1.0.0")));
  return path;
}
const connectivity = (...args: string[]) => run(["connectivity", ...args]);

describe("inputs", () => {
  it("0: manifests in folders below, whatever else lies there", async () => {
    const path = await manifests({
      "a.yaml": deployment("web"),
      "b/c.yml": shop.replace(deployment("web"), ""),
      "README.md": "no: [",
      "empty.yaml": "",
    });
    expect(await connectivity("--manifests", path)).toEqual({ code: 0, stdout: lines, stderr: engine });
  });

  it("0: evidence says what manifests of the same objects say", async () => {
    expect(await connectivity("--evidence", await evidence(shop))).toEqual({
      code: 0,
      stdout: lines,
      stderr: expect.stringContaining(engine),
    });
  });

  it("0: a route of a Gateway leads to the same pods in evidence as in manifests", async () => {
    const way = `---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: web, namespace: shop }
spec: { parentRefs: [{ name: edge }], rules: [{ backendRefs: [{ name: web, port: 80 }] }] }
`;
    const { stdout } = await connectivity("--evidence", await evidence(shop + way));
    expect(stdout).toBe(`${lines}{ingress-controller} => shop/web[Deployment] : TCP 8080\n`);
    expect((await connectivity("--manifests", await manifests({ "a.yaml": shop + way }))).stdout).toBe(stdout);
  });

  it("0: evidence of a scan, which reads no routes, is told to lack them only where there is a Gateway", async () => {
    const gatewayRoutes = unknown("not-supported", "No selected check needs gatewayRoutes, so it was not read.");
    const warned = async (gateways: ClusterFacts["gateways"]): Promise<boolean> => {
      const { code, stdout, stderr } = await connectivity("--evidence", await evidence(shop, [], { gatewayRoutes, gateways }));
      expect([code, stdout]).toEqual([0, lines]);
      return stderr.includes("what Gateways lead to pods is left out: their routes are read of a live cluster only (--cluster).");
    };
    expect(await warned(known([]))).toBe(false);
    expect(await warned(unknown("forbidden", "No."))).toBe(true);
  });

  it("0: what is broken is told, the rest judged", async () => {
    const bad = policy("web", "ingress: [{ ports: [{ port: 99999 }] }]");
    const path = await manifests({ "a.yaml": shop, "bad.yaml": bad, "worse.yaml": "a: [\n" });
    const { code, stdout, stderr } = await connectivity("--manifests", path);
    expect([code, stdout]).toEqual([0, lines]);
    expect(stderr).toContain(`error: ${join(path, "bad.yaml")}:7 NetworkPolicy shop/for-web: spec.ingress[0].ports[0].port is 99999`);
    expect(stderr).toContain(`warning: ${join(path, "worse.yaml")}:`);
  });

  it.each([
    ["a folder that is not there", async () => ["--manifests", "/nowhere"], "can't be read"],
    ["a folder without manifests", async () => ["--manifests", await folder()], "holds no *.yaml"],
    ["nothing but nonsense", async () => ["--manifests", await manifests({ "a.yaml": "a: [\n" })], "holds no Kubernetes object"],
    ["a file that is no evidence", async () => ["--evidence", join(await manifests({ "a.json": "{}" }), "a.json")], "a.json"],
    ["evidence without policies", async () => ["--evidence", await evidence(shop, ["networkPolicies"])], "networkPolicies were not read"],
    ["evidence without anything that runs", async () => ["--evidence", await evidence(shop, ["pods", "workloads"])], "were not read"],
    ["two inputs", async () => ["--manifests", "a", "--evidence", "b"], "exclude each other"],
    ["two formats", async () => ["--manifests", "a", "--json", "--format", "dot"], "exclude each other"],
    ["an engine that nobody knows", async () => ["--manifests", "a", "--engine", "calicoo"], "Allowed choices"],
    ["a port that is none", async () => ["--manifests", "a", "--port", "tcp/0"], "--port"],
    ["a place that is none", async () => ["--manifests", "a", "--from", "10.0.0.0/33"], "--from"],
  ])("2: %s", async (_case, args, message) => {
    const { code, stdout, stderr } = await connectivity(...(await args()));
    expect([code, stdout, stderr]).toEqual([2, "", expect.stringContaining(message)]);
  });
});

describe("a live cluster", () => {
  const objects = parseAllDocuments(shop).map((document) => document.toJS());
  const clusters = (...all: z.input<typeof Cluster>[]) =>
    started({ accounts: [{ id: hub }, { id: member, regions: { [home]: { clusters: all } } }] });

  it("0: says what manifests of the same objects say", async () => {
    const sandbox = await clusters({ name: "prod", objects });
    const { code, stdout, stderr } = await run(["connectivity", "--account", member], sandbox);
    expect([code, stdout, stderr]).toEqual([0, lines, expect.stringContaining(engine)]);
  });

  it("2: a scope that holds no such cluster, or several", async () => {
    const sandbox = await clusters({ name: "prod" }, { name: "dev" });
    const several = await run(["connectivity", "--account", member], sandbox);
    expect([several.code, several.stdout, several.stderr]).toEqual([2, "", expect.stringContaining("The scope holds 2 clusters")]);
    const none = await run(["connectivity", "--account", member, "--cluster", "prdo"], sandbox);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("No cluster is called prdo")]);
    const other = await run(["connectivity", "--account", member, "--cluster", "prod", "--cluster", "prdo"], sandbox);
    expect([other.code, other.stdout, other.stderr]).toEqual([2, "", expect.stringContaining("No cluster is called prdo")]);
  });

  it("2: policies that were refused are not taken to be none", async () => {
    const sandbox = await clusters({
      name: "prod",
      objects,
      grants: [{ groups: "eks-perimeter", apiGroups: ["", "apps", "batch"], resources: "*" }],
    });
    const { code, stdout, stderr } = await run(["connectivity", "--account", member], sandbox);
    expect([code, stdout, stderr]).toEqual([2, "", expect.stringContaining("networkPolicies were not read")]);
  });
});

describe("outputs", () => {
  it("--json is one document, --explain names the rules, --from, --to and --port narrow", async () => {
    const path = await manifests({ "a.yaml": shop });
    const { stdout } = await connectivity("--manifests", path, "--json", "--from", "shop/web", "--to", "shop", "--port", "8000-9000");
    expect(JSON.parse(stdout)).toEqual({
      schema: "eks-perimeter/connectivity/v1",
      engine: "kubernetes",
      connections: [
        {
          from: { namespace: "shop", name: "web", kind: "Deployment" },
          to: { namespace: "shop", name: "api", kind: "Deployment" },
          ports: [{ protocol: "TCP", from: 8080, to: 8080 }],
        },
      ],
    });
    const { stdout: explained } = await connectivity("--manifests", path, "--explain", "--to", "shop/api");
    expect(explained).toContain("    enters: NetworkPolicy shop/for-api ingress[0] allows TCP 8080\n");
  });

  it("--diff: what another input adds and removes", async () => {
    const path = await manifests({ "a.yaml": shop });
    const open = await manifests({ "a.yaml": shop.replace("port: 8080 }]", "port: 8080 }, { port: 9090 }]") });
    expect((await connectivity("--manifests", path, "--diff", open)).stdout).toBe(
      "+ shop/web[Deployment] => shop/api[Deployment] : TCP 9090\n",
    );
    expect((await connectivity("--manifests", open, "--diff", path)).stdout).toBe(
      "- shop/web[Deployment] => shop/api[Deployment] : TCP 9090\n",
    );
    expect(JSON.parse((await connectivity("--manifests", path, "--diff", open, "--json")).stdout)).toMatchObject({
      added: [{}],
      removed: [],
    });
    expect((await connectivity("--manifests", path, "--diff", await evidence(shop))).stdout).toBe("");
  });

  it("IPv6 ranges: none, unless they are asked for", async () => {
    const path = await manifests({ "a.yaml": deployment("web") });
    const range = "shop/web[Deployment] => ::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff[External] : All Connections\n";
    expect((await connectivity("--manifests", path)).stdout).not.toContain("::");
    expect((await connectivity("--manifests", path, "--ipv6")).stdout).toContain(range);
    expect((await connectivity("--manifests", path, "--to", "2001:db8::/32", "--port", "tcp/443")).stdout).toBe(
      "shop/web[Deployment] => 2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff[External] : TCP 443\n",
    );
  });

  it("workloads in the host's network are left out and counted", async () => {
    const agent = deployment("agent").replace("spec: { containers", "spec: { hostNetwork: true, containers");
    const { stdout, stderr } = await connectivity("--manifests", await manifests({ "a.yaml": `${shop}${agent}` }));
    expect(stdout).toBe(lines);
    expect(stderr).toContain("1 workload in the host's network was left out: shop/agent[Deployment].");
  });
});
