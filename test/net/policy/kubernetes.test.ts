import { describe, expect, it } from "vitest";
import type { NetworkPolicy } from "../../../core/model/network-policy.ts";
import { type Engine, translate } from "../../../core/net/policy/translation.ts";
import { forApi, pods as shop, verdictsOf } from "./shop.ts";

const bystanders = { "lab/probe -> pay/db TCP 80": "yes", "8.8.8.8 -> pay/db TCP 80": "yes" };
type Case = readonly [rule: string, policies: readonly NetworkPolicy[], flows: Readonly<Record<string, string>>];
const from = (...peers: NonNullable<NonNullable<NetworkPolicy["spec"]["ingress"]>[number]["from"]>) =>
  forApi({ ingress: [{ from: peers }] });
const to = (...peers: NonNullable<NonNullable<NetworkPolicy["spec"]["egress"]>[number]["to"]>) =>
  forApi({ policyTypes: ["Egress"], egress: [{ to: peers }] });
const ports = (...list: NonNullable<NonNullable<NetworkPolicy["spec"]["ingress"]>[number]["ports"]>) =>
  forApi({ ingress: [{ ports: list }] });

const cases: readonly Case[] = [
  [
    "yes: no policy isolates a pod",
    [],
    { "shop/web -> shop/api TCP 80": "yes", "8.8.8.8 -> shop/api UDP 1": "yes", "shop/api -> ::1 SCTP 9": "yes" },
  ],
  [
    "no: a policy without rules isolates what it selects",
    [forApi({})],
    { "shop/web -> shop/api TCP 80": "no", "shop/api -> shop/web TCP 80": "yes" },
  ],
  [
    "no: isolation counts in the policy's namespace alone, and there for each pod alone",
    [{ namespace: "shop", name: "all", spec: {} }],
    { "lab/probe -> shop/web TCP 80": "no", "lab/probe -> shop/api TCP 80": "no", "shop/web -> pay/db TCP 80": "yes" },
  ],
  [
    "yes: both sides must let through, and do",
    [
      forApi({ ingress: [{ from: [{ podSelector: { matchLabels: { app: "web" } } }] }] }),
      { namespace: "shop", name: "w", spec: { podSelector: { matchLabels: { app: "web" } }, policyTypes: ["Egress"], egress: [{}] } },
    ],
    { "shop/web -> shop/api TCP 80": "yes" },
  ],
  [
    "no: the destination admits and the source may not",
    [
      forApi({ ingress: [{}] }),
      { namespace: "shop", name: "w", spec: { podSelector: { matchLabels: { app: "web" } }, policyTypes: ["Egress"] } },
    ],
    { "shop/web -> shop/api TCP 80": "no", "lab/probe -> shop/api TCP 80": "yes" },
  ],
  [
    "yes: policies add up, and none takes away",
    [forApi({}), from({ podSelector: {} })],
    { "shop/web -> shop/api TCP 80": "yes", "lab/probe -> shop/api TCP 80": "no" },
  ],
  [
    "no: without policyTypes, ingress is isolated and egress is not",
    [forApi({ egress: [] })],
    { "shop/web -> shop/api TCP 1": "no", "shop/api -> shop/web TCP 1": "yes" },
  ],
  [
    "no: without policyTypes, an egress rule isolates egress too",
    [forApi({ egress: [{ ports: [{ port: 53 }] }] })],
    { "shop/api -> shop/web TCP 1": "no", "shop/api -> shop/web TCP 53": "yes", "shop/web -> shop/api TCP 1": "no" },
  ],
  [
    "yes: an ingress section that policyTypes does not name is ignored",
    [forApi({ policyTypes: ["Egress"], ingress: [{ ports: [{ port: 1 }] }] })],
    { "shop/web -> shop/api TCP 80": "yes", "shop/api -> shop/web TCP 1": "no" },
  ],
  [
    "no: policyTypes Egress without a section denies all egress",
    [forApi({ policyTypes: ["Egress"] })],
    { "shop/api -> 8.8.8.8 UDP 53": "no" },
  ],
  [
    "yes: an empty rule admits everyone on every port",
    [forApi({ ingress: [{}] })],
    { "8.8.8.8 -> shop/api SCTP 9": "yes", "lab/probe -> shop/api TCP 1": "yes" },
  ],
  [
    "yes: an empty from is any peer, addresses included",
    [forApi({ ingress: [{ from: [], ports: [{ port: 80 }] }] })],
    { "8.8.8.8 -> shop/api TCP 80": "yes", "8.8.8.8 -> shop/api TCP 81": "no" },
  ],
  [
    "no: peers and ports are both asked",
    [forApi({ ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }] })],
    { "shop/web -> shop/api TCP 80": "yes", "shop/web -> shop/api TCP 81": "no", "lab/probe -> shop/api TCP 80": "no" },
  ],
  [
    "yes: of two peers either will do",
    [from({ podSelector: { matchLabels: { app: "db" } } }, { namespaceSelector: { matchLabels: { team: "lab" } } })],
    { "lab/probe -> shop/api TCP 1": "yes", "shop/web -> shop/api TCP 1": "no", "pay/db -> shop/api TCP 1": "no" },
  ],
  [
    "no: a podSelector alone means the policy's own namespace",
    [from({ podSelector: { matchLabels: { app: "web" } } })],
    { "shop/web -> shop/api TCP 1": "yes", "lab/probe -> shop/api TCP 1": "no" },
  ],
  [
    "yes: a namespaceSelector alone means all pods there",
    [from({ namespaceSelector: { matchLabels: { team: "pay" } } })],
    { "pay/db -> shop/api TCP 1": "yes", "shop/web -> shop/api TCP 1": "no" },
  ],
  [
    "no: both selectors in one peer must hold",
    [from({ namespaceSelector: { matchLabels: { team: "lab" } }, podSelector: { matchLabels: { app: "db" } } })],
    { "lab/probe -> shop/api TCP 1": "no", "pay/db -> shop/api TCP 1": "no" },
  ],
  [
    "no: an empty namespaceSelector means all pods and no address",
    [from({ namespaceSelector: {} })],
    { "pay/db -> shop/api TCP 1": "yes", "8.8.8.8 -> shop/api TCP 1": "no" },
  ],
  [
    "yes: every namespace has the label of its name",
    [from({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "lab" } } })],
    { "lab/probe -> shop/api TCP 1": "yes", "pay/db -> shop/api TCP 1": "no" },
  ],
  [
    "yes: NotIn holds where the key is absent",
    [from({ namespaceSelector: { matchExpressions: [{ key: "trusted", operator: "NotIn", values: ["no"] }] } })],
    { "pay/db -> shop/api TCP 1": "yes", "lab/probe -> shop/api TCP 1": "no" },
  ],
  [
    "yes: DoesNotExist holds where the key is absent",
    [from({ podSelector: { matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] }, namespaceSelector: {} })],
    { "pay/db -> shop/api TCP 1": "yes", "shop/web -> shop/api TCP 1": "no" },
  ],
  [
    "no: Exists wants the key",
    [from({ podSelector: { matchExpressions: [{ key: "tier", operator: "Exists" }] }, namespaceSelector: {} })],
    { "shop/web -> shop/api TCP 1": "yes", "pay/db -> shop/api TCP 1": "no" },
  ],
  [
    "no: labels and expressions must all hold",
    [from({ podSelector: { matchLabels: { app: "web" }, matchExpressions: [{ key: "tier", operator: "In", values: ["back"] }] } })],
    { "shop/web -> shop/api TCP 1": "no" },
  ],
  [
    "no: a port without protocol is TCP",
    [ports({ port: 53 })],
    { "shop/web -> shop/api TCP 53": "yes", "shop/web -> shop/api UDP 53": "no" },
  ],
  [
    "yes: a protocol without port is all of its ports",
    [ports({ protocol: "UDP" })],
    { "shop/web -> shop/api UDP 65535": "yes", "shop/web -> shop/api TCP 53": "no" },
  ],
  [
    "yes: endPort is the last of a range",
    [ports({ port: 80, endPort: 82 })],
    {
      "shop/web -> shop/api TCP 80": "yes",
      "shop/web -> shop/api TCP 82": "yes",
      "shop/web -> shop/api TCP 83": "no",
      "shop/web -> shop/api TCP 79": "no",
    },
  ],
  ["yes: an empty list of ports is every port", [forApi({ ingress: [{ ports: [] }] })], { "8.8.8.8 -> shop/api SCTP 9": "yes" }],
  [
    "yes: of two rules either will do, and of two ports of one",
    [forApi({ ingress: [{ ports: [{ port: 80 }, { port: 82 }] }, { from: [{ namespaceSelector: { matchLabels: { team: "lab" } } }] }] })],
    {
      "shop/web -> shop/api TCP 80": "yes",
      "shop/web -> shop/api TCP 81": "no",
      "shop/web -> shop/api TCP 82": "yes",
      "lab/probe -> shop/api TCP 81": "yes",
    },
  ],
  [
    "no: In wants the key",
    [from({ podSelector: { matchExpressions: [{ key: "tier", operator: "In", values: ["front", "back"] }] }, namespaceSelector: {} })],
    { "shop/web -> shop/api TCP 1": "yes", "pay/db -> shop/api TCP 1": "no" },
  ],
  [
    "yes: a port by name to go out to is the destination's, not the source's",
    [
      forApi({
        policyTypes: ["Egress"],
        egress: [{ to: [{ podSelector: {} }, { namespaceSelector: {} }], ports: [{ port: "http" }] }],
      }),
    ],
    { "shop/api -> shop/web TCP 8080": "yes", "shop/api -> shop/web TCP 9090": "no" },
  ],
  [
    "yes: a name is the destination's own port",
    [ports({ port: "http" })],
    { "shop/web -> shop/api TCP 9090": "yes", "shop/web -> shop/api TCP 8080": "no" },
  ],
  [
    "no: a name of another protocol is another port",
    [ports({ port: "dns" })],
    { "shop/web -> shop/api TCP 53": "no", "shop/web -> shop/api UDP 53": "no" },
  ],
  [
    "no: a name that the destination lacks admits nothing",
    [forApi({ policyTypes: ["Egress"], egress: [{ ports: [{ port: "http" }] }] })],
    {
      "shop/api -> shop/web TCP 8080": "yes",
      "shop/api -> lab/probe TCP 8080": "no",
      "shop/api -> pay/db TCP 80": "no",
      "shop/api -> 8.8.8.8 TCP 8080": "no",
    },
  ],
  [
    "no: a block is what it holds less its exceptions",
    [from({ ipBlock: { cidr: "203.0.113.0/24", except: ["203.0.113.8/29", "203.0.113.0/32"] } })],
    {
      "203.0.113.1 -> shop/api TCP 1": "yes",
      "203.0.113.0 -> shop/api TCP 1": "no",
      "203.0.113.15 -> shop/api TCP 1": "no",
      "203.0.113.16 -> shop/api TCP 1": "yes",
      "203.0.114.0 -> shop/api TCP 1": "no",
    },
  ],
  [
    "yes: another policy admits what one excepts",
    [from({ ipBlock: { cidr: "203.0.113.0/24", except: ["203.0.113.8/29"] } }), from({ ipBlock: { cidr: "203.0.113.8/32" } })],
    { "203.0.113.8 -> shop/api TCP 1": "yes", "203.0.113.9 -> shop/api TCP 1": "no" },
  ],
  [
    "no: a block of one family holds no address of the other",
    [to({ ipBlock: { cidr: "0.0.0.0/0" } })],
    { "shop/api -> 8.8.8.8 TCP 1": "yes", "shop/api -> 2001:db8::1 TCP 1": "no" },
  ],
  [
    "no: ::/0 holds no IPv4 address",
    [to({ ipBlock: { cidr: "::/0" } })],
    { "shop/api -> 8.8.8.8 TCP 1": "no", "shop/api -> 2001:db8::1 TCP 1": "yes" },
  ],
];

