/**
 * What all connections of a cluster take, as text: time of this process, and the largest memory it had. Then the same by the
 * command, from its start to its last line, of manifests in YAML.
 *
 *     npm exec -- node bench/connectivity.ts
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import type { NetworkPolicy } from "../core/model/network-policy.ts";
import { parseCidrs } from "../core/net/addresses.ts";
import { connections, type Workload } from "../core/net/policy/connections.ts";
import { engines, translate } from "../core/net/policy/translation.ts";
import { connectionLines, endText } from "../core/report/connectivity-text.ts";

interface Size {
  readonly workloads: number;
  readonly podsEach: number;
  readonly namespaces: number;
  readonly policies: number;
}
/** What is promised: seconds of CPU and MB. */
const sizes: readonly (Size & { readonly seconds: number; readonly megabytes: number })[] = [
  { workloads: 1_000, podsEach: 3, namespaces: 50, policies: 250, seconds: 1, megabytes: 512 },
  { workloads: 2_000, podsEach: 3, namespaces: 100, policies: 500, seconds: 2, megabytes: 512 },
  { workloads: 4_000, podsEach: 5, namespaces: 200, policies: 2_000, seconds: 5, megabytes: 512 },
];

const addressOf = (n: number): string => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
const namespaceOf = (n: number): string => `team-${String(n).padStart(3, "0")}`;

/** Workloads by turns in the namespaces, each with an app of its own, one of five tiers and a port by name. */
const workloadsOf = ({ workloads, podsEach, namespaces }: Size): readonly Workload[] =>
  Array.from({ length: workloads }, (_, i) => {
    const namespace = namespaceOf(i % namespaces);
    const name = `app-${Math.floor(i / namespaces)}`;
    const pod = (replica: number) => ({
      namespace,
      labels: { app: name, tier: `tier-${Math.floor(i / namespaces) % 5}` },
      namespaceLabels: { "kubernetes.io/metadata.name": namespace, zone: `zone-${(i % namespaces) % 7}` },
      namedPorts: [{ name: "http", protocol: "TCP", port: 8080 + (i % 3) } as const],
      addresses: parseCidrs([addressOf(i * podsEach + replica)]),
    });
    return { namespace, name, kind: "Deployment", pods: Array.from({ length: podsEach }, (_pod, replica) => pod(replica)) };
  });

/** In every namespace one policy that isolates, and others by turns: for tiers, apps, other namespaces, ranges and names of ports. */
const policiesOf = ({ policies, namespaces }: Size): readonly NetworkPolicy[] =>
  Array.from({ length: policies }, (_, i): NetworkPolicy => {
    const namespace = namespaceOf(i % namespaces);
    const turn = Math.floor(i / namespaces);
    const specs: readonly NetworkPolicy["spec"][] = [
      { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
      {
        podSelector: { matchLabels: { tier: "tier-0" } },
        ingress: [{ from: [{ namespaceSelector: { matchLabels: { zone: `zone-${i % 7}` } } }], ports: [{ port: "http" }] }],
      },
      {
        podSelector: {},
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ from: [{ podSelector: {} }] }],
        egress: [
          { to: [{ namespaceSelector: {}, podSelector: { matchLabels: { tier: "tier-0" } } }] },
          { ports: [{ protocol: "UDP", port: 53 }] },
        ],
      },
      {
        podSelector: { matchExpressions: [{ key: "app", operator: "In", values: [`app-${turn}`, `app-${turn + 1}`] }] },
        ingress: [{ from: [{ ipBlock: { cidr: `203.0.${i % 256}.0/24`, except: [`203.0.${i % 256}.128/25`] } }], ports: [{ port: 443 }] }],
      },
      {
        podSelector: { matchLabels: { tier: `tier-${turn % 5}` } },
        policyTypes: ["Egress"],
        egress: [{ to: [{ ipBlock: { cidr: `10.${i % 4}.${i % 256}.0/24` } }], ports: [{ port: 8000, endPort: 8000 + (i % 100) }] }],
      },
    ];
    return { namespace, name: `policy-${turn}`, spec: specs[turn % specs.length] ?? {} };
  });

