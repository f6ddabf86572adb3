import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { CreateClusterCommand, CreateNodegroupCommand, EKSClient } from "@aws-sdk/client-eks";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { Report } from "../../core/report/report.ts";
import { type Ended, eksPerimeter, reportOf } from "./bed/command-line.ts";
import { bedEnvironment, motoAccount, testCredentials } from "./bed/environment.ts";
import type { Admin } from "./bed/kube/admin.ts";
import { type KubeApiserver, startKubeApiserver } from "./bed/kube/apiserver.ts";
import { grantDeclaredReads, readers } from "./bed/kube/reader-role.ts";
import { type Admits, type MotoNetwork, motoNetwork, type SubnetPlan } from "./bed/moto-network.ts";
import { suite } from "./bed/suite.ts";

const run = promisify(execFile);
const region = "eu-west-3";
/** Open to whoever asks, and strict. */
const [loose, strict] = ["loose", "strict"];
const everybody = ["0.0.0.0/0", "::/0"];
const office = ["8.8.8.0/24"];
const rbac = "rbac.authorization.k8s.io";

const judged = {
  address: "node-has-no-public-address",
  ports: "node-ports-not-public",
  ssh: "node-ssh-not-public",
  kubelet: "kubelet-not-exposed",
  metadata: "instance-metadata-blocked-from-pods",
} as const;
type Verdict = "pass" | "fail" | "not-applicable" | "unknown";

interface PoolPlan {
  /** The rule, as a case's name. */
  readonly rule: string;
  readonly kind: "NodeGroup" | "NodePool" | "AutoScalingGroup" | "Instance";
  readonly name: string;
  readonly subnet: keyof typeof subnets;
  readonly isPublic?: true;
  readonly hasIpv6?: true;
  readonly admits: readonly Admits[];
  /** IMDS. */
  readonly tokens?: "optional" | "required";
  readonly hopLimit?: number;
  readonly endpoint?: "disabled";
  /** The subnet of a second interface, with an Elastic IP and the same groups. */
  readonly second?: keyof typeof subnets;
  readonly isStopped?: true;
  /** Of a pod that runs on it. */
  readonly hostPort?: number;
  readonly verdicts: Readonly<Partial<Record<keyof typeof judged, Verdict>>>;
}

const subnets = {
  public: { route: "internet gateway" },
  private: { route: "nowhere" },
  outward: { route: "egress-only internet gateway" },
  walled: {
    route: "internet gateway",
    acl: [
      { action: "deny", cidr: "0.0.0.0/0", ports: { From: 22, To: 22 } },
      { action: "deny", cidr: "0.0.0.0/0", ports: { From: 10250, To: 10255 } },
      { action: "deny", cidr: "0.0.0.0/0", ports: { From: 30000, To: 32767 } },
      { action: "allow", cidr: "0.0.0.0/0" },
    ],
  },
  late: {
    route: "internet gateway",
    acl: [
      { action: "allow", cidr: "0.0.0.0/0" },
      { action: "deny", cidr: "0.0.0.0/0", ports: { From: 22, To: 22 } },
    ],
  },
} as const satisfies Record<string, SubnetPlan>;

const on = (port: number, cidrs: readonly string[]): Admits => ({ from: port, to: port, cidrs });
const nodePorts = (cidrs: readonly string[]): Admits => ({ from: 30_000, to: 32_767, cidrs });
const all = (verdict: Verdict) => ({ address: verdict, ports: verdict, ssh: verdict, kubelet: verdict, metadata: verdict });