describe("NetworkPolicy", () => {
  it.each(cases)("%s", (_rule, policies, flows) => {
    const { model, remarks } = translate("kubernetes", { networkPolicies: policies });
    expect(remarks).toEqual([]);
    const expected = { ...bystanders, ...flows };
    expect(verdictsOf(model, expected)).toEqual(expected);
  });
});

describe("where engines differ", () => {
  const block = from({ ipBlock: { cidr: "10.0.0.0/30" } });
  it.each<readonly [string, Engine, NetworkPolicy, Readonly<Record<string, string>>]>([
    [
      "no: by the API's text a block means no pod",
      "kubernetes",
      block,
      { "shop/web -> shop/api TCP 1": "no", "10.0.0.1 -> shop/api TCP 1": "yes" },
    ],
    [
      "yes: VPC CNI matches a block against pods",
      "vpc-cni",
      block,
      { "shop/web -> shop/api TCP 1": "yes", "lab/probe -> shop/api TCP 1": "no" },
    ],
    [
      "yes: Calico matches a block against pods",
      "calico",
      block,
      { "shop/web -> shop/api TCP 1": "yes", "lab/probe -> shop/api TCP 1": "no" },
    ],
    [
      "no: Cilium matches no block against pods",
      "cilium",
      block,
      { "shop/web -> shop/api TCP 1": "no", "10.0.0.1 -> shop/api TCP 1": "yes" },
    ],
    [
      "no: under VPC CNI a block admits no port by name, of a pod in it either",
      "vpc-cni",
      forApi({ policyTypes: ["Egress"], egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8" } }], ports: [{ port: "http" }, { port: 80 }] }] }),
      { "shop/api -> shop/web TCP 8080": "no", "shop/api -> shop/web TCP 80": "yes", "shop/api -> 10.9.9.9 TCP 80": "yes" },
    ],
    [
      "no: under VPC CNI a rule for everybody admits no port by name, and is none without others",
      "vpc-cni",
      forApi({ policyTypes: ["Egress"], egress: [{ ports: [{ port: "http" }] }] }),
      { "shop/api -> shop/web TCP 8080": "no", "shop/api -> 8.8.8.8 TCP 1": "no" },
    ],
    [
      "yes: under VPC CNI a selector admits a port by name, beside a block that does not",
      "vpc-cni",
      forApi({
        policyTypes: ["Egress"],
        egress: [{ to: [{ podSelector: {} }, { ipBlock: { cidr: "10.0.0.0/8" } }], ports: [{ port: "http" }] }],
      }),
      { "shop/api -> shop/web TCP 8080": "yes", "shop/api -> shop/web TCP 8081": "no", "shop/api -> 10.9.9.9 TCP 8080": "no" },
    ],
    [
      "yes: under Calico a block admits the port by name of a pod in it",
      "calico",
      forApi({ policyTypes: ["Egress"], egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8" } }], ports: [{ port: "http" }] }] }),
      { "shop/api -> shop/web TCP 8080": "yes", "shop/api -> 10.9.9.9 TCP 8080": "no" },
    ],
    [
      "no: under VPC CNI a block of one family lets no address of the other through, which it is ignored for",
      "vpc-cni",
      forApi({ ingress: [{ from: [{ ipBlock: { cidr: "::/0" } }] }] }),
      { "8.8.8.8 -> shop/api TCP 1": "no", "shop/web -> shop/api TCP 1": "no" },
    ],
    [
      "yes: under VPC CNI a selector means pods on the port of their container, whatever port a Service in front has",
      "vpc-cni",
      forApi({ policyTypes: ["Egress"], egress: [{ to: [{ podSelector: {} }], ports: [{ port: 8080 }] }] }),
      { "shop/api -> shop/web TCP 8080": "yes", "shop/api -> shop/web TCP 80": "no" },
    ],
    [
      "yes: under VPC CNI a section that policyTypes does not name is ignored",
      "vpc-cni",
      forApi({ policyTypes: ["Egress"], ingress: [{ ports: [{ port: 1 }] }] }),
      { "shop/web -> shop/api TCP 80": "yes", "shop/api -> shop/web TCP 1": "no" },
    ],
    [
      "yes: under Calico a section that policyTypes does not name is ignored",
      "calico",
      forApi({ policyTypes: ["Egress"], ingress: [{ ports: [{ port: 1 }] }] }),
      { "shop/web -> shop/api TCP 80": "yes", "shop/api -> shop/web TCP 1": "no" },
    ],
    [
      "no: under Calico a selector for absent labels means no address outside",
      "calico",
      from({ namespaceSelector: { matchExpressions: [{ key: "trusted", operator: "DoesNotExist" }] } }),
      { "8.8.8.8 -> shop/api TCP 1": "no", "pay/db -> shop/api TCP 1": "yes" },
    ],
    [
      "no: under VPC CNI a selector for absent labels means no address outside",
      "vpc-cni",
      from({ namespaceSelector: { matchExpressions: [{ key: "trusted", operator: "DoesNotExist" }] } }),
      { "8.8.8.8 -> shop/api TCP 1": "no", "pay/db -> shop/api TCP 1": "yes" },
    ],
    [
      "no: under Cilium a section counts though policyTypes does not name it",
      "cilium",
      forApi({ policyTypes: ["Egress"], ingress: [{ ports: [{ port: 1 }] }] }),
      { "shop/web -> shop/api TCP 80": "no", "shop/web -> shop/api TCP 1": "yes" },
    ],
    [
      "perhaps: under Cilium a selector for absent labels means addresses outside, if it need not name the cluster",
      "cilium",
      from({ namespaceSelector: { matchExpressions: [{ key: "trusted", operator: "DoesNotExist" }] } }),
      { "8.8.8.8 -> shop/api TCP 1": "perhaps", "lab/probe -> shop/api TCP 1": "no", "pay/db -> shop/api TCP 1": "yes" },
    ],
    [
      "no: under Cilium an empty namespaceSelector means pods alone",
      "cilium",
      from({ namespaceSelector: {} }),
      { "8.8.8.8 -> shop/api TCP 1": "no" },
    ],
  ])("%s", (_rule, engine, policy, flows) => {
    const { model } = translate(engine, { networkPolicies: [policy] });
    expect(verdictsOf(model, flows)).toEqual(flows);
  });
});

describe("ports by name to come in on, which VPC CNI looks up at all pods that the policy selects", () => {
  const all = (from: NonNullable<NetworkPolicy["spec"]["ingress"]>[number]["from"]): NetworkPolicy => ({
    namespace: "shop",
    name: "all",
    spec: { ingress: [{ ...(from ? { from } : {}), ports: [{ port: "http" }] }] },
  });
  it.each<readonly [string, Engine, NetworkPolicy, Readonly<Record<string, string>>]>([
    [
      "yes: from a selector each pod is open on the ports of all, and no other",
      "vpc-cni",
      all([{ namespaceSelector: {} }]),
      {
        "lab/probe -> shop/api TCP 9090": "yes",
        "lab/probe -> shop/api TCP 8080": "yes",
        "lab/probe -> shop/web TCP 9090": "yes",
        "lab/probe -> shop/api TCP 80": "no",
        "8.8.8.8 -> shop/api TCP 8080": "no",
        "lab/probe -> pay/db TCP 8080": "yes",
      },
    ],
    [
      "no: from a selector, a port of a pod that the policy does not select",
      "vpc-cni",
      forApi({ ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: "http" }] }] }),
      { "lab/probe -> shop/api TCP 9090": "yes", "lab/probe -> shop/api TCP 8080": "no" },
    ],
    [
      "perhaps: from a block a pod is open on the ports of the others",
      "vpc-cni",
      all([{ ipBlock: { cidr: "8.0.0.0/8" } }]),
      { "8.8.8.8 -> shop/api TCP 8080": "perhaps", "8.8.8.8 -> shop/api TCP 80": "no", "9.9.9.9 -> shop/api TCP 8080": "no" },
    ],
    [
      "perhaps: from everybody a pod is open on the ports of the others",
      "vpc-cni",
      all(undefined),
      { "8.8.8.8 -> shop/api TCP 8080": "perhaps", "lab/probe -> shop/api TCP 80": "no" },
    ],
    [
      "no: under Calico the name is the destination's own",
      "calico",
      all([{ namespaceSelector: {} }]),
      { "lab/probe -> shop/api TCP 9090": "yes", "lab/probe -> shop/api TCP 8080": "no" },
    ],
  ])("%s", (_rule, engine, policy, flows) => {
    const { model } = translate(engine, { networkPolicies: [policy] }, { pods: Object.values(shop) });
    expect(verdictsOf(model, flows)).toEqual(flows);
  });
});

