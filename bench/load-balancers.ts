/**
 * What all checks of load balancers take on one large cluster: CPU time, the largest memory the process had, and both as
 * ratios to the size before.
 *
 *     npm exec -- node bench/load-balancers.ts
 */
import { checks } from "../core/checks/index.ts";
import type { LoadBalancer, SecurityGroup, TargetGroup } from "../core/model/aws.ts";
import { ClusterFacts } from "../core/model/cluster.ts";
import { known, unknown } from "../core/model/fact.ts";
import type { Ingress, Service } from "../core/model/kubernetes.ts";
import { Settings } from "../core/model/settings.ts";
import type { NetworkAcl, RouteTable } from "../core/model/vpc.ts";
import type { Pod } from "../core/model/workloads.ts";
import { type Judged, judge, judgedBy } from "./judging.ts";

interface Size {
  readonly services: number;
  readonly loadBalancers: number;
}
/** What is promised of the third: seconds of CPU and MB. */
const limits = { seconds: 10, megabytes: 512 };
const sizes: readonly Size[] = [
  { services: 5_000, loadBalancers: 500 },
  { services: 10_000, loadBalancers: 1_000 },
  { services: 20_000, loadBalancers: 2_000 },
];

const count = <T>(n: number, make: (i: number) => T): readonly T[] => Array.from({ length: n }, (_, i) => make(i));
const office = (i: number): string => `${11 + (i % 80)}.${(i >> 8) & 255}.${i & 255}.0/24`;
const subnetIds = count(6, (i) => `subnet-${i}`);
const kinds = ["guarded", "unguarded", "ingress"] as const;
const kindOf = (i: number): (typeof kinds)[number] => kinds[i % kinds.length] ?? "guarded";
const nameOf = (i: number): string => `app-${i}`;
const namespaceOf = (i: number): string => `team-${i % 100}`;

const groupOf = (i: number): SecurityGroup => ({
  id: `sg-${i}`,
  name: `k8s-${nameOf(i)}`,
  description: "[k8s] Managed SecurityGroup for LoadBalancer",
  tags: {},
  ingress: count(5, (rule) => ({
    protocol: "tcp",
    fromPort: 443,
    toPort: 443,
    cidrs: i % 4 === 0 ? ["0.0.0.0/0"] : [office(i + rule), office(i + rule + 1)],
    prefixListIds: rule === 0 ? ["pl-office"] : [],
    groupIds: [],
    descriptions: [],
  })),
  egress: [],
});

const targetGroupOf = (i: number): TargetGroup => ({
  arn: `tg-${i}`,
  name: `k8s-${nameOf(i)}`,
  protocol: "TCP",
  port: i % 2 === 0 ? 30_000 + (i % 2_000) : 3000,
  targetType: i % 2 === 0 ? "instance" : "ip",
  loadBalancerArns: [],
  preservesClientIp: known(i % 5 === 0),
});

function loadBalancerOf(i: number): LoadBalancer {
  const kind = kindOf(i);
  const actions = known([{ type: "forward", targetGroupArns: [`tg-${i}`] }]);
  const stack = `${namespaceOf(i)}/${nameOf(i)}`;
  return {
    arn: `arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/${nameOf(i)}/0123456789abcdef`,
    name: `k8s-${nameOf(i)}`,
    dnsName: `k8s-${nameOf(i)}.elb.eu-west-1.amazonaws.com`,
    type: kind === "ingress" ? "application" : "network",
    scheme: i % 3 === 2 && i % 2 === 0 ? "internal" : "internet-facing",
    state: "active",
    ipAddressType: i % 7 === 0 ? "dualstack" : "ipv4",
    subnetIds: subnetIds.slice(i % 4, (i % 4) + 3),
    securityGroupIds: kind === "unguarded" ? [] : [`sg-${i}`],
    listeners: known([
      { port: 443, protocol: kind === "ingress" ? "HTTPS" : "TCP", actions },
      { port: 80, protocol: kind === "ingress" ? "HTTP" : "TCP", actions },
    ]),
    tags: known({ "elbv2.k8s.aws/cluster": "prod", [`${kind === "ingress" ? "ingress" : "service"}.k8s.aws/stack`]: stack }),
  };
}

const identity = (i: number) => ({ namespace: namespaceOf(i), name: nameOf(i), uid: `uid-${i}`, annotations: {}, labels: {} });
const serviceOf = (i: number, { loadBalancers }: Size): Service => {
  const isOwner = i < loadBalancers && kindOf(i) !== "ingress";
  return {
    ...identity(i),
    type: isOwner ? "LoadBalancer" : "ClusterIP",
    ...(isOwner ? { loadBalancerClass: "service.k8s.aws/nlb" } : {}),
    loadBalancerSourceRanges: isOwner ? [office(i), office(i + 1)] : [],
    sessionAffinity: "None",
    externalIPs: [],
    clusterIPs: [`10.100.${(i >> 8) & 255}.${i & 255}`],
    selector: { app: nameOf(i) },
    ports: [{ protocol: "TCP", port: 443, targetPort: i % 3 === 0 ? "https" : 3000, ...(isOwner ? { nodePort: 30_000 + i } : {}) }],
    hostnames: isOwner ? [`k8s-${nameOf(i)}.elb.eu-west-1.amazonaws.com`] : [],
  };
};
const ingressOf = (i: number): Ingress => ({
  ...identity(i),
  ingressClassName: "alb",
  backends: [{ service: nameOf(i), port: 443 }],
  hostnames: [`k8s-${nameOf(i)}.elb.eu-west-1.amazonaws.com`],
});
const podOf = (i: number): Pod => ({
  namespace: namespaceOf(i),
  name: `${nameOf(i)}-0`,
  uid: `uid-of-pod-${i}`,
  labels: { app: nameOf(i), team: namespaceOf(i) },
  phase: "Running",
  podIps: [],
  hasBranchInterface: false,
  spec: {
    serviceAccount: "default",
    hostNetwork: false,
    hostPid: false,
    hostIpc: false,
    hostPaths: [],
    containers: [
      {
        name: "main",
        image: i % 10 === 0 ? "grafana/grafana:12.2.0" : `registry.example.com/${nameOf(i)}:1.0.0`,
        isInit: false,
        ports: [{ name: "https", protocol: "TCP", containerPort: 8443 }],
        isPrivileged: false,
        addedCapabilities: [],
        settings: {},
      },
    ],
  },
});

