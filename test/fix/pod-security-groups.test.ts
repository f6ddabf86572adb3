/** Security groups of pods' own as the plan against pods that reach kubelets: where it is none, what it types, and what it says. */
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Plan } from "../../core/fix/fix.ts";
import { fixes } from "../../core/fix/index.ts";
import { later } from "../../core/fix/later.ts";
import { granted, grantsFor } from "../../core/fix/nodes/pods-group.ts";
import { type Ground, judgedOn, type Proof, prove } from "../../core/fix/prove.ts";
import type { SecurityGroup } from "../../core/model/aws.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { type Fact, known, mapFact, unknown } from "../../core/model/fact.ts";
import type { Node, Pod, Workload } from "../../core/model/workloads.ts";
import { admittedBy, indexGroups } from "../../core/net/security-group.ts";
import { aRule, aSecurityGroup, aService } from "../support/cluster.ts";
import { anAwsNode, networkSettings } from "../support/engines.ts";
import { everyHousehold, wholeEstateOf } from "../support/estate-whole.ts";
import { aRoute, aRouteTable } from "../support/network.ts";
import { anEni } from "../support/vpc.ts";
import { aContainer, anOwner, aPodSpec, aWorkload } from "../support/workloads.ts";
import { type Estate, fixed, groundOf, openPods, running } from "./policy-estate.ts";

const check = "kubelet-blocked-from-pods";
const base = groundOf("vpc-cni").cluster.facts;
const nodes = base.nodes.state === "known" ? base.nodes.value : [];
const workloads = base.workloads.state === "known" ? base.workloads.value : [];
const pods = base.pods.state === "known" ? base.pods.value : [];

const answerOf = (estate: Estate = {}) => fixed(groundOf("vpc-cni", estate), check, "prod");
/** The plan that is proved, else what was said in its place. */
function told(estate: Estate): string {
  const { plan, proof, none, first } = answerOf(estate);
  if (proof?.passes === true) return `proved: ${plan?.summary}`;
  return none ?? (first?.plan.notes ?? []).find((note) => note.includes("are no plan here")) ?? `not proved: ${proof?.why}`;
}

const withNodes = (change: (node: Node) => Partial<Node>): Estate => ({
  facts: { nodes: known(nodes.map((node) => ({ ...node, ...change(node) }))) },
});
const withWorkload = (one: Workload): Estate => ({ facts: { workloads: known([...workloads, one]) } });
const withAgent = (image: string, settings: Readonly<Record<string, string>> = {}): Estate => ({
  facts: {
    workloads: known(
      workloads.map((one) =>
        one.name === "aws-node"
          ? {
              ...one,
              template: {
                ...one.template,
                spec: { ...one.template.spec, containers: [aContainer(image, { name: "aws-node", settings })] },
              },
            }
          : one,
      ),
    ),
  },
});
const cni = "602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni";
const withNodeAgent = (image: string): Estate => ({
  facts: {
    pods: known(
      pods.map((pod) =>
        pod.owner?.name === "aws-node"
          ? {
              ...pod,
              spec: {
                ...pod.spec,
                containers: pod.spec.containers.map((one) => (one.name === "aws-eks-nodeagent" ? { ...one, image } : one)),
              },
            }
          : pod,
      ),
    ),
  },
});
const unread = (name: keyof ClusterFacts): Estate => ({ facts: { [name]: unknown("forbidden", "No access.") } });
const withPods = (...more: readonly Pod[]): Estate => ({ pods: [...openPods, ...more] });
const sgp = { namespace: "shop", name: "theirs", podSelector: {}, groupIds: ["sg-theirs"] };
const daemon = (name: string, image: string, namespace = "kube-system"): Workload =>
  aWorkload("DaemonSet", name, {
    namespace,
    template: { labels: {}, spec: aPodSpec({ hostNetwork: true, containers: [aContainer(image)] }) },
  });
const enis = (rest: Parameters<typeof anEni>[1]) => ({
  networkInterfaces: known([
    anEni("eni-a", { privateIpv4: ["10.0.1.4", "10.0.1.20", "10.0.1.22", "10.0.1.30"], instanceId: "i-0a" }),
    anEni("eni-b", { privateIpv4: ["10.0.2.4", "10.0.2.21", "10.0.2.23"], instanceId: "i-0b", subnetId: "subnet-b", ...rest }),
    anEni("eni-cp1", { privateIpv4: ["10.0.1.200"], description: "Amazon EKS prod" }),
    anEni("eni-cp2", { privateIpv4: ["10.0.2.200"], subnetId: "subnet-b", description: "Amazon EKS prod" }),
  ]),
});

