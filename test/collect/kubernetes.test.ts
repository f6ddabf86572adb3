import { afterEach, describe, expect, it } from "vitest";
import { kubernetesKinds } from "../../core/collect/kubernetes/kinds.ts";
import type { ClientLimits } from "../../core/collect/kubernetes/limits.ts";
import { clientLimits } from "../../core/collect/kubernetes/limits.ts";
import { singleObjects } from "../../core/collect/kubernetes/single-objects.ts";
import { type KubernetesTarget, readKubernetes } from "../../core/collect/kubernetes.ts";
import { Reading } from "../../core/collect/reading.ts";
import { kubernetesFactNames, kubernetesListNames, kubernetesReads } from "../../core/collect/reads.ts";
import type { FactName } from "../../core/model/check.ts";
import { ClusterFacts } from "../../core/model/cluster.ts";
import { type Fact, known, unknown } from "../../core/model/fact.ts";
import { readerGrants } from "../../sandbox/estate/cluster.ts";
import type { KubernetesObject } from "../../sandbox/kubernetes/objects.ts";
import type { KubernetesApi, KubernetesApiOptions } from "../../sandbox/kubernetes/server.ts";
import {
  aService,
  clusterId,
  credentials,
  declaredRules,
  mintToken,
  ports,
  quick,
  startCluster,
  startScripted,
  targetOf,
} from "./kubernetes-bed.ts";

const everything: ReadonlySet<FactName> = new Set(kubernetesFactNames);
const open: KubernetesApi[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((api) => api.close()));
});

const custom = (apiVersion: string, kind: string, name: string, spec: object = {}): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name },
  spec,
});
const configMap = (name: string, data: object, namespace = "kube-system"): KubernetesObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { namespace, name },
  data,
});
const params = (spec: object = {}) => custom("elbv2.k8s.aws/v1beta1", "IngressClassParams", "edge", spec);
const autoParams = (spec: object = {}) => custom("eks.amazonaws.com/v1", "IngressClassParams", "auto", spec);

interface Case {
  readonly cluster?: Partial<KubernetesApiOptions>;
  readonly needs?: ReadonlySet<FactName>;
  readonly target?: (url: string) => Fact<KubernetesTarget>;
  readonly limits?: Partial<ClientLimits>;
}

/** Reads one cluster and tells all that came of it. */
async function read({ cluster = {}, needs = everything, target = (url) => known(targetOf(url)), limits = {} }: Case) {
  const api = await startCluster(cluster);
  open.push(api);
  const reading = new Reading(ports);
  const facts = await readKubernetes(target(api.url), needs, reading, ports, AbortSignal.timeout(10_000), {
    ...clientLimits,
    ...quick,
    ...limits,
  });
  return { facts, outcomes: reading.outcomes, requests: api.requests() };
}
const codes = (facts: Readonly<Record<string, Fact<unknown>>>) =>
  Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, fact.state === "known" ? "known" : fact.reason.code]));
/** The facts that are not known, each with its code. */
const unreadOf = (facts: Readonly<Record<string, Fact<unknown>>>) =>
  Object.fromEntries(Object.entries(codes(facts)).filter(([, code]) => code !== "known"));
const pathsOf = (requests: ReturnType<KubernetesApi["requests"]>) => requests.map(({ path }) => path).sort();