const [, , engineName, index] = process.argv;
const engine = engines.find((one) => one === engineName);
if (engine !== undefined) {
  const size = sizes[Number(index)];
  if (size === undefined) throw new Error(`There is no size ${index}.`);
  const workloads = workloadsOf(size);
  const policies = policiesOf(size);
  const before = process.cpuUsage();
  const { model } = translate(engine, { networkPolicies: policies });
  const line = connectionLines();
  let lines = 0;
  let characters = 0;
  for (const connection of connections(model, workloads, endText)) {
    lines += 1;
    characters += line(connection).length + 1;
  }
  const { user, system } = process.cpuUsage(before);
  const memory = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(`${JSON.stringify({ seconds: (user + system) / 1e6, memory, lines, megabytes: characters / 1e6 })}\n`);
} else {
  process.stdout.write("engine      workloads    pods  policies     lines      CPU s (limit)     MB (limit)\n");
  for (const [i, size] of sizes.entries()) {
    for (const one of engines) {
      const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, one, String(i)]);
      const { seconds, memory, lines } = JSON.parse(stdout);
      const columns = [
        one.padEnd(10),
        String(size.workloads).padStart(10),
        String(size.workloads * size.podsEach).padStart(7),
        String(size.policies).padStart(9),
        String(lines).padStart(9),
        `${seconds.toFixed(2)} (${size.seconds})`.padStart(18),
        `${memory.toFixed(0)} (${size.megabytes})`.padStart(14),
      ];
      process.stdout.write(`${columns.join(" ")}\n`);
    }
  }
  await measureCommand();
}

/** The cluster as manifests: one file of workloads, one of policies. */
async function manifestsOf(size: Size): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "eks-perimeter-"));
  const workloads = workloadsOf(size).map(({ namespace, name, kind, pods: [pod] }) => ({
    apiVersion: "apps/v1",
    kind,
    metadata: { namespace, name },
    spec: {
      replicas: size.podsEach,
      template: {
        metadata: { labels: pod?.labels },
        spec: {
          containers: [
            { name: "main", image: "app", ports: pod?.namedPorts.map(({ port, ...rest }) => ({ ...rest, containerPort: port })) ?? [] },
          ],
        },
      },
    },
  }));
  const namespaces = Array.from({ length: size.namespaces }, (_, i) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespaceOf(i), labels: { zone: `zone-${i % 7}` } },
  }));
  const policies = policiesOf(size).map(({ namespace, name, spec }) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { namespace, name },
    spec,
  }));
  const text = (objects: readonly object[]): string => objects.map((one) => stringify(one)).join("---\n");
  await writeFile(join(folder, "workloads.yaml"), text([...namespaces, ...workloads]));
  await writeFile(join(folder, "policies.yaml"), text(policies));
  return folder;
}

/** Of three runs the fastest: wall time is what is promised, and other processes only lengthen it. */
async function measureCommand(): Promise<void> {
  const [load = 0] = loadavg();
  process.stdout.write(`\neks-perimeter connectivity --manifests, load of the machine ${load.toFixed(1)}\n`);
  process.stdout.write("workloads namespaces  policies     lines     wall s (limit)\n");
  for (const size of sizes.slice(0, 2)) {
    const folder = await manifestsOf(size);
    const runs = [];
    for (let i = 0; i < 3; i++) {
      const began = performance.now();
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [join(import.meta.dirname, "../cli/main.ts"), "connectivity", "--manifests", folder],
        { maxBuffer: 256e6 },
      );
      runs.push({ wall: (performance.now() - began) / 1000, lines: stdout.split("\n").length - 1 });
    }
    await rm(folder, { recursive: true });
    const best = runs.reduce((a, b) => (a.wall < b.wall ? a : b));
    const columns = [
      String(size.workloads).padStart(9),
      String(size.namespaces).padStart(10),
      String(size.policies).padStart(9),
      String(best.lines).padStart(9),
      `${best.wall.toFixed(2)} (${size.seconds})`.padStart(18),
    ];
    process.stdout.write(`${columns.join(" ")}\n`);
  }
}
