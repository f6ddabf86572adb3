import path from "node:path";
import { DescribeClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { CollectPorts } from "../../core/collect/access.ts";
import { collectCluster } from "../../core/collect/cluster.ts";
import { type KubernetesTarget, readKubernetes } from "../../core/collect/kubernetes.ts";
import { Reading } from "../../core/collect/reading.ts";
import { kubernetesFactNames } from "../../core/collect/reads.ts";
import { ClusterFacts } from "../../core/model/cluster.ts";
import { known } from "../../core/model/fact.ts";
import { loadEstate, parseEstate } from "../../sandbox/estate.ts";
import { type Sandbox, startSandbox } from "../../sandbox/start.ts";
import { collectPorts } from "./bed/collect-ports.ts";
import { eksPerimeter, reportOf } from "./bed/command-line.ts";
import { type Exchange, startDoor } from "./bed/door.ts";
import { bedEnvironment, motoAccount, testCredentials } from "./bed/environment.ts";
import { type KubeApiserver, startKubeApiserver } from "./bed/kube/apiserver.ts";
import { customKinds } from "./bed/kube/definitions.ts";
import { everyKind } from "./bed/kube/objects.ts";
import { grantDeclaredReads, readers } from "./bed/kube/reader-role.ts";
import { judgeByModels } from "./bed/models.ts";
import { suite } from "./bed/suite.ts";

const region = "eu-west-1";

/** The objects beside which each server has some of its own. */
const made = new Set(everyKind.map(([, { metadata }]) => metadata.name));

/** What facts have of objects, as far as servers choose it. */
interface Kept {
  readonly name: string;
  readonly uid?: string;
  readonly createdAt?: string;
  readonly clusterIPs?: readonly string[];
}

/** What each server chooses for itself: that it did, and how many addresses, is all that can be compared. */
function withoutOwnChoices(object: Kept): object {
  const { clusterIPs = [] } = object;
  return {
    ...object,
    uid: object.uid === undefined || object.uid.length > 0,
    createdAt: object.createdAt === undefined || !Number.isNaN(Date.parse(object.createdAt)),
    clusterIPs: clusterIPs.map((address) => (address === "None" ? address : "an address")),
  };
}

suite("sandbox, beside a real kube-apiserver", { etcd: inject("etcd") }, ({ etcd }) => {
  let server: KubeApiserver;
  let sandbox: Sandbox;

  beforeAll(async () => {
    const keys = [{ ...testCredentials, arn: `arn:aws:iam::${motoAccount}:user/testing` }];
    const estate = parseEstate({
      hub: { account: motoAccount },
      accounts: [
        {
          id: motoAccount,
          regions: {
            [region]: {
              vpcs: [{ id: "vpc-0a11ce5509e00001", subnets: [{ id: "subnet-0a11ce5509e0000a", cidr: "10.0.0.0/20" }] }],
              clusters: [
                {
                  name: "twin",
                  objects: [
                    ...customKinds,
                    ...everyKind.map(([, object, status]) => (status === undefined ? object : { ...object, status })),
                  ],
                },
              ],
            },
          },
        },
      ],
    });
    [server, sandbox] = await Promise.all([
      startKubeApiserver({ etcd, etcdPrefix: "/sandbox", clusters: ["twin"], keys, groups: [readers] }),
      startSandbox(estate),
    ]);
    await grantDeclaredReads(server.admin);
    for (const definition of customKinds) await server.admin.createDefinition(definition);
    for (const [plural, object, status] of everyKind) {
      await server.admin.create(plural, object);
      if (status !== undefined) await server.admin.setStatus(plural, object, status);
    }
  });
  afterAll(() => Promise.all([server?.stop(), sandbox?.close()]));

  const read = async (target: Omit<KubernetesTarget, "clusterId" | "region">) => {
    const access: CollectPorts["access"] = (account) => {
      throw new TypeError(`the Kubernetes API is read without another look at account ${account}`);
    };
    const ports = { access, now: () => new Date(), allowedEndpointHosts: ["127.0.0.1"], homeRegion: region };
    const full = known({ ...target, clusterId: "twin", region });
    const facts = await readKubernetes(full, new Set(kubernetesFactNames), new Reading(ports), ports, AbortSignal.timeout(30_000));
    return Object.fromEntries(
      Object.entries(facts).map(([name, fact]) => [
        name,
        fact.state === "unknown" || !Array.isArray(fact.value)
          ? fact
          : (fact.value as readonly Kept[]).filter(({ name }) => made.has(name)).map(withoutOwnChoices),
      ]),
    );
  };

  it("the same objects make the same facts", async () => {
    const real = await read({
      url: server.url,
      certificateAuthority: Buffer.from(server.ca).toString("base64"),
      credentials: async () => testCredentials,
    });
    // Where it listens, each server says for itself.
    expect(real.apiServerAddresses).toMatchObject({ state: "known" });
    const credentials = sandbox.credentialsOf(motoAccount);
    const { cluster } = await new EKSClient({ endpoint: sandbox.endpoint, region, credentials }).send(
      new DescribeClusterCommand({ name: "twin" }),
    );
    const { endpoint: url = "", certificateAuthority: { data: certificateAuthority = "" } = {} } = cluster ?? {};
    const twin = await read({ url, certificateAuthority, credentials: async () => credentials });
    expect(twin).toEqual({ ...real, apiServerAddresses: twin.apiServerAddresses });
    const counts = Object.entries(real).flatMap(([name, fact]) => (Array.isArray(fact) ? [[name, fact.length]] : []));
    expect(Object.fromEntries(counts)).toEqual({
      services: 5,
      ingresses: 1,
      ingressClasses: 1,
      ingressClassParams: 1,
      gatewayClasses: 1,
      gateways: 1,
      loadBalancerConfigurations: 1,
      targetGroupBindings: 2,
      gatewayRoutes: 5,
      namespaces: 1,
      nodes: 1,
      pods: 2,
      workloads: 7,
      networkPolicies: 1,
      adminNetworkPolicies: 2,
      clusterNetworkPolicies: 2,
      applicationNetworkPolicies: 1,
      calicoPolicies: 2,
      calicoTiers: 1,
      calicoNetworkSets: 2,
      ciliumPolicies: 2,
      securityGroupPolicies: 1,
      nodeClasses: 1,
      roles: 2,
      roleBindings: 2,
    });
  });
});

const demoEstate = path.join(import.meta.dirname, "../../sandbox/estates/demo.yaml");

// Judged by botocore, which comes with moto.
suite("sandbox, beside AWS's service models", { moto: inject("moto") }, () => {
  it("every request of a scan of an organization, and every answer of the sandbox, has the shape that AWS gives it", async () => {
    const sandbox = await startSandbox(await loadEstate(demoEstate));
    const door = await startDoor({ upstream: sandbox.endpoint });
    const env = bedEnvironment({
      AWS_ENDPOINT_URL: door.url,
      AWS_ACCESS_KEY_ID: sandbox.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: sandbox.credentials.secretAccessKey,
      EKS_PERIMETER_ALLOWED_ENDPOINT_HOSTS: "127.0.0.1",
    });
    const report = reportOf(await eksPerimeter(["scan", "--org", "--json", "--publish"], env));
    expect(report.clusters.length).toBeGreaterThan(5);
    const { operations, problems } = await judgeByModels(door.heard);
    expect(problems).toEqual([]);
    expect(operations).toEqual(expect.arrayContaining(["sts:AssumeRole", "organizations:ListAccounts", "securityhub:BatchImportFindings"]));
    await Promise.all([door.stop(), sandbox.close()]);
  });

  it("so has what any collector asks for, whatever the checks of today need", async () => {
    const sandbox = await startSandbox(await loadEstate(demoEstate));
    const door = await startDoor({ upstream: sandbox.endpoint });
    const everyFact = new Set(Object.keys(ClusterFacts.unwrap().shape) as (keyof ClusterFacts)[]);
    for (const [account, name] of [
      ["303030303030", "shop-prod"],
      ["303030303030", "shop-staging"],
      ["505050505050", "platform-auto"],
    ] as const) {
      const ports = collectPorts(door.url, region, sandbox.credentialsOf(account));
      await collectCluster({ account, region, name }, everyFact, ports, AbortSignal.timeout(60_000));
    }
    const { operations, problems } = await judgeByModels(door.heard);
    expect(problems).toEqual([]);
    expect(operations).toEqual(
      expect.arrayContaining([
        "ec2:DescribeInstances",
        "ec2:DescribeNetworkInterfaces",
        "eks:DescribeAddon",
        "eks:DescribeNodegroup",
        "elbv2:DescribeRules",
        "elbv2:DescribeTargetGroupAttributes",
      ]),
    );
    await Promise.all([door.stop(), sandbox.close()]);
  });

  const asked = { method: "GET", path: "/clusters/c1", headers: {}, service: "eks", region: "eu-west-1", body: "" };
  const answered = (cluster: object): Exchange => ({ request: asked, reply: { status: 200, body: JSON.stringify({ cluster }) } });
  it.each([
    ["no problem: an answer as it should be", answered({ name: "c1", status: "ACTIVE", createdAt: 1_700_000_000 }), []],
    ["a problem: a member that the model lacks", answered({ nmae: "c1" }), ["eks:DescribeCluster 200.cluster.nmae: no such member"]],
    [
      "a problem: a value that the model lacks",
      answered({ status: "GONE" }),
      ["eks:DescribeCluster 200.cluster.status: 'GONE' is none of the allowed values"],
    ],
    [
      "a problem: a timestamp of another protocol",
      answered({ createdAt: "2026-01-01" }),
      ["eks:DescribeCluster 200.cluster.createdAt: '2026-01-01' is no timestamp of this protocol"],
    ],
  ])("the walker itself finds %s", async (_name, exchange, problems) => {
    expect(await judgeByModels([exchange])).toEqual({ operations: ["eks:DescribeCluster"], problems });
  });
});