describe("a whole cluster", () => {
  const apiGroup = "rbac.authorization.k8s.io";
  const rbac = `${apiGroup}/v1`;
  const shop = (name: string) => ({ namespace: "shop", name });
  const podSpec = { containers: [{ name: "web", image: "web:1" }] };
  const template = { metadata: { labels: { app: "web" } }, spec: podSpec };
  const controller = (apiVersion: string, kind: string, spec: object): KubernetesObject => ({
    apiVersion,
    kind,
    metadata: shop(kind.toLowerCase()),
    spec,
  });
  const objects: readonly KubernetesObject[] = [
    aService("web", { type: "LoadBalancer" }),
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { namespace: "shop", name: "web" },
      spec: { ingressClassName: "alb", defaultBackend: { service: { name: "web", port: { number: 80 } } } },
    },
    { apiVersion: "networking.k8s.io/v1", kind: "IngressClass", metadata: { name: "alb" }, spec: { controller: "ingress.k8s.aws/alb" } },
    params({ scheme: "internal" }),
    autoParams({ scheme: "internet-facing" }),
    custom("gateway.networking.k8s.io/v1", "GatewayClass", "nlb", { controllerName: "gateway.k8s.aws/nlb" }),
    { ...custom("gateway.networking.k8s.io/v1", "Gateway", "edge", { gatewayClassName: "nlb", listeners: [] }), metadata: shop("edge") },
    { ...custom("gateway.k8s.aws/v1", "LoadBalancerConfiguration", "open", { scheme: "internet-facing" }), metadata: shop("open") },
    { ...custom("gateway.networking.k8s.io/v1", "HTTPRoute", "pages", { rules: [] }), metadata: shop("pages") },
    { ...custom("gateway.networking.k8s.io/v1", "GRPCRoute", "calls", { rules: [] }), metadata: shop("calls") },
    { ...custom("gateway.networking.k8s.io/v1", "TLSRoute", "sealed", { rules: [] }), metadata: shop("sealed") },
    { ...custom("gateway.networking.k8s.io/v1", "TCPRoute", "streams", { rules: [] }), metadata: shop("streams") },
    { ...custom("gateway.networking.k8s.io/v1", "UDPRoute", "packets", { rules: [] }), metadata: shop("packets") },
    {
      ...custom("elbv2.k8s.aws/v1beta1", "TargetGroupBinding", "bound", { serviceRef: { name: "web", port: 80 } }),
      metadata: shop("bound"),
    },
    {
      ...custom("eks.amazonaws.com/v1", "TargetGroupBinding", "auto", { serviceRef: { name: "web", port: 80 } }),
      metadata: shop("auto-bound"),
    },
    { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: shop("deny"), spec: { podSelector: {} } },
    custom("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", "admin", { priority: 1, subject: {} }),
    custom("policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy", "baseline", { subject: {} }),
    custom("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy", "upstream", { tier: "Admin", priority: 1, subject: {} }),
    custom("networking.k8s.aws/v1alpha1", "ClusterNetworkPolicy", "of-aws", { tier: "Admin", priority: 1, subject: {} }),
    { ...custom("networking.k8s.aws/v1alpha1", "ApplicationNetworkPolicy", "app", { podSelector: {} }), metadata: shop("app") },
    { ...custom("projectcalico.org/v3", "NetworkPolicy", "of-calico", { selector: "all()" }), metadata: shop("of-calico") },
    custom("projectcalico.org/v3", "GlobalNetworkPolicy", "global", { order: 7.5 }),
    custom("projectcalico.org/v3", "Tier", "security", { order: 100 }),
    { ...custom("projectcalico.org/v3", "NetworkSet", "set", { nets: ["10.0.0.0/8"] }), metadata: shop("set") },
    custom("projectcalico.org/v3", "GlobalNetworkSet", "global-set", {}),
    { ...custom("cilium.io/v2", "CiliumNetworkPolicy", "of-cilium", { endpointSelector: {}, ingress: [{}] }), metadata: shop("of-cilium") },
    custom("cilium.io/v2", "CiliumClusterwideNetworkPolicy", "clusterwide", { nodeSelector: {}, egress: [{ toEntities: ["world"] }] }),
    {
      ...custom("vpcresources.k8s.aws/v1beta1", "SecurityGroupPolicy", "sgp", { podSelector: {}, securityGroups: { groupIds: ["sg-1"] } }),
      metadata: shop("sgp"),
    },
    custom("eks.amazonaws.com/v1", "NodeClass", "auto-class", {}),
    configMap("amazon-vpc-cni", { "enable-network-policy-controller": "true" }),
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels: { team: "shop" } } },
    { apiVersion: "v1", kind: "Node", metadata: { name: "ip-10-0-0-7.eu-west-1.compute.internal" } },
    { apiVersion: "v1", kind: "Pod", metadata: shop("web-1"), spec: podSpec },
    ...["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].map((kind) => controller("apps/v1", kind, { template })),
    controller("v1", "ReplicationController", { template }),
    controller("batch/v1", "Job", { template }),
    controller("batch/v1", "CronJob", { schedule: "@daily", jobTemplate: { spec: { template } } }),
    { apiVersion: rbac, kind: "Role", metadata: shop("reader"), rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }] },
    { apiVersion: rbac, kind: "ClusterRole", metadata: { name: "auditor" }, rules: [] },
    { apiVersion: rbac, kind: "RoleBinding", metadata: shop("readers"), roleRef: { apiGroup, kind: "Role", name: "reader" } },
    {
      apiVersion: rbac,
      kind: "ClusterRoleBinding",
      metadata: { name: "auditors" },
      roleRef: { apiGroup, kind: "ClusterRole", name: "auditor" },
    },
  ];

  it("known: every kind, in the shapes of the model, and the coverage says so", async () => {
    const { facts, outcomes } = await read({ cluster: { objects } });
    const { shape } = ClusterFacts.unwrap();
    const names = Object.fromEntries(
      kubernetesListNames.map((name) => {
        const fact = shape[name].parse(facts[name]);
        if (fact.state === "unknown") throw new Error(fact.reason.message);
        // What every cluster holds from its first day is told from what this one was given.
        return [name, fact.value.map((object) => object.name).filter((of) => !/^(kube|system:|cluster-admin|default$)/.test(of))];
      }),
    );
    expect(names).toEqual({
      services: ["web"],
      ingresses: ["web"],
      ingressClasses: ["alb"],
      ingressClassParams: ["edge", "auto"],
      gatewayClasses: ["nlb"],
      gateways: ["edge"],
      loadBalancerConfigurations: ["open"],
      targetGroupBindings: ["bound", "auto-bound"],
      gatewayRoutes: ["pages", "calls", "sealed", "streams", "packets"],
      namespaces: ["shop"],
      nodes: ["ip-10-0-0-7.eu-west-1.compute.internal"],
      pods: ["web-1"],
      workloads: ["deployment", "statefulset", "daemonset", "replicaset", "replicationcontroller", "job", "cronjob"],
      networkPolicies: ["deny"],
      adminNetworkPolicies: ["admin", "baseline"],
      clusterNetworkPolicies: ["upstream", "of-aws"],
      applicationNetworkPolicies: ["app"],
      calicoPolicies: ["of-calico", "global"],
      calicoTiers: ["security"],
      calicoNetworkSets: ["set", "global-set"],
      ciliumPolicies: ["of-cilium", "clusterwide"],
      securityGroupPolicies: ["sgp"],
      nodeClasses: ["auto-class"],
      roles: ["reader", "auditor"],
      roleBindings: ["readers", "auditors"],
    });
    expect(shape.networkSettings.parse(facts.networkSettings)).toEqual(
      known({
        vpcCni: known({ isPresent: true, values: { "enable-network-policy-controller": "true" } }),
        cilium: known({ isPresent: false, values: {} }),
      }),
    );
    // Every cluster has the object from its first day.
    expect(shape.apiServerAddresses.parse(facts.apiServerAddresses)).toEqual(known({ addresses: ["10.0.0.10"], ports: [443] }));
    expect(outcomes).toEqual(
      Object.keys(kubernetesReads)
        .sort()
        .map((name) => ({ read: name, state: "read" })),
    );
  });

  it("what is sent and what is declared are the same, both ways; discovery, which everybody may, comes on top", async () => {
    const { requests } = await read({ cluster: { objects } });
    const sent = requests.filter(({ resource }) => resource !== undefined).map(({ verb, resource }) => `${verb} ${resource}`);
    const declared = Object.values(kubernetesReads)
      // In a cluster with Calico's own API nobody looks at what that stores.
      .filter(({ group }) => group !== "crd.projectcalico.org")
      .map(({ verb, group, resource }) => `${verb} ${group === "" ? resource : `${resource}.${group}`}`);
    expect([...sent].sort()).toEqual([...declared].sort());
    expect(requests.filter(({ resource }) => resource === undefined).map(({ path }) => path)).toEqual(["/apis"]);
    expect(requests.every(({ method, username }) => method === "GET" && username?.endsWith("assumed-role/scanner/s"))).toBe(true);
  });

  it("each declared list, and each object, fills the fact that its row names", () => {
    const listed = Object.entries(kubernetesKinds).flatMap(([fact, kinds]) => kinds.map(({ read: name }) => [name, [fact]]));
    const got = Object.entries(singleObjects).flatMap(([fact, { objects }]) => objects.map(({ read: name }) => [name, [fact]]));
    expect(Object.fromEntries([...listed, ...got])).toEqual(
      Object.fromEntries(Object.entries(kubernetesReads).map(([name, { facts }]) => [name, facts])),
    );
  });

  it("each declared list is one that a reader of the sandbox may make", () => {
    const holds = (allowed: readonly string[], asked: string) => allowed.includes("*") || allowed.includes(asked);
    const refused = Object.entries(kubernetesReads).filter(
      ([, { group, resource, verb }]) =>
        !readerGrants.some(
          ({ apiGroups, resources, verbs }) => holds(apiGroups, group) && holds(resources, resource) && holds(verbs, verb),
        ),
    );
    expect(refused).toEqual([]);
  });

  it("a secret in an annotation stays in the cluster", async () => {
    const annotations = {
      "kubectl.kubernetes.io/last-applied-configuration": '{"data":"hunter2"}',
      "example.com/password": "hunter2",
      "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
    };
    const { facts } = await read({ cluster: { objects: [aService("web", {}, { annotations })] } });
    expect(JSON.stringify(facts)).not.toContain("hunter2");
    expect(JSON.stringify(facts)).toContain("aws-load-balancer-scheme");
  });

  it("a secret in a pod's variables, arguments, command and annotations stays in the cluster, in pods and in every controller of pods", async () => {
    const container = {
      name: "aws-node",
      image: "public.ecr.aws/eks/aws-load-balancer-controller:v3",
      command: ["/run", "--password=hunter2"],
      args: ["--token", "hunter2", "hunter2", "--cluster-name=prod"],
      env: [
        { name: "PASSWORD", value: "hunter2" },
        { name: "ENABLE_POD_ENI", value: "true" },
      ],
      envFrom: [{ secretRef: { name: "hunter2" } }],
      livenessProbe: { httpGet: { httpHeaders: [{ name: "Authorization", value: "hunter2" }] } },
    };
    const spec = { containers: [container], initContainers: [container], ephemeralContainers: [container] };
    const secretive = { metadata: { annotations: { note: "hunter2" } }, spec };
    const { facts } = await read({
      cluster: {
        objects: [
          { apiVersion: "v1", kind: "Pod", metadata: { ...shop("web-1"), annotations: { note: "hunter2" } }, spec },
          ...["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].map((kind) => controller("apps/v1", kind, { template: secretive })),
          controller("v1", "ReplicationController", { template: secretive }),
          controller("batch/v1", "Job", { template: secretive }),
          controller("batch/v1", "CronJob", {
            jobTemplate: { metadata: { annotations: { note: "hunter2" } }, spec: { template: secretive } },
          }),
        ],
      },
    });
    expect(JSON.stringify(facts)).not.toContain("hunter2");
    expect(facts.workloads).toMatchObject({ value: { length: 7 } });
    const settings = { "--cluster-name": "prod", ENABLE_POD_ENI: "true" };
    expect(facts.pods).toMatchObject({ value: [{ spec: { containers: [{ settings }, { settings }, { settings }] } }] });
  });

  it("neither facts nor coverage hold a token or a credential", async () => {
    const { facts, outcomes } = await read({ cluster: { objects, faults: [{ effect: { kind: "status", code: 401 } }] } });
    const said = JSON.stringify([facts, outcomes]);
    const token = await mintToken();
    for (const secret of [
      "k8s-aws-v1.",
      token.slice(-40),
      credentials.accessKeyId,
      credentials.secretAccessKey,
      credentials.sessionToken,
    ]) {
      expect(said).not.toContain(secret);
    }
    expect(codes(facts).services).toBe("unauthenticated");
  });
});

