/**
 * What all checks of network policies take on one large cluster, and telling which namespaces reach which: CPU time, and the largest memory the process had.
 *
 *     npm exec -- node bench/pod-checks.ts
 */
import { checks } from "../core/checks/index.ts";
import { ClusterFacts } from "../core/model/cluster.ts";
import { known, unknown } from "../core/model/fact.ts";
import type { NetworkPolicy } from "../core/model/network-policy.ts";
import { Settings } from "../core/model/settings.ts";
import type { Container, Node, Pod } from "../core/model/workloads.ts";
import { namespaceReach } from "../core/net/connectivity/namespaces.ts";
import { judge, judgedBy } from "./judging.ts";

interface Size {
  readonly pods: number;
  readonly policies: number;
  readonly namespaces: number;
}
/** What is promised of the last: seconds of CPU and MB. */
const limits = { seconds: 5, megabytes: 512 };
const sizes: readonly Size[] = [
  { pods: 5_000, policies: 500, namespaces: 50 },
  { pods: 10_000, policies: 1_000, namespaces: 100 },
  { pods: 20_000, policies: 2_000, namespaces: 200 },
];
/** The checks that ask what policies do. */
const measured = checks.filter(({ uses, needs }) => [...uses, ...needs].includes("networkPolicies"));

const count = <T>(n: number, make: (i: number) => T): readonly T[] => Array.from({ length: n }, (_, i) => make(i));
const namespaceOf = (i: number): string => `team-${String(i).padStart(3, "0")}`;
const nodeOf = (i: number): string => `node-${i % 400}`;
const container = (rest: Partial<Container>): Container => ({
  name: "main",
  image: "registry.example.com/app:1.0.0",
  isInit: false,
  ports: [{ name: "http", protocol: "TCP", containerPort: 8080 }],
  isPrivileged: false,
  addedCapabilities: [],
  settings: {},
  ...rest,
});
const spec = (hostNetwork: boolean, containers: readonly Container[]): Pod["spec"] => ({
  serviceAccount: "default",
  hostNetwork,
  hostPid: false,
  hostIpc: false,
  hostPaths: [],
  containers,
});

const podOf = (i: number, { namespaces }: Size): Pod => {
  const app = Math.floor(i / namespaces / 5);
  return {
    namespace: namespaceOf(i % namespaces),
    name: `app-${app}-${i}`,
    uid: `uid-${i}`,
    labels: { app: `app-${app}`, tier: `tier-${app % 5}`, "pod-template-hash": `${app}` },
    owner: { apiVersion: "apps/v1", kind: "StatefulSet", name: `app-${app}`, uid: `uid-of-app-${app}` },
    nodeName: nodeOf(i),
    phase: "Running",
    podIps: [`10.${1 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`],
    hostIp: `10.0.${(i % 400) >> 8}.${(i % 400) & 255}`,
    hasBranchInterface: false,
    isReady: true,
    spec: spec(false, [container({ image: `registry.example.com/app-${app}:1.0.0` })]),
  };
};
const awsNode = (i: number): Pod => ({
  ...podOf(i, { pods: 1, policies: 1, namespaces: 1 }),
  namespace: "kube-system",
  name: `aws-node-${i}`,
  labels: {},
  owner: { apiVersion: "apps/v1", kind: "DaemonSet", name: "aws-node", uid: "uid-of-aws-node" },
  spec: spec(true, [
    container({ name: "aws-node" }),
    container({ name: "aws-eks-nodeagent", settings: { "--enable-network-policy": "true" } }),
  ]),
});
const node = (i: number): Node => ({
  name: nodeOf(i),
  labels: {},
  providerId: `aws:///eu-west-1a/i-${i}`,
  internalIps: [`10.0.${i >> 8}.${i & 255}`],
  externalIps: [],
  isReady: true,
  operatingSystem: "linux",
});

/** In every namespace one that isolates, and others by turns: for tiers, apps, other namespaces, all of them, and ranges. */
const policyOf = (i: number, { namespaces }: Size): NetworkPolicy => {
  const turn = Math.floor(i / namespaces);
  const specs: readonly NetworkPolicy["spec"][] = [
    { podSelector: {}, policyTypes: i % 4 === 0 ? ["Ingress"] : ["Ingress", "Egress"] },
    { podSelector: { matchLabels: { tier: "tier-0" } }, ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: "http" }] }] },
    { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] },
    {
      podSelector: { matchLabels: { app: `app-${turn}` } },
      ingress: [{ from: [{ ipBlock: { cidr: `203.0.${i % 256}.0/24` } }], ports: [{ port: 443 }] }],
    },
    {
      podSelector: { matchLabels: { tier: `tier-${turn % 5}` } },
      policyTypes: ["Egress"],
      egress: [
        { to: [{ ipBlock: { cidr: "0.0.0.0/0", except: [`10.${i % 4}.0.0/16`, "169.254.169.254/32"] } }] },
        { to: [{ namespaceSelector: { matchLabels: { zone: `zone-${i % 7}` } } }], ports: [{ port: "http" }] },
      ],
    },
  ];
  return { namespace: namespaceOf(i % namespaces), name: `policy-${turn}`, spec: specs[turn % specs.length] ?? {} };
};