const everywhere = [aRule({ cidrs: ["0.0.0.0/0"] })];
const tcp = (fromPort: number, toPort: number) => ({ protocol: "tcp", fromPort, toPort });
/** As tools write them: some ports among nodes, and the kubelet from the control plane. */
const split: readonly SecurityGroup[] = [
  aSecurityGroup(
    "sg-cluster",
    [
      aRule({ ...tcp(1025, 65_535), groupIds: ["sg-cluster"] }),
      aRule({ protocol: "udp", fromPort: 53, toPort: 53, groupIds: ["sg-cluster"] }),
      aRule({ ...tcp(10_250, 10_250), cidrs: ["10.9.0.0/28"] }),
    ],
    { egress: everywhere },
  ),
];
const onSecond = { nodeName: "0b", hostIp: "10.0.2.4" } as const;
const { owner: _owner, ...bare } = running("lab", "bare", "10.0.1.90");
function withoutAgent(pod: Pod): Pod {
  return pod.owner?.name === "aws-node" ? anAwsNode(pod.nodeName ?? "", {}) : pod;
}
/** Lets the service account read metrics from kubelets. */
const rbacFor = (account: string): Partial<ClusterFacts> => ({
  roles: known([
    {
      namespace: "",
      name: "scraper",
      rules: [{ verbs: ["get"], apiGroups: [""], resources: ["nodes/metrics"], resourceNames: [], nonResourceUrls: [] }],
    },
  ]),
  roleBindings: known([
    {
      namespace: "",
      name: "scraper",
      role: { kind: "ClusterRole", name: "scraper" },
      subjects: [{ kind: "ServiceAccount", namespace: "shop", name: account }],
    },
  ]),
});
const dayOf = (day: number): string => `2026-10-0${day}T06:00:00Z`;
const stateOf = (facts: ClusterFacts, name: string): boolean | undefined =>
  facts.pods.state === "known" ? facts.pods.value.find((pod) => pod.name === name)?.hasBranchInterface : undefined;
/** The first plan of security groups that the fix offers, proved or not. */
function planOf(ground: Ground): Plan {
  const { cluster, settings, readAt } = ground;
  const finding = judgedOn(ground).find((one) => one.check === check);
  if (finding === undefined) throw new TypeError("It is judged.");
  const answer = fixes[check]?.({ cluster, finding, settings, account: cluster.account, region: cluster.region, readAt });
  const plan =
    answer !== undefined && "plan" in answer
      ? [answer.plan, ...(answer.or ?? [])].find(({ manifests }) => manifests.length === 0)
      : undefined;
  if (plan === undefined) throw new TypeError(JSON.stringify(answer));
  return plan;
}