it("leaves no connection behind", async () => {
  let connections = 0;
  const list = { kind: "ServiceList", apiVersion: "v1", metadata: {}, items: [] };
  const server = await startScripted((_request, response) => response.end(JSON.stringify(list)), {
    opened: () => {
      connections += 1;
    },
    closed: () => {
      connections -= 1;
    },
  });
  const { services } = await readKubernetes(
    known(targetOf(server.url)),
    new Set(["services"]),
    new Reading(ports),
    ports,
    AbortSignal.timeout(10_000),
  );
  expect(services).toEqual(known([]));
  await expect.poll(() => connections).toBe(0);
  await server.close();
});

describe("only what is needed", () => {
  it("is asked for, and the rest is unknown, says why, and is in no coverage", async () => {
    const { facts, outcomes, requests } = await read({ needs: new Set<FactName>(["services", "endpoint"]) });
    expect(pathsOf(requests)).toEqual(["/api/v1/services"]);
    expect(outcomes).toEqual([{ read: "kubernetes:list services", state: "read" }]);
    expect(facts.ingresses).toEqual(unknown("not-supported", "No selected check needs ingresses, so it was not read."));
  });

  it("nothing needed, nothing sent", async () => {
    const { outcomes, requests } = await read({ needs: new Set<FactName>(["endpoint"]) });
    expect([outcomes, requests]).toEqual([[], []]);
  });
});