describe("exceptions of blocks, which VPC CNI may close to what other rules let through", () => {
  const excepting = { ipBlock: { cidr: "10.0.0.0/8", except: ["10.0.0.0/24"] } };
  const ofAll = (name: string, ...peers: NonNullable<NonNullable<NetworkPolicy["spec"]["ingress"]>[number]["from"]>): NetworkPolicy => ({
    namespace: "shop",
    name,
    spec: { ingress: [{ from: peers, ports: [{ port: 80 }] }] },
  });
  const bystanderFlows = { "10.1.0.1 -> shop/api TCP 80": "yes", "10.1.0.1 -> shop/api TCP 81": "no", "8.8.8.8 -> pay/db TCP 80": "yes" };
  it.each<readonly [string, Engine, readonly NetworkPolicy[], Readonly<Record<string, string>>]>([
    [
      "no: nobody else lets the exception through",
      "vpc-cni",
      [ofAll("a", excepting)],
      { "10.0.0.9 -> shop/api TCP 80": "no", "lab/probe -> shop/api TCP 80": "no" },
    ],
    [
      "perhaps: another policy's wider block",
      "vpc-cni",
      [ofAll("a", excepting), ofAll("b", { ipBlock: { cidr: "0.0.0.0/0" } })],
      {
        "10.0.0.9 -> shop/api TCP 80": "perhaps",
        "lab/probe -> shop/api TCP 80": "perhaps",
        "10.0.0.9 -> shop/api TCP 81": "no",
        "10.0.1.0 -> shop/api TCP 80": "yes",
        "8.8.8.8 -> shop/api TCP 80": "yes",
      },
    ],
    [
      "yes: another policy's wider block, under Calico",
      "calico",
      [ofAll("a", excepting), ofAll("b", { ipBlock: { cidr: "0.0.0.0/0" } })],
      { "10.0.0.9 -> shop/api TCP 80": "yes", "lab/probe -> shop/api TCP 80": "yes" },
    ],
    [
      "perhaps: a rule of the same policy for everybody",
      "vpc-cni",
      [{ namespace: "shop", name: "a", spec: { ingress: [{ from: [excepting], ports: [{ port: 80 }] }, { ports: [{ port: 443 }] }] } }],
      {
        "10.0.0.9 -> shop/api TCP 443": "perhaps",
        "lab/probe -> shop/api TCP 443": "perhaps",
        "10.0.0.9 -> shop/api TCP 80": "no",
        "10.1.0.1 -> shop/api TCP 443": "yes",
        "8.8.8.8 -> shop/api TCP 443": "yes",
      },
    ],
    [
      "yes: a block of exactly the exception",
      "vpc-cni",
      [ofAll("a", excepting), ofAll("b", { ipBlock: { cidr: "10.0.0.0/24" } })],
      { "10.0.0.9 -> shop/api TCP 80": "yes", "lab/probe -> shop/api TCP 80": "yes" },
    ],
    [
      "yes: a block inside the exception, and there alone",
      "vpc-cni",
      [ofAll("a", excepting), ofAll("b", { ipBlock: { cidr: "10.0.0.4/31" } }), ofAll("c", { ipBlock: { cidr: "0.0.0.0/0" } })],
      { "10.0.0.4 -> shop/api TCP 80": "yes", "lab/probe -> shop/api TCP 80": "yes", "10.0.0.9 -> shop/api TCP 80": "perhaps" },
    ],
    [
      "yes: pods in the exception that a selector means",
      "vpc-cni",
      [ofAll("a", excepting), ofAll("b", { namespaceSelector: { matchLabels: { team: "lab" } } })],
      { "lab/probe -> shop/api TCP 80": "yes", "pay/db -> shop/api TCP 80": "no" },
    ],
    [
      "perhaps: a block between two exceptions, in the longer one alone",
      "vpc-cni",
      [
        ofAll("a", { ipBlock: { cidr: "0.0.0.0/0", except: ["11.0.0.0/8"] } }),
        ofAll("b", { ipBlock: { cidr: "11.1.0.0/16" } }),
        ofAll("c", { ipBlock: { cidr: "11.1.2.0/23", except: ["11.1.2.0/24"] } }),
      ],
      {
        "11.1.2.1 -> shop/api TCP 80": "perhaps",
        "11.1.3.1 -> shop/api TCP 80": "yes",
        "11.1.4.1 -> shop/api TCP 80": "yes",
        "11.2.0.1 -> shop/api TCP 80": "no",
      },
    ],
    [
      "yes: an exception of a policy that does not select the pod",
      "vpc-cni",
      [
        { ...ofAll("a"), spec: { podSelector: { matchLabels: { app: "web" } }, ingress: [{ from: [excepting] }] } },
        ofAll("b", { ipBlock: { cidr: "0.0.0.0/0" } }),
      ],
      { "10.0.0.9 -> shop/api TCP 80": "yes", "10.0.0.9 -> shop/web TCP 80": "perhaps" },
    ],
    [
      "yes: an exception of the other direction",
      "vpc-cni",
      [
        ofAll("b", { ipBlock: { cidr: "0.0.0.0/0" } }),
        { namespace: "shop", name: "out", spec: { policyTypes: ["Egress"], egress: [{ to: [excepting] }, {}] } },
      ],
      { "10.0.0.9 -> shop/api TCP 80": "yes", "shop/api -> 10.0.0.9 TCP 80": "perhaps", "shop/api -> 10.1.0.1 TCP 80": "yes" },
    ],
  ])("%s", (_rule, engine, policies, flows) => {
    const { model, remarks } = translate(engine, { networkPolicies: policies });
    expect(remarks).toEqual([]);
    const expected = { ...bystanderFlows, ...flows };
    expect(verdictsOf(model, expected)).toEqual(expected);
  });
});