describe("is no plan, and the reason is told", () => {
  it.each<[string, Estate, RegExp]>([
    ["pods on Fargate", withNodes(() => ({ providerId: "", labels: { "eks.amazonaws.com/compute-type": "fargate" } })), /runs on Fargate/],
    ["Windows nodes", withNodes(() => ({ operatingSystem: "windows" })), /runs on Windows/],
    ["one hybrid node", withNodes(({ name }) => (name === "0b" ? { providerId: "eks-hybrid:///x" } : {})), /runs on a hybrid node/],
    [
      "EKS Auto Mode",
      {
        facts: {
          ...withNodes(() => ({ labels: { "eks.amazonaws.com/compute-type": "auto", "eks.amazonaws.com/nodeclass": "default" } })).facts,
          nodeClasses: known([{ name: "default" }]),
        },
      },
      /EKS Auto Mode/,
    ],
    ["a node that was not listed", { facts: { nodes: known(nodes.slice(0, 1)) } }, /a node that was not read/],
    ["the t family", withNodes(() => ({ labels: { "node.kubernetes.io/instance-type": "t3.large" } })), /type t3\.large/],
    ["NodeLocal DNSCache", withWorkload(daemon("node-local-dns", "registry.k8s.io/dns/k8s-dns-node-cache:1.23.1")), /NodeLocal DNSCache/],
    [
      "NodeLocal DNSCache by its image",
      withWorkload(daemon("cache", "mirror.example/dns/k8s-dns-node-cache:1.23.1")),
      /NodeLocal DNSCache/,
    ],
    ["Istio's ambient mode", withWorkload(daemon("ztunnel", "istio/ztunnel:1.27", "istio-system")), /ambient/],
    ["no agent of VPC CNI", { facts: { workloads: known(workloads.filter(({ name }) => name !== "aws-node")) } }, /No DaemonSet aws-node/],
    ["an agent without modes", withAgent(`${cni}:v1.10.4`), /1\.10\.4 runs: bring it to 1\.11/],
    ["a mode from elsewhere", withAgent(`${cni}:v1.23.1`, { POD_SECURITY_GROUP_ENFORCING_MODE: "(valueFrom)" }), /from elsewhere/],
    [
      "an agent of policies that may not see branch interfaces",
      withNodeAgent("x/aws-network-policy-agent:v1.1.6"),
      /v1\.1\.6 does not look for them/,
    ],
    ["an agent of policies of unknown version", withNodeAgent("mirror.example/agent@sha256:0a"), /its image is told by a digest/],
    [
      "a Service that keeps to its node",
      { facts: { services: known([aService("web", { selector: { app: "web" }, externalTrafficPolicy: "Local" })]) } },
      /Service shop\/web has the externalTrafficPolicy Local/,
    ],
    [
      "a port of the node",
      withPods(
        running("lab", "edge", "10.0.1.78", {
          spec: { containers: [aContainer("edge:1", { ports: [{ protocol: "TCP", containerPort: 80, hostPort: 80 }] })] },
        }),
      ),
      /Pod lab\/edge-x7k2p has a port of its node/,
    ],
    ["other SecurityGroupPolicies", { facts: { securityGroupPolicies: known([sgp]) } }, /SecurityGroupPolicy shop\/theirs/],
    [
      "a branch interface of others",
      withPods(running("lab", "special", "10.0.1.77", { hasBranchInterface: true })),
      /Pod lab\/special-x7k2p has a branch interface already/,
    ],
    [
      "an address that is on no interface",
      { facts: enis({ privateIpv4: ["10.0.2.4", "10.0.2.21"] }) },
      /10\.0\.2\.23 .* is on no network interface/,
    ],
    ["pods behind different groups", { facts: enis({ groupIds: ["sg-other"] }) }, /one security group in the place of both/],
    [
      "subnets that lead to an internet gateway",
      { facts: { routeTables: known([aRouteTable([], aRoute("0.0.0.0/0", "igw-0a1"))]) } },
      /would lose the internet/,
    ],
    [
      "a prefix list that leads to an internet gateway",
      { facts: { routeTables: known([aRouteTable([], { prefixListId: "pl-0a1", target: "igw-0a1", state: "active" })]) } },
      /would lose the internet/,
    ],
    [
      "a route to an internet gateway in a state that is not known",
      { facts: { routeTables: known([aRouteTable([], { ...aRoute("0.0.0.0/0", "igw-0a1"), state: "untold" })]) } },
      /would lose the internet/,
    ],
    ["route tables that were not read", unread("routeTables"), /leads to an internet gateway was not read: No access/],
    [
      "a rule that names a group of another VPC",
      {
        facts: {
          securityGroups: known([aSecurityGroup("sg-cluster", [aRule({ groupIds: ["sg-cluster", "sg-peer"] })], { egress: everywhere })]),
        },
      },
      /names sg-peer, which is none of the VPC's/,
    ],
    [
      "kubelets that could not probe",
      {
        facts: {
          securityGroups: known([
            aSecurityGroup("sg-cluster", [aRule({ protocol: "tcp", fromPort: 10_250, toPort: 10_250, groupIds: ["sg-cluster"] })], {
              egress: everywhere,
            }),
          ]),
        },
      },
      /port 8080 of pod shop\/web/,
    ],
    ["security groups that were not read", unread("securityGroups"), /No access/],
    ["Services that were not read", unread("services"), /No access/],
    ["add-ons that were not read", unread("addOns"), /No access/],
    ["bare pods alone", { pods: openPods.map(({ owner: _, ...pod }) => pod) }, /No pod was found that kubectl can restart/],
  ])("%s", (_what, estate, why) => {
    const answer = told(estate);
    expect(answer).toMatch(why);
    expect(answer).not.toMatch(/^proved/);
  });
});

