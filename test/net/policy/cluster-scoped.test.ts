import { describe, expect, it } from "vitest";
import type { AdminNetworkPolicy, ClusterNetworkPolicy } from "../../../core/model/cluster-network-policy.ts";
import { type Engine, type Policies, translate } from "../../../core/net/policy/translation.ts";
import { forApi, pods, verdictsOf } from "./shop.ts";

type Spec = ClusterNetworkPolicy["spec"];
type Group = ClusterNetworkPolicy["apiGroup"];
const [upstream, aws]: readonly [Group, Group] = ["policy.networking.k8s.io", "networking.k8s.aws"];
const shop = { namespaces: { matchLabels: { team: "shop" } } };
const lab = { namespaces: { matchLabels: { team: "lab" } } };
const cluster = (apiGroup: Group, name: string, spec: Partial<Spec>): ClusterNetworkPolicy => ({
  apiGroup,
  name,
  spec: { tier: "Admin", priority: 10, subject: shop, ...spec },
});
const admin = (spec: Partial<AdminNetworkPolicy["spec"]>): AdminNetworkPolicy => ({
  kind: "AdminNetworkPolicy",
  name: "admin",
  spec: { priority: 10, subject: shop, ...spec },
});
const baseline = (spec: Partial<AdminNetworkPolicy["spec"]>): AdminNetworkPolicy => ({
  kind: "BaselineAdminNetworkPolicy",
  name: "default",
  spec: { subject: shop, ...spec },
});
const allowed = forApi({ ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: "lab" } } }] }] });
const flow = "lab/probe -> shop/api TCP 80";
const toWeb = "lab/probe -> shop/web TCP 80";
const bystander = { "lab/probe -> pay/db TCP 80": "yes" };
const tcp = (number: number) => [{ tcp: { destinationPort: { number } } }];