describe("a refusal is that of its own list", () => {
  // One object of each kind that a cluster may lack: without any, the kind is not there to be refused.
  const installed = Object.values(kubernetesKinds)
    .flat()
    .filter(({ origin }) => origin === "custom")
    .map(({ read: name, kind, versions }) => {
      const whole = { controllerName: "c", gatewayClassName: "c", serviceRef: { name: "web" } };
      const subject = { subject: {}, ...(kind === "ClusterNetworkPolicy" ? { tier: "Admin", priority: 1 } : {}) };
      const spec = !/Policy$|NetworkSet$/.test(kind) ? whole : /Admin|ClusterN/.test(kind) ? subject : {};
      const object = custom(`${kubernetesReads[name].group}/${versions[0]}`, kind, "one", spec);
      return /Class/.test(kind) ? object : { ...object, metadata: { namespace: "shop", name: "one" } };
    });

  it("unknown: one list is forbidden, with the rule that is missing; all others are known", async () => {
    const { facts, outcomes } = await read({
      cluster: { rules: declaredRules.filter(({ resources }) => !resources.includes("ingresses")) },
    });
    expect(unreadOf(facts)).toEqual({ ingresses: "forbidden" });
    const reason = {
      code: "forbidden",
      message:
        'The scanner\'s role may not read ingresses.networking.k8s.io (403). Grant its group { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: ["list"] }.',
    };
    expect(facts.ingresses).toEqual({ state: "unknown", reason });
    expect(outcomes.find(({ read: name }) => name === "kubernetes:list ingresses")).toMatchObject({ state: "unknown", reason });
  });

  it.each(
    Object.entries(kubernetesKinds)
      .flatMap(([fact, kinds]) => kinds.map(({ read: name, origin }) => ({ fact, name, origin })))
      .filter(({ origin }) => origin === "built-in"),
  )("unknown: $name is forbidden, which is $fact and no other fact", async ({ fact, name }) => {
    const { group, resource } = kubernetesReads[name];
    const rules = declaredRules.filter(({ apiGroups, resources }) => !(apiGroups.includes(group) && resources.includes(resource)));
    const { facts, outcomes } = await read({ cluster: { objects: installed, rules } });
    expect(unreadOf(facts)).toEqual({ [fact]: "forbidden" });
    expect(outcomes.filter(({ state }) => state === "unknown").map(({ read: of }) => of)).toEqual([name]);
  });

  it.each([
    ["a hanging list", { kind: "hang" }, "timeout"],
    ["a broken one", { kind: "status", code: 500 }, "server-error"],
    ["nonsense", { kind: "body", text: "<html>" }, "malformed"],
  ] as const)("unknown: %s; all others are known", async (_name, effect, code) => {
    const { facts } = await read({ cluster: { faults: [{ resource: "services", effect }] }, limits: { answerMs: 300 } });
    expect(unreadOf(facts)).toEqual({ services: code });
  });

  it("unknown: a token for another cluster opens nothing", async () => {
    const { facts, outcomes } = await read({ target: (url) => known({ ...targetOf(url), clusterId: `${clusterId}-2` }) });
    expect(new Set(Object.values(codes(facts)))).toEqual(new Set(["unauthenticated"]));
    // By either door of an EKS cluster: its authentication mode says which one is open.
    const remedy = expect.stringMatching(/access entry.*aws-auth/);
    expect(outcomes.filter(({ state }) => state === "unknown")).toEqual(outcomes.map(() => expect.objectContaining({ remedy })));
  });
});