describe("is proved", () => {
  it.each<[string, Estate]>([
    ["where NetworkPolicies of VPC CNI leave the own node", {}],
    ["where nothing polices pods", { facts: { networkSettings: networkSettings(), pods: known(pods.map(withoutAgent)) } }],
    [
      "where the agent is younger than the pods",
      { facts: { pods: known(pods.map((pod, i) => ({ ...pod, createdAt: dayOf(pod.owner?.name === "aws-node" ? 9 : 1 + (i % 7)) }))) } },
    ],
    ["where network ACLs are open and a NAT gateway leads out", { facts: { securityGroupPolicies: known([]) } }],
    [
      "where a DaemonSet and a Deployment make pods",
      { pods: [running("lab", "probe", "10.0.2.23", { ...onSecond, owner: anOwner("DaemonSet", "probe") })] },
    ],
    [
      "where nodes admit their VPC by its addresses: the pods' own group lets nobody out to kubelets",
      {
        facts: {
          securityGroups: known([
            aSecurityGroup("sg-cluster", [aRule({ groupIds: ["sg-cluster"], cidrs: ["10.0.0.0/16"] })], { egress: everywhere }),
          ]),
        },
      },
    ],
    [
      "where rules name ports, and another group names that of the pods",
      { facts: { securityGroups: known([...split, aSecurityGroup("sg-db", [aRule({ ...tcp(5432, 5432), groupIds: ["sg-cluster"] })])]) } },
    ],
  ])("%s", (_what, estate) => {
    const { plan, proof } = answerOf(estate);
    expect(proof).toMatchObject({ passes: true, becomes: { status: "pass" }, newFails: [], worse: [], lost: [], opened: [] });
    expect(plan?.summary).toContain("a security group of their own");
  });

  it.each(["calico", "cilium"] as const)("never beside %s, which does not see the pods then", (dialect) => {
    const { cluster, settings, readAt } = groundOf(dialect);
    const finding = judgedOn({ ...groundOf(dialect) }).find((one) => one.check === check);
    if (finding === undefined) throw new TypeError("It is judged.");
    const answer = fixes[check]?.({ cluster, finding, settings, account: cluster.account, region: cluster.region, readAt });
    expect(JSON.stringify(answer)).not.toMatch(/SecurityGroupPolicy|security group of their own/);
  });
});

it.each<[string, Pod]>([
  ["a Job's", running("lab", "batch", "10.0.1.90", { owner: anOwner("Job", "batch") })],
  ["a bare", bare],
  ["an unknown controller's", running("lab", "other", "10.0.1.90", { owner: anOwner("Rollout", "other") })],
  ["a pod like a client of kubelets, that is another", running("shop", "twin", "10.0.1.90", { labels: { app: "scraper" } })],
])("not proved: %s pod stays as it is, and a note says so", (_what, pod) => {
  const scraper = running("shop", "scraper", "10.0.1.91", { labels: { app: "scraper" }, spec: { serviceAccount: "scraper" } });
  const ground = groundOf("vpc-cni", { facts: rbacFor("scraper"), pods: [...openPods, pod, scraper] });
  expect(fixed(ground, check, "prod").proof?.passes).toBe(false);
  const plan = planOf(ground);
  expect(plan.notes?.join()).toContain(`1 pods stay as they are, such as ${pod.namespace}/${pod.name}`);
  expect([pod.name, "web-x7k2p", "scraper-x7k2p"].map((name) => stateOf(plan.after, name))).toEqual([false, true, false]);
});