describe("the conformance policies of network-policy-api, in our own cluster, have their stated outcome", () => {
  it.each<readonly [string, Policies, Readonly<Record<string, string>>]>([
    [
      "an Admin deny beats a NetworkPolicy that admits",
      { networkPolicies: [allowed], clusterNetworkPolicies: [cluster(upstream, "a", { ingress: [{ action: "Deny", from: [lab] }] })] },
      { [flow]: "no", [toWeb]: "no" },
    ],
    [
      "an Admin pass hands on to the NetworkPolicy, and where none selects to the Baseline",
      {
        networkPolicies: [allowed],
        clusterNetworkPolicies: [
          cluster(upstream, "a", { ingress: [{ action: "Pass", from: [lab] }] }),
          cluster(upstream, "b", { tier: "Baseline", ingress: [{ action: "Deny", from: [lab] }] }),
        ],
      },
      { [flow]: "yes", [toWeb]: "no" },
    ],
    [
      "of rules in one policy the first that matches decides",
      {
        clusterNetworkPolicies: [
          cluster(upstream, "a", {
            ingress: [
              { action: "Accept", from: [lab], protocols: tcp(80) },
              { action: "Deny", from: [lab] },
              { action: "Pass", from: [lab] },
            ],
          }),
        ],
      },
      { [flow]: "yes", "lab/probe -> shop/api TCP 81": "no", "lab/probe -> shop/api UDP 80": "no", "pay/db -> shop/api TCP 81": "yes" },
    ],
    [
      "the lower number is asked first",
      {
        clusterNetworkPolicies: [
          cluster(upstream, "a", { priority: 50, ingress: [{ action: "Deny", from: [lab] }] }),
          cluster(upstream, "b", { priority: 40, ingress: [{ action: "Pass", from: [lab] }] }),
          cluster(upstream, "c", { tier: "Baseline", ingress: [{ action: "Accept", from: [lab] }] }),
        ],
      },
      { [flow]: "yes" },
    ],
    [
      "a range of ports holds its ends",
      {
        clusterNetworkPolicies: [
          cluster(upstream, "a", {
            ingress: [
              { action: "Accept", from: [lab], protocols: [{ sctp: { destinationPort: { range: { start: 9003, end: 9005 } } } }] },
              { action: "Deny", from: [{ namespaces: { matchExpressions: [{ key: "team", operator: "Exists" }] } }] },
            ],
          }),
        ],
      },
      { "lab/probe -> shop/api SCTP 9005": "yes", "lab/probe -> shop/api SCTP 9006": "no", "8.8.8.8 -> shop/api TCP 80": "yes" },
    ],
    [
      "networks hold addresses outside, and pods with such an address",
      {
        clusterNetworkPolicies: [
          cluster(upstream, "a", {
            egress: [
              { action: "Accept", to: [{ pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: "db" } } } }] },
              { action: "Deny", to: [{ networks: ["0.0.0.0/0", "::/0"] }] },
            ],
          }),
        ],
      },
      {
        "shop/api -> 8.8.8.8 TCP 1": "no",
        "shop/api -> 2001:db8::1 TCP 1": "no",
        "shop/api -> lab/probe TCP 1": "no",
        "shop/api -> pay/db TCP 1": "yes",
      },
    ],
    [
      "at the same priority two that contradict each other are not decided",
      {
        clusterNetworkPolicies: [
          cluster(upstream, "a", { ingress: [{ action: "Deny", from: [lab], protocols: tcp(80) }] }),
          cluster(upstream, "b", { ingress: [{ action: "Accept", from: [lab] }] }),
        ],
      },
      { [flow]: "perhaps", "lab/probe -> shop/api TCP 81": "yes" },
    ],
    [
      "v1alpha1: admin before NetworkPolicy before baseline",
      {
        networkPolicies: [allowed],
        adminNetworkPolicies: [
          admin({ ingress: [{ action: "Deny", from: [lab], ports: [{ portNumber: { protocol: "TCP", port: 81 } }] }] }),
          baseline({ ingress: [{ action: "Deny", from: [lab] }] }),
        ],
      },
      { [flow]: "yes", [toWeb]: "no", "lab/probe -> shop/api TCP 81": "no" },
    ],
    [
      "a peer of a newer API: an accept means nobody",
      {
        clusterNetworkPolicies: [
          cluster(upstream, "a", {
            ingress: [
              { action: "Accept", from: [{}] },
              { action: "Deny", from: [lab] },
            ],
          }),
        ],
      },
      { [flow]: "no" },
    ],
    [
      "a peer of a newer API: a pass denies everything",
      { clusterNetworkPolicies: [cluster(upstream, "a", { ingress: [{ action: "Pass", from: [{}], protocols: tcp(1) }] })] },
      { [flow]: "no", "8.8.8.8 -> shop/api UDP 2": "no" },
    ],
    [
      "a peer of a kind that its API has and this does not know: whom an accept lets in is not decided",
      {
        clusterNetworkPolicies: [
          cluster(upstream, "a", {
            ingress: [
              { action: "Accept", from: [{ services: [{ name: "web" }] }], protocols: tcp(80) },
              { action: "Deny", from: [{ namespaces: {} }] },
            ],
          }),
        ],
      },
      { [flow]: "perhaps", "lab/probe -> shop/api TCP 81": "no" },
    ],
    [
      "a peer of a kind that its API has and this does not know: whom a deny keeps out is not decided, of others it is",
      { clusterNetworkPolicies: [cluster(upstream, "a", { ingress: [{ action: "Deny", from: [{ services: [] }, lab] }] })] },
      { [flow]: "no", "shop/web -> shop/api TCP 80": "perhaps" },
    ],
    [
      "what is let through to a domain name is not decided",
      {
        clusterNetworkPolicies: [
          cluster(upstream, "a", {
            egress: [
              { action: "Accept", to: [{ domainNames: ["*.example.com"] }], protocols: tcp(443) },
              { action: "Deny", to: [{ networks: ["0.0.0.0/0"] }] },
            ],
          }),
        ],
      },
      { "shop/api -> 8.8.8.8 TCP 443": "perhaps", "shop/api -> 8.8.8.8 TCP 80": "no" },
    ],
    [
      "which addresses are nodes' is not known",
      { clusterNetworkPolicies: [cluster(upstream, "a", { egress: [{ action: "Deny", to: [{ nodes: {} }], protocols: tcp(10250) }] })] },
      { "shop/api -> 10.9.9.9 TCP 10250": "perhaps", "shop/api -> 10.9.9.9 TCP 443": "yes", "shop/api -> pay/db TCP 10250": "yes" },
    ],
  ])("%s", (_rule, policies, flows) => {
    const { model, remarks } = translate("kubernetes", policies);
    expect(remarks).toEqual([]);
    const expected = { ...bystander, ...flows };
    expect(verdictsOf(model, expected)).toEqual(expected);
  });
});

