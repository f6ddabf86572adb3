import { execFile } from "node:child_process";
import { chmod, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { checks } from "../../core/checks/index.ts";
import { kubernetesKinds } from "../../core/collect/kubernetes/kinds.ts";
import { kubernetesReads } from "../../core/collect/reads.ts";
import { manifestText } from "../../core/fix/manifests.ts";
import { propose } from "../../core/fix/propose.ts";
import { judgedOn } from "../../core/fix/prove.ts";
import { manifestsFile, scriptOf } from "../../core/fix/script.ts";
import type { LoadBalancer } from "../../core/model/aws.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known, unknown } from "../../core/model/fact.ts";
import {
  aCluster,
  account,
  aLoadBalancer,
  aNetwork,
  aRule,
  aSecurityGroup,
  aVersion,
  prod,
  readAt,
  withSettings,
} from "../support/cluster.ts";
import { anOpenNetwork, aRouteTable } from "../support/network.ts";
import type { Manifest } from "./bed/kube/admin.ts";
import { type KubeApiserver, startKubeApiserver } from "./bed/kube/apiserver.ts";
import { customKinds } from "./bed/kube/definitions.ts";
import { suite } from "./bed/suite.ts";

const run = promisify(execFile);
const lists = [
  ...(["services", "ingresses", "ingressClasses", "ingressClassParams", "gateways", "gatewayClasses"] as const),
  ...(["loadBalancerConfigurations", "roles", "roleBindings"] as const),
];
type ListName = (typeof lists)[number];

/** AWS as far as a script of Kubernetes' side asks for it: whose account it is, and that what was deleted is gone. */
const aws = `#!/bin/sh
case "$1 $2" in
  "sts get-caller-identity") echo ${account} ;;
  "elb describe-load-balancers") echo "An error occurred (LoadBalancerNotFound)" >&2; exit 255 ;;
esac
`;

const metadata = (name: string, rest: object = {}) => ({ namespace: "shop", name, ...rest });
const lbService = (name: string, spec: object, annotations: object = {}): Manifest => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: metadata(name, { annotations }),
  spec: { type: "LoadBalancer", selector: { app: name }, ports: [{ port: 443, targetPort: 8443 }], ...spec },
});
const anonymousTo = (name: string, ...subjects: readonly (readonly ["User" | "Group", string])[]): Manifest => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRoleBinding",
  metadata: { name },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "lister" },
  subjects: subjects.map(([kind, subject]) => ({ kind, name: subject, apiGroup: "rbac.authorization.k8s.io" })),
});
const ingress = (name: string, annotations: object): Manifest => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: metadata(name, { annotations }),
  spec: { ingressClassName: "alb", defaultBackend: { service: { name: "classic", port: { number: 443 } } } },
});
const objects: readonly (readonly [plural: string, Manifest])[] = [
  ["namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } }],
  ["services", { ...lbService("claims", { type: "ClusterIP", externalIPs: ["8.8.8.8", "203.0.113.9"] }) }],
  [
    "services",
    lbService("classic", { externalTrafficPolicy: "Local" }, { "service.beta.kubernetes.io/load-balancer-source-ranges": "0.0.0.0/0" }),
  ],
  [
    "services",
    lbService(
      "network",
      { loadBalancerClass: "service.k8s.aws/nlb" },
      { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing" },
    ),
  ],
  [
    "services",
    lbService(
      "groupless",
      { loadBalancerClass: "service.k8s.aws/nlb", loadBalancerSourceRanges: ["203.0.113.0/24"] },
      {
        "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
        "service.beta.kubernetes.io/aws-load-balancer-disable-nlb-sg": "true",
      },
    ),
  ],
  [
    "ingressclasses",
    { apiVersion: "networking.k8s.io/v1", kind: "IngressClass", metadata: { name: "alb" }, spec: { controller: "ingress.k8s.aws/alb" } },
  ],
  [
    "services",
    lbService(
      "ranged",
      { loadBalancerClass: "service.k8s.aws/nlb" },
      { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing" },
    ),
  ],
  ["ingresses", ingress("listed", { "alb.ingress.kubernetes.io/scheme": "internet-facing" })],
  ["ingresses", ingress("web", { "alb.ingress.kubernetes.io/scheme": "internet-facing" })],
  [
    "gatewayclasses",
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "GatewayClass",
      metadata: { name: "nlb" },
      spec: { controllerName: "gateway.k8s.aws/nlb" },
    },
  ],
  [
    "gateways",
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: metadata("edge"),
      spec: { gatewayClassName: "nlb", listeners: [{ name: "tcp", port: 443, protocol: "TCP" }] },
    },
  ],
  [
    "loadbalancerconfigurations",
    {
      apiVersion: "gateway.k8s.aws/v1beta1",
      kind: "LoadBalancerConfiguration",
      metadata: metadata("door"),
      spec: { scheme: "internet-facing", securityGroupPrefixes: ["pl-0a1"] },
    },
  ],
  [
    "gateways",
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: metadata("door"),
      spec: {
        gatewayClassName: "nlb",
        infrastructure: { parametersRef: { group: "gateway.k8s.aws", kind: "LoadBalancerConfiguration", name: "door" } },
        listeners: [{ name: "tcp", port: 443, protocol: "TCP" }],
      },
    },
  ],
  [
    "clusterroles",
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "lister" },
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["list"] }],
    },
  ],
  ["clusterrolebindings", anonymousTo("theirs; touch pwned", ["User", "system:anonymous"])],
  ["clusterrolebindings", anonymousTo("shared", ["Group", "system:unauthenticated"], ["Group", "team"], ["User", "system:anonymous"])],
];