const pools: readonly PoolPlan[] = [
  {
    rule: "a managed node group in private subnets, IMDSv2 with hop limit 1",
    kind: "NodeGroup",
    name: "calm",
    subnet: "private",
    admits: [on(10250, ["10.40.0.0/16"]), on(22, ["10.40.0.0/16"])],
    verdicts: all("pass"),
  },
  {
    rule: "a managed node group with public addresses, open ports and IMDSv1",
    kind: "NodeGroup",
    name: "open",
    subnet: "public",
    isPublic: true,
    admits: [nodePorts(everybody), on(22, everybody), on(10250, everybody)],
    tokens: "optional",
    verdicts: all("fail"),
  },
  {
    rule: "a public address that no rule admits anybody to; hop limit 2 lets pods ask",
    kind: "AutoScalingGroup",
    name: "edge",
    subnet: "public",
    isPublic: true,
    admits: [],
    hopLimit: 2,
    verdicts: { ...all("pass"), address: "fail", metadata: "fail" },
  },
  {
    rule: "rules that admit everybody to a node that nothing leads to; the kubelet is judged by its rules alone",
    kind: "NodePool",
    name: "hidden",
    subnet: "private",
    admits: [nodePorts(everybody), on(22, everybody), on(10255, everybody)],
    verdicts: { ...all("pass"), kubelet: "fail" },
  },
  {
    rule: "a public address in a subnet without a route to an internet gateway",
    kind: "NodePool",
    name: "unrouted",
    subnet: "private",
    isPublic: true,
    admits: [nodePorts(everybody), on(22, everybody)],
    verdicts: { ...all("pass"), address: "fail" },
  },
  {
    rule: "a network ACL denies what the security group admits",
    kind: "NodePool",
    name: "walled",
    subnet: "walled",
    isPublic: true,
    admits: [nodePorts(["0.0.0.0/0"]), on(22, ["0.0.0.0/0"]), on(10250, ["0.0.0.0/0"])],
    verdicts: { ...all("pass"), address: "fail" },
  },
  {
    rule: "a network ACL whose first rule admits what a later one denies",
    kind: "NodePool",
    name: "late",
    subnet: "late",
    isPublic: true,
    admits: [on(22, ["0.0.0.0/0"])],
    verdicts: { ...all("pass"), address: "fail", ssh: "fail" },
  },
  {
    rule: "an Elastic IP on a second interface, in another subnet",
    kind: "NodePool",
    name: "second",
    subnet: "private",
    second: "public",
    admits: [nodePorts(everybody), on(22, everybody)],
    verdicts: { ...all("pass"), address: "fail", ports: "fail", ssh: "fail" },
  },
  {
    rule: "IMDSv1 that is off altogether",
    kind: "NodePool",
    name: "no-metadata",
    subnet: "private",
    admits: [],
    endpoint: "disabled",
    tokens: "optional",
    hopLimit: 2,
    verdicts: all("pass"),
  },
  {
    rule: "an open node that does not run has no reach",
    kind: "NodeGroup",
    name: "stopped",
    subnet: "public",
    isPublic: true,
    isStopped: true,
    admits: [nodePorts(everybody), on(22, everybody), on(10250, everybody)],
    tokens: "optional",
    verdicts: all("not-applicable"),
  },
  {
    rule: "two halves are the internet, and RDP is a remote shell",
    kind: "NodePool",
    name: "halves",
    subnet: "public",
    isPublic: true,
    admits: [on(3389, ["0.0.0.0/1", "128.0.0.0/1"])],
    verdicts: { ...all("pass"), address: "fail", ssh: "fail" },
  },
  {
    rule: "the office alone is not the internet, yet no part of the VPC",
    kind: "NodePool",
    name: "office",
    subnet: "public",
    isPublic: true,
    admits: [nodePorts(office), on(22, office), on(10250, office)],
    verdicts: { ...all("pass"), address: "fail", kubelet: "fail" },
  },
  {
    rule: "a global IPv6 address in a subnet that routes to an internet gateway",
    kind: "Instance",
    name: "ipv6",
    subnet: "public",
    hasIpv6: true,
    admits: [on(22, ["::/0"]), nodePorts(["::/0"])],
    verdicts: { ...all("pass"), address: "fail", ssh: "fail", ports: "fail" },
  },
  {
    rule: "a global IPv6 address behind an egress-only internet gateway",
    kind: "Instance",
    name: "outward",
    subnet: "outward",
    hasIpv6: true,
    admits: [on(22, ["::/0"]), nodePorts(["::/0"])],
    verdicts: all("pass"),
  },
  {
    rule: "a declared host port that the internet reaches",
    kind: "NodePool",
    name: "host-port",
    subnet: "public",
    isPublic: true,
    admits: [on(8080, everybody)],
    hostPort: 8080,
    verdicts: { ...all("pass"), address: "fail", ports: "fail" },
  },
  {
    rule: "the same open port, which no pod declares",
    kind: "NodePool",
    name: "no-host-port",
    subnet: "public",
    isPublic: true,
    admits: [on(8080, everybody)],
    verdicts: { ...all("pass"), address: "fail" },
  },
];

