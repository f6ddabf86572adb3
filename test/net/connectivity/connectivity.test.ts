import { describe, expect, it } from "vitest";
import { absentNamespaces } from "../../../core/net/connectivity/absent-namespaces.ts";
import { connectivity } from "../../../core/net/connectivity/connectivity.ts";
import { explainer, reasonText } from "../../../core/net/connectivity/explain.ts";
import { type Narrowing, narrowed, placeAt } from "../../../core/net/connectivity/narrow.ts";
import { portsOf } from "../../../core/net/policy/port-set.ts";
import type { Engine } from "../../../core/net/policy/translation.ts";
import { endText } from "../../../core/report/connectivity-text.ts";
import { deployment, estateIn, linesIn, linesOf, manifestsOf, policy, told } from "../../support/connectivity.ts";
import { aNode } from "../../support/nodes.ts";
import { anOwner, aPod } from "../../support/workloads.ts";

const shop = `${deployment("web")}${deployment("api")}${policy("api", "ingress: [{ from: [{ podSelector: { matchLabels: { app: web } } }], ports: [{ port: http }] }, { from: [{ ipBlock: { cidr: 10.0.0.0/8 } }] }]")}`;

it("every connection, in order", () => {
  expect(linesIn(shop)).toEqual([
    "0.0.0.0-255.255.255.255[External] => shop/web[Deployment] : All Connections",
    "10.0.0.0-10.255.255.255[External] => shop/api[Deployment] : All Connections",
    "shop/api[Deployment] => 0.0.0.0-255.255.255.255[External] : All Connections",
    "shop/api[Deployment] => shop/web[Deployment] : All Connections",
    "shop/web[Deployment] => 0.0.0.0-255.255.255.255[External] : All Connections",
    "shop/web[Deployment] => shop/api[Deployment] : TCP 8080",
  ]);
});

describe("IPv6 ranges are listed", () => {
  const names6 = (text: string, ipv6?: boolean) => linesIn(text, { ipv6 }).some((line) => line.includes("::"));
  it.each<[string, string, boolean | undefined, boolean]>([
    ["no: nothing names one", shop, undefined, false],
    ["yes: asked for", shop, true, true],
    [
      "yes: a policy names a block",
      `${shop}${policy("web", "ingress: [{ from: [{ ipBlock: { cidr: '2001:db8::/32' } }] }]")}`,
      undefined,
      true,
    ],
    [
      "no: an IPv4 address in IPv6's clothes",
      `${shop}${policy("web", "ingress: [{ from: [{ ipBlock: { cidr: '::ffff:10.0.0.0/104' } }] }]")}`,
      undefined,
      false,
    ],
  ])("%s", (_rule, text, ipv6, expected) => {
    expect(names6(text, ipv6)).toBe(expected);
  });
});

describe("narrowed", () => {
  it.each<[string, Narrowing, readonly string[]]>([
    [
      "from a namespace, to a workload",
      { from: { namespace: "shop" }, to: { namespace: "shop", name: "api" } },
      ["shop/web[Deployment] => shop/api[Deployment] : TCP 8080"],
    ],
    [
      "to addresses: the part of the range",
      { from: { namespace: "shop", name: "api" }, to: placeAt("8.8.8.8") },
      ["shop/api[Deployment] => 8.8.8.8-8.8.8.8[External] : All Connections"],
    ],
    ["from addresses that no policy admits", { from: placeAt("8.8.8.0/24"), to: { namespace: "shop", name: "api" } }, []],
    [
      "on a port: that part",
      { from: { namespace: "shop", name: "web" }, ports: portsOf("TCP", 8000, 9000) },
      [
        "shop/web[Deployment] => 0.0.0.0-255.255.255.255[External] : TCP 8000-9000",
        "shop/web[Deployment] => shop/api[Deployment] : TCP 8080",
      ],
    ],
    ["to a namespace that is not there", { to: { namespace: "sho" } }, []],
  ])("%s", (_rule, narrowing, expected) => {
    expect(linesOf(narrowed(told(shop).connections, narrowing, endText))).toEqual(expected);
  });

  it("ranges that are cut stand in the order of their texts", () => {
    const split = `${deployment("web")}${policy("web", "ingress: [{ from: [{ ipBlock: { cidr: 0.0.0.0/5 } }, { ipBlock: { cidr: 8.0.0.0/7 } }], ports: [{ port: 1 }] }, { from: [{ ipBlock: { cidr: 10.0.0.0/7 } }], ports: [{ port: 2 }] }]")}`;
    const lines = linesOf(narrowed(told(split).connections, { from: placeAt("8.0.0.0/5") }, endText));
    expect(lines).toEqual([
      "10.0.0.0-11.255.255.255[External] => shop/web[Deployment] : TCP 2",
      "8.0.0.0-9.255.255.255[External] => shop/web[Deployment] : TCP 1",
    ]);
  });
});

