import { CreateClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { Report } from "../../core/report/report.ts";
import { type Ended, eksPerimeter, reportOf } from "./bed/command-line.ts";
import { bedEnvironment, motoAccount, testCredentials } from "./bed/environment.ts";
import type { Admin, Manifest } from "./bed/kube/admin.ts";
import { type KubeApiserver, startKubeApiserver } from "./bed/kube/apiserver.ts";
import { elbv2ClassParams } from "./bed/kube/definitions.ts";
import { grantDeclaredReads, readers } from "./bed/kube/reader-role.ts";
import { type BalancerPlan, type MotoNetwork, motoNetwork } from "./bed/moto-network.ts";
import { suite } from "./bed/suite.ts";

const region = "eu-west-2";
const cluster = "exposed";
const everybody = ["0.0.0.0/0"];
const office = ["8.8.8.0/24"];
const beta = (name: string) => `service.beta.kubernetes.io/aws-load-balancer-${name}`;
const alb = (name: string) => `alb.ingress.kubernetes.io/${name}`;

const lbcTags = (kind: "service" | "ingress", stack: string) => ({
  "elbv2.k8s.aws/cluster": cluster,
  [`${kind}.k8s.aws/stack`]: stack,
  [`${kind}.k8s.aws/resource`]: "LoadBalancer",
});
const inTreeTags = (name: string) => ({ [`kubernetes.io/cluster/${cluster}`]: "owned", "kubernetes.io/service-name": `shop/${name}` });
const autoTags = (stack: string) => ({ "eks:eks-cluster-name": cluster, "service.eks.amazonaws.com/stack": stack });

type Verdict = "pass" | "fail" | "not-applicable" | "absent";
interface Household {
  /** The rule, as a case's name. */
  readonly rule: string;
  readonly object: Manifest;
  readonly plural: "services" | "ingresses";
  readonly balancer?: Omit<BalancerPlan, "name">;
  readonly exposure: Verdict;
  readonly declaration: Verdict;
  readonly owner: Verdict;
}

const service = (name: string, annotations: Readonly<Record<string, string>>, spec: object = {}): Manifest => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace: "shop", name, annotations },
  spec: { type: "LoadBalancer", selector: { app: name }, ports: [{ port: 443, targetPort: 8443 }], ...spec },
});
const ingress = (name: string, ingressClassName: string, annotations: Readonly<Record<string, string>> = {}): Manifest => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { namespace: "shop", name, annotations },
  spec: { ingressClassName, defaultBackend: { service: { name, port: { number: 80 } } } },
});
const network = { type: "network", protocol: "TCP", port: 443, subnets: "public" } as const;
const application = { type: "application", protocol: "HTTP", port: 80, subnets: "public" } as const;
const classic = { type: "classic", protocol: "TCP", port: 443, subnets: "public" } as const;
const lbc = { loadBalancerClass: "service.k8s.aws/nlb" };

const households: readonly Household[] = [
  {
    rule: "an internal load balancer is not exposed, whatever its group admits",
    object: service("internal", { [beta("scheme")]: "internal" }, lbc),
    plural: "services",
    balancer: { ...network, scheme: "internal", admits: everybody, tags: lbcTags("service", "shop/internal") },
    exposure: "pass",
    declaration: "pass",
    owner: "pass",
  },
  {
    rule: "an internet-facing one that admits everybody is exposed",
    object: service("open", { [beta("scheme")]: "internet-facing" }, lbc),
    plural: "services",
    balancer: { ...network, scheme: "internet-facing", admits: everybody, tags: lbcTags("service", "shop/open") },
    exposure: "fail",
    declaration: "pass",
    owner: "pass",
  },
  {
    rule: "one that admits the office alone is restricted",
    object: service("partner", { [beta("scheme")]: "internet-facing" }, { ...lbc, loadBalancerSourceRanges: office }),
    plural: "services",
    balancer: { ...network, scheme: "internet-facing", admits: office, tags: lbcTags("service", "shop/partner") },
    exposure: "pass",
    declaration: "pass",
    owner: "pass",
  },
  {
    rule: "in-tree: a changed annotation does not change an existing load balancer",
    object: service("classic", { [beta("internal")]: "true" }),
    plural: "services",
    balancer: { ...classic, scheme: "internet-facing", admits: everybody, tags: inTreeTags("classic") },
    exposure: "fail",
    declaration: "fail",
    owner: "pass",
  },
  {
    rule: "in-tree: a silent manifest asks for internet-facing",
    object: service("silent", {}),
    plural: "services",
    balancer: { ...classic, scheme: "internet-facing", admits: everybody, tags: inTreeTags("silent") },
    exposure: "fail",
    declaration: "pass",
    owner: "pass",
  },
  {
    rule: "Auto Mode: its class, and its tags",
    object: service("auto", { [beta("scheme")]: "internet-facing" }, { loadBalancerClass: "eks.amazonaws.com/nlb" }),
    plural: "services",
    balancer: { ...network, scheme: "internet-facing", admits: everybody, tags: autoTags("shop/auto") },
    exposure: "fail",
    declaration: "pass",
    owner: "pass",
  },
  {
    rule: "an Ingress of the controller's class, by its annotation",
    object: ingress("web", "alb", { [alb("scheme")]: "internet-facing" }),
    plural: "ingresses",
    balancer: { ...application, scheme: "internet-facing", admits: everybody, tags: lbcTags("ingress", "shop/web") },
    exposure: "fail",
    declaration: "pass",
    owner: "pass",
  },
  {
    rule: "an Ingress without a scheme asks for internal",
    object: ingress("intern", "alb"),
    plural: "ingresses",
    balancer: { ...application, scheme: "internal", admits: everybody, tags: lbcTags("ingress", "shop/intern") },
    exposure: "pass",
    declaration: "pass",
    owner: "pass",
  },
  {
    rule: "the parameters of the class beat the annotation",
    object: ingress("params", "alb-facing", { [alb("scheme")]: "internal" }),
    plural: "ingresses",
    balancer: { ...application, scheme: "internet-facing", admits: everybody, tags: lbcTags("ingress", "shop/params") },
    exposure: "fail",
    declaration: "pass",
    owner: "pass",
  },
  {
    rule: "an Ingress of another controller owns no load balancer",
    object: ingress("nginx", "nginx"),
    plural: "ingresses",
    exposure: "absent",
    declaration: "absent",
    owner: "absent",
  },
];