/** The tags that those who launch nodes give them. */
const tagsOf = ({ kind, name }: PoolPlan): Readonly<Record<string, string>> => ({
  "eks:cluster-name": loose,
  ...{
    NodeGroup: { "eks:nodegroup-name": name },
    NodePool: { "karpenter.sh/nodepool": name },
    AutoScalingGroup: { "aws:autoscaling:groupName": name },
    Instance: {},
  }[kind],
});

const ready = { conditions: [{ type: "Ready", status: "True" }], nodeInfo: { kubeletVersion: "v1.36.3", operatingSystem: "linux" } };

async function registerNode(admin: Admin, name: string, address: string, node: { labels?: object; providerID?: string }): Promise<void> {
  const { labels = {}, ...spec } = node;
  const object = { apiVersion: "v1", kind: "Node", metadata: { name, labels }, spec };
  await admin.create("nodes", object);
  await admin.setStatus("nodes", object, { ...ready, addresses: [{ type: "InternalIP", address }] });
}

async function runPod(
  admin: Admin,
  name: string,
  podIP: string,
  pod: { nodeName: string; annotations?: object; ports?: object[] },
): Promise<void> {
  const { nodeName, annotations = {}, ports = [{ containerPort: 8080 }] } = pod;
  const containers = [{ name: "main", image: "main:1", ports }];
  const object = { apiVersion: "v1", kind: "Pod", metadata: { namespace: "shop", name, annotations }, spec: { nodeName, containers } };
  await admin.create("pods", object);
  await admin.setStatus("pods", object, { phase: "Running", podIP, podIPs: [{ ip: podIP }] });
}

/** Each pool's node, and what its Node is called. */
async function launch(admin: Admin, aws: MotoNetwork): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  const ids: Record<string, string> = {};
  for (const [name, plan] of Object.entries(subnets)) ids[name] = await aws.createSubnet(plan);
  for (const plan of pools) {
    const { name, subnet, admits, tokens = "required", hopLimit = 1, endpoint, isPublic, hasIpv6, second, isStopped, hostPort } = plan;
    const groupIds = [await aws.createSecurityGroup(name, admits)];
    const node = await aws.createNode({
      subnetId: ids[subnet] ?? "",
      groupIds,
      tags: tagsOf(plan),
      metadata: {
        HttpTokens: tokens,
        HttpPutResponseHopLimit: hopLimit,
        ...(endpoint === undefined ? {} : { HttpEndpoint: endpoint }),
      },
      ...(second === undefined ? {} : { second: { subnetId: ids[second] ?? "", groupIds } }),
      ...(isStopped === undefined ? {} : { isStopped }),
      ...(isPublic === undefined ? {} : { isPublic }),
      ...(hasIpv6 === undefined ? {} : { hasIpv6 }),
    });
    names.set(name, node.name);
    if (isStopped) continue; // its Node is gone too
    await registerNode(admin, node.name, node.address, { providerID: `aws:///${region}a/${node.instanceId}` });
    if (hostPort !== undefined) {
      await runPod(admin, "serves", node.address, { nodeName: node.name, ports: [{ containerPort: 80, hostPort }] });
    }
  }
  return names;
}