/** Its targets do not see who comes, so that nothing on them can keep anybody out. */
const targetGroup = {
  arn: `arn:aws:elasticloadbalancing:eu-west-1:${account}:targetgroup/groupless/0123456789abcdef`,
  name: "groupless",
  protocol: "TCP",
  port: 8443,
  targetType: "ip" as const,
  loadBalancerArns: [],
  preservesClientIp: known(false),
};
const tags = (kind: string, name: string) => known({ "elbv2.k8s.aws/cluster": "prod", [`${kind}.k8s.aws/stack`]: `shop/${name}` });
const open = { scheme: "internet-facing", securityGroupIds: ["sg-all"] } as const;
const loadBalancers: readonly LoadBalancer[] = [
  aLoadBalancer({
    ...open,
    name: "classic",
    type: "classic",
    listeners: known([{ port: 443, protocol: "TCP", targetPort: 30_443 }]),
    tags: known({ "kubernetes.io/cluster/prod": "owned", "kubernetes.io/service-name": "shop/classic" }),
  }),
  aLoadBalancer({ ...open, name: "network", listeners: known([{ port: 443, protocol: "TCP" }]), tags: tags("service", "network") }),
  aLoadBalancer({
    name: "groupless",
    listeners: known([{ port: 443, protocol: "TCP", actions: known([{ type: "forward", targetGroupArns: [targetGroup.arn] }]) }]),
    tags: tags("service", "groupless"),
  }),
  aLoadBalancer({
    ...open,
    name: "web",
    type: "application",
    listeners: known([{ port: 80, protocol: "HTTP", actions: known([{ type: "forward", targetGroupArns: [] }]) }]),
    tags: tags("ingress", "web"),
  }),
  aLoadBalancer({
    ...open,
    name: "edge",
    listeners: known([{ port: 443, protocol: "TCP" }]),
    tags:
      tags("gateway", "edge").state === "known"
        ? known({ "elbv2.k8s.aws/cluster": "prod", "gateway.k8s.aws.nlb/stack": "shop/edge" })
        : known({}),
  }),
  aLoadBalancer({
    ...open,
    securityGroupIds: ["sg-ranged"],
    name: "ranged",
    listeners: known([{ port: 443, protocol: "TCP" }]),
    tags: tags("service", "ranged"),
  }),
  aLoadBalancer({
    ...open,
    securityGroupIds: ["sg-listed"],
    name: "listed",
    type: "application",
    listeners: known([{ port: 80, protocol: "HTTP" }]),
    tags: tags("ingress", "listed"),
  }),
  aLoadBalancer({
    ...open,
    securityGroupIds: ["sg-door"],
    name: "door",
    listeners: known([{ port: 443, protocol: "TCP" }]),
    tags: known({ "elbv2.k8s.aws/cluster": "prod", "gateway.k8s.aws.nlb/stack": "shop/door" }),
  }),
];
/** Network ACLs that were not read ask nothing more of load balancers that are restricted. */
const withoutAcls: Partial<ClusterFacts> = { networkAcls: unknown("forbidden", "No access.") };
/** A subnet that leads nowhere, besides the main table's. */
const withPrivateSubnet: Partial<ClusterFacts> = anOpenNetwork({ tables: [aRouteTable(["subnet-private"])] });
const awsFacts: Partial<ClusterFacts> = {
  ...anOpenNetwork(),
  readAt: known(readAt),
  version: known(aVersion("1.31")),
  network: known(aNetwork()),
  loadBalancers: known(loadBalancers),
  securityGroups: known(
    ["sg-all", "sg-ranged", "sg-listed", "sg-door"].map((id) =>
      aSecurityGroup(id, [aRule({ protocol: "tcp", fromPort: 0, toPort: 65_535, cidrs: ["0.0.0.0/0"] })]),
    ),
  ),
  prefixLists: known([]),
  subnets: known([{ id: "subnet-private", availabilityZone: "eu-west-1a", cidrs: [], mapPublicIpOnLaunch: false }]),
  targetGroups: known([targetGroup]),
  targetGroupBindings: known([]),
  workloads: known([]),
  pods: known([]),
  nodes: known([]),
};

