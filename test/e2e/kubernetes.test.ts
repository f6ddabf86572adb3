import { afterAll, beforeAll, beforeEach, expect, inject, it } from "vitest";
import type { CollectPorts } from "../../core/collect/access.ts";
import { clientLimits } from "../../core/collect/kubernetes/limits.ts";
import { type KubernetesTarget, readKubernetes } from "../../core/collect/kubernetes.ts";
import { Reading } from "../../core/collect/reading.ts";
import { kubernetesFactNames, kubernetesListNames } from "../../core/collect/reads.ts";
import type { FactName } from "../../core/model/check.ts";
import { ClusterFacts } from "../../core/model/cluster.ts";
import { known } from "../../core/model/fact.ts";
import { makePki } from "./bed/certificates.ts";
import { motoAccount, testCredentials } from "./bed/environment.ts";
import type { Manifest } from "./bed/kube/admin.ts";
import { type KubeApiserver, startKubeApiserver } from "./bed/kube/apiserver.ts";
import { customKinds, elbv2ClassParams } from "./bed/kube/definitions.ts";
import { startKubeDoor } from "./bed/kube/door.ts";
import { type Etcd, startEtcd } from "./bed/kube/etcd.ts";
import { everyKind } from "./bed/kube/objects.ts";
import { grantDeclaredReads, readers, revokeReads } from "./bed/kube/reader-role.ts";
import { suite } from "./bed/suite.ts";

const region = "eu-central-1";
const pageSize = 10;
const service = (name: string): Manifest => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace: "default", name },
  spec: { clusterIP: "None", selector: { app: name }, ports: [{ port: 443 }] },
});
/** Three pages. */
const names = Array.from({ length: 25 }, (_, index) => `s${String(index).padStart(4, "0")}`);