describe("its commands", () => {
  const commandsOf = (estate: Estate = {}): readonly string[] => planOf(groundOf("vpc-cni", estate)).commands;
  const at = (commands: readonly string[], text: string): number => commands.findIndex((command) => command.includes(text));

  it("come in an order that restarts nothing before everything is there", () => {
    const commands = commandsOf();
    const steps = ["list-pod-identity", "attach-role-policy", "patch daemonset", "pod-eni", "create-security-group", "rule authorize"];
    const order = [...steps, "kubectl apply", "rollout restart"].map((step) => at(commands, step));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order).not.toContain(-1);
    const guards = commands.slice(0, at(commands, "attach-role-policy"));
    expect(guards.filter((one) => /authorize|create|patch|apply|update|restart/.test(one))).toEqual([]);
  });

  it("admit the pods among nodes to all but kubelets, and nobody anew", () => {
    const rules = commandsOf().filter((one) => one.startsWith("rule "));
    expect(
      rules
        .filter((one) => one.includes("-ingress sg-cluster"))
        .map((one) => /"IpProtocol":"(\w+)","FromPort":(-?\d+),"ToPort":(-?\d+)/.exec(one)?.slice(1)),
    ).toEqual([
      ["tcp", "0", "10249"],
      ["tcp", "10251", "10254"],
      ["tcp", "10256", "65535"],
      ["udp", "0", "65535"],
      ["icmp", "-1", "-1"],
    ]);
    expect(rules.some((one) => one.includes("revoke") && one.includes("0.0.0.0/0"))).toBe(false);
  });

  it("take the way out to everybody from a new group where the pods have none", () => {
    const facts = {
      securityGroups: known([
        aSecurityGroup("sg-cluster", [aRule({ groupIds: ["sg-cluster"] })], { egress: [aRule({ groupIds: ["sg-cluster"] })] }),
      ]),
    };
    const rules = commandsOf({ facts }).filter((one) => one.startsWith("rule revoke"));
    expect(rules.map((one) => /"Cidr(?:Ip|Ipv6)":"([^"]+)"/.exec(one)?.[1])).toEqual(["0.0.0.0/0", "::/0"]);
  });

  describe("where aws-node is an add-on of EKS", () => {
    const facts = { addOns: known([{ name: "vpc-cni", status: "ACTIVE", healthIssues: [] }]) };
    const ours =
      '{"env":{"ENABLE_POD_ENI":"true","POD_SECURITY_GROUP_ENFORCING_MODE":"strict"},"init":{"env":{"DISABLE_TCP_EARLY_DEMUX":"true"}}}';
    /** What EKS is told where the add-on has the configuration. */
    const told = (has: string, env: Readonly<Record<string, string>> = {}): string => {
      const commands = commandsOf({ facts });
      const its = commands.slice(at(commands, "describe-addon"), at(commands, "rollout status daemonset/aws-node"));
      const aws = `aws() { case "$2" in describe-addon) [ -z "\${FAILS:-}" ] && printf '%s' "$THERE" ;; update-addon) while [ "$1" != --configuration-values ]; do shift; done; printf '%s' "$2" ;; esac; }`;
      return execFileSync("sh", ["-c", ["set -eu", aws, ...its].join("\n")], {
        encoding: "utf8",
        stdio: "pipe",
        env: { THERE: has, ...env },
      });
    };

    it("it is told, and the DaemonSet is not", () => {
      expect(at(commandsOf({ facts }), "patch daemonset")).toBe(-1);
      expect(["None", "", "{}", ours].map((has) => told(has))).toEqual([ours, ours, ours, ours]);
    });

    it("values of its own are not lost, until somebody says what they become", () => {
      const theirs = '{"enableNetworkPolicy":"true"}';
      expect(() => told(theirs)).toThrow(/The add-on has configuration values of its own/);
      expect(told(theirs, { VPC_CNI_CONFIGURATION: '{"merged":true}' })).toBe('{"merged":true}');
      expect(() => told("", { FAILS: "yes" })).toThrow();
    });
  });

  it("mean no pod that is to reach kubelets, and in a system namespace only the pods that are there", () => {
    const controller = running("kube-system", "autoscaler", "10.0.1.95", { labels: { app: "autoscaler" } });
    const scraper = running("shop", "scraper", "10.0.1.91", { labels: { app: "scraper" }, spec: { serviceAccount: "scraper" } });
    const nightly = aWorkload("CronJob", "nightly", {
      template: { labels: { app: "nightly" }, spec: aPodSpec({ serviceAccount: "scraper" }) },
    });
    const facts = { ...rbacFor("scraper"), securityGroupPolicies: known([]), workloads: known([...workloads, nightly]) };
    const { securityGroupPolicies } = planOf(groundOf("vpc-cni", { facts, pods: [...openPods, controller, scraper] })).after;
    const policies = securityGroupPolicies.state === "known" ? securityGroupPolicies.value : [];
    expect(Object.fromEntries(policies.map(({ namespace, podSelector }) => [namespace, podSelector]))).toEqual({
      shop: { matchExpressions: [{ key: "app", operator: "NotIn", values: ["nightly", "scraper"] }] },
      pay: {},
      lab: {},
      "kube-system": { matchLabels: { app: "autoscaler" } },
    });
  });

  it("are words of a shell whatever objects are called, and parse", () => {
    const odd = running("lab", "x'; touch pwned; '", "10.0.1.97", {
      labels: { app: "$(touch pwned) `id` $POD_SECURITY_GROUP" },
      nodeName: "0a",
    });
    const commands = commandsOf({ pods: [...openPods, odd] });
    expect(() => execFileSync("sh", ["-n"], { input: commands.join("\n") })).not.toThrow();
    const restart = commands.find((one) => one.includes("rollout restart") && one.includes("pwned"));
    expect(read((restart ?? "").replace(/^kubectl /, ""))).toContain("statefulset/x'; touch pwned; '");
  });
});