describe("the cluster was not described", () => {
  it("unknown: every needed fact and read carries that reason, and nothing is sent", async () => {
    const { facts, outcomes, requests } = await read({
      target: () => unknown("not-ready", "The cluster is being created."),
      needs: new Set(["services", "ingressClassParams"]),
    });
    const reason = { code: "not-ready", message: "The cluster is being created." };
    expect([facts.services, facts.ingressClassParams]).toEqual([
      unknown("not-ready", reason.message),
      unknown("not-ready", reason.message),
    ]);
    expect(outcomes).toMatchObject(
      ["ingressclassparams.eks.amazonaws.com", "ingressclassparams.elbv2.k8s.aws", "services"].map((name) => ({
        read: `kubernetes:list ${name}`,
        state: "unknown",
        reason,
      })),
    );
    expect(requests).toEqual([]);
  });
});

describe("a kind that a cluster may lack", () => {
  const needs = new Set<FactName>(["ingressClassParams"]);
  const noRules = { rules: [] };
  const elbv2 = "/apis/elbv2.k8s.aws/v1beta1";

  it.each<[string, Partial<KubernetesApiOptions>, string | number, readonly string[]]>([
    ["known, none: neither group is installed; the list is not even asked for", {}, 0, ["/apis"]],
    ["known, none: the same without any rule for it, where the list would answer 403", noRules, 0, ["/apis"]],
    ["known: one group is installed", { objects: [params()] }, 1, ["/apis", `${elbv2}/ingressclassparams`]],
    [
      "known: both are",
      { objects: [params(), autoParams()] },
      2,
      ["/apis", "/apis/eks.amazonaws.com/v1/ingressclassparams", `${elbv2}/ingressclassparams`],
    ],
    [
      "known, none: the group is older than the kind",
      { objects: [custom("elbv2.k8s.aws/v1beta1", "TargetGroupBinding", "t")] },
      0,
      ["/apis", elbv2, `${elbv2}/ingressclassparams`],
    ],
    [
      "known, none: the same without any rule for it",
      { objects: [custom("elbv2.k8s.aws/v1beta1", "TargetGroupBinding", "t")], ...noRules },
      0,
      ["/apis", elbv2, `${elbv2}/ingressclassparams`],
    ],
    [
      "unknown: it is installed, and may not be listed",
      { objects: [params()], ...noRules },
      "forbidden",
      ["/apis", elbv2, `${elbv2}/ingressclassparams`],
    ],
    [
      "unknown: only a version is served that nobody here can read",
      { objects: [custom("elbv2.k8s.aws/v9", "IngressClassParams", "edge")] },
      "not-supported",
      ["/apis", "/apis/elbv2.k8s.aws/v9"],
    ],
    [
      "known, none: the group is served in a version that nobody here can read, and does not have the kind there",
      { objects: [custom("elbv2.k8s.aws/v9", "TargetGroupBinding", "t")] },
      0,
      ["/apis", "/apis/elbv2.k8s.aws/v9"],
    ],
    [
      "unknown: the group has the kind, but only in a version that nobody here can read",
      { objects: [custom("elbv2.k8s.aws/v1beta1", "TargetGroupBinding", "t"), custom("elbv2.k8s.aws/v9", "IngressClassParams", "edge")] },
      "not-supported",
      ["/apis", elbv2, "/apis/elbv2.k8s.aws/v9", `${elbv2}/ingressclassparams`],
    ],
    [
      "known: a version that can be read beside one that cannot",
      { objects: [params(), custom("elbv2.k8s.aws/v9", "IngressClassParams", "later")] },
      2,
      ["/apis", `${elbv2}/ingressclassparams`],
    ],
    [
      "unknown: discovery fails",
      { objects: [params()], faults: [{ path: "/apis", effect: { kind: "status", code: 500 } }] },
      "server-error",
      Array(5).fill("/apis"),
    ],
    [
      "unknown: discovery answers something else",
      { faults: [{ path: "/apis", effect: { kind: "body", text: '{"kind":"Status"}' } }] },
      "malformed",
      ["/apis"],
    ],
  ])("%s", async (_name, cluster, expected, paths) => {
    const { facts, requests } = await read({ cluster, needs });
    const fact = facts.ingressClassParams;
    expect([fact.state === "known" ? fact.value.length : fact.reason.code, pathsOf(requests)]).toEqual([expected, [...paths].sort()]);
  });

  it("unknown as a whole: one of its two groups could not be read", async () => {
    const cluster = {
      objects: [params(), autoParams()],
      rules: declaredRules.filter(({ apiGroups }) => !apiGroups.includes("eks.amazonaws.com")),
    };
    const { facts, outcomes } = await read({ cluster, needs });
    expect(codes(facts).ingressClassParams).toBe("forbidden");
    expect(outcomes.map(({ read: name, state }) => [name, state])).toEqual([
      ["kubernetes:list ingressclassparams.eks.amazonaws.com", "unknown"],
      ["kubernetes:list ingressclassparams.elbv2.k8s.aws", "read"],
    ]);
  });
});

