import { describe, expect, it } from "vitest";
import type { CiliumPolicy, CiliumRule } from "../../../core/model/cilium-policy.ts";
import { ciliumKinds } from "../../../core/net/policy/cilium/kinds.ts";
import { type Policies, translate } from "../../../core/net/policy/translation.ts";
import { forApi, verdictsOf } from "./shop.ts";

const api = { matchLabels: { app: "api" } };
const inShop = (spec: CiliumRule): CiliumPolicy => ({ namespace: "shop", name: "a", spec: { endpointSelector: api, ...spec } });
const clusterwide = (spec: CiliumRule): CiliumPolicy => ({ name: "a", spec: { endpointSelector: {}, ...spec } });
const policies = (...ciliumPolicies: readonly CiliumPolicy[]): Policies => ({ ciliumPolicies });
const ports = (port: string, protocol = "TCP") => [{ ports: [{ port, protocol }] }];
const bystander = "8.8.8.8 -> lab/probe UDP 7";
const [ownNode, otherNode] = ["shop/api -> 10.9.0.1@own TCP 10250", "shop/api -> 10.9.0.2@other TCP 10250"];
const [near, far, out] = ["shop/web -> shop/api TCP 80", "lab/probe -> shop/api TCP 80", "8.8.8.8 -> shop/api TCP 80"];

