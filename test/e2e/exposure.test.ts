import { writeFile } from "node:fs/promises";
import path from "node:path";
import { CreateClusterCommand, CreateNodegroupCommand, EKSClient } from "@aws-sdk/client-eks";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { awsReads } from "../../core/collect/reads.ts";
import type { Report } from "../../core/report/report.ts";
import { type Ended, eksPerimeter, reportOf } from "./bed/command-line.ts";
import { type Door, startDoor } from "./bed/door.ts";
import { bedEnvironment, motoAccount, testCredentials } from "./bed/environment.ts";
import type { Admin, Manifest } from "./bed/kube/admin.ts";
import { type KubeApiserver, startKubeApiserver } from "./bed/kube/apiserver.ts";
import { customKinds } from "./bed/kube/definitions.ts";
import { grantDeclaredReads, readers } from "./bed/kube/reader-role.ts";
import { judgeByModels } from "./bed/models.ts";
import { type MotoNetwork, motoNetwork } from "./bed/moto-network.ts";
import { suite } from "./bed/suite.ts";
import {
  cluster,
  configuration,
  everybody,
  type Household,
  households,
  judged,
  lbcTags,
  network,
  office,
  prefixListName,
  referredTo,
} from "./exposure-households.ts";

const region = "eu-west-2";

async function write(admin: Admin, aws: MotoNetwork): Promise<void> {
  await admin.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  for (const definition of customKinds) await admin.createDefinition(definition);
  for (const [plural, object] of referredTo) await admin.create(plural, object);
  const acl = office.map((cidr) => ({ action: "allow", cidr }) as const);
  const guarded = [await aws.createSubnet({ route: "internet gateway", acl }), await aws.createSubnet({ route: "internet gateway", acl })];
  const prefixListId = await aws.createPrefixList("halves", ["0.0.0.0/1", "128.0.0.0/1"]);
  const balancerOf = async (name: string, balancer: NonNullable<Household["balancer"]>) => {
    const subnets = balancer.subnets === "guarded" ? guarded : balancer.subnets;
    const lists = balancer.admitsPrefixLists === undefined ? {} : { admitsPrefixLists: [prefixListId] };
    return aws.createBalancer({ ...balancer, ...lists, subnets, name: `k8s-${name}` });
  };
  const numbered = (object: Manifest): Manifest => JSON.parse(JSON.stringify(object).replaceAll(prefixListName, prefixListId));
  const hostnames = new Map<string, string>();
  for (const { object, plural, balancer, frontend, shares = "" } of households) {
    const { name } = object.metadata;
    const its = balancer === undefined ? undefined : await balancerOf(name, balancer);
    const before = frontend === undefined ? undefined : await aws.createBalancer({ ...frontend, name: `k8s-${name}-front` });
    const hostname = (before ?? its)?.hostname ?? hostnames.get(shares);
    if (hostname !== undefined) hostnames.set(name, hostname);
    if (plural === "gateways") {
      // Its definition has no subresource, so that the status is written with the object.
      await admin.create(plural, { ...object, status: { addresses: [{ type: "Hostname", value: hostname }] } });
      continue;
    }
    await admin.create(plural, numbered(object));
    if (hostname !== undefined) await admin.setStatus(plural, object, { loadBalancer: { ingress: [{ hostname }] } });
  }
  const facing = { ...network, scheme: "internet-facing" } as const;
  await aws.createBalancer({ ...facing, name: "k8s-left", admits: office, tags: lbcTags("service", "shop/left") });
  const elsewhere = { ...facing, admits: everybody, tags: { Name: "made by hand" } };
  const { targetGroupArn } = await aws.createBalancer({ ...elsewhere, name: "bound" });
  await aws.createBalancer({ ...elsewhere, name: "strangers" });
  await admin.create("targetgroupbindings", {
    apiVersion: "elbv2.k8s.aws/v1beta1",
    kind: "TargetGroupBinding",
    metadata: { namespace: "shop", name: "bound" },
    spec: { serviceRef: { name: "internal", port: 443 }, targetGroupARN: targetGroupArn },
  });
}