describe("a group that serves its kinds in different versions", () => {
  const needs = new Set<FactName>(["loadBalancerConfigurations"]);
  const configuration = (version: string, name: string) => ({
    ...custom(`gateway.k8s.aws/${version}`, "LoadBalancerConfiguration", name),
    metadata: { namespace: "shop", name },
  });
  const other = (version: string) => custom(`gateway.k8s.aws/${version}`, "TargetGroupConfiguration", `t-${version}`);
  const path = (version: string) => `/apis/gateway.k8s.aws/${version}`;

  it.each<[string, Partial<KubernetesApiOptions>, number | string, readonly string[]]>([
    ["known: in the newest", { objects: [configuration("v1", "a")] }, 1, ["/apis", `${path("v1")}/loadbalancerconfigurations`]],
    [
      "known: in the older alone",
      { objects: [configuration("v1beta1", "a")] },
      1,
      ["/apis", `${path("v1beta1")}/loadbalancerconfigurations`],
    ],
    [
      "known: in the older alone, where another kind is in the newest",
      { objects: [configuration("v1beta1", "a"), other("v1")] },
      1,
      ["/apis", path("v1"), `${path("v1")}/loadbalancerconfigurations`, `${path("v1beta1")}/loadbalancerconfigurations`],
    ],
    [
      "known, none: in neither",
      { objects: [other("v1"), other("v1beta1")] },
      0,
      ["/apis", path("v1"), path("v1beta1"), `${path("v1")}/loadbalancerconfigurations`, `${path("v1beta1")}/loadbalancerconfigurations`],
    ],
    [
      "unknown: in the older alone, and may not be listed there",
      { objects: [configuration("v1beta1", "a"), other("v1")], rules: [] },
      "forbidden",
      ["/apis", path("v1"), path("v1beta1"), `${path("v1")}/loadbalancerconfigurations`, `${path("v1beta1")}/loadbalancerconfigurations`],
    ],
  ])("%s", async (_name, cluster, expected, paths) => {
    const { facts, requests } = await read({ cluster, needs });
    const fact = facts.loadBalancerConfigurations;
    expect([fact.state === "known" ? fact.value.length : fact.reason.code, pathsOf(requests)]).toEqual([expected, [...paths].sort()]);
  });
});
