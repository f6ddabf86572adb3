import path from "node:path";
import { DescribeClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { CollectPorts } from "../../core/collect/access.ts";
import { type KubernetesTarget, kubernetesFactNames, readKubernetes } from "../../core/collect/kubernetes.ts";
import { Reading } from "../../core/collect/reading.ts";
import { known } from "../../core/model/fact.ts";
import { loadEstate, parseEstate } from "../../sandbox/estate.ts";
import { type Sandbox, startSandbox } from "../../sandbox/start.ts";
import { eksPerimeter, reportOf } from "./bed/command-line.ts";
import { type Exchange, startDoor } from "./bed/door.ts";
import { bedEnvironment, motoAccount, testCredentials } from "./bed/environment.ts";
import type { Manifest } from "./bed/kube/admin.ts";
import { type KubeApiserver, startKubeApiserver } from "./bed/kube/apiserver.ts";
import { elbv2ClassParams } from "./bed/kube/definitions.ts";
import { grantDeclaredReads, readers } from "./bed/kube/reader-role.ts";
import { judgeByModels } from "./bed/models.ts";
import { suite } from "./bed/suite.ts";

const region = "eu-west-1";
const shop = { namespace: "shop" };
const ports = [{ port: 443 }];

/** What the two API servers are given alike: objects as people write them, so that each fills in what they leave out. */
const objects: readonly (readonly [plural: string, object: Manifest, status?: object])[] = [
  ["namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } }],
  ["services", { apiVersion: "v1", kind: "Service", metadata: { ...shop, name: "plain" }, spec: { ports } }],
  [
    "services",
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...shop, name: "headless" },
      spec: { clusterIP: "None", ports: [{ port: 80, targetPort: "http" }] },
    },
  ],
  [
    "services",
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        ...shop,
        name: "balanced",
        labels: { app: "web" },
        annotations: { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" },
      },
      spec: {
        type: "LoadBalancer",
        loadBalancerClass: "service.k8s.aws/nlb",
        loadBalancerSourceRanges: ["10.0.0.0/8"],
        externalTrafficPolicy: "Local",
        selector: { app: "web" },
        ports: [
          { name: "https", port: 443, targetPort: 8443, nodePort: 30443 },
          { name: "dns", port: 53, protocol: "UDP", nodePort: 30053 },
        ],
      },
    },
    { loadBalancer: { ingress: [{ hostname: "balanced-0123456789abcdef.elb.eu-west-1.amazonaws.com" }] } },
  ],
  [
    "services",
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...shop, name: "ported" },
      spec: { type: "NodePort", externalIPs: ["198.51.100.7"], ports: [{ port: 80, nodePort: 30080 }] },
    },
  ],
  [
    "services",
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...shop, name: "elsewhere" },
      spec: { type: "ExternalName", externalName: "example.com" },
    },
  ],
  [
    "ingressclasses",
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "IngressClass",
      metadata: { name: "alb", annotations: { "ingressclass.kubernetes.io/is-default-class": "true" } },
      spec: { controller: "ingress.k8s.aws/alb", parameters: { apiGroup: "elbv2.k8s.aws", kind: "IngressClassParams", name: "public" } },
    },
  ],
  [
    "ingresses",
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { ...shop, name: "web" },
      spec: {
        ingressClassName: "alb",
        defaultBackend: { service: { name: "plain", port: { number: 443 } } },
        rules: [
          {
            host: "shop.example",
            http: { paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "balanced", port: { name: "https" } } } }] },
          },
        ],
      },
    },
    { loadBalancer: { ingress: [{ hostname: "web-1.eu-west-1.elb.amazonaws.com" }] } },
  ],
  [
    "ingressclassparams",
    {
      apiVersion: "elbv2.k8s.aws/v1beta1",
      kind: "IngressClassParams",
      metadata: { name: "public" },
      spec: { scheme: "internet-facing", group: { name: "edge" } },
    },
  ],
];

/** The objects beside which each server has some of its own. */
const made = new Set(objects.map(([, { metadata }]) => metadata.name));

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
                    elbv2ClassParams,
                    ...objects.map(([, object, status]) => (status === undefined ? object : { ...object, status })),
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
    await server.admin.createDefinition(elbv2ClassParams);
    for (const [plural, object, status] of objects) {
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
        fact.state === "unknown" ? fact : (fact.value as readonly Kept[]).filter(({ name }) => made.has(name)).map(withoutOwnChoices),
      ]),
    );
  };

  it("the same objects make the same facts", async () => {
    const real = await read({
      url: server.url,
      certificateAuthority: Buffer.from(server.ca).toString("base64"),
      credentials: async () => testCredentials,
    });
    const credentials = sandbox.credentialsOf(motoAccount);
    const { cluster } = await new EKSClient({ endpoint: sandbox.endpoint, region, credentials }).send(
      new DescribeClusterCommand({ name: "twin" }),
    );
    const { endpoint: url = "", certificateAuthority: { data: certificateAuthority = "" } = {} } = cluster ?? {};
    expect(await read({ url, certificateAuthority, credentials: async () => credentials })).toEqual(real);
    expect(real).toMatchObject({
      services: { length: 5 },
      ingresses: { length: 1 },
      ingressClasses: { length: 1 },
      ingressClassParams: { length: 1 },
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