const classes: readonly Manifest[] = [
  { name: "alb", controller: "ingress.k8s.aws/alb" },
  {
    name: "alb-facing",
    controller: "ingress.k8s.aws/alb",
    parameters: { apiGroup: "elbv2.k8s.aws", kind: "IngressClassParams", name: "facing" },
  },
  { name: "nginx", controller: "k8s.io/ingress-nginx" },
].map(({ name, ...spec }) => ({ apiVersion: "networking.k8s.io/v1", kind: "IngressClass", metadata: { name }, spec }));

async function write(admin: Admin, aws: MotoNetwork): Promise<void> {
  await admin.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  await admin.createDefinition(elbv2ClassParams);
  const params = { apiVersion: "elbv2.k8s.aws/v1beta1", kind: "IngressClassParams", metadata: { name: "facing" } };
  await admin.create("ingressclassparams", { ...params, spec: { scheme: "internet-facing" } });
  for (const one of classes) await admin.create("ingressclasses", one);
  for (const { object, plural, balancer } of households) {
    await admin.create(plural, object);
    if (balancer === undefined) continue;
    const hostname = await aws.createBalancer({ name: `k8s-${object.metadata.name}`, ...balancer });
    await admin.setStatus(plural, object, { loadBalancer: { ingress: [{ hostname }] } });
  }
  await aws.createBalancer({
    ...network,
    name: "k8s-left",
    scheme: "internet-facing",
    admits: office,
    tags: lbcTags("service", "shop/left"),
  });
}

suite("exposure of a cluster in moto and a real API server", { moto: inject("moto"), etcd: inject("etcd") }, ({ moto, etcd }) => {
  let server: KubeApiserver;
  let ended: Ended;
  let report: Report;

  beforeAll(async () => {
    const keys = [{ ...testCredentials, arn: `arn:aws:iam::${motoAccount}:user/testing` }];
    server = await startKubeApiserver({ etcd, etcdPrefix: "/exposure", clusters: [cluster], keys, groups: [readers] });
    await grantDeclaredReads(server.admin);
    const aws = await motoNetwork(moto, region, 30);
    await new EKSClient({ endpoint: moto, region, credentials: testCredentials }).send(
      new CreateClusterCommand({
        name: cluster,
        version: "1.36",
        roleArn: `arn:aws:iam::${motoAccount}:role/eks-cluster`,
        resourcesVpcConfig: {
          subnetIds: [...aws.subnetIds.private],
          endpointPublicAccess: true,
          endpointPrivateAccess: true,
          publicAccessCidrs: [...office],
        },
        tags: { "test:endpoint": server.url, "test:ca-file": server.caFile },
      }),
    );
    await write(server.admin, aws);
    const env = bedEnvironment({ AWS_ENDPOINT_URL: moto, EKS_PERIMETER_ALLOWED_ENDPOINT_HOSTS: "127.0.0.1" });
    ended = await eksPerimeter(["scan", "--region", region, "--cluster", cluster, "--json"], env);
    report = reportOf(ended);
  });
  afterAll(() => server?.stop());

  const statusOf = (check: string, kind: string, name: string): string =>
    report.findings.find((finding) => finding.check === check && finding.resource.kind === kind && finding.resource.name === name)
      ?.status ?? "absent";

  it("reads everything", () => {
    const unread = report.clusters.flatMap(({ coverage }) => coverage.filter(({ state }) => state !== "read"));
    expect(unread, ended.stderr).toEqual([]);
  });

  it.each(
    households.flatMap(({ rule, object, exposure, declaration, owner }) =>
      (
        [
          ["load-balancer-internal-or-restricted", exposure],
          ["load-balancer-matches-declaration", declaration],
          ["load-balancer-has-owner", owner],
        ] as const
      ).map(([check, verdict]) => [verdict, rule, check, object.kind, object.metadata.name] as const),
    ),
  )("%s: %s (%s)", (verdict, _rule, check, kind, name) => {
    expect(statusOf(check, kind, name)).toBe(verdict);
  });

  it("fail: a load balancer that outlived its Service, which is judged all the same", () => {
    expect(statusOf("load-balancer-has-owner", "Service", "left")).toBe("fail");
    expect(statusOf("load-balancer-internal-or-restricted", "Service", "left")).toBe("pass");
  });
});