const dayAfter = "2026-11-02T06:00:00.000Z";
describe("a later plan", () => {
  const later = running("lab", "later", "10.0.1.97");
  const whole = groundOf("vpc-cni", { pods: [...openPods, later], facts: { securityGroupPolicies: known([]) } });
  const { after } = planOf(groundOf("vpc-cni", { facts: { securityGroupPolicies: known([]) } }));
  /** What an earlier plan left, with one more pod, whatever the group's id came to be. */
  const ground: Ground = {
    ...whole,
    readAt: dayAfter,
    cluster: {
      ...whole.cluster,
      facts: {
        ...after,
        readAt: known(dayAfter),
        pods: mapFact(after.pods, (all) => [...all, later]),
        networkInterfaces: mapFact(after.networkInterfaces, (all) =>
          all.map((one) => (one.id === "eni-a" ? { ...one, privateIpv4: [...one.privateIpv4, "10.0.1.97"] } : one)),
        ),
      },
    },
  };

  it("proved: takes the group that is there, and restarts what came since alone", () => {
    const { plan, proof } = fixed(ground, check, "prod");
    expect([proof?.why, proof?.opened]).toEqual([undefined, []]);
    const changes = (plan?.commands ?? []).filter((one) => /^rule authorize|rollout restart/.test(one));
    expect(changes).toEqual(["kubectl --namespace lab rollout restart statefulset/later"]);
    expect(plan?.commands.find((one) => one.startsWith("for room"))).toContain("for room in 0a=3 0b=2;");
  });

  it("not proved: an agent that is to be strict runs without it yet, and so do the pods that it set up", () => {
    const pods = mapFact(ground.cluster.facts.pods, (all) =>
      all.map((pod) => {
        if (pod.owner?.name !== "aws-node") return pod;
        const standard = anAwsNode(pod.nodeName ?? "", undefined, { POD_SECURITY_GROUP_ENFORCING_MODE: "standard" });
        return { ...pod, spec: standard.spec };
      }),
    );
    const facts = { ...ground.cluster.facts, pods };
    expect(proofOfGroups({ ...ground, cluster: { ...ground.cluster, facts } }).why).toContain("restart it");
  });

  it("not proved: where rules of the group that is there are missing, as others may have it", () => {
    const securityGroups = mapFact(ground.cluster.facts.securityGroups, (all) =>
      all.map((one) =>
        one.id === "sg-cluster" ? aSecurityGroup("sg-cluster", [aRule({ groupIds: ["sg-cluster"] })], { egress: everywhere }) : one,
      ),
    );
    const partly = { ...ground, cluster: { ...ground.cluster, facts: { ...ground.cluster.facts, securityGroups } } };
    expect(proofOfGroups(partly).why).toContain("It lets more into sg-cluster");
  });
});

it("proved: an agent that is strict already starts anew by a plan that goes before", () => {
  const variables = { ENABLE_POD_ENI: "true", POD_SECURITY_GROUP_ENFORCING_MODE: "strict" };
  const { cluster, ...rest } = groundOf("vpc-cni", withAgent(`${cni}:v1.23.1`, variables));
  const facts = {
    ...cluster.facts,
    pods: mapFact(cluster.facts.pods, (all) =>
      all.map((pod) =>
        pod.owner?.name === "aws-node"
          ? { ...pod, spec: anAwsNode(pod.nodeName ?? "", undefined, variables).spec, createdAt: later(rest.readAt, 3) }
          : pod,
      ),
    ),
  };
  expect(proofOfGroups({ ...rest, cluster: { ...cluster, facts } }).why).toBeUndefined();
});

it("nothing is lost beside load balancers of every kind", () => {
  const estate = wholeEstateOf(everyHousehold);
  const both = <T>(...facts: readonly (Fact<readonly T[]> | undefined)[]): Fact<readonly T[]> =>
    known(facts.flatMap((fact) => (fact?.state === "known" ? fact.value : [])));
  const { services, loadBalancers, targetGroups, targetGroupBindings, ingresses, gateways, gatewayClasses } = estate;
  const facts = {
    ...Object.fromEntries(
      Object.entries({ loadBalancers, targetGroups, targetGroupBindings, ingresses, gateways, gatewayClasses }).filter(
        ([, fact]) => fact !== undefined,
      ),
    ),
    ingressClasses: estate.ingressClasses ?? known([]),
    securityGroups: both(estate.securityGroups, base.securityGroups),
    services: mapFact(both(services, base.services), (all) => all.map(({ externalTrafficPolicy: _, ...one }) => one)),
  };
  const { proof } = answerOf({ facts });
  expect(proof).toMatchObject({ passes: true, newFails: [], worse: [], lost: [], unsure: [], opened: [] });
});

describe("its notes", () => {
  const notesOf = (estate: Estate = {}): string => (planOf(groundOf("vpc-cni", estate)).notes ?? []).join("\n");
  const manyRules = Array.from({ length: 59 }, (_, i) => aRule({ ...tcp(i + 1, i + 1), cidrs: ["10.9.0.0/16"] }));
  const crowded = known([aSecurityGroup("sg-cluster", [aRule({ groupIds: ["sg-cluster"] }), ...manyRules], { egress: everywhere })]);

  it.each<[string, Estate, string]>([
    ["what restarts", {}, "restarts 4 workloads"],
    ["that branch interfaces are few", {}, "9 on m5.large"],
    ["whom groups elsewhere no longer mean", {}, "that name sg-cluster mean these pods no more"],
    ["what is on the link alone", {}, "EKS Pod Identity"],
    ["what AWS advises", {}, "AWS advises standard mode"],
    ["that the chart has to be told", {}, "in the chart's values too"],
    [
      "that the add-on's values are replaced",
      { facts: { addOns: known([{ name: "vpc-cni", status: "ACTIVE", healthIssues: [] }]) } },
      "replaces the add-on's whole configuration",
    ],
    ["which protocols are lost to nodes", {}, "ESP, GRE or SCTP"],
    ["that a quota may be too small", { facts: { securityGroups: crowded } }, "comes to more than 60 rules"],
  ])("say %s", (_what, estate, text) => {
    expect(notesOf(estate)).toContain(text);
  });

  it.each<[string, Estate, string]>([
    ["of the add-on where there is none", {}, "replaces the add-on's whole configuration"],
    ["of the quota where there is room", {}, "more than 60 rules"],
    ["of protocols where no rule is for all of them", { facts: { securityGroups: known(split) } }, "ESP, GRE or SCTP"],
    ["of pods that stay where none does", {}, "stay as they are"],
  ])("say nothing %s", (_what, estate, text) => {
    expect(notesOf(estate)).not.toContain(text);
  });
});