describe("ports at an address, of which VPC CNI holds 24", () => {
  const list = (count: number, first: number) => Array.from({ length: count }, (_, i) => ({ port: first + i }));
  const at = (name: string, cidr: string, ports: NonNullable<NonNullable<NetworkPolicy["spec"]["ingress"]>[number]["ports"]>) => ({
    ...forApi({ ingress: [{ from: [{ ipBlock: { cidr } }], ports }] }),
    name,
  });
  const flow = "10.0.0.9 -> shop/api TCP 1000";
  it.each<readonly [string, Engine, readonly NetworkPolicy[], Readonly<Record<string, string>>]>([
    ["yes: 24 of them", "vpc-cni", [at("a", "10.0.0.0/8", list(24, 1000))], { [flow]: "yes" }],
    [
      "perhaps: 25, each of them, and no other",
      "vpc-cni",
      [at("a", "10.0.0.0/8", list(25, 1000))],
      { [flow]: "perhaps", "10.0.0.9 -> shop/api TCP 1024": "perhaps", "10.0.0.9 -> shop/api TCP 1025": "no" },
    ],
    ["yes: 25 under Calico", "calico", [at("a", "10.0.0.0/8", list(25, 1000))], { [flow]: "yes" }],
    [
      "perhaps: 25 of two policies, where their blocks meet alone",
      "vpc-cni",
      [at("a", "10.0.0.0/8", list(13, 1000)), at("b", "10.0.0.0/16", list(12, 2000))],
      { [flow]: "perhaps", "10.0.0.9 -> shop/api TCP 2000": "perhaps", "10.1.0.1 -> shop/api TCP 1000": "yes" },
    ],
    [
      "yes: of two policies the same, which count once",
      "vpc-cni",
      [at("a", "10.0.0.0/8", list(24, 1000)), at("b", "10.0.0.0/16", list(24, 1000))],
      { [flow]: "yes" },
    ],
    [
      "yes: a range is one, and all ports are one",
      "vpc-cni",
      [
        at("a", "10.0.0.0/8", [{ port: 1, endPort: 999 }, ...list(22, 1000)]),
        { ...forApi({ ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.0/16" } }] }] }), name: "b" },
      ],
      { [flow]: "yes", "10.0.0.9 -> shop/api UDP 9": "yes" },
    ],
    [
      "perhaps: all ports beside 24 others",
      "vpc-cni",
      [at("a", "10.0.0.0/8", list(24, 1000)), { ...forApi({ ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.0/16" } }] }] }), name: "b" }],
      { [flow]: "perhaps", "10.0.0.9 -> shop/api UDP 9": "perhaps", "10.1.0.1 -> shop/api TCP 1000": "yes" },
    ],
    [
      "yes: 25 of policies for different pods",
      "vpc-cni",
      [
        at("a", "10.0.0.0/8", list(24, 1000)),
        {
          namespace: "shop",
          name: "b",
          spec: { podSelector: { matchLabels: { app: "web" } }, ingress: [{ from: [{ podSelector: {} }], ports: list(24, 2000) }] },
        },
      ],
      { [flow]: "yes", "shop/api -> shop/web TCP 2000": "yes" },
    ],
    [
      "yes: the own node, whatever else is there",
      "vpc-cni",
      [at("a", "10.0.0.0/8", list(25, 1000))],
      { "10.0.0.9@own -> shop/api TCP 1": "yes" },
    ],
  ])("%s", (_rule, engine, policies, flows) => {
    const { model } = translate(engine, { networkPolicies: policies });
    const expected = { ...flows, "8.8.8.8 -> shop/api TCP 1000": "no", "8.8.8.8 -> pay/db TCP 1000": "yes" };
    expect(verdictsOf(model, expected)).toEqual(expected);
  });

  it.each<readonly [string, number, string]>([
    ["no: 24 denials of ClusterNetworkPolicies are held", 12, "no"],
    ["perhaps: of 25 entries of both tiers, which share their room, a denial", 13, "perhaps"],
  ])("%s", (_rule, ofBaseline, verdict) => {
    const policy = (tier: string, action: string, count: number) => ({
      apiGroup: "networking.k8s.aws" as const,
      name: tier,
      spec: {
        tier,
        priority: 10,
        subject: { namespaces: {} },
        egress: [
          {
            action,
            to: [{ networks: ["8.0.0.0/8"] }],
            ports: list(count, 1000).map(({ port }) => ({ portNumber: { port, protocol: "TCP" } })),
          },
        ],
      },
    });
    const clusterNetworkPolicies = [policy("Admin", "Deny", 12), policy("Baseline", "Accept", ofBaseline)];
    const { model } = translate("vpc-cni", { clusterNetworkPolicies });
    const flows = { "shop/api -> 8.8.8.8 TCP 1000": verdict, "shop/api -> 9.9.9.9 TCP 1000": "yes" };
    expect(verdictsOf(model, flows)).toEqual(flows);
  });
});

describe("a policy that the API server refuses is left out, and named with the field", () => {
  const block = (cidr: string, ...except: string[]) => from({ ipBlock: { cidr, except } });
  it.each<readonly [string, NetworkPolicy, string]>([
    ["a block without prefix", block("10.0.0.1"), 'spec.ingress[0].from[0].ipBlock.cidr is "10.0.0.1", which is no CIDR block.'],
    ["a block that is none", block("10.0.0.0/33"), 'spec.ingress[0].from[0].ipBlock.cidr is "10.0.0.0/33", which is no CIDR block.'],
    [
      "an exception outside",
      block("10.0.0.0/8", "11.0.0.0/16"),
      'spec.ingress[0].from[0].ipBlock.except[0] is "11.0.0.0/16", which is no smaller part of "10.0.0.0/8".',
    ],
    [
      "an exception of everything",
      block("10.0.0.0/8", "10.0.0.0/8"),
      'spec.ingress[0].from[0].ipBlock.except[0] is "10.0.0.0/8", which is no smaller part of "10.0.0.0/8".',
    ],
    ["a peer of nothing", from({}), "spec.ingress[0].from[0] names no peer."],
    [
      "a block beside a selector",
      from({ ipBlock: { cidr: "10.0.0.0/8" }, podSelector: {} }),
      "spec.ingress[0].from[0] has both ipBlock and a selector.",
    ],
    ["port 0", ports({ port: 0 }), "spec.ingress[0].ports[0].port is 0, not a port from 1 to 65535."],
    ["port 65536", ports({ port: 65536 }), "spec.ingress[0].ports[0].port is 65536, not a port from 1 to 65535."],
    ["endPort below port", ports({ port: 80, endPort: 79 }), "spec.ingress[0].ports[0].endPort is 79, which is less than port 80."],
    ["endPort of a name", ports({ port: "http", endPort: 80 }), "spec.ingress[0].ports[0].endPort is given without a number as port."],
    [
      "a name of 16 letters",
      ports({ port: "abcdefghijklmnop" }),
      'spec.ingress[0].ports[0].port is "abcdefghijklmnop", which is no name of a port.',
    ],
    ["a number as text", ports({ port: "80" }), 'spec.ingress[0].ports[0].port is "80", which is no name of a port.'],
    ["another protocol", ports({ protocol: "ICMP" }), 'spec.ingress[0].ports[0].protocol is "ICMP", not TCP, UDP or SCTP.'],
    ["another type", forApi({ policyTypes: ["Both"] }), 'spec.policyTypes[0] is "Both", not Ingress or Egress.'],
    ["three types", forApi({ policyTypes: ["Ingress", "Egress", "Ingress"] }), "spec.policyTypes has more than two entries."],
    [
      "an operator of its own",
      from({ podSelector: { matchExpressions: [{ key: "a", operator: "Equals", values: ["b"] }] } }),
      'spec.ingress[0].from[0].podSelector.matchExpressions[0].operator is "Equals", not In, NotIn, Exists, DoesNotExist.',
    ],
    [
      "In without values",
      forApi({ podSelector: { matchExpressions: [{ key: "a", operator: "In" }] } }),
      "spec.podSelector.matchExpressions[0].values is empty, which In does not admit.",
    ],
    [
      "Exists with values",
      forApi({ podSelector: { matchExpressions: [{ key: "a", operator: "Exists", values: ["b"] }] } }),
      "spec.podSelector.matchExpressions[0].values is given, which Exists does not admit.",
    ],
    [
      "a label key that is none",
      forApi({ podSelector: { matchLabels: { "-a": "b" } } }),
      'spec.podSelector.matchLabels names "-a", which is no label key.',
    ],
    [
      "a label value that is none",
      forApi({ podSelector: { matchLabels: { a: "b c" } } }),
      'spec.podSelector.matchLabels holds "b c", which is no label value.',
    ],
    [
      "a fault in a section that does not count",
      forApi({ policyTypes: ["Egress"], ingress: [{ ports: [{ port: 0 }] }] }),
      "spec.ingress[0].ports[0].port is 0, not a port from 1 to 65535.",
    ],
  ])("%s", (_what, policy, problem) => {
    const bystander: NetworkPolicy = { namespace: "pay", name: "closed", spec: {} };
    const { model, remarks } = translate("kubernetes", { networkPolicies: [policy, bystander] });
    expect(remarks.map(({ message, effect }) => [message, effect])).toEqual([[`NetworkPolicy shop/for-api: ${problem}`, "refused"]]);
    const flows = { "shop/web -> shop/api TCP 80": "yes", "shop/web -> pay/db TCP 80": "no" };
    expect(verdictsOf(model, flows)).toEqual(flows);
  });

  it("a block with bits beyond its prefix counts, and is named", () => {
    const { model, remarks } = translate("kubernetes", { networkPolicies: [block("10.1.2.3/8", "10.9.9.9/16")] });
    expect(remarks.map(({ message, effect }) => [message, effect])).toEqual([
      [
        'NetworkPolicy shop/for-api: spec.ingress[0].from[0].ipBlock.cidr is "10.1.2.3/8", with bits beyond its prefix: it counts as 10.0.0.0/8.',
        "counts",
      ],
      [
        'NetworkPolicy shop/for-api: spec.ingress[0].from[0].ipBlock.except[0] is "10.9.9.9/16", with bits beyond its prefix: it counts as 10.9.0.0/16.',
        "counts",
      ],
    ]);
    const flows = { "10.0.0.1 -> shop/api TCP 1": "yes", "10.9.0.1 -> shop/api TCP 1": "no", "11.0.0.0 -> shop/api TCP 1": "no" };
    expect(verdictsOf(model, flows)).toEqual(flows);
  });

  it("hostile text stands quoted and cut in a message", () => {
    const { remarks } = translate("kubernetes", { networkPolicies: [block(`\u001b[31m${"9".repeat(10_000)}`)] });
    expect(remarks[0]?.message).toMatch(/^NetworkPolicy shop\/for-api: \S+ is "\\u001b\[31m9{75}…", which is no CIDR block\.$/);
  });
});

describe("large policies", () => {
  it("a selector of ten thousand requirements is judged", () => {
    const matchExpressions = Array.from({ length: 10_000 }, (_, i) => ({ key: `key-${i}`, operator: "DoesNotExist" }));
    const { model } = translate("kubernetes", { networkPolicies: [from({ podSelector: { matchExpressions } })] });
    const flows = { "shop/web -> shop/api TCP 1": "yes", "lab/probe -> shop/api TCP 1": "no" };
    expect(verdictsOf(model, flows)).toEqual(flows);
  });

  it("a rule of twenty thousand blocks and sixty thousand ports is judged, of which VPC CNI may not hold all", () => {
    const peers = Array.from({ length: 20_000 }, (_, i) => ({ ipBlock: { cidr: `${1 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}.0/25` } }));
    const list = Array.from({ length: 60_000 }, (_, i) => ({ port: 1 + i }));
    const { model } = translate("vpc-cni", { networkPolicies: [forApi({ ingress: [{ from: peers, ports: list }] })] });
    const flows = {
      "1.0.0.127 -> shop/api TCP 60000": "perhaps",
      "1.0.0.128 -> shop/api TCP 60000": "no",
      "1.0.0.1 -> shop/api TCP 60001": "no",
    };
    expect(verdictsOf(model, flows)).toEqual(flows);
  });
});
