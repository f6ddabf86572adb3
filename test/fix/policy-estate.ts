/** A cluster that an engine polices, with what policies name in it: two nodes, a control plane, DNS, a load balancer. */
import { checks } from "../../core/checks/index.ts";
import type { Plan } from "../../core/fix/fix.ts";
import { fixes } from "../../core/fix/index.ts";
import { type Ground, judgedOn, type Proof, prove } from "../../core/fix/prove.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known } from "../../core/model/fact.ts";
import type { Finding } from "../../core/model/finding.ts";
import type { Settings } from "../../core/model/settings.ts";
import type { Pod, PodSpec } from "../../core/model/workloads.ts";
import { aCluster, aNetwork, aRule, aSecurityGroup, aService, aVersion, readAt, withSettings } from "../support/cluster.ts";
import { aCiliumAgent, anAgent, anAwsNode, controllerOn, networkSettings, settings as values } from "../support/engines.ts";
import { aRoute, aRouteTable } from "../support/network.ts";
import { aNode, anInstance, nodeGroupTags } from "../support/nodes.ts";
import { noPolicies } from "../support/policed.ts";
import { anAcl, anEni } from "../support/vpc.ts";
import { aContainer, anOwner, aPod, aWorkload } from "../support/workloads.ts";

/** "vpc-cni" without ClusterNetworkPolicies of AWS, as its Kubernetes is too old for them, and "aws" with them. */
export const dialects = ["vpc-cni", "aws", "calico", "cilium"] as const;
export type DialectName = (typeof dialects)[number];

const nodes = ["0a", "0b"] as const;
const addressOf = { "0a": "10.0.1.4", "0b": "10.0.2.4" } as const;
const subnetOf = { "0a": "subnet-a", "0b": "subnet-b" } as const;

export interface Estate {
  readonly pods?: readonly Pod[];
  readonly facts?: Partial<ClusterFacts>;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Of VPC CNI's agent on the node; of one that holds ClusterNetworkPolicies for the own node too where it is not said. */
  readonly agentTag?: (node: string) => string;
}

/** A running pod of a Deployment with the label app, on the first node but for what is said. */
export const running = (
  namespace: string,
  app: string,
  address: string,
  rest: Partial<Omit<Pod, "spec">> & { readonly spec?: Partial<PodSpec> } = {},
): Pod =>
  aPod(`${app}-x7k2p`, {
    namespace,
    labels: { app },
    nodeName: "0a",
    podIps: [address],
    hostIp: "10.0.1.4",
    owner: anOwner("StatefulSet", app),
    ...rest,
  });

/** Two workloads of shop, one of pay, and one of lab. */
export const openPods: readonly Pod[] = [
  running("shop", "web", "10.0.1.20", {
    spec: { containers: [aContainer("web:1", { ports: [{ name: "http", protocol: "TCP", containerPort: 8080 }] })] },
  }),
  running("shop", "api", "10.0.2.21", { nodeName: "0b", hostIp: "10.0.2.4" }),
  running("pay", "db", "10.0.1.22"),
  running("lab", "probe", "10.0.2.23", { nodeName: "0b", hostIp: "10.0.2.4" }),
];

const dns = aPod("coredns-5d", {
  namespace: "kube-system",
  labels: { "k8s-app": "kube-dns" },
  nodeName: "0a",
  podIps: ["10.0.1.30"],
  owner: anOwner("ReplicaSet", "coredns-5d"),
  spec: { serviceAccount: "coredns", containers: [aContainer("602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/coredns:v1.11.4")] },
});
const dnsWorkloads = [
  aWorkload("Deployment", "coredns", { namespace: "kube-system" }),
  aWorkload("ReplicaSet", "coredns-5d", { namespace: "kube-system", owner: anOwner("Deployment", "coredns") }),
];

const awsNodeOf = (node: string, tag: string): Pod =>
  anAwsNode(node, undefined, undefined, `602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon/aws-network-policy-agent:${tag}`);

const agentsOf: Readonly<Record<DialectName, (node: string, tag: string) => Pod>> = {
  "vpc-cni": awsNodeOf,
  aws: awsNodeOf,
  calico: (node) =>
    anAgent("calico-node", node, {
      namespace: "calico-system",
      spec: { containers: [aContainer("quay.io/calico/node:v3.30.2", { name: "calico-node" })] },
    }),
  cilium: (node) => aCiliumAgent(node, { spec: { containers: [aContainer("quay.io/cilium/cilium:v1.19.6", { name: "cilium-agent" })] } }),
};
const daemonSetOf = (pod: Pod) =>
  aWorkload("DaemonSet", pod.owner?.name ?? "", { namespace: pod.namespace, template: { labels: pod.labels, spec: pod.spec } });
/** Beside an engine other than its own VPC CNI gives pods their addresses, and enforces nothing. */
const plainAwsNode = (node: string): Pod => anAwsNode(node, {});

const everywhere = [aRule({ cidrs: ["0.0.0.0/0"] })];
const settingsOf = (dialect: DialectName) =>
  dialect === "cilium"
    ? networkSettings({ cilium: values({ "enable-policy": "default" }) })
    : dialect === "calico"
      ? networkSettings()
      : networkSettings({ vpcCni: controllerOn });

const kubernetes = aService("kubernetes", {
  namespace: "default",
  type: "ClusterIP",
  clusterIPs: ["172.20.0.1"],
  selector: {},
  ports: [{ protocol: "TCP", port: 443 }],
});
const kubeDns = aService("kube-dns", {
  namespace: "kube-system",
  type: "ClusterIP",
  clusterIPs: ["172.20.0.10"],
  selector: { "k8s-app": "kube-dns" },
  ports: [{ protocol: "UDP", port: 53 }],
});
/** The API server, DNS, and the Service of a load balancer. */
export const services = [
  kubernetes,
  kubeDns,
  aService("web", {
    namespace: "shop",
    clusterIPs: ["172.20.0.80"],
    selector: { app: "web" },
    ports: [{ protocol: "TCP", port: 80, targetPort: 8080 }],
  }),
];