describe("where engines differ", () => {
  const contrary = (group: Group) =>
    cluster(group, "a", {
      ingress: [
        { action: "Accept", from: [lab] },
        { action: "Deny", from: [shop, lab] },
      ],
    });
  it.each<readonly [string, Engine, Policies, Readonly<Record<string, string>>]>([
    [
      "yes: upstream asks the rules of a policy in order",
      "kubernetes",
      { clusterNetworkPolicies: [contrary(upstream)] },
      { [flow]: "yes" },
    ],
    ["no: in AWS a deny beats an accept of the same priority", "vpc-cni", { clusterNetworkPolicies: [contrary(aws)] }, { [flow]: "no" }],
    [
      "yes: in AWS an accept of a lower number beats a deny",
      "vpc-cni",
      { clusterNetworkPolicies: [contrary(aws), cluster(aws, "b", { priority: 9, ingress: [{ action: "Accept", from: [lab] }] })] },
      { [flow]: "yes", "shop/web -> shop/api TCP 80": "no" },
    ],
    [
      "no: in AWS a deny of another policy of the same priority beats an accept",
      "vpc-cni",
      {
        clusterNetworkPolicies: [
          cluster(aws, "b", { ingress: [{ action: "Accept", from: [lab] }] }),
          cluster(aws, "c", { ingress: [{ action: "Deny", from: [lab] }] }),
        ],
      },
      { [flow]: "no" },
    ],
    [
      "yes: in AWS a port by name is one of TCP",
      "vpc-cni",
      {
        clusterNetworkPolicies: [
          cluster(aws, "a", { egress: [{ action: "Deny", to: [shop], ports: [{ namedPort: "dns" }, { namedPort: "http" }] }] }),
        ],
      },
      { "shop/web -> shop/api UDP 53": "yes", "shop/web -> shop/api TCP 9090": "no" },
    ],
    [
      "perhaps: in AWS a deny of a port by name to come in on, and none of UDP",
      "vpc-cni",
      {
        clusterNetworkPolicies: [
          cluster(aws, "a", {
            ingress: [{ action: "Deny", from: [lab], ports: [{ namedPort: "dns" }, { namedPort: "http" }, { portNumber: { port: 1 } }] }],
          }),
        ],
      },
      {
        "lab/probe -> shop/api UDP 53": "yes",
        "lab/probe -> shop/api TCP 9090": "perhaps",
        "lab/probe -> shop/api TCP 1": "no",
        [flow]: "yes",
      },
    ],
    [
      "perhaps: in AWS an accept of a port by name to come in on",
      "vpc-cni",
      {
        networkPolicies: [forApi({})],
        clusterNetworkPolicies: [cluster(aws, "a", { ingress: [{ action: "Accept", from: [lab], ports: [{ namedPort: "http" }] }] })],
      },
      { "lab/probe -> shop/api TCP 9090": "perhaps", [flow]: "no" },
    ],
    [
      "perhaps: in AWS nodes as a peer, which its API does not have, deny nobody for certain",
      "vpc-cni",
      { clusterNetworkPolicies: [cluster(aws, "a", { egress: [{ action: "Deny", to: [{ nodes: {} }] }] })] },
      { "shop/api -> 10.9.0.1@other TCP 10250": "perhaps", "shop/api -> lab/probe TCP 10250": "yes" },
    ],
    [
      "yes: in AWS an accept beats a pass of the same priority",
      "vpc-cni",
      {
        networkPolicies: [forApi({})],
        clusterNetworkPolicies: [
          cluster(aws, "a", { ingress: [{ action: "Pass", from: [lab] }] }),
          cluster(aws, "b", { ingress: [{ action: "Accept", from: [lab] }] }),
        ],
      },
      { [flow]: "yes", "pay/db -> shop/api TCP 80": "no" },
    ],
    [
      "no: in AWS a pod that a NetworkPolicy isolates is denied there, and no Baseline opens it",
      "vpc-cni",
      {
        networkPolicies: [forApi({})],
        clusterNetworkPolicies: [cluster(aws, "a", { tier: "Baseline", ingress: [{ action: "Accept", from: [lab] }] })],
      },
      { [flow]: "no", [toWeb]: "yes" },
    ],
    [
      "yes: in AWS a NetworkPolicy that admits comes before a Baseline that denies",
      "vpc-cni",
      {
        networkPolicies: [allowed],
        clusterNetworkPolicies: [cluster(aws, "a", { tier: "Baseline", priority: 0, ingress: [{ action: "Deny", from: [lab] }] })],
      },
      { [flow]: "yes", [toWeb]: "no" },
    ],
    [
      "yes: in AWS a NetworkPolicy for egress alone comes before a Baseline that denies ingress",
      "vpc-cni",
      {
        networkPolicies: [forApi({ policyTypes: ["Egress"] })],
        clusterNetworkPolicies: [cluster(aws, "a", { tier: "Baseline", ingress: [{ action: "Deny", from: [lab] }] })],
      },
      { [flow]: "yes", [toWeb]: "no" },
    ],
    [
      "no: in AWS it does not open what another NetworkPolicy isolates",
      "vpc-cni",
      {
        networkPolicies: [forApi({ policyTypes: ["Egress"] }), { ...forApi({}), name: "shut" }],
        clusterNetworkPolicies: [cluster(aws, "a", { tier: "Baseline", ingress: [{ action: "Accept", from: [lab] }] })],
      },
      { [flow]: "no", [toWeb]: "yes" },
    ],
    [
      "no: in AWS an Admin deny beats a NetworkPolicy that admits, whatever a Baseline of a lower number accepts",
      "vpc-cni",
      {
        networkPolicies: [allowed],
        clusterNetworkPolicies: [
          cluster(aws, "a", { ingress: [{ action: "Deny", from: [lab] }] }),
          cluster(aws, "b", { tier: "Baseline", priority: 0, ingress: [{ action: "Accept", from: [lab] }] }),
        ],
      },
      { [flow]: "no", [toWeb]: "no" },
    ],
    [
      "yes: in AWS a pass leaves the Admin tier, past a deny of a higher number",
      "vpc-cni",
      {
        networkPolicies: [allowed],
        clusterNetworkPolicies: [
          cluster(aws, "a", { priority: 1, ingress: [{ action: "Pass", from: [lab] }] }),
          cluster(aws, "b", { priority: 2, ingress: [{ action: "Deny", from: [lab, shop] }] }),
        ],
      },
      { [flow]: "yes", "shop/web -> shop/api TCP 80": "no" },
    ],
    [
      "no: the documented block of AWS denies the kubelet's port to networks, of pods in them too",
      "vpc-cni",
      {
        clusterNetworkPolicies: [
          cluster(aws, "a", {
            egress: [{ action: "Deny", to: [{ networks: ["10.0.0.0/8"] }], ports: [{ portNumber: { protocol: "TCP", port: 10250 } }] }],
          }),
        ],
      },
      {
        "shop/api -> 10.9.0.1 TCP 10250": "no",
        "shop/api -> pay/db TCP 10250": "no",
        "shop/api -> 10.9.0.1 TCP 443": "yes",
        "shop/api -> 8.8.8.8 TCP 10250": "yes",
      },
    ],
    [
      "no: an accept in the same policy of AWS carves nothing out of it, one of a lower number does",
      "vpc-cni",
      {
        clusterNetworkPolicies: [
          cluster(aws, "a", {
            egress: [
              { action: "Accept", to: [{ networks: ["10.9.0.1/32"] }] },
              { action: "Deny", to: [{ networks: ["10.9.0.0/16"] }] },
            ],
          }),
          cluster(aws, "b", {
            priority: 9,
            subject: { pods: { podSelector: { matchLabels: { app: "web" } } } },
            egress: [{ action: "Accept", to: [{ networks: ["10.9.0.1/32"] }] }],
          }),
        ],
      },
      { "shop/api -> 10.9.0.1 TCP 10250": "no", "shop/web -> 10.9.0.1 TCP 10250": "yes", "shop/web -> 10.9.0.2 TCP 10250": "no" },
    ],
    [
      "yes: in AWS a deny of networks drops ports by name, of pods in them too",
      "vpc-cni",
      {
        clusterNetworkPolicies: [
          cluster(aws, "a", {
            egress: [
              {
                action: "Deny",
                to: [{ networks: ["10.0.0.0/8"] }, { namespaces: { matchLabels: { team: "shop" } } }],
                ports: [{ namedPort: "http" }],
              },
            ],
          }),
        ],
      },
      { "shop/api -> shop/web TCP 8080": "no", "shop/api -> 10.9.9.9 TCP 8080": "yes" },
    ],
    [
      "yes: in AWS a deny of networks by a port's name alone denies nobody",
      "vpc-cni",
      {
        clusterNetworkPolicies: [
          cluster(aws, "a", { egress: [{ action: "Deny", to: [{ networks: ["10.0.0.0/8"] }], ports: [{ namedPort: "http" }] }] }),
        ],
      },
      { "shop/api -> shop/web TCP 8080": "yes", "shop/api -> 10.9.9.9 TCP 1": "yes" },
    ],
    [
      "no: upstream a deny of networks by a port's name denies it to a pod in them",
      "kubernetes",
      {
        clusterNetworkPolicies: [
          cluster(upstream, "a", {
            egress: [{ action: "Deny", to: [{ networks: ["10.0.0.0/8"] }], protocols: [{ destinationNamedPort: "http" }] }],
          }),
        ],
      },
      { "shop/api -> shop/web TCP 8080": "no", "shop/api -> 10.9.9.9 TCP 8080": "yes" },
    ],
    [
      "yes: under Calico kube-admin comes before the default tier, and kube-baseline behind it",
      "calico",
      {
        networkPolicies: [allowed],
        clusterNetworkPolicies: [
          cluster(upstream, "a", { ingress: [{ action: "Accept", from: [{ namespaces: { matchLabels: { team: "pay" } } }] }] }),
          cluster(upstream, "b", { tier: "Baseline", priority: 0, ingress: [{ action: "Deny", from: [lab] }] }),
        ],
      },
      { "pay/db -> shop/api TCP 80": "yes", [flow]: "yes", "shop/web -> shop/api TCP 80": "no", [toWeb]: "no" },
    ],
    [
      "yes: under Calico what kube-admin does not decide passes on",
      "calico",
      { clusterNetworkPolicies: [cluster(upstream, "a", { ingress: [{ action: "Deny", from: [lab] }] })] },
      { [flow]: "no", "shop/web -> shop/api TCP 80": "yes" },
    ],
    [
      "no: under Calico AdminNetworkPolicy stands before the default tier",
      "calico",
      {
        networkPolicies: [allowed],
        adminNetworkPolicies: [
          admin({ ingress: [{ action: "Deny", from: [lab] }] }),
          baseline({ ingress: [{ action: "Deny", from: [shop] }] }),
        ],
      },
      { [flow]: "no", "shop/api -> shop/web TCP 80": "no", "pay/db -> shop/web TCP 80": "yes" },
    ],
    [
      "yes: under Calico an accept of an unknown peer means nobody",
      "calico",
      {
        clusterNetworkPolicies: [
          cluster(upstream, "a", {
            egress: [
              { action: "Accept", to: [{ nodes: {} }] },
              { action: "Deny", to: [{ networks: ["10.9.0.0/16"] }] },
            ],
          }),
        ],
      },
      { "shop/api -> 10.9.0.1 TCP 10250": "no", "shop/api -> 8.8.8.8 TCP 1": "yes" },
    ],
    [
      "no: under Calico a pass of an unknown peer denies everything",
      "calico",
      { clusterNetworkPolicies: [cluster(upstream, "a", { egress: [{ action: "Pass", to: [{ domainNames: ["example.com"] }] }] })] },
      { "shop/api -> 8.8.8.8 TCP 1": "no", "shop/api -> pay/db TCP 80": "no" },
    ],
    [
      "no: upstream's block of the kubelet's port by networks",
      "kubernetes",
      {
        networkPolicies: [forApi({ policyTypes: ["Egress"], egress: [{}] })],
        clusterNetworkPolicies: [
          cluster(upstream, "a", { egress: [{ action: "Deny", to: [{ networks: ["10.9.0.0/16"] }], protocols: tcp(10250) }] }),
        ],
      },
      { "shop/api -> 10.9.0.1 TCP 10250": "no", "shop/api -> 10.9.0.1 TCP 443": "yes", "shop/api -> 8.8.8.8 TCP 10250": "yes" },
    ],
    [
      "no: under Calico nodes are an unknown peer, and a deny of them denies everything",
      "calico",
      { clusterNetworkPolicies: [cluster(upstream, "a", { egress: [{ action: "Deny", to: [{ nodes: {} }], protocols: tcp(10250) }] })] },
      { "shop/api -> 8.8.8.8 UDP 53": "no" },
    ],
    [
      "perhaps: an ApplicationNetworkPolicy admits domains and isolates",
      "vpc-cni",
      {
        applicationNetworkPolicies: [
          {
            namespace: "shop",
            name: "out",
            spec: {
              policyTypes: ["Egress"],
              egress: [{ to: [{ domainNames: ["example.com"] }], ports: [{ port: 443 }] }, { to: [{ podSelector: {} }] }],
            },
          },
        ],
      },
      { "shop/api -> 8.8.8.8 TCP 443": "perhaps", "shop/api -> 8.8.8.8 TCP 80": "no", "shop/api -> shop/web TCP 80": "yes" },
    ],
  ])("%s", (_rule, engine, policies, flows) => {
    const { model, remarks } = translate(engine, policies);
    expect(remarks).toEqual([]);
    expect(verdictsOf(model, flows)).toEqual(flows);
  });

  it("a kind that the engine does not enforce is named, and does not count", () => {
    const { model, remarks } = translate("vpc-cni", { clusterNetworkPolicies: [contrary(upstream)], adminNetworkPolicies: [admin({})] });
    expect(remarks.map(({ message, effect }) => [message, effect])).toEqual([
      ["ClusterNetworkPolicy a: the engine does not enforce policies of policy.networking.k8s.io.", "not-enforced"],
      ["AdminNetworkPolicy admin: the engine does not enforce policies of policy.networking.k8s.io.", "not-enforced"],
    ]);
    expect(verdictsOf(model, { [flow]: "yes" })).toEqual({ [flow]: "yes" });
  });
});

