import { expect, it } from "vitest";
import { type Inside, narrowedOpener } from "../../core/fix/policies/openers.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known } from "../../core/model/fact.ts";
import { defaultSettings } from "../../core/model/settings.ts";
import { parseCidrs } from "../../core/net/addresses.ts";
import { aCluster } from "../support/cluster.ts";
import { noPolicies } from "../support/policed.ts";

const inside: Inside = { addresses: parseCidrs(["10.0.0.0/16", "198.18.0.0/16"]), families: ["ipv4"], limits: defaultSettings.internet };
const partner = "198.51.100.0/24";

/** What is left of the policy's spec; a field that is not named here stays as it was. */
function left(title: string, facts: Partial<ClusterFacts>): unknown {
  const other = { namespace: "shop", name: "bystander", spec: { podSelector: {}, ingress: [{}] } };
  const lists = { ...noPolicies, networkPolicies: known([other]), ...facts };
  return narrowedOpener(aCluster(lists).facts, title, ["ingress", "egress"], inside)?.spec;
}

it("a NetworkPolicy: blocks as wide as the internet become what is inside of them, others stay", () => {
  const spec = {
    podSelector: { matchLabels: { app: "web" } },
    policyTypes: ["Egress"],
    egress: [
      { to: [{ ipBlock: { cidr: "0.0.0.0/1" } }, { ipBlock: { cidr: partner } }, { podSelector: {} }], ports: [{ port: 443 }] },
      { to: [{ ipBlock: { cidr: "128.0.0.0/1", except: ["198.18.128.0/17"] } }] },
      { to: [{ ipBlock: { cidr: "8.0.0.0/7" } }], ports: [{ port: 53 }] },
    ],
  };
  expect(left("NetworkPolicy shop/web", { networkPolicies: known([{ namespace: "shop", name: "web", spec }]) })).toEqual({
    ...spec,
    egress: [
      { to: [{ podSelector: {} }, { ipBlock: { cidr: "10.0.0.0/16" } }, { ipBlock: { cidr: partner } }], ports: [{ port: 443 }] },
      { to: [{ ipBlock: { cidr: "198.18.0.0/17" } }] },
      // Nobody is left of the third, and a rule that names nobody would mean everybody.
    ],
  });
});

it("a policy of Calico: rules for everybody become one for pods and one for what is inside, those that single somebody out stay", () => {
  const named = { action: "Allow", destination: { selector: "app == 'db'" } };
  const denial = { action: "Deny", destination: { nets: ["0.0.0.0/0"] } };
  const spec = {
    selector: "all()",
    types: ["Egress"],
    egress: [
      named,
      { action: "Allow", protocol: "TCP", destination: { ports: [443] } },
      { action: "Pass", destination: { nets: ["0.0.0.0/0", partner] } },
      denial,
    ],
  };
  expect(left("GlobalNetworkPolicy web", { calicoPolicies: known([{ name: "web", spec }]) })).toEqual({
    ...spec,
    egress: [
      named,
      { action: "Allow", protocol: "TCP", destination: { ports: [443], namespaceSelector: "all()" } },
      { action: "Allow", protocol: "TCP", destination: { ports: [443], nets: ["10.0.0.0/16", "198.18.0.0/16"] } },
      { action: "Pass", destination: { nets: ["10.0.0.0/16", "198.18.0.0/16", partner] } },
      denial,
    ],
  });
});

it("a policy of Cilium: the world becomes what is inside, and entries stay apart by the kind of peer that they name", () => {
  const spec = {
    endpointSelector: {},
    ingress: [
      { fromEntities: ["all"], toPorts: [{ ports: [{ port: "80" }] }] },
      { fromEntities: ["world", "host"] },
      { fromEndpoints: [{}] },
    ],
    egress: [
      {
        toCIDRSet: [
          { cidr: "0.0.0.0/0", except: ["10.0.128.0/17"] },
          { cidr: partner, except: ["198.51.100.128/25"] },
        ],
      },
    ],
  };
  expect(left("CiliumNetworkPolicy shop/web", { ciliumPolicies: known([{ namespace: "shop", name: "web", spec }]) })).toEqual({
    endpointSelector: {},
    ingress: [
      { fromEntities: ["cluster"], toPorts: [{ ports: [{ port: "80" }] }] },
      { fromCIDRSet: [{ cidr: "10.0.0.0/16" }, { cidr: "198.18.0.0/16" }], toPorts: [{ ports: [{ port: "80" }] }] },
      { fromEntities: ["host"] },
      { fromCIDRSet: [{ cidr: "10.0.0.0/16" }, { cidr: "198.18.0.0/16" }] },
      { fromEndpoints: [{}] },
    ],
    egress: [{ toCIDRSet: [{ cidr: "10.0.0.0/17" }, { cidr: "198.18.0.0/16" }, { cidr: "198.51.100.0/25" }] }],
  });
});

it("a policy of Cilium of which nothing is left still isolates", () => {
  const spec = { endpointSelector: {}, egress: [{ toCIDR: ["128.0.0.0/2"] }] };
  expect(left("CiliumNetworkPolicy shop/web", { ciliumPolicies: known([{ namespace: "shop", name: "web", spec }]) })).toEqual({
    endpointSelector: {},
    egress: [{}],
  });
});

it("a ClusterNetworkPolicy: networks of what is accepted, and of nothing else", () => {
  const to = [{ namespaces: {} }, { networks: ["0.0.0.0/0", partner] }];
  const spec = {
    tier: "Admin",
    priority: 1,
    subject: { namespaces: {} },
    egress: [
      { action: "Accept", to },
      { action: "Deny", to },
    ],
  };
  const policy = { apiGroup: "networking.k8s.aws" as const, name: "web", spec };
  expect(left("ClusterNetworkPolicy web", { clusterNetworkPolicies: known([policy]) })).toEqual({
    ...spec,
    egress: [
      { action: "Accept", to: [{ namespaces: {} }, { networks: ["10.0.0.0/16", "198.18.0.0/16", partner] }] },
      { action: "Deny", to },
    ],
  });
});

it.each<[string, string, Partial<ClusterFacts>]>([
  [
    "one that opens nothing",
    "NetworkPolicy shop/web",
    { networkPolicies: known([{ namespace: "shop", name: "web", spec: { podSelector: {} } }]) },
  ],
  ["one that is not there", "NetworkPolicy shop/gone", {}],
  [
    "several rules of Cilium in one object",
    "CiliumNetworkPolicy shop/web",
    { ciliumPolicies: known([{ namespace: "shop", name: "web", specs: [{ endpointSelector: {}, egress: [{ toEntities: ["all"] }] }] }]) },
  ],
  ["the default of an engine", "the engine's default", {}],
])("is not written anew: %s", (_what, title, facts) => {
  expect(left(title, facts)).toBeUndefined();
});