const parts = { moto: inject("moto"), etcd: inject("etcd"), cli: inject("aws") };
suite("exposure of nodes in moto, registered with a real API server", parts, ({ moto, etcd, cli }) => {
  const servers: KubeApiserver[] = [];
  let names: ReadonlyMap<string, string>;
  let ended: Ended;
  let report: Report;

  beforeAll(async () => {
    const keys = [{ ...testCredentials, arn: `arn:aws:iam::${motoAccount}:user/testing` }];
    const start = (name: string) => startKubeApiserver({ etcd, etcdPrefix: `/nodes-${name}`, clusters: [name], keys, groups: [readers] });
    const [open, closed] = await Promise.all([start(loose), start(strict)]);
    servers.push(open, closed);
    for (const { admin } of servers) {
      await grantDeclaredReads(admin);
      await admin.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
    }
    const aws = await motoNetwork(moto, region, 40);
    const eks = new EKSClient({ endpoint: moto, region, credentials: testCredentials });
    const createCluster = async (name: string, version: string, { url, caFile }: KubeApiserver, securityGroupIds: string[]) => {
      const resourcesVpcConfig = { subnetIds: [...aws.subnetIds.private], endpointPublicAccess: false, endpointPrivateAccess: true };
      const { cluster } = await eks.send(
        new CreateClusterCommand({
          name,
          version,
          roleArn: `arn:aws:iam::${motoAccount}:role/eks-cluster`,
          resourcesVpcConfig: { ...resourcesVpcConfig, securityGroupIds },
          tags: { "test:endpoint": url, "test:ca-file": caFile },
        }),
      );
      return cluster?.resourcesVpcConfig?.clusterSecurityGroupId ?? "";
    };
    const looseGroup = await createCluster(loose, "1.31", open, [await aws.createSecurityGroup("api", [on(443, ["172.16.0.0/12"])])]);
    const strictGroup = await createCluster(strict, "1.36", closed, [await aws.createSecurityGroup("own", [on(443, ["10.40.0.0/16"])])]);
    for (const { name } of pools.filter(({ kind }) => kind === "NodeGroup")) {
      const nodeRole = `arn:aws:iam::${motoAccount}:role/eks-node`;
      await eks.send(
        new CreateNodegroupCommand({ clusterName: loose, nodegroupName: name, nodeRole, subnets: [...aws.subnetIds.private] }),
      );
    }
    names = await launch(open.admin, aws);
    await bindAnonymous(open.admin);
    // Machines that are not of the VPC, and Fargate's pods, which no engine polices.
    const [subnetId = ""] = aws.subnetIds.private;
    await registerNode(open.admin, "hybrid", "192.168.7.7", { providerID: "eks-hybrid:///eu-west-3/loose/mi-0123456789abcdef0" });
    for (const name of ["fargate-a", "fargate-b"]) {
      const address = await aws.createInterface({ subnetId, groupIds: [looseGroup], description: "" });
      await registerNode(open.admin, name, address, { labels: { "eks.amazonaws.com/compute-type": "fargate" } });
      await runPod(open.admin, `on-${name}`, address, { nodeName: name });
    }
    await sealPods(closed.admin, aws, strictGroup);
    const env = bedEnvironment({ AWS_ENDPOINT_URL: moto, EKS_PERIMETER_ALLOWED_ENDPOINT_HOSTS: "127.0.0.1" });
    ended = await eksPerimeter(["scan", "--region", region, "--json"], env);
    report = reportOf(ended);
  });
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  const findingOf = (check: string, kind: string, name: string) =>
    report.findings.find((finding) => finding.check === check && finding.resource.kind === kind && finding.resource.name === name);
  const verdictOf = (check: string, kind: string, name: string): string => {
    const finding = findingOf(check, kind, name);
    return finding === undefined ? "absent" : finding.status;
  };

  it("reads everything", () => {
    expect(report.clusters.map(({ name }) => name).sort()).toEqual([loose, strict]);
    const unread = report.clusters.flatMap(({ coverage }) => coverage.filter(({ state }) => state !== "read"));
    expect(unread, ended.stderr).toEqual([]);
  });

  it.each(
    pools.flatMap(({ rule, kind, name, verdicts }) =>
      (Object.keys(verdicts) as (keyof typeof verdicts)[]).map((what) => [verdicts[what], rule, judged[what], kind, name] as const),
    ),
  )("%s: %s (%s)", (verdict, _rule, check, kind, name) => {
    const its = kind === "Instance" ? (names.get(name) ?? "") : name;
    expect(verdictOf(check, kind, its), JSON.stringify(findingOf(check, kind, its))).toBe(verdict);
  });

  it.each(Object.values(judged))("not-applicable: nodes on Fargate, and outside AWS (%s)", (check) => {
    expect(verdictOf(check, "Node", "fargate-a")).toBe("not-applicable");
    expect(verdictOf(check, "Node", "hybrid")).toBe("not-applicable");
  });

  it.each([
    ["fail", "a role that reads pods is bound to anonymous requests", "endpoint-refuses-anonymous-requests", loose],
    ["pass", "the default bindings give health and version alone", "endpoint-refuses-anonymous-requests", strict],
    ["fail", "a group on the control plane's interfaces admits ranges outside the VPC", "endpoint-security-groups-restrict-access", loose],
    ["pass", "the groups admit the VPC and each other's members alone", "endpoint-security-groups-restrict-access", strict],
    ["fail", "nothing stands between a pod on Fargate and another's kubelet", "kubelet-blocked-from-pods", loose],
    ["pass", "branch interfaces in strict mode, whose group the nodes' groups do not admit", "kubelet-blocked-from-pods", strict],
  ])("%s: %s (%s)", (verdict, _rule, check, name) => {
    expect(verdictOf(check, "Cluster", name), JSON.stringify(findingOf(check, "Cluster", name))).toBe(verdict);
  });

  it.each([loose, strict])("judges the groups of %s by the control plane's own interfaces", (name) => {
    const evidence = findingOf("endpoint-security-groups-restrict-access", "Cluster", name)?.evidence;
    expect(evidence?.seenOn).toEqual([expect.stringMatching(/^eni-/), expect.stringMatching(/^eni-/)]);
  });

  it("high: before Kubernetes 1.32 EKS answers what is bound to anonymous requests", () => {
    expect(findingOf("endpoint-refuses-anonymous-requests", "Cluster", loose)?.severity).toBe("high");
  });

  it("judges no node of the other cluster, in the same VPC, and no pool that has none", () => {
    const about = report.findings.filter(({ check }) => (Object.values(judged) as string[]).includes(check));
    const of = (name: string) => about.filter(({ cluster }) => cluster?.endsWith(`/${name}`)).map(({ resource }) => resource.name);
    const named = pools.map(({ kind, name }) => (kind === "Instance" ? (names.get(name) ?? "") : name));
    expect(new Set(of(loose))).toEqual(new Set([...named, "fargate-a", "fargate-b", "hybrid"]));
    expect(new Set(of(strict))).toEqual(new Set(["a", "b"]));
  });

  // The last: it changes what the others look at.
  it("what fix types of security groups is taken by the AWS CLI, and mends every pool that it says it mends", async () => {
    const mended = [judged.ssh, judged.ports, judged.kubelet, "endpoint-security-groups-restrict-access"];
    const env = bedEnvironment({ AWS_ENDPOINT_URL: moto, EKS_PERIMETER_ALLOWED_ENDPOINT_HOSTS: "127.0.0.1" });
    const out = await mkdtemp(path.join(tmpdir(), "eks-perimeter-fix-"));
    const asked = mended.flatMap((check) => ["--check", check]);
    const { exitCode, stderr } = await eksPerimeter(["fix", "--region", region, "--out", out, ...asked], env);
    expect(exitCode, stderr).toBe(0);
    const folders = (await readdir(out, { withFileTypes: true })).filter((one) => one.isDirectory()).map(({ name }) => name);
    const scripts = folders.toSorted().map((name) => path.join(out, name, "commands.sh"));
    const written = scripts.filter((file) => existsSync(file));
    expect(written.length).toBeGreaterThan(5);
    for (const file of written) await run("sh", [file], { env: { ...env, PATH: `${path.dirname(cli)}:${process.env.PATH}` } });
    const again = reportOf(await eksPerimeter(["scan", "--region", region, "--json"], env));
    const before = report.findings.filter(({ check, status }) => mended.includes(check) && status === "fail").map(({ id }) => id);
    expect(again.findings.filter(({ id, status }) => before.includes(id) && status !== "pass")).toEqual([]);
    const open = (one: Report) => one.findings.filter(({ status }) => status === "fail").map(({ id }) => id);
    expect(open(again).filter((id) => !open(report).includes(id))).toEqual([]);
  });
});