describe("nodes that are known stand among the addresses outside", () => {
  const shut = policy("web", "policyTypes: [Ingress, Egress]");
  const given = (text: string, engine: Engine, nodeNames: readonly (string | undefined)[]) => {
    const estate = {
      ...estateIn(manifestsOf(text)),
      workloads: [],
      pods: nodeNames.map((nodeName, i) =>
        aPod(`web-${i}`, {
          labels: { app: "web" },
          podIps: [`10.0.9.${i}`],
          owner: anOwner("StatefulSet", "web"),
          ...(nodeName === undefined ? {} : { nodeName }),
        }),
      ),
      nodes: [aNode("n1", { internalIps: ["10.0.1.4"] }), aNode("n2", { internalIps: ["10.0.2.4"] })],
    };
    return connectivity(estate, { engine, ipv6: undefined, textOf: endText });
  };
  const [in1, out1] = [
    "10.0.1.4-10.0.1.4[External] => shop/web[StatefulSet] : All Connections",
    "shop/web[StatefulSet] => 10.0.1.4-10.0.1.4[External] : All Connections",
  ];
  const [in2, out2] = [in1, out1].map((line) => line.replaceAll("10.0.1.4", "10.0.2.4"));
  const cilium = (rules: string) => `---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: for-web, namespace: shop }
spec: { endpointSelector: {}, ${rules} }
`;

  it.each<[string, string, Engine, readonly (string | undefined)[], readonly (string | undefined)[]]>([
    ["VPC CNI: both ways, whatever NetworkPolicies say, for the own node alone", shut, "vpc-cni", ["n1"], [in1, out1]],
    ["VPC CNI: of pods on several nodes, the nodes of all of them", shut, "vpc-cni", ["n1", "n2"], [in1, in2, out1, out2]],
    ["VPC CNI: none for a pod whose node is not known", shut, "vpc-cni", [undefined, "n3"], []],
    ["the API: the own node enters, and is not reached", shut, "kubernetes", ["n1"], [in1]],
    ["Calico: the own node enters, and is reached where policies let it", shut, "calico", ["n1"], [in1]],
    ["Cilium: the own node enters", shut, "cilium", ["n1"], [in1]],
    [
      "Cilium: host is the own node",
      cilium("egress: [{ toEntities: [host] }]"),
      "cilium",
      ["n1"],
      ["0.0.0.0-255.255.255.255[External] => shop/web[StatefulSet] : All Connections", out1],
    ],
    ["Cilium: remote-node is every other", cilium("egress: [{ toEntities: [remote-node] }], ingress: [{}]"), "cilium", ["n1"], [in1, out2]],
    [
      "Cilium: of pods on both nodes each is the other's other",
      cilium("egress: [{ toEntities: [remote-node] }], ingress: [{}]"),
      "cilium",
      ["n1", "n2"],
      [in1, in2, out1, out2],
    ],
    [
      "Cilium: a denial of host keeps the own node out",
      cilium("egress: [{}], ingressDeny: [{ fromEntities: [host] }]"),
      "cilium",
      ["n1"],
      [],
    ],
  ])("%s", (_rule, text, engine, nodeNames, lines) => {
    expect(linesOf(given(text, engine, nodeNames).connections)).toEqual(lines);
  });

  it("an open workload keeps one range", () => {
    expect(linesOf(given("", "vpc-cni", ["n1"]).connections)).toHaveLength(2);
  });

  it("are explained by what the engine lets through by itself", () => {
    const reasons = (engine: Engine, narrowing: Narrowing) => {
      const answer = given(shut, engine, ["n1"]);
      return [...narrowed(answer.connections, narrowing, endText)].flatMap((one) => explainer(answer)(one).map(reasonText));
    };
    expect(reasons("vpc-cni", { to: placeAt("10.0.0.0/8") })).toEqual([
      "leaves: All Connections, since VPC CNI lets every pod reach its own node, whatever NetworkPolicies say",
    ]);
    expect(reasons("calico", { from: placeAt("10.0.1.4/32") })).toEqual([
      "enters: All Connections, since Calico lets every node reach its own pods",
    ]);
  });
});