suite("Kubernetes API, read with an EKS token", { etcd: inject("etcd") }, () => {
  let etcd: Etcd;
  let server: KubeApiserver;
  let strangersCa: string;

  beforeAll(async () => {
    // An etcd of its own: what is compacted is gone for every API server that shares it.
    etcd = await startEtcd();
    server = await startKubeApiserver({
      etcd: etcd.url,
      etcdPrefix: "/kubernetes",
      clusters: ["reader"],
      keys: [{ ...testCredentials, arn: `arn:aws:iam::${motoAccount}:user/testing` }],
      groups: [readers],
      flags: ["--watch-cache=false"], // with the cache on, an old continue token still works after a compaction
    });
    await grantDeclaredReads(server.admin);
    await Promise.all(names.map((name) => server.admin.create("services", service(name))));
    strangersCa = (await makePki()).ca.cert;
  });
  afterAll(async () => {
    await server?.stop();
    await etcd?.stop();
  });
  beforeEach(() => server.webhook.refuseNext(0));

  const firstRead = Date.now();
  let reads = 0;
  interface Otherwise {
    readonly url?: string;
    readonly clusterId?: string;
    readonly ca?: string;
    readonly allowedEndpointHosts?: readonly string[];
  }
  const read = (
    facts: readonly FactName[],
    { url = server.url, clusterId = "reader", ca = server.ca, allowedEndpointHosts = ["127.0.0.1"] }: Otherwise = {},
  ) => {
    const target: KubernetesTarget = {
      url,
      certificateAuthority: Buffer.from(ca).toString("base64"),
      clusterId,
      region,
      credentials: async () => testCredentials,
    };
    const access: CollectPorts["access"] = (account) => {
      throw new TypeError(`the Kubernetes API is read without another look at account ${account}`);
    };
    // Each read in a time of its own, however long it takes: tokens of one second are equal, and the API server remembers those it accepted.
    reads += 1;
    const [began, start] = [Date.now(), firstRead - reads * 10_000];
    const now = () => new Date(start + Date.now() - began);
    const ports = { access, now, allowedEndpointHosts, homeRegion: region };
    return readKubernetes(known(target), new Set(facts), new Reading(ports), ports, AbortSignal.timeout(30_000), {
      ...clientLimits,
      pageSize,
    });
  };
  /** Their names, or why they could not be read. */
  const services = async (otherwise?: Otherwise) => {
    const fact = (await read(["services"], otherwise)).services;
    return fact.state === "unknown" ? fact.reason : fact.value.map(({ name }) => name).filter((name) => name !== "kubernetes");
  };

  it("reads every page of a long list, each object once", async () => {
    const door = await startKubeDoor(server, async () => {});
    expect(await services({ url: door.url })).toEqual(names);
    await door.stop();
    expect(door.asked.map((path) => path.replace(/continue=.+/, "continue=…"))).toEqual([
      "GET /api/v1/services?limit=10",
      "GET /api/v1/services?limit=10&continue=…",
      "GET /api/v1/services?limit=10&continue=…",
    ]);
  });

  it("begins a list anew when its second page has expired (410), and so sees what was made in between", async () => {
    const early = service("a-made-between-the-pages");
    let made = false;
    const door = await startKubeDoor(server, async (path) => {
      if (made || !path.includes("continue=")) return;
      made = true;
      const { body } = await server.admin.create("services", early);
      await etcd.compact(Number((body.metadata as { resourceVersion: string }).resourceVersion));
    });
    expect(await services({ url: door.url })).toEqual([early.metadata.name, ...names]);
    await door.stop();
    expect(door.asked.map((path) => (path.includes("continue=") ? "next" : "first"))).toEqual(["first", "next", "first", "next", "next"]);
    await server.admin.remove("services", early);
  });

  it("signs again, once, when a token is refused (401)", async () => {
    server.webhook.refuseNext(1);
    expect(await services()).toEqual(names);
    expect(server.webhook.reviewed.map(({ refused }) => refused)).toEqual(["as told", undefined]);
  });

  it("unauthenticated: every token is refused; it does not ask for ever", async () => {
    server.webhook.refuseNext(Number.POSITIVE_INFINITY);
    expect(await services()).toMatchObject({ code: "unauthenticated" });
    expect(server.webhook.reviewed.length).toBe(2);
  });

  it("unauthenticated: the API server is another cluster's", async () => {
    expect(await services({ clusterId: "stranger" })).toMatchObject({ code: "unauthenticated" });
  });

  it("tls: the certificate is not of the cluster's CA, and no token was sent", async () => {
    expect(await services({ ca: strangersCa })).toMatchObject({ code: "tls" });
    expect(server.webhook.reviewed).toEqual([]);
  });

  it("blocked-host: a host that is neither EKS's nor allowed, and no token was sent", async () => {
    expect(await services({ allowedEndpointHosts: [] })).toMatchObject({ code: "blocked-host" });
    expect(server.webhook.reviewed).toEqual([]);
  });

  it("known and empty: kinds that are not installed", async () => {
    const custom = [
      "ingressClassParams",
      "gatewayClasses",
      "gateways",
      "loadBalancerConfigurations",
      "targetGroupBindings",
      "gatewayRoutes",
      "adminNetworkPolicies",
      "clusterNetworkPolicies",
      "applicationNetworkPolicies",
      "calicoPolicies",
      "calicoTiers",
      "calicoNetworkSets",
      "ciliumPolicies",
      "securityGroupPolicies",
      "nodeClasses",
    ] as const;
    const facts = await read(custom);
    expect(custom.map((name) => facts[name])).toEqual(custom.map(() => ({ state: "known", value: [] })));
  });

  it("known: the kind is installed, and its objects are read", async () => {
    await server.admin.createDefinition(elbv2ClassParams);
    const params: Manifest = {
      apiVersion: "elbv2.k8s.aws/v1beta1",
      kind: "IngressClassParams",
      metadata: { name: "public" },
      spec: { scheme: "internet-facing", inboundCIDRs: ["8.8.8.0/24"] },
    };
    await server.admin.create("ingressclassparams", params);
    const { ingressClassParams } = await read(["ingressClassParams"]);
    expect(ingressClassParams).toMatchObject({
      state: "known",
      value: [{ apiGroup: "elbv2.k8s.aws", name: "public", scheme: "internet-facing", inboundCidrs: ["8.8.8.0/24"] }],
    });
  });

  it("known: objects of every other kind, in the shapes of the model, page by page, and no variable or argument of a pod", async () => {
    for (const definition of customKinds) if (definition !== elbv2ClassParams) await server.admin.createDefinition(definition);
    const others = everyKind.filter(([plural]) => !["services", "ingresses", "ingressclasses", "ingressclassparams"].includes(plural));
    for (const [plural, object, status] of others) {
      await server.admin.create(plural, object);
      if (status !== undefined) await server.admin.setStatus(plural, object, status);
    }
    const facts = await read(kubernetesFactNames);
    const { shape } = ClusterFacts.unwrap();
    const made = new Set(others.map(([, { metadata }]) => metadata.name));
    const counts = kubernetesListNames.map((name) => {
      const fact = shape[name].parse(facts[name]);
      return [name, fact.state === "unknown" ? fact.reason : fact.value.filter((object) => made.has(object.name)).length];
    });
    expect(Object.fromEntries(counts)).toEqual({
      services: 0,
      ingresses: 0,
      ingressClasses: 0,
      ingressClassParams: 1, // of the test above
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
    expect(facts.networkSettings).toEqual({
      state: "known",
      value: {
        vpcCni: { state: "known", value: { isPresent: true, values: { "enable-network-policy-controller": "true" } } },
        cilium: { state: "known", value: { isPresent: false, values: {} } },
      },
    });
    expect(facts.apiServerAddresses).toMatchObject({ state: "known", value: { ports: [expect.any(Number)] } });
    expect(JSON.stringify(facts)).not.toContain("hunter2");
    const settings = { "--cluster-name": "twin", ENABLE_POD_ENI: "true", NETWORK_POLICY_ENFORCING_MODE: "" };
    expect(facts.pods).toMatchObject({
      value: [
        { name: "on-host", hasBranchInterface: true, phase: "Pending", spec: { hostNetwork: true, serviceAccount: "host" } },
        {
          name: "web-1",
          owner: { kind: "ReplicaSet" },
          podIps: ["10.0.1.9"],
          spec: { serviceAccount: "default", containers: [{ settings }, {}, {}] },
        },
      ],
    });
    // With more of its own than fit a page, so that a list of many pages is among them.
    expect(facts.roles).toMatchObject({ value: expect.arrayContaining([expect.objectContaining({ name: "system:public-info-viewer" })]) });
  });

  it("forbidden, per read: the role does not grant it; what it grants is still read", async () => {
    await revokeReads(server.admin, ["services", "ingressclassparams"]);
    const { ingresses, ingressClassParams, ...others } = await read(["services", "ingresses", "ingressClassParams"]);
    expect(ingresses).toEqual({ state: "known", value: [] });
    expect(others.services).toMatchObject({
      state: "unknown",
      reason: { code: "forbidden", message: expect.stringContaining("services") },
    });
    expect(ingressClassParams).toMatchObject({ state: "unknown", reason: { code: "forbidden" } });
  });
});