suite("exposure of a cluster in moto and a real API server", { moto: inject("moto"), etcd: inject("etcd") }, ({ moto, etcd }) => {
  let server: KubeApiserver;
  let door: Door;
  let aws: MotoNetwork;
  let ended: Ended;
  let report: Report;

  const scan = async (): Promise<void> => {
    const env = bedEnvironment({ AWS_ENDPOINT_URL: door.url, EKS_PERIMETER_ALLOWED_ENDPOINT_HOSTS: "127.0.0.1" });
    const config = path.join(env.XDG_STATE_HOME ?? "", "..", "eks-perimeter.config.yaml");
    await writeFile(config, JSON.stringify(configuration)); // JSON is YAML
    ended = await eksPerimeter(["scan", "--region", region, "--config", config, "--json"], env);
    report = reportOf(ended);
  };

  beforeAll(async () => {
    const keys = [{ ...testCredentials, arn: `arn:aws:iam::${motoAccount}:user/testing` }];
    server = await startKubeApiserver({ etcd, etcdPrefix: "/exposure", clusters: [cluster], keys, groups: [readers] });
    await grantDeclaredReads(server.admin);
    aws = await motoNetwork(moto, region, 30);
    const eks = new EKSClient({ endpoint: moto, region, credentials: testCredentials });
    await eks.send(
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
        tags: { "test:endpoint": server.url, "test:ca-file": server.caFile, "test:vpc-cni": "true" },
      }),
    );
    const nodeRole = `arn:aws:iam::${motoAccount}:role/eks-node`;
    const subnets = [...aws.subnetIds.private];
    await eks.send(new CreateNodegroupCommand({ clusterName: cluster, nodegroupName: "empty", nodeRole, subnets }));
    await write(server.admin, aws);
    door = await startDoor({ upstream: moto });
    await scan();
  });
  afterAll(() => Promise.all([door?.stop(), server?.stop()]));

  const findingOf = (check: string, kind: string, name: string) =>
    report.findings.find((finding) => finding.check === check && finding.resource.kind === kind && finding.resource.name === name);
  const statusOf = (check: string, kind: string, name: string): string => findingOf(check, kind, name)?.status ?? "absent";

  it("reads everything", () => {
    const unread = report.clusters.flatMap(({ coverage }) => coverage.filter(({ state }) => state !== "read"));
    expect(unread, ended.stderr).toEqual([]);
  });

  it.each(
    households.flatMap(({ rule, object, verdicts }) =>
      (Object.keys(verdicts) as (keyof typeof verdicts)[]).map(
        (what) => [verdicts[what], rule, judged[what], object.kind, object.metadata.name] as const,
      ),
    ),
  )("%s: %s (%s)", (verdict, _rule, check, kind, name) => {
    expect(statusOf(check, kind, name), JSON.stringify(findingOf(check, kind, name))).toBe(verdict);
  });

  it("fail: a load balancer that outlived its Service, which is judged all the same", () => {
    expect(statusOf(judged.owner, "Service", "left")).toBe("fail");
    expect(statusOf(judged.exposure, "Service", "left")).toBe("pass");
  });

  it("fail: a load balancer made elsewhere, by a TargetGroupBinding that leads from it; a stranger's is nobody's business", () => {
    expect(statusOf(judged.exposure, "LoadBalancer", "bound")).toBe("fail");
    expect(findingOf(judged.exposure, "LoadBalancer", "strangers")).toBeUndefined();
  });

  it.each(Object.values(judged))("%s passes somewhere here, and fails somewhere", (check) => {
    const statuses = new Set(report.findings.filter((finding) => finding.check === check).map(({ status }) => status));
    expect([...statuses]).toEqual(expect.arrayContaining(["pass", "fail"]));
  });

  it("pass: VPC Block Public Access keeps the internet out of whatever was open, read anew by the next scan", async () => {
    await aws.blockIngress();
    await scan();
    expect(report.findings.filter(({ check, status }) => check === judged.exposure && status !== "pass")).toEqual([]);
    expect(findingOf(judged.exposure, "Service", "open")?.evidence).toMatchObject({
      decidedBy: aws.subnetIds.public.map((subnetId) => ({ layer: "Block Public Access", ids: ["block-ingress"], subnetId })),
    });
    expect(statusOf(judged.ranges, "Service", "widened")).toBe("fail");
  });

  it("has made each call that the product declares for the Regions it is told, and no other", async () => {
    const { operations } = await judgeByModels(door.heard);
    const made = operations.map((operation) => operation.replace(/^elb(?:v2)?:/, "elasticloadbalancing:"));
    const declared = Object.values(awsReads).flatMap(({ actions }) => actions);
    // Nobody needs a permission for the first; Regions are listed where all of them are asked for.
    const expected = ["sts:GetCallerIdentity", ...declared].filter((action) => action !== "account:ListRegions");
    expect([...new Set(made)].toSorted()).toEqual(expected.toSorted());
  });
});