describe("explained", () => {
  const reasons = (text: string, narrowing: Narrowing, engine: "kubernetes" | "calico" = "kubernetes") => {
    const answer = told(text, { engine });
    const { connections } = answer;
    const explain = explainer(answer);
    return [...narrowed(connections, narrowing, endText)].map((one) => explain(one).map(reasonText));
  };
  const webToApi: Narrowing = { from: { namespace: "shop", name: "web" }, to: { namespace: "shop", name: "api" } };

  it("by the rules of either side, or that no policy decides", () => {
    expect(reasons(shop, webToApi)).toEqual([
      ["leaves: no policy decides TCP 8080", "enters: NetworkPolicy shop/for-api ingress[0] allows TCP 8080"],
    ]);
    expect(reasons(shop, { from: placeAt("10.0.0.0/8"), to: { namespace: "shop", name: "api" } })).toEqual([
      ["enters: NetworkPolicy shop/for-api ingress[1] allows All Connections"],
    ]);
  });

  it("by every rule that allows it", () => {
    const egress = policy("web", "policyTypes: [Egress]\n  egress: [{ to: [{ podSelector: {} }] }, { ports: [{ port: 8080 }] }]");
    expect(reasons(`${shop}${egress}`, webToApi)).toEqual([
      [
        "leaves: NetworkPolicy shop/for-web egress[0] allows TCP 8080",
        "leaves: NetworkPolicy shop/for-web egress[1] allows TCP 8080",
        "enters: NetworkPolicy shop/for-api ingress[0] allows TCP 8080",
      ],
    ]);
  });

  it("by a policy for whole clusters that passes it on, and the one behind", () => {
    const admin = `---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: { name: careful }
spec:
  priority: 5
  subject: { namespaces: {} }
  ingress:
  - { name: let-them, action: Pass, from: [{ namespaces: {} }] }
`;
    expect(reasons(`${shop}${admin}`, webToApi)[0]?.slice(1)).toEqual([
      expect.stringMatching(/^enters: AdminNetworkPolicy careful .* passes on TCP 8080$/),
      "enters: NetworkPolicy shop/for-api ingress[0] allows TCP 8080",
    ]);
  });
});

it("ranges are one where their ports are the same, though some hang on a domain name", () => {
  const cilium = `---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: names, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: web } }
  egress:
  - toFQDNs: [{ matchName: example.com }]
    toPorts: [{ ports: [{ port: "443", protocol: TCP }] }]
  - toCIDR: [10.0.0.0/8]
    toPorts: [{ ports: [{ port: "443", protocol: TCP }] }]
`;
  const lines = linesIn(`${deployment("web")}${cilium}`, { engine: "cilium" }).filter((line) => line.startsWith("shop/web"));
  expect(lines).toEqual(["shop/web[Deployment] => 0.0.0.0-255.255.255.255[External] : TCP 443"]);
});

it("policies in, and for, namespaces in which nothing is are told", () => {
  const ghost = "{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ghost } } }";
  const text = `${shop}${policy("web", `ingress: [{ from: [{ namespaceSelector: {} }, ${ghost}] }]`)}${policy("x", "{}").replace("shop", "lost")}`;
  expect(absentNamespaces(estateIn(manifestsOf(text.replace("\n  {}", ""))))).toEqual([
    { policy: "NetworkPolicy shop/for-web", field: "spec.ingress[0].from[1].namespaceSelector", namespace: "ghost" },
    { policy: "NetworkPolicy lost/for-x", field: "metadata.namespace", namespace: "lost" },
  ]);
});