describe("Cilium", () => {
  it.each<readonly [string, Policies, Readonly<Record<string, string>>]>([
    [
      "no: an entry of nothing isolates and admits nobody",
      policies(inShop({ ingress: [{}] })),
      { [near]: "no", [out]: "no", "shop/api -> 8.8.8.8 TCP 1": "yes" },
    ],
    [
      "yes: an entry of ports alone admits everyone there",
      policies(inShop({ ingress: [{ toPorts: ports("80") }] })),
      { [out]: "yes", [far]: "yes", "8.8.8.8 -> shop/api UDP 80": "no" },
    ],
    [
      "yes: a default denial of a direction without rules denies nothing",
      policies(inShop({ ingress: [{ fromEndpoints: [{}] }], enableDefaultDeny: { egress: true } })),
      { "shop/api -> 8.8.8.8 TCP 1": "yes", [out]: "no" },
    ],
    [
      "no: an empty list of ports admits on none",
      policies(inShop({ ingress: [{ fromEndpoints: [{}], toPorts: [{ ports: [] }] }] })),
      { [near]: "no", [out]: "no" },
    ],
    [
      "yes: an empty list of ports denies on none",
      policies(inShop({ ingress: [{ fromEndpoints: [{}] }], ingressDeny: [{ fromEndpoints: [{}], toPorts: [{ ports: [] }] }] })),
      { [near]: "yes", [far]: "no" },
    ],
    [
      "perhaps: a selector for absent labels means addresses outside, if it need not name the cluster",
      policies(
        inShop({
          ingress: [
            { fromEndpoints: [{ matchExpressions: [{ key: "k8s:io.kubernetes.pod.namespace", operator: "NotIn", values: ["shop"] }] }] },
          ],
        }),
      ),
      { [out]: "perhaps", [far]: "yes", [near]: "no" },
    ],
    [
      "no: an empty list of endpoints means nobody, whatever the ports",
      policies(inShop({ ingress: [{ fromEndpoints: [], toPorts: ports("80") }] })),
      { [near]: "no" },
    ],
    [
      "yes: an empty selector means the pods of the policy's namespace",
      policies(inShop({ ingress: [{ fromEndpoints: [{}] }] })),
      { [near]: "yes", [far]: "no", [out]: "no" },
    ],
    [
      "yes: a selector may name another namespace",
      policies(inShop({ ingress: [{ fromEndpoints: [{ matchLabels: { "k8s:io.kubernetes.pod.namespace": "lab" } }] }] })),
      { [near]: "no", [far]: "yes" },
    ],
    [
      "yes: or namespaces by their labels",
      policies(inShop({ ingress: [{ fromEndpoints: [{ matchLabels: { "k8s:io.cilium.k8s.namespace.labels.team": "lab" } }] }] })),
      { [near]: "no", [far]: "yes" },
    ],
    [
      "yes: an empty selector of a clusterwide policy means all pods, and no address",
      policies(clusterwide({ ingress: [{ fromEndpoints: [{}] }] })),
      { [near]: "yes", [far]: "yes", [out]: "no", [bystander]: "no" },
    ],
    [
      "no: a deny beats an allow of whatever kind",
      {
        ...policies(inShop({ ingressDeny: [{ fromEntities: ["world"], toPorts: ports("80") }] })),
        networkPolicies: [forApi({ ingress: [{}] })],
      },
      { [out]: "no", "8.8.8.8 -> shop/api TCP 81": "yes", [near]: "yes" },
    ],
    ["no: a deny alone isolates", policies(inShop({ ingressDeny: [{ fromEntities: ["world"] }] })), { [near]: "no", [out]: "no" }],
    [
      "yes: unless the policy says that it does not",
      policies(inShop({ ingressDeny: [{ fromEntities: ["world"] }], enableDefaultDeny: { ingress: false } })),
      { [near]: "yes", [out]: "no" },
    ],
    [
      "no: another policy isolates, and what a policy without default deny allows adds to it",
      policies(
        inShop({ ingress: [{ fromEndpoints: [{ matchLabels: { app: "db" } }] }] }),
        clusterwide({ ingress: [{ toPorts: ports("443") }], enableDefaultDeny: { ingress: false } }),
      ),
      { [near]: "no", "lab/probe -> shop/api TCP 443": "yes", "8.8.8.8 -> pay/db TCP 80": "yes" },
    ],
    ["no: a block means no pod", policies(inShop({ ingress: [{ fromCIDR: ["0.0.0.0/0"] }] })), { [near]: "no", [out]: "yes" }],
    [
      "no: a block holds nothing of its exceptions",
      policies(inShop({ egress: [{ toCIDRSet: [{ cidr: "10.0.0.0/8", except: ["10.96.0.0/12"] }] }] })),
      { "shop/api -> 10.1.0.0 TCP 1": "yes", "shop/api -> 10.96.0.1 TCP 1": "no" },
    ],
    [
      "perhaps: which addresses a domain name stands for, the model can't tell",
      policies(inShop({ egress: [{ toFQDNs: [{ matchName: "example.com" }], toPorts: ports("443") }] })),
      { "shop/api -> 8.8.8.8 TCP 443": "perhaps", "shop/api -> 8.8.8.8 TCP 80": "no", "shop/api -> pay/db TCP 443": "no" },
    ],
    [
      "perhaps: which requests of HTTP, the model can't tell",
      policies(inShop({ ingress: [{ toPorts: [{ ports: [{ port: "80", protocol: "TCP" }], rules: { http: [{ method: "GET" }] } }] }] })),
      { [near]: "perhaps", "shop/web -> shop/api TCP 81": "no" },
    ],
    [
      "no: host is the own node, remote-node every other, and neither is an address outside",
      policies(
        clusterwide({
          egressDeny: [{ toEntities: ["host", "remote-node"], toPorts: ports("10250") }],
          enableDefaultDeny: { egress: false },
        }),
      ),
      {
        "shop/api -> 10.9.0.1@own TCP 10250": "no",
        "shop/api -> 10.9.0.1@other TCP 10250": "no",
        "shop/api -> 10.9.0.1@own TCP 443": "yes",
        "shop/api -> 10.9.0.1 TCP 10250": "yes",
        "shop/api -> pay/db TCP 10250": "yes",
      },
    ],
    [
      "yes: host is no other node",
      policies(clusterwide({ egressDeny: [{ toEntities: ["host"] }], enableDefaultDeny: { egress: false } })),
      { [ownNode]: "no", [otherNode]: "yes" },
    ],
    [
      "yes: remote-node is not the own node",
      policies(clusterwide({ egressDeny: [{ toEntities: ["remote-node"] }], enableDefaultDeny: { egress: false } })),
      { [ownNode]: "yes", [otherNode]: "no" },
    ],
    [
      "no: a deny alone isolates from nodes too",
      policies(inShop({ egressDeny: [{ toEntities: ["none"] }] })),
      { [ownNode]: "no", [otherNode]: "no" },
    ],
    [
      "no: the world has no node",
      policies(inShop({ egress: [{ toEntities: ["world"] }] })),
      { [ownNode]: "no", [otherNode]: "no", "shop/api -> 8.8.8.8 TCP 10250": "yes" },
    ],
    [
      "yes: the cluster has all nodes",
      policies(inShop({ egress: [{ toEntities: ["cluster"] }] })),
      { [ownNode]: "yes", [otherNode]: "yes", "shop/api -> 8.8.8.8 TCP 10250": "no" },
    ],
    ["yes: all has all nodes", policies(inShop({ egress: [{ toEntities: ["all"] }] })), { [ownNode]: "yes", [otherNode]: "yes" }],
    [
      "yes: an entry of ports alone admits to nodes there",
      policies(inShop({ egress: [{ toPorts: ports("10250") }] })),
      { [ownNode]: "yes", "shop/api -> 10.9.0.1@own TCP 443": "no" },
    ],
    [
      "no: the API server of EKS is on no node",
      policies(inShop({ egress: [{ toEntities: ["kube-apiserver"] }] })),
      { [ownNode]: "no", [otherNode]: "no", "shop/api -> 8.8.8.8 TCP 10250": "perhaps" },
    ],
    [
      "no: a block has no node",
      policies(inShop({ egress: [{ toCIDR: ["10.0.0.0/8"] }] })),
      { [ownNode]: "no", [otherNode]: "no", "shop/api -> 10.9.0.1 TCP 10250": "yes" },
    ],
    [
      "perhaps: labels of nodes count where the agent is told so",
      policies(inShop({ egress: [{ toNodes: [{ matchLabels: { role: "edge" } }] }] })),
      { [ownNode]: "perhaps", [otherNode]: "perhaps", "shop/api -> 10.9.0.1 TCP 10250": "no" },
    ],
    [
      "perhaps: nodes lack the labels that a selector wants absent",
      policies(
        inShop({
          egress: [
            { toEndpoints: [{ matchExpressions: [{ key: "k8s:io.kubernetes.pod.namespace", operator: "NotIn", values: ["shop"] }] }] },
          ],
        }),
      ),
      { [ownNode]: "perhaps", [otherNode]: "perhaps" },
    ],
    [
      "yes: port 0 is every port, and ANY every protocol",
      policies(inShop({ ingress: [{ toPorts: ports("0", "ANY") }] })),
      { "8.8.8.8 -> shop/api SCTP 9": "yes" },
    ],
    [
      "yes: a port by name is the destination's own",
      policies(inShop({ ingress: [{ toPorts: ports("http") }] })),
      { "shop/web -> shop/api TCP 9090": "yes", "shop/web -> shop/api TCP 8080": "no" },
    ],
    ["yes: policies for nodes mean no pod", policies({ name: "a", spec: { nodeSelector: {}, ingress: [{}] } }), { [near]: "yes" }],
    [
      "no: specs count beside spec",
      policies({
        namespace: "shop",
        name: "a",
        specs: [
          { endpointSelector: api, ingress: [{}] },
          { endpointSelector: api, egress: [{}] },
        ],
      }),
      { [near]: "no", "shop/api -> 8.8.8.8 TCP 1": "no" },
    ],
    [
      "yes: a policy is for its own namespace, whatever namespace its subject names",
      policies({
        namespace: "shop",
        name: "a",
        spec: { endpointSelector: { matchLabels: { "k8s:io.kubernetes.pod.namespace": "pay" } }, ingress: [{}] },
      }),
      { "8.8.8.8 -> pay/db TCP 1": "yes", [near]: "no" },
    ],
  ])("%s", (_rule, given, flows) => {
    const { model, remarks } = translate("cilium", given);
    expect(remarks).toEqual([]);
    const expected = { [bystander]: "yes", ...flows };
    expect(verdictsOf(model, expected)).toEqual(expected);
  });

  it.each<readonly [string, CiliumRule, Readonly<Record<string, string>>]>([
    ["yes: a block has the nodes in it", { egress: [{ toCIDR: ["10.9.0.1/32"] }] }, { [ownNode]: "yes", [otherNode]: "no" }],
    [
      "no: a block has no node of its exceptions",
      { egress: [{ toCIDRSet: [{ cidr: "10.0.0.0/8", except: ["10.9.0.2/32"] }] }] },
      { [ownNode]: "yes", [otherNode]: "no" },
    ],
    [
      "perhaps: the block of all addresses is the world, or was other blocks",
      { egress: [{ toCIDR: ["0.0.0.0/0"] }] },
      { [ownNode]: "perhaps", [otherNode]: "perhaps" },
    ],
    ["no: the world has no node all the same", { egress: [{ toEntities: ["world"] }] }, { [ownNode]: "no", [otherNode]: "no" }],
  ])("%s, where the agent is told so", (_rule, spec, flows) => {
    const { model, remarks } = translate("cilium", policies(inShop(spec)), { cilium: { blocksMeanNodes: true } });
    expect(remarks).toEqual([]);
    const expected = { [bystander]: "yes", ...flows };
    expect(verdictsOf(model, expected)).toEqual(expected);
  });

  it.each<readonly [string, CiliumRule, string]>([
    ["without a rule", { ingress: [] }, "spec has no rule."],
    ["with both kinds of subject", { nodeSelector: {}, ingress: [{}] }, "spec has both endpointSelector and nodeSelector."],
    [
      "with two kinds of peer in an entry",
      { ingress: [{ fromCIDR: ["10.0.0.0/8"], fromEntities: ["world"] }] },
      "spec.ingress[0] has both fromCIDR and fromEntities.",
    ],
    [
      "with an entity that is none",
      { egress: [{ toEntities: ["internet"] }] },
      'spec.egress[0].toEntities[0] is "internet", which is no entity.',
    ],
    ["with requirements", { ingress: [{ fromRequires: [{}] }] }, "spec.ingress[0] has requirements for other rules, which are not read."],
    [
      "with a block that is none",
      { egress: [{ toCIDR: ["10.0.0.0/33"] }] },
      'spec.egress[0].toCIDR[0] is "10.0.0.0/33", which is no CIDR block.',
    ],
    [
      "with port 70000",
      { ingress: [{ toPorts: ports("70000") }] },
      "spec.ingress[0].toPorts[0].ports[0].port is 70000, not a port from 1 to 65535.",
    ],
    [
      "with another protocol",
      { ingress: [{ toPorts: ports("80", "GRE") }] },
      'spec.ingress[0].toPorts[0].ports[0].protocol is "GRE", which is no protocol.',
    ],
  ])("a policy %s is left out, and named with the field", (_what, spec, problem) => {
    const bystander: CiliumPolicy = { namespace: "pay", name: "b", spec: { endpointSelector: {}, ingress: [{}] } };
    const { model, remarks } = translate("cilium", policies(inShop(spec), bystander));
    expect(remarks.map(({ message, effect }) => [message, effect])).toEqual([[`CiliumNetworkPolicy shop/a: ${problem}`, "refused"]]);
    const flows = { [near]: "yes", "shop/web -> pay/db TCP 1": "no" };
    expect(verdictsOf(model, flows)).toEqual(flows);
  });

  it("policies of a kind that it was told to leave alone, or that it reads in its own way, are named", () => {
    const values = {
      "enable-k8s-networkpolicy": "false",
      "enable-cilium-clusterwide-network-policy": "0",
      "enable-k8s-cluster-network-policy": "true",
    };
    const { model, remarks } = translate(
      "cilium",
      {
        ...policies(inShop({ ingress: [{ fromEndpoints: [{}] }] }), clusterwide({ ingressDeny: [{ fromEntities: ["all"] }] })),
        networkPolicies: [{ namespace: "lab", name: "n", spec: { podSelector: {} } }],
        clusterNetworkPolicies: [
          { apiGroup: "policy.networking.k8s.io", name: "u", spec: { tier: "Admin", priority: 1, subject: { namespaces: {} } } },
          { apiGroup: "networking.k8s.aws", name: "w", spec: { tier: "Admin", priority: 1, subject: { namespaces: {} } } },
        ],
      },
      { cilium: { kinds: ciliumKinds(values) } },
    );
    expect(remarks.map(({ policy, effect }) => [policy, effect])).toEqual([
      ["NetworkPolicy lab/n", "not-enforced"],
      ["CiliumClusterwideNetworkPolicy a", "not-enforced"],
      ["ClusterNetworkPolicy u", "refused"],
      ["ClusterNetworkPolicy w", "not-enforced"],
    ]);
    const flows = { [near]: "yes", [far]: "no", "shop/web -> lab/probe TCP 1": "yes", [bystander]: "yes" };
    expect(verdictsOf(model, flows)).toEqual(flows);
  });

  it("under another engine Cilium's and Calico's policies are named as not enforced", () => {
    const { remarks } = translate("vpc-cni", { ...policies(inShop({ ingress: [{}] })), calicoPolicies: [{ name: "g", spec: {} }] });
    expect(remarks.map(({ message, effect }) => [message, effect])).toEqual([
      ["GlobalNetworkPolicy g: the engine does not enforce policies of projectcalico.org.", "not-enforced"],
      ["CiliumNetworkPolicy shop/a: the engine does not enforce policies of cilium.io.", "not-enforced"],
    ]);
  });
});