async function bindAnonymous(admin: Admin): Promise<void> {
  const rules = [{ apiGroups: [""], resources: ["pods"], verbs: ["list"] }];
  await admin.create("clusterroles", { apiVersion: `${rbac}/v1`, kind: "ClusterRole", metadata: { name: "pods" }, rules });
  await admin.create("clusterrolebindings", {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name: "everybody" },
    roleRef: { apiGroup: rbac, kind: "ClusterRole", name: "pods" },
    subjects: [{ apiGroup: rbac, kind: "User", name: "system:anonymous" }],
  });
}

/** Two nodes, and a pod with a security group of its own on a branch interface in strict mode. */
async function sealPods(admin: Admin, aws: MotoNetwork, clusterGroupId: string): Promise<void> {
  const [subnetId = ""] = aws.subnetIds.private;
  const metadata = { HttpTokens: "required", HttpPutResponseHopLimit: 1 } as const;
  const nodes = [];
  for (const tag of ["a", "b"]) {
    const tags = { "eks:cluster-name": strict, "eks:nodegroup-name": tag };
    const node = await aws.createNode({ subnetId, groupIds: [clusterGroupId], tags, metadata });
    await registerNode(admin, node.name, node.address, { providerID: `aws:///${region}a/${node.instanceId}` });
    nodes.push(node);
  }
  const env = [
    { name: "ENABLE_POD_ENI", value: "true" },
    { name: "POD_SECURITY_GROUP_ENFORCING_MODE", value: "strict" },
  ];
  const image = "602401143452.dkr.ecr.eu-west-3.amazonaws.com/amazon-k8s-cni:v1.23.1";
  const template = {
    metadata: { labels: { app: "aws-node" } },
    spec: { hostNetwork: true, containers: [{ name: "aws-node", image, env }] },
  };
  const { body } = await admin.create("daemonsets", {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { namespace: "kube-system", name: "aws-node" },
    spec: { selector: { matchLabels: { app: "aws-node" } }, template },
  });
  const nodeName = nodes[0]?.name ?? "";
  const { uid } = body.metadata as { readonly uid: string };
  const agent = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      namespace: "kube-system",
      name: "aws-node-x7",
      labels: template.metadata.labels,
      ownerReferences: [{ apiVersion: "apps/v1", kind: "DaemonSet", name: "aws-node", uid, controller: true }],
    },
    spec: { ...template.spec, nodeName },
  };
  await admin.create("pods", agent);
  await admin.setStatus("pods", agent, { phase: "Running", conditions: [{ type: "Ready", status: "True" }] });
  // The pod is to be younger than the agent that sets it up, and times are whole seconds.
  await setTimeout(1_100);
  const groupIds = [await aws.createSecurityGroup("pods", [])];
  const podIp = await aws.createInterface({ subnetId, groupIds, description: "aws-k8s-branch-eni" });
  const annotations = { "vpc.amazonaws.com/pod-eni": '[{"eniId":"eni-1"}]' };
  await runPod(admin, "sealed", podIp, { nodeName, annotations });
}