it("a pass of a peer of a kind that is not known is left out, and named: whom it hands on is not known", () => {
  const { remarks } = translate("vpc-cni", {
    clusterNetworkPolicies: [
      cluster("networking.k8s.aws", "a", { ingress: [{ action: "Pass", from: [{ services: [{ name: "web" }] }] }] }),
    ],
  });
  expect(remarks.map(({ message, effect }) => [message, effect])).toEqual([
    ["ClusterNetworkPolicy a: spec.ingress[0].from[0] is of a kind that is not known.", "refused"],
  ]);
});

describe("a policy that its API refuses is left out, and named with the field", () => {
  const rule = { action: "Deny", from: [lab] };
  it.each<readonly [string, Partial<Spec>, string]>([
    ["a priority of -1", { priority: -1 }, "spec.priority is -1, not a number from 0 to 1000."],
    ["a priority of 1001", { priority: 1001 }, "spec.priority is 1001, not a number from 0 to 1000."],
    ["another tier", { tier: "Default" }, 'spec.tier is "Default", not Admin or Baseline.'],
    ["a subject of nothing", { subject: {} }, "spec.subject names neither namespaces nor pods."],
    ["a subject of both", { subject: { ...shop, pods: {} } }, "spec.subject has both namespaces and pods."],
    ["another action", { ingress: [{ ...rule, action: "Drop" }] }, 'spec.ingress[0].action is "Drop", not Accept, Allow, Deny, Pass.'],
    ["no peer", { ingress: [{ ...rule, from: [] }] }, "spec.ingress[0].from names no peer."],
    [
      "port 0",
      { ingress: [{ ...rule, protocols: tcp(0) }] },
      "spec.ingress[0].protocols[0].tcp.destinationPort is 0, not a port from 1 to 65535.",
    ],
    [
      "a range that ends before its start",
      { ingress: [{ ...rule, ports: [{ portRange: { start: 9, end: 8 } }] }] },
      "spec.ingress[0].ports[0].portRange ends at 8, before its start 9.",
    ],
    [
      "a network that is none",
      { egress: [{ action: "Deny", to: [{ networks: ["10.0.0.0/8", "all"] }] }] },
      'spec.egress[0].to[0].networks[1] is "all", which is no CIDR block.',
    ],
  ])("%s", (_what, spec, problem) => {
    const { model, remarks } = translate("kubernetes", {
      clusterNetworkPolicies: [cluster(upstream, "a", spec)],
      networkPolicies: [forApi({})],
    });
    expect(remarks.map(({ message, effect }) => [message, effect])).toEqual([[`ClusterNetworkPolicy a: ${problem}`, "refused"]]);
    expect(verdictsOf(model, { [flow]: "no", [toWeb]: "yes" })).toEqual({ [flow]: "no", [toWeb]: "yes" });
  });
});