const tables: readonly RouteTable[] = subnetIds.map((id, i) => ({
  id: `rtb-${i}`,
  vpcId: "vpc-0a1",
  isMain: i === 0,
  subnetIds: [id],
  routes: [
    { cidr: "10.0.0.0/8", target: "local", state: "active" },
    { cidr: "0.0.0.0/0", target: i === 5 ? "nat-0a1" : "igw-0a1", state: "active" },
    { cidr: "::/0", target: "igw-0a1", state: "active" },
    ...count(47, (route) => ({ cidr: office(route * 300), target: "tgw-0a1", state: "active" as const })),
  ],
}));
const acls: readonly NetworkAcl[] = subnetIds.map((id, i) => ({
  id: `acl-${i}`,
  isDefault: false,
  subnetIds: [id],
  entries: (["ingress", "egress"] as const).flatMap((direction) => [
    ...count(18, (entry) => ({ number: entry + 1, direction, action: "deny" as const, protocol: "-1", cidr: office(entry * 7 + i) })),
    { number: 100, direction, action: "allow" as const, protocol: "-1", cidr: "0.0.0.0/0" },
    { number: 101, direction, action: "allow" as const, protocol: "-1", cidr: "::/0" },
  ]),
}));

/** Every other fact is unread, so that no check of another surface lends its time. */
function factsOf(size: Size): ClusterFacts {
  const unread = unknown("not-found", "It is no part of this measurement.");
  // Every name of the schema stands in it, so it is the whole type.
  const nothing = Object.fromEntries(Object.keys(ClusterFacts.unwrap().shape).map((name) => [name, unread])) as ClusterFacts;
  const { services, loadBalancers } = size;
  const ingressClass = { namespace: "", name: "alb", uid: "uid-of-alb", annotations: {}, labels: {}, controller: "ingress.k8s.aws/alb" };
  return {
    ...nothing,
    readAt: known("2026-11-01T06:00:00.000Z"),
    loadBalancers: known(count(loadBalancers, loadBalancerOf)),
    targetGroups: known(count(loadBalancers, targetGroupOf)),
    securityGroups: known(count(loadBalancers, groupOf)),
    prefixLists: known([{ id: "pl-office", cidrs: known(count(100, (i) => office(i * 13))) }]),
    subnets: known(subnetIds.map((id) => ({ id, availabilityZone: "eu-west-1a", cidrs: ["10.0.0.0/24"], mapPublicIpOnLaunch: true }))),
    routeTables: known(tables),
    networkAcls: known(acls),
    blockPublicAccess: known({ mode: "block-ingress", exclusions: [{ resourceId: "vpc-0a1", mode: "allow-bidirectional" }] }),
    services: known(count(services, (i) => serviceOf(i, size))),
    ingresses: known(
      count(loadBalancers, (i) => i)
        .filter((i) => kindOf(i) === "ingress")
        .map(ingressOf),
    ),
    ingressClasses: known([{ ...ingressClass, isDefault: false }]),
    ingressClassParams: known([]),
    gateways: known([]),
    gatewayClasses: known([]),
    loadBalancerConfigurations: known([]),
    targetGroupBindings: known([]),
    workloads: known([]),
    nodes: known([]),
    pods: known(count(services, podOf)),
  };
}

function measure(size: Size): void {
  const ours = checks.filter(({ surface }) => surface === "load-balancer");
  const settings = Settings.parse({ trustedCidrs: ["203.0.113.0/24"] });
  judge(ours, factsOf(size), settings);
}

const [, , index] = process.argv;
if (index !== undefined) {
  const size = sizes[Number(index)];
  if (size === undefined) throw new Error(`There is no size ${index}.`);
  measure(size);
} else {
  process.stdout.write("services  load balancers   CPU s  x before      MB  x before\n");
  let before: { seconds: number; megabytes: number } | undefined;
  let last: Pick<Judged, "perCheck" | "statuses"> | undefined;
  for (const [i, { services, loadBalancers }] of sizes.entries()) {
    const { seconds, megabytes, ...rest } = await judgedBy(import.meta.filename, i);
    const ratio = (now: number, then: number | undefined): string => (then === undefined ? "" : (now / then).toFixed(2)).padStart(9);
    process.stdout.write(
      `${String(services).padStart(8)} ${String(loadBalancers).padStart(15)} ${seconds.toFixed(2).padStart(7)} ${ratio(seconds, before?.seconds)} ${megabytes.toFixed(0).padStart(7)} ${ratio(megabytes, before?.megabytes)}\n`,
    );
    before = { seconds, megabytes };
    last = rest;
  }
  process.stdout.write(`\nlimits of the last: ${limits.seconds} s of CPU, ${limits.megabytes} MB\n`);
  for (const [check, seconds] of Object.entries(last?.perCheck ?? {}))
    process.stdout.write(`${seconds.toFixed(2).padStart(7)} s  ${check}\n`);
  process.stdout.write(`findings of the last: ${JSON.stringify(last?.statuses)}\n`);
}