suite("Scripts that fix writes, run by kubectl against a kube-apiserver", { etcd: inject("etcd"), kubectl: inject("kubectl") }, ({
  etcd,
  kubectl,
}) => {
  let server: KubeApiserver;
  let folder: string;
  beforeAll(async () => {
    server = await startKubeApiserver({ etcd, etcdPrefix: "/fix", clusters: [], keys: [], groups: [], anonymous: "default" });
    for (const definition of customKinds) await server.admin.createDefinition(definition);
    for (const [plural, object] of objects) await server.admin.create(plural, object);
    folder = await mkdtemp(path.join(tmpdir(), "eks-perimeter-fix-"));
    const { cert, key } = server.adminCertificate;
    const base64 = (text: string): string => Buffer.from(text).toString("base64");
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "prod", cluster: { server: server.url, "certificate-authority": server.caFile } }],
      users: [{ name: "admin", user: { "client-certificate-data": base64(cert), "client-key-data": base64(key) } }],
      contexts: [{ name: prod, context: { cluster: "prod", user: "admin" } }],
    };
    await writeFile(path.join(folder, "kubeconfig"), JSON.stringify(config));
    await writeFile(path.join(folder, "aws"), aws);
    await chmod(path.join(folder, "aws"), 0o755);
  });
  afterAll(() => server?.stop());

  /** What the API server holds, read by the product's own parsers. */
  async function kubernetesFacts(): Promise<Partial<ClusterFacts>> {
    const all = await Promise.all(lists.map(async (name) => [name, known(await listOf(name))] as const));
    return Object.fromEntries(all);
  }
  async function listOf(name: ListName): Promise<readonly object[]> {
    const parts = await Promise.all(
      kubernetesKinds[name].map(async ({ read, versions, object }) => {
        const { group, resource } = kubernetesReads[read];
        for (const version of versions) {
          const { status, body } = await server.admin.get(
            group === "" ? `/api/${version}/${resource}` : `/apis/${group}/${version}/${resource}`,
          );
          if (status === 200) return (body.items as readonly object[]).map((item): object => object.parse(item));
        }
        return [];
      }),
    );
    return parts.flat();
  }
  const script = (file: string, env: Readonly<Record<string, string>> = {}) =>
    run("sh", [file], {
      cwd: folder,
      env: { PATH: `${folder}:${kubectl}:${process.env.PATH}`, HOME: folder, KUBECONFIG: path.join(folder, "kubeconfig"), ...env },
    });

  /** Ports on nodes are given anew where a Service's type was taken away for a while. */
  const comparable = (facts: Partial<ClusterFacts>) =>
    Object.fromEntries(
      lists.map((name) => {
        const fact = facts[name];
        const all = fact?.state === "known" ? (fact.value as readonly { readonly name: string; readonly uid?: string }[]) : [];
        const plain = all.map((one) =>
          JSON.parse(JSON.stringify(one, (key, value) => (key === "nodePort" || key === "uid" ? undefined : value))),
        );
        return [name, plain.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))];
      }),
    );

  it.each<readonly [string, string, Readonly<Record<string, string>>, Partial<ClusterFacts>]>([
    ["endpoint-refuses-anonymous-requests", "prod", {}, {}],
    ["service-uses-no-external-ips", "claims", {}, {}],
    ["load-balancer-source-ranges-enforced", "groupless", {}, {}],
    ["load-balancer-encrypts-traffic", "web", { CERTIFICATE_ARN: "stand-in" }, {}],
    ["load-balancer-internal-or-restricted", "classic", { PRIVATE_SUBNETS: "stand-in" }, {}],
    ["load-balancer-internal-or-restricted", "network", { PRIVATE_SUBNETS: "stand-in" }, {}],
    ["load-balancer-internal-or-restricted", "web", { PRIVATE_SUBNETS: "stand-in" }, {}],
    ["load-balancer-internal-or-restricted", "edge", {}, withPrivateSubnet],
    ["load-balancer-internal-or-restricted", "ranged", {}, withoutAcls],
    ["load-balancer-internal-or-restricted", "listed", {}, withoutAcls],
    ["load-balancer-internal-or-restricted", "door", {}, withoutAcls],
  ])("leaves what was proved: %s of %s", async (check, name, env, rest) => {
    const cluster = aCluster({ ...awsFacts, ...(await kubernetesFacts()), ...rest });
    const ground = {
      cluster,
      checks: checks.filter(({ surface }) => surface !== "coverage"),
      settings: withSettings({ trustedCidrs: ["203.0.113.0/24"] }),
      readAt,
    };
    const failing = judgedOn(ground).filter(
      (finding) => finding.check === check && finding.resource.name === name && finding.status === "fail",
    );
    const [proposal] = propose(ground, failing);
    if (proposal?.state !== "planned") throw new TypeError(`${check} has no plan for ${name}: ${JSON.stringify(proposal)}`);
    expect(proposal.proof.why ?? "proved").toBe("proved");
    const file = path.join(folder, "commands.sh");
    await writeFile(file, scriptOf(proposal, cluster));
    await writeFile(path.join(folder, manifestsFile), manifestText(proposal.plan.manifests));
    await script(file, env);
    if (rest === withoutAcls) expect(proposal.plan.summary).toContain("Lets only trusted ranges reach");
    expect(comparable(await kubernetesFacts())).toEqual(comparable(proposal.plan.after));
  });

  it("stops at once where the account is another", async () => {
    const cluster = {
      ...aCluster({ readAt: known(readAt), endpoint: known({ publicAccess: true, privateAccess: false, publicCidrs: [] }) }),
      account: "999988887777",
    };
    const ground = { cluster, checks, settings: withSettings({}), readAt };
    const [proposal] = propose(
      ground,
      judgedOn(ground).filter((finding) => finding.check === "endpoint-private-access-enabled"),
    );
    if (proposal?.state !== "planned") throw new TypeError("The endpoint has a plan.");
    const file = path.join(folder, "other.sh");
    await writeFile(file, scriptOf(proposal, cluster));
    await expect(script(file)).rejects.toMatchObject({ code: 1, stderr: "These commands are for account 999988887777.\n" });
  });
});