it("not proved: what starts the agent anew afterwards, as it would no longer be told how the pods were set up", () => {
  const ground = groundOf("vpc-cni", { facts: { networkSettings: networkSettings(), pods: known(pods.map(withoutAgent)) } });
  const { after } = planOf(ground);
  const later = { ...ground, cluster: { ...ground.cluster, facts: after } };
  const { proof } = fixed(later, "network-policies-are-enforced", "prod");
  expect(proof?.lost.map((one) => one.check)).toEqual([check]);
  expect(fixed(ground, "network-policies-are-enforced", "prod").proof?.why).toBeUndefined();
});

/** How the first plan of security groups is proved, or not. */
function proofOfGroups(ground: Ground): Proof {
  const finding = judgedOn(ground).find((one) => one.check === check);
  if (finding === undefined) throw new TypeError("It is judged.");
  return prove(ground, finding, planOf(ground));
}

/** What a shell makes of the words. */
const read = (words: string): readonly string[] => execFileSync("sh", ["-c", `printf '%s\\0' ${words}`], { encoding: "utf8" }).split("\0");

describe("the group of the pods", () => {
  const ids = ["sg-a", "sg-b", "sg-c"] as const;
  const some = <T>(values: readonly T[]) => fc.constantFrom(...values);
  const portRange = fc.oneof(
    fc.constant({ protocol: "-1" }),
    fc.tuple(some(["tcp", "udp", "6"]), some([0, 22, 10_250, 10_251]), some([0, 3, 60_000])).map(([protocol, from, more]) => ({
      protocol,
      fromPort: from,
      toPort: Math.min(from + more, 65_535),
    })),
    fc.constant({ protocol: "icmp", fromPort: -1, toPort: -1 }),
  );
  const rule = fc
    .tuple(portRange, fc.subarray(["10.0.0.0/16", "192.0.2.0/24", "0.0.0.0/0"]), fc.subarray([...ids]))
    .map(([ports, cidrs, groupIds]) => aRule({ ...ports, cidrs, groupIds }));
  const group = fc.record({ ingress: fc.array(rule, { maxLength: 3 }), egress: fc.array(rule, { maxLength: 2 }) });
  const all = fc.tuple(...ids.map(() => group)).map((its) => its.map((one, i) => aSecurityGroup(ids[i] ?? "", one.ingress, one)));
  const probes = [
    { protocol: "tcp", from: 22, to: 22 },
    { protocol: "tcp", from: 10_249, to: 10_249 },
    { protocol: "tcp", from: 10_250, to: 10_250 },
    { protocol: "tcp", from: 10_255, to: 10_255 },
    { protocol: "tcp", from: 60_001, to: 60_001 },
    { protocol: "udp", from: 53, to: 53 },
  ] as const;
  const admitted = (groups: readonly SecurityGroup[], ids_: readonly string[], port: (typeof probes)[number]) =>
    admittedBy(ids_, [port], indexGroups(known(groups), known([])));

  it("admits whom the former ones did and nobody else, and is admitted where they were, save to kubelets", () => {
    fc.assert(
      fc.property(
        all,
        fc.subarray([...ids], { minLength: 1 }),
        fc.subarray([...ids]),
        fc.boolean(),
        (groups, former, ofNodes, cutsEgress) => {
          const before = [...groups, aSecurityGroup("sg-pods", [])];
          const one = {
            id: "sg-pods",
            groups: before,
            former,
            ofNodes: new Set(ofNodes),
            ports: kubelet,
            families: ["ipv4"],
            cutsEgress,
          } as const;
          const after = granted(before, grantsFor(one));
          expect(grantsFor({ ...one, groups: after })).toEqual([]);
          for (const port of probes) {
            const old = admitted(before, former, port);
            const its = admitted(after, ["sg-pods"], port);
            // Among themselves they have what they have with those that stay.
            const isAmong = former.some((id) => admitted(after, [id], port).groups.includes("sg-pods"));
            expect(its.groups).toEqual([...old.groups, ...(isAmong ? ["sg-pods"] : [])].toSorted());
            expect(its.atLeast).toEqual(old.atLeast);
            for (const { id } of groups) {
              const [was, is] = [admitted(before, [id], port), admitted(after, [id], port)];
              const isCut = ofNodes.some((one) => one === id) && port.protocol === "tcp" && (port.from === 10_250 || port.from === 10_255);
              const isNamed = was.groups.some((other) => former.some((one) => one === other)) && !isCut;
              expect(is.groups).toEqual([...was.groups, ...(isNamed ? ["sg-pods"] : [])].toSorted());
              expect(is.atLeast).toEqual(was.atLeast);
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe("on random security groups", () => {
  const some = <T>(values: readonly T[]) => fc.constantFrom(...values);
  const ids = ["sg-nodes", "sg-pods", "sg-plane", "sg-db"] as const;
  const ports = fc.oneof(
    fc.constant({ protocol: "-1" }),
    some([tcp(443, 443), tcp(0, 65_535), tcp(1025, 65_535), tcp(10_250, 10_250), { protocol: "udp", fromPort: 53, toPort: 53 }]),
  );
  const rule = fc
    .tuple(ports, fc.subarray(["10.0.0.0/16", "10.0.1.0/24", "192.0.2.0/24", "0.0.0.0/0"]), fc.subarray([...ids], { minLength: 1 }))
    .map(([its, cidrs, groupIds]) => aRule({ ...its, cidrs, groupIds }));
  const securityGroups = fc
    .tuple(...ids.map(() => fc.array(rule, { minLength: 1, maxLength: 3 })))
    .map((all) => known(all.map((ingress, i) => aSecurityGroup(ids[i] ?? "", ingress, { egress: everywhere }))));
  /** Pods on interfaces of other groups than their nodes', as with custom networking, or on the nodes' own. */
  const networkInterfaces = fc
    .tuple(fc.subarray(["sg-nodes", "sg-db"], { minLength: 1 }), fc.subarray(["sg-nodes", "sg-pods"], { minLength: 1 }))
    .map(([ofNodes, ofPods]) =>
      known([
        anEni("eni-a", { privateIpv4: ["10.0.1.4"], instanceId: "i-0a", groupIds: ofNodes }),
        anEni("eni-a2", { privateIpv4: ["10.0.1.9", "10.0.1.20", "10.0.1.22", "10.0.1.30"], instanceId: "i-0a", groupIds: ofPods }),
        anEni("eni-b", { privateIpv4: ["10.0.2.4"], instanceId: "i-0b", subnetId: "subnet-b", groupIds: ofNodes }),
        anEni("eni-b2", {
          privateIpv4: ["10.0.2.9", "10.0.2.21", "10.0.2.23"],
          instanceId: "i-0b",
          subnetId: "subnet-b",
          groupIds: ofPods,
        }),
        anEni("eni-cp1", { privateIpv4: ["10.0.1.200"], description: "Amazon EKS prod", groupIds: ["sg-plane"] }),
        anEni("eni-cp2", { privateIpv4: ["10.0.2.200"], subnetId: "subnet-b", description: "Amazon EKS prod", groupIds: ["sg-plane"] }),
      ]),
    );

  it("no plan opens anything or does harm, and one of them is proved wherever there is any", () => {
    let offered = 0;
    fc.assert(
      fc.property(securityGroups, networkInterfaces, (groups, interfaces) => {
        const ground = groundOf("vpc-cni", { facts: { securityGroups: groups, networkInterfaces: interfaces, prefixLists: known([]) } });
        const before = judgedOn(ground);
        const finding = before.find((one) => one.check === check);
        if (finding?.status !== "fail") return;
        const { cluster, settings, readAt } = ground;
        const answer = fixes[check]?.({ cluster, finding, settings, account: cluster.account, region: cluster.region, readAt });
        const plans = answer === undefined || "none" in answer ? [] : (answer.or ?? []);
        const proofs = plans.map((plan) => prove(ground, finding, plan, before));
        for (const { newFails, worse, lost, opened } of proofs) {
          expect([...newFails, ...worse, ...lost].map((one) => `${one.check}: ${one.message}`)).toEqual([]);
          expect(opened).toEqual([]);
        }
        if (proofs.length === 0) return;
        offered += 1;
        expect(proofs.map(({ why }) => why)).toContain(undefined);
      }),
      { numRuns: 60, seed: 1 }, // so that as many are offered each time
    );
    expect(offered).toBeGreaterThan(10);
  });
});

const kubelet = [10_250, 10_255].map((port) => ({ protocol: "tcp" as const, from: port, to: port }));