/** Every other fact is unread. */
function factsOf(size: Size): ClusterFacts {
  const unread = unknown("not-found", "It is no part of this measurement.");
  // Every name of the schema stands in it, so it is the whole type.
  const nothing = Object.fromEntries(Object.keys(ClusterFacts.unwrap().shape).map((name) => [name, unread])) as ClusterFacts;
  const pods = [...count(400, awsNode), ...count(size.pods, (i) => podOf(i, size))];
  const names = [...count(size.namespaces, namespaceOf), "default", "kube-system"];
  const none = known([]);
  return {
    ...nothing,
    readAt: known("2026-11-01T06:00:00.000Z"),
    nodes: known(count(400, node)),
    pods: known(pods),
    workloads: none,
    namespaces: known(names.map((name, i) => ({ name, labels: { zone: `zone-${i % 7}` } }))),
    networkPolicies: known(count(size.policies, (i) => policyOf(i, size))),
    adminNetworkPolicies: none,
    clusterNetworkPolicies: none,
    applicationNetworkPolicies: none,
    calicoPolicies: none,
    calicoTiers: none,
    calicoNetworkSets: none,
    ciliumPolicies: none,
    nodeClasses: none,
    networkSettings: known({
      vpcCni: known({ isPresent: true, values: { "enable-network-policy-controller": "true" } }),
      cilium: known({ isPresent: false, values: {} }),
    }),
    apiServerAddresses: known({ addresses: ["10.0.255.4", "10.0.254.4"], ports: [443] }),
    services: none,
    ingresses: none,
    roles: none,
    roleBindings: none,
    networkInterfaces: known(
      count(400, (i) => ({
        id: `eni-${i}`,
        subnetId: `subnet-${i % 6}`,
        groupIds: ["sg-0a1"],
        privateIpv4: [`10.0.${i >> 8}.${i & 255}`, ...pods.filter((pod) => pod.nodeName === nodeOf(i)).flatMap(({ podIps }) => podIps)],
        publicIpv4: [],
        ipv6: [],
        instanceId: `i-${i}`,
        type: "interface",
        description: "",
      })),
    ),
    prefixLists: none,
    routeTables: known([
      { id: "rtb-0a1", vpcId: "vpc-0a1", isMain: true, subnetIds: [], routes: [{ cidr: "0.0.0.0/0", target: "nat-0a1", state: "active" }] },
    ]),
    network: known({
      vpcId: "vpc-0a1",
      subnetIds: [],
      securityGroupIds: [],
      ipFamily: "ipv4",
      serviceCidrs: ["172.20.0.0/16"],
      remoteNodeNetworks: [],
      remotePodNetworks: [],
      autoModeLoadBalancing: false,
    }),
  };
}

function measure(size: Size): void {
  const end = (i: number) => ({ namespace: namespaceOf(i) });
  const settings = Settings.parse({
    flows: count(20, (i) => ({
      name: `flow-${i}`,
      cluster: "*",
      from: end(i),
      to: end(i + 1),
      port: 8080,
      expect: i % 2 ? "allowed" : "denied",
    })),
  });
  const facts = factsOf(size);
  judge(measured, facts, settings, { "which namespaces reach which": () => namespaceReach(facts, settings.internet) });
}

const [, , index] = process.argv;
if (index !== undefined) {
  const size = sizes[Number(index)];
  if (size === undefined) throw new Error(`There is no size ${index}.`);
  measure(size);
} else {
  process.stdout.write(`   pods  policies   CPU s (${limits.seconds})     MB (${limits.megabytes})\n`);
  for (const [i, { pods, policies }] of sizes.entries()) {
    const { seconds, megabytes, perCheck, statuses } = await judgedBy(import.meta.filename, i);
    const columns = [
      String(pods).padStart(7),
      String(policies).padStart(9),
      seconds.toFixed(2).padStart(11),
      megabytes.toFixed(0).padStart(12),
    ];
    process.stdout.write(`${columns.join(" ")}\n`);
    if (i < sizes.length - 1) continue;
    for (const [id, taken] of Object.entries<number>(perCheck)) process.stdout.write(`  ${id.padEnd(42)} ${taken.toFixed(2)} s\n`);
    process.stdout.write(`  findings: ${JSON.stringify(statuses)}\n`);
  }
}