describe("upstream's policies for whole clusters by the version of Calico", () => {
  const policies: Policies = {
    adminNetworkPolicies: [admin({ ingress: [{ action: "Deny", from: [lab] }] })],
    clusterNetworkPolicies: [
      cluster(upstream, "a", { ingress: [{ action: "Deny", from: [{ namespaces: { matchLabels: { team: "pay" } } }] }] }),
    ],
  };
  const [fromLab, fromPay] = ["lab/probe -> shop/api TCP 80", "pay/db -> shop/api TCP 80"];
  it.each<readonly [string, "v1alpha1" | "v1alpha2" | "untold" | undefined, string, string, readonly string[]]>([
    ["up to 3.31 AdminNetworkPolicy alone", "v1alpha1", "no", "yes", ["ClusterNetworkPolicy a"]],
    ["from 3.32 on ClusterNetworkPolicy alone", "v1alpha2", "yes", "no", ["AdminNetworkPolicy admin"]],
    ["perhaps either, where the version is not told", "untold", "perhaps", "perhaps", []],
    ["both, where no cluster is asked", undefined, "no", "no", []],
  ])("%s", (_rule, upstreamApi, lab, pay, ignored) => {
    const { model, remarks } = translate("calico", policies, upstreamApi === undefined ? {} : { calico: { upstreamApi } });
    const flows = { [fromLab]: lab, [fromPay]: pay, "shop/web -> shop/api TCP 80": "yes", "lab/probe -> pay/db TCP 80": "yes" };
    expect(verdictsOf(model, flows)).toEqual(flows);
    expect(remarks.map(({ policy, effect }) => [policy, effect])).toEqual(ignored.map((policy) => [policy, "not-enforced"]));
  });
});

it("perhaps: in AWS a port by name to come in on is that of any pod which the policy selects", () => {
  const ingress = [{ action: "Deny", from: [lab], ports: [{ namedPort: "http" }] }];
  const policies = { clusterNetworkPolicies: [cluster(aws, "a", { ingress })] };
  const { model } = translate("vpc-cni", policies, { pods: Object.values(pods) });
  const flows = {
    "lab/probe -> shop/api TCP 9090": "perhaps",
    "lab/probe -> shop/api TCP 8080": "perhaps",
    "lab/probe -> shop/web TCP 9090": "perhaps",
    "lab/probe -> shop/api TCP 80": "yes",
    "lab/probe -> pay/db TCP 8080": "yes",
  };
  expect(verdictsOf(model, flows)).toEqual(flows);
});
