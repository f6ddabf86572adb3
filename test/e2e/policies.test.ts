import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { CollectPorts } from "../../core/collect/access.ts";
import { clientLimits } from "../../core/collect/kubernetes/limits.ts";
import { type KubernetesTarget, readKubernetes } from "../../core/collect/kubernetes.ts";
import { readManifests } from "../../core/collect/manifests/read.ts";
import { Reading } from "../../core/collect/reading.ts";
import { known } from "../../core/model/fact.ts";
import type { NetworkPolicy } from "../../core/model/network-policy.ts";
import { connectivity } from "../../core/net/connectivity/connectivity.ts";
import { connectivityFacts, estateOf } from "../../core/net/connectivity/estate.ts";
import type { Estate } from "../../core/net/connectivity/model.ts";
import { engines, translate } from "../../core/net/policy/translation.ts";
import { endText } from "../../core/report/connectivity-text.ts";
import { ciliumPolicy } from "../net/policy/cilium-policies.ts";
import { adminNetworkPolicy, awsClusterNetworkPolicy, upstreamClusterNetworkPolicy } from "../net/policy/cluster-policies.ts";
import { cluster, networkPolicy } from "../net/policy/clusters.ts";
import { aCluster } from "../support/cluster.ts";
import { estateIn, linesOf } from "../support/connectivity.ts";
import { motoAccount, testCredentials } from "./bed/environment.ts";
import { AdminRefusedError, type Manifest } from "./bed/kube/admin.ts";
import { type KubeApiserver, startKubeApiserver } from "./bed/kube/apiserver.ts";
import { customKinds } from "./bed/kube/definitions.ts";
import { grantDeclaredReads, readers } from "./bed/kube/reader-role.ts";
import { suite } from "./bed/suite.ts";

const region = "eu-central-1";

type Written = readonly [plural: string, object: Manifest, status?: { readonly podIPs: readonly { readonly ip: string }[] }];
const sample = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number): readonly T[] => fc.sample(arbitrary, { numRuns, seed: 1 });
const upstream = "policy.networking.k8s.io";
const aws = "networking.k8s.aws/v1alpha1";
const calico = "projectcalico.org/v3";