/** Everything that policies are judged on was read. */
export function groundOf(
  dialect: DialectName,
  { pods = openPods, facts = {}, settings = {}, agentTag = () => "v1.4.1-eksbuild.1" }: Estate = {},
): Ground {
  const engine = nodes.flatMap((node) => [
    agentsOf[dialect](node, agentTag(node)),
    ...(dialect === "calico" || dialect === "cilium" ? [plainAwsNode(node)] : []),
  ]);
  const addressesOn = (node: string): readonly string[] =>
    [dns, ...pods].filter(({ nodeName }) => nodeName === node).flatMap(({ podIps }) => podIps.filter((address) => !address.includes(":")));
  const names = ["default", "kube-system", "calico-system", ...new Set(pods.map(({ namespace }) => namespace))];
  const cluster = aCluster({
    ...noPolicies,
    readAt: known(readAt),
    nodes: known(nodes.map((name) => aNode(name, { internalIps: [addressOf[name]], providerId: `aws:///eu-west-1a/i-${name}` }))),
    instances: known(
      nodes.map((name) =>
        anInstance(`i-${name}`, {
          subnetId: subnetOf[name],
          tags: nodeGroupTags("web"),
          metadata: known({ endpoint: "enabled", ipv6Endpoint: "disabled", tokens: "required", hopLimit: 1 }),
        }),
      ),
    ),
    nodeGroups: known([]),
    pods: known([...engine, dns, ...pods]),
    workloads: known([...dnsWorkloads, ...engine.slice(0, engine.length / nodes.length).map(daemonSetOf)]),
    namespaces: known([...new Set(names)].map((name) => ({ name, labels: {} }))),
    networkSettings: settingsOf(dialect),
    nodeClasses: known([]),
    addOns: known([]),
    network: known(aNetwork({ serviceCidrs: ["172.20.0.0/16"] })),
    version: known(aVersion(dialect === "vpc-cni" ? "1.28" : "1.36")),
    vpc: known({ id: "vpc-0a1", cidrs: ["10.0.0.0/16"] }),
    subnets: known(
      ["a", "b"].map((letter, i) => ({
        id: `subnet-${letter}`,
        availabilityZone: "eu-west-1a",
        cidrs: [`10.0.${i + 1}.0/24`],
        mapPublicIpOnLaunch: false,
      })),
    ),
    routeTables: known([aRouteTable([], aRoute("0.0.0.0/0", "nat-0a1"), aRoute("10.99.0.0/16", "pcx-0a1"))]),
    networkAcls: known([anAcl(["subnet-a", "subnet-b"])]),
    prefixLists: known([]),
    securityGroups: known([aSecurityGroup("sg-cluster", [aRule({ groupIds: ["sg-cluster"] })], { egress: everywhere })]),
    networkInterfaces: known([
      anEni("eni-a", { privateIpv4: ["10.0.1.4", ...addressesOn("0a")], instanceId: "i-0a" }),
      anEni("eni-b", { privateIpv4: ["10.0.2.4", ...addressesOn("0b")], instanceId: "i-0b", subnetId: "subnet-b" }),
      anEni("eni-cp1", { privateIpv4: ["10.0.1.200"], description: "Amazon EKS prod" }),
      anEni("eni-cp2", { privateIpv4: ["10.0.2.200"], subnetId: "subnet-b", description: "Amazon EKS prod" }),
    ]),
    services: known(services),
    ingresses: known([]),
    gatewayRoutes: known([]),
    apiServerAddresses: known({ addresses: ["10.0.1.200", "10.0.2.200"], ports: [443] }),
    roles: known([]),
    roleBindings: known([]),
    ...facts,
  });
  return { cluster, checks, settings: withSettings(settings) as Settings, readAt };
}

interface Tried {
  readonly plan: Plan;
  readonly proof: Proof;
}

/** What the fix of a check answers for its fail on the named resource, and how that is proved: its first plan that is, else its first. */
export function fixed(ground: Ground, check: string, name: string): Partial<Tried> & { readonly first?: Tried; readonly none?: string } {
  const before = judgedOn(ground);
  const named = before.filter((one) => one.check === check && one.resource.name === name);
  const finding = named.find(({ status }) => status === "fail") ?? (named[0] as Finding);
  if (finding?.status !== "fail") throw new TypeError(`${check} says of ${name}: ${finding?.status}: ${finding?.message}`);
  const { cluster, settings, readAt } = ground;
  const answer = fixes[check]?.({ cluster, finding, settings, account: cluster.account, region: cluster.region, readAt });
  if (answer === undefined) return {};
  if ("none" in answer) return { none: answer.none };
  const proved = (plan: Plan) => ({ plan, proof: prove(ground, finding, plan, before) });
  const first = proved(answer.plan);
  const others = first.proof.passes ? [] : (answer.or ?? []).map(proved);
  return { ...(others.find(({ proof }) => proof.passes) ?? first), first };
}

/** The checks whose fixes are policies. */
export const policyChecks = [
  "pods-deny-ingress-by-default",
  "pods-deny-egress-by-default",
  "pods-internet-egress-restricted",
  "pods-ingress-from-internet-declared",
  "namespaces-are-isolated",
  "endpoint-blocked-from-pods",
  "kubelet-blocked-from-pods",
  "network-policies-restrict",
  "network-policies-select-pods",
  "instance-metadata-blocked-from-pods",
  "declared-flows-hold",
] as const;