/** Pods under policies of every kind, as people write them. */
const written: readonly Written[] = [
  ...sample(cluster, 3).flatMap(({ namespaces, pods }, i): readonly Written[] => [
    ...(i === 0
      ? Object.entries(namespaces).map(
          ([name, labels]) => ["namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } }] as const,
        )
      : []),
    ...pods.map(({ namespace, labels, ports, ip }, j): Written => {
      // A name is unique in a container.
      const containers = [undefined, ...ports].map((port, k) => ({
        name: `c${k}`,
        image: "app:1",
        ...(port ? { ports: [{ name: port.name, protocol: port.protocol, containerPort: port.port }] } : {}),
      }));
      const metadata = { namespace, name: `pod-${i}-${j}`, labels };
      return ["pods", { apiVersion: "v1", kind: "Pod", metadata, spec: { containers } }, { podIPs: [{ ip }] }];
    }),
  ]),
  ...sample(networkPolicy, 12).map(
    ({ namespace, spec }, i): Written => [
      "networkpolicies",
      { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { namespace, name: `policy-${i}` }, spec },
    ],
  ),
  ...sample(adminNetworkPolicy, 4).map(
    ({ kind, spec }, i): Written => [
      kind === "AdminNetworkPolicy" ? "adminnetworkpolicies" : "baselineadminnetworkpolicies",
      { apiVersion: `${upstream}/v1alpha1`, kind, metadata: { name: `policy-${i}` }, spec },
    ],
  ),
  ...sample(fc.oneof(upstreamClusterNetworkPolicy, awsClusterNetworkPolicy), 8).map(
    ({ apiGroup, spec }, i): Written => [
      "clusternetworkpolicies",
      {
        apiVersion: apiGroup === upstream ? `${upstream}/v1alpha2` : aws,
        kind: "ClusterNetworkPolicy",
        metadata: { name: `policy-${i}` },
        spec,
      },
    ],
  ),
  ...sample(ciliumPolicy, 6).map(
    ({ namespace, spec }, i): Written => [
      namespace === undefined ? "ciliumclusterwidenetworkpolicies" : "ciliumnetworkpolicies",
      {
        apiVersion: "cilium.io/v2",
        kind: namespace === undefined ? "CiliumClusterwideNetworkPolicy" : "CiliumNetworkPolicy",
        metadata: { ...(namespace === undefined ? {} : { namespace }), name: `policy-${i}` },
        spec,
      },
    ],
  ),
  [
    "applicationnetworkpolicies",
    {
      apiVersion: aws,
      kind: "ApplicationNetworkPolicy",
      metadata: { namespace: "one", name: "domains" },
      spec: { podSelector: {}, policyTypes: ["Egress"], egress: [{ to: [{ domainNames: ["*.example.com"] }], ports: [{ port: 443 }] }] },
    },
  ],
  ["tiers", { apiVersion: calico, kind: "Tier", metadata: { name: "security" }, spec: { order: 10, defaultAction: "Pass" } }],
  [
    "globalnetworksets",
    {
      apiVersion: calico,
      kind: "GlobalNetworkSet",
      metadata: { name: "offices", labels: { of: "us" } },
      spec: { nets: ["203.0.113.0/24"] },
    },
  ],
  [
    "globalnetworkpolicies",
    {
      apiVersion: calico,
      kind: "GlobalNetworkPolicy",
      metadata: { name: "security.offices" },
      spec: {
        tier: "security",
        order: 1,
        selector: "has(app)",
        types: ["Ingress"],
        ingress: [
          { action: "Allow", source: { selector: "of == 'us'" } },
          { action: "Deny", source: { nets: ["198.51.100.0/24"] } },
        ],
      },
    },
  ],
  [
    "networkpolicies",
    {
      apiVersion: calico,
      kind: "NetworkPolicy",
      metadata: { namespace: "two", name: "default.web" },
      spec: { selector: "all()", ingress: [{ action: "Allow", protocol: "TCP", destination: { ports: [80, "8000:8080"] } }] },
    },
  ],
];

suite("Policies in a kube-apiserver", { etcd: inject("etcd") }, ({ etcd }) => {
  let server: KubeApiserver;
  beforeAll(async () => {
    server = await startKubeApiserver({
      etcd,
      etcdPrefix: "/policies",
      clusters: ["reader"],
      keys: [{ ...testCredentials, arn: `arn:aws:iam::${motoAccount}:user/testing` }],
      groups: [readers],
    });
    await grantDeclaredReads(server.admin);
    for (const definition of customKinds) await server.admin.createDefinition(definition);
    for (const [plural, object, status] of written) {
      await server.admin.create(plural, object);
      if (status) await server.admin.setStatus(plural, object, status);
    }
  });
  afterAll(() => server?.stop());

  /** What the collector reads of the API server, as the role grants it. */
  async function readBack(): Promise<Estate> {
    const target: KubernetesTarget = {
      url: server.url,
      certificateAuthority: Buffer.from(server.ca).toString("base64"),
      clusterId: "reader",
      region,
      credentials: async () => testCredentials,
    };
    const access: CollectPorts["access"] = (account) => {
      throw new TypeError(`the Kubernetes API is read without another look at account ${account}`);
    };
    const ports = { access, now: () => new Date(), allowedEndpointHosts: ["127.0.0.1"], homeRegion: region };
    const reading = new Reading(ports);
    const facts = await readKubernetes(known(target), new Set(connectivityFacts), reading, ports, AbortSignal.timeout(30_000), {
      ...clientLimits,
      pageSize: 10,
    });
    const { estate, unread } = estateOf(aCluster(facts).facts);
    expect(unread).toEqual([]);
    return estate;
  }

  it.each(engines)("are judged as they are from manifests: %s", async (engine) => {
    const text = written.map(([, object, status]) => JSON.stringify(status ? { ...object, status } : object)).join("\n---\n");
    const manifests = readManifests([{ path: "all.yaml", text }]);
    expect(manifests.problems).toEqual([]);
    const lists = estateIn(manifests);
    const of = (estate: Estate) => {
      const { connections, remarks } = connectivity(estate, { engine, ipv6: true, textOf: endText });
      return { lines: linesOf(connections), remarks: remarks.map(({ message }) => message).sort() };
    };
    const expected = of(lists);
    expect(expected.lines.length).toBeGreaterThan(20);
    // The API server adds namespaces of its own, in which nothing is.
    expect(of(await readBack())).toEqual(expected);
  });

  type Spec = NetworkPolicy["spec"];
  const from = (...peers: NonNullable<NonNullable<Spec["ingress"]>[number]["from"]>): Spec => ({
    podSelector: {},
    ingress: [{ from: peers }],
  });
  const ports = (...list: NonNullable<NonNullable<Spec["ingress"]>[number]["ports"]>): Spec => ({
    podSelector: {},
    ingress: [{ ports: list }],
  });
  const labelled = (key: string, value: string): Spec => ({ podSelector: { matchLabels: { [key]: value } } });
  const asking = (operator: string, values?: readonly string[]): Spec => ({
    podSelector: { matchExpressions: [{ key: "app", operator, ...(values ? { values } : {}) }] },
  });
  const block = (cidr: string, ...except: readonly string[]): Spec => from({ ipBlock: { cidr, except } });

  describe("are refused where the product refuses them, and taken where it does not", () => {
    const odd: readonly (readonly [what: string, spec: Spec, answer: "refused" | "taken"])[] = [
      ["no policyTypes", { podSelector: {} }, "taken"],
      ["three policyTypes", { podSelector: {}, policyTypes: ["Ingress", "Egress", "Ingress"] }, "refused"],
      ["the same of the policyTypes twice", { podSelector: {}, policyTypes: ["Ingress", "Ingress"] }, "taken"],
      ["another of the policyTypes", { podSelector: {}, policyTypes: ["ingress"] }, "refused"],
      ["a peer that names nothing", from({}), "refused"],
      ["no peers", from(), "taken"],
      ["a block and a selector", from({ ipBlock: { cidr: "10.0.0.0/8" }, podSelector: {} }), "refused"],
      ["both selectors", from({ namespaceSelector: {}, podSelector: {} }), "taken"],
      ["port 0", ports({ port: 0 }), "refused"],
      ["port 65536", ports({ port: 65536 }), "refused"],
      ["port 65535", ports({ port: 65535 }), "taken"],
      ["no port", ports({ protocol: "UDP" }), "taken"],
      ["a name of 15 characters", ports({ port: "abcdefghijklmno" }), "taken"],
      ["a name of 16 characters", ports({ port: "abcdefghijklmnop" }), "refused"],
      ["a name of digits", ports({ port: "80" }), "refused"],
      ["a name in capitals", ports({ port: "HTTP" }), "refused"],
      ["a name with two hyphens in a row", ports({ port: "a--b" }), "refused"],
      ["an end without a port", ports({ endPort: 90 }), "refused"],
      ["an end with a name", ports({ port: "web", endPort: 90 }), "refused"],
      ["an end before its port", ports({ port: 91, endPort: 90 }), "refused"],
      ["an end at its port", ports({ port: 90, endPort: 90 }), "taken"],
      ["an end behind all ports", ports({ port: 90, endPort: 65536 }), "refused"],
      ["another protocol", ports({ protocol: "ICMP", port: 1 }), "refused"],
      ["a protocol in small letters", ports({ protocol: "tcp", port: 1 }), "refused"],
      ["a block without a length", block("10.0.0.0"), "refused"],
      ["a block of three numbers", block("10.0.0/24"), "refused"],
      ["a block with a leading zero", block("010.0.0.0/8"), "refused"],
      ["a block that is too long", block("10.0.0.0/33"), "refused"],
      ["a block of IPv6", block("2001:db8::/32", "2001:db8:1::/48"), "taken"],
      ["an exception outside its block", block("10.0.0.0/8", "11.0.0.0/16"), "refused"],
      ["an exception that is its block", block("10.0.0.0/8", "10.0.0.0/8"), "refused"],
      ["an exception of the other family", block("10.0.0.0/8", "2001:db8::/32"), "refused"],
      ["an exception of all but one address", block("10.0.0.0/8", "10.0.0.0/9"), "taken"],
      ["a key that begins with a hyphen", labelled("-a", "b"), "refused"],
      ["a key with an empty prefix", labelled("/a", "b"), "refused"],
      ["a key with two slashes", labelled("a/b/c", "d"), "refused"],
      ["a key with a prefix", labelled("example.com/a", "b"), "taken"],
      ["a key with a prefix in capitals", labelled("Example.com/a", "b"), "refused"],
      ["a key of 64 characters", labelled("a".repeat(64), "b"), "refused"],
      ["a value of 63 characters", labelled("a", "b".repeat(63)), "taken"],
      ["a value of 64 characters", labelled("a", "b".repeat(64)), "refused"],
      ["a value that is empty", labelled("a", ""), "taken"],
      ["a value with a space", labelled("a", "b c"), "refused"],
      ["In without values", asking("In"), "refused"],
      ["Exists with values", asking("Exists", ["a"]), "refused"],
      ["another operator", asking("Equals", ["a"]), "refused"],
      ["NotIn with a value that is none", asking("NotIn", ["b c"]), "refused"],
      ["a fault in a section that policyTypes leaves out", { ...ports({ port: 0 }), policyTypes: ["Egress"] }, "refused"],
    ];
    it.each(odd.map(([what, spec, answer]) => [`${answer}: ${what}`, spec, answer] as const))("%s", async (_what, spec, answer) => {
      expect({ product: ofProduct(spec), server: await ofServer(spec) }).toEqual({ product: answer, server: answer });
    });

    it("refused by this version, and taken by older ones, so that it counts: a block with bits beyond its prefix", async () => {
      for (const spec of [block("10.1.2.3/8"), block("10.0.0.0/8", "10.1.2.3/16")]) {
        expect({ product: ofProduct(spec), server: await ofServer(spec) }).toEqual({ product: "taken", server: "refused" });
      }
    });

    const ofProduct = (spec: Spec): "refused" | "taken" => {
      const { remarks } = translate("kubernetes", { networkPolicies: [{ namespace: "default", name: "odd", spec }] });
      return remarks.some(({ effect }) => effect === "refused") ? "refused" : "taken";
    };
    const ofServer = async (spec: Spec): Promise<"refused" | "taken"> => {
      const policy: Manifest = {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { namespace: "default", name: "odd" },
        spec,
      };
      try {
        await server.admin.create("networkpolicies", policy);
        await server.admin.remove("networkpolicies", policy);
        return "taken";
      } catch (error) {
        if (error instanceof AdminRefusedError && error.message.includes(": 422 ")) return "refused";
        throw error;
      }
    };
  });
});
