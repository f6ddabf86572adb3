import { describe, expect, it } from "vitest";
import type { CalicoPolicy, CalicoTier } from "../../../core/model/calico-policy.ts";
import { parseExpression } from "../../../core/net/policy/calico/selector.ts";
import { decisionBetween } from "../../../core/net/policy/decide.ts";
import { type Policies, translate } from "../../../core/net/policy/translation.ts";
import { forApi, pods, verdictsOf } from "./shop.ts";

type Spec = CalicoPolicy["spec"];
const global = (name: string, spec: Spec): CalicoPolicy => ({ name, spec });
const inShop = (name: string, spec: Spec): CalicoPolicy => ({ namespace: "shop", name, spec });
const platform: CalicoTier = { name: "platform", order: 100, defaultAction: "Pass" };
const allow = { action: "Allow" };
const toApi = "lab/probe -> shop/api TCP 80";
const fromLab = { action: "Deny", source: { namespaceSelector: "team == 'lab'" } };

describe("Calico", () => {
  it.each<readonly [string, Policies, Readonly<Record<string, string>>]>([
    [
      "no: a policy isolates what it selects, in its namespace",
      { calicoPolicies: [inShop("a", { selector: "app == 'api'" })] },
      { [toApi]: "no", "lab/probe -> shop/web TCP 80": "yes" },
    ],
    [
      "no: a lone Deny in a tier that denies isolates",
      { calicoPolicies: [global("a", { ingress: [fromLab] })] },
      { [toApi]: "no", "shop/web -> shop/api TCP 80": "no" },
    ],
    [
      "yes: in a tier that passes it does not",
      { calicoTiers: [platform], calicoPolicies: [global("a", { tier: "platform", ingress: [fromLab] })] },
      { [toApi]: "no", "shop/web -> shop/api TCP 80": "yes" },
    ],
    ["yes: a tier that selects nobody is skipped", { calicoPolicies: [global("a", { selector: "app == 'none'" })] }, { [toApi]: "yes" }],
    [
      "yes: a Pass leaves the tier, past what denies in it",
      {
        calicoTiers: [{ ...platform, defaultAction: "Deny" }],
        calicoPolicies: [global("a", { tier: "platform", ingress: [{ action: "Pass" }, { action: "Deny" }] })],
      },
      { [toApi]: "yes" },
    ],
    [
      "no: the lower order is asked first",
      { calicoPolicies: [global("a", { order: 2, ingress: [allow] }), global("b", { order: 1, ingress: [fromLab] })] },
      { [toApi]: "no", "pay/db -> shop/api TCP 80": "yes" },
    ],
    [
      "no: without an order it is asked last",
      { calicoPolicies: [global("a", { ingress: [allow] }), global("b", { order: 1e9, ingress: [fromLab] })] },
      { [toApi]: "no" },
    ],
    [
      "yes: an Allow of order below 1000 overrides a NetworkPolicy",
      { networkPolicies: [forApi({})], calicoPolicies: [global("a", { order: 999, ingress: [allow] })] },
      { [toApi]: "yes" },
    ],
    [
      "no: a Deny of order above 1000 comes after a NetworkPolicy's allow",
      { networkPolicies: [forApi({ ingress: [{}] })], calicoPolicies: [global("a", { order: 1001, ingress: [{ action: "Deny" }] })] },
      { [toApi]: "yes", "lab/probe -> shop/web TCP 80": "no" },
    ],
    [
      "no: a Deny of order 999 comes before a NetworkPolicy that admits",
      { networkPolicies: [forApi({ ingress: [{}] })], calicoPolicies: [global("a", { order: 999, ingress: [{ action: "Deny" }] })] },
      { [toApi]: "no" },
    ],
    [
      "no: of the same order the name decides",
      {
        calicoPolicies: [global("b", { order: 1, ingress: [allow] }), global("a", { order: 1, ingress: [fromLab] })],
      },
      { [toApi]: "no", "pay/db -> shop/api TCP 80": "yes" },
    ],
    [
      "no: the tier of the lower order is asked first, whatever the order of its policies",
      {
        calicoTiers: [{ name: "late", order: 200, defaultAction: "Pass" }, platform],
        calicoPolicies: [
          global("a", { tier: "late", order: 1, ingress: [allow] }),
          global("b", { tier: "platform", order: 999, ingress: [fromLab] }),
        ],
      },
      { [toApi]: "no", "pay/db -> shop/api TCP 80": "yes" },
    ],
    [
      "yes: a tier before the default one decides before a NetworkPolicy",
      { networkPolicies: [forApi({})], calicoTiers: [platform], calicoPolicies: [global("a", { tier: "platform", ingress: [allow] })] },
      { [toApi]: "yes" },
    ],
    [
      "no: a tier behind the default one opens nothing that a NetworkPolicy closes",
      {
        networkPolicies: [forApi({})],
        calicoTiers: [{ name: "late", defaultAction: "Deny" }],
        calicoPolicies: [global("a", { tier: "late", ingress: [allow] })],
      },
      { [toApi]: "no", "lab/probe -> shop/web TCP 80": "yes" },
    ],
    [
      "no: a tier denies what its policies leave undecided, and no later tier is asked",
      {
        calicoTiers: [{ ...platform, defaultAction: "Deny" }],
        calicoPolicies: [global("a", { tier: "platform", ingress: [fromLab] }), global("b", { ingress: [allow] })],
      },
      { "pay/db -> shop/api TCP 80": "no" },
    ],
    [
      "yes: a tier is skipped in the direction in which none of its policies selects the pod",
      {
        calicoTiers: [{ ...platform, defaultAction: "Deny" }],
        calicoPolicies: [global("a", { tier: "platform", types: ["Egress"], egress: [allow] })],
      },
      { [toApi]: "yes" },
    ],
    [
      "no: without rules and types a policy is for ingress",
      { calicoPolicies: [global("a", { selector: "app == 'api'" })] },
      { [toApi]: "no", "shop/api -> shop/web TCP 80": "yes" },
    ],
    [
      "no: with rules of both directions a policy is for both",
      { calicoPolicies: [global("a", { selector: "app == 'api'", ingress: [fromLab], egress: [{ ...allow, protocol: "UDP" }] })] },
      { "pay/db -> shop/api TCP 80": "no", "shop/api -> shop/web TCP 80": "no", "shop/api -> shop/web UDP 1": "yes" },
    ],
    [
      "no: a lone Deny of egress in the default tier closes all egress, and a trailing Allow opens what NetworkPolicies close",
      {
        networkPolicies: [forApi({ policyTypes: ["Egress"] })],
        calicoPolicies: [
          global("a", { selector: "app == 'web'", egress: [{ action: "Deny", destination: { nets: ["10.9.0.0/16"] } }] }),
          global("b", { order: 1, selector: "app == 'api'", egress: [{ action: "Deny", destination: { nets: ["10.9.0.0/16"] } }, allow] }),
        ],
      },
      { "shop/web -> 8.8.8.8 TCP 443": "no", "shop/api -> 8.8.8.8 TCP 443": "yes", "shop/api -> 10.9.0.1 TCP 443": "no" },
    ],
    [
      "no: a Log decides nothing",
      { calicoPolicies: [global("a", { ingress: [{ action: "Log" }, fromLab, allow] })] },
      { [toApi]: "no", "pay/db -> shop/api TCP 1": "yes" },
    ],
    [
      "no: with egress rules alone a policy says nothing of ingress",
      { calicoPolicies: [inShop("a", { egress: [{ ...allow, protocol: "UDP", destination: { ports: [53] } }] })] },
      { [toApi]: "yes", "shop/api -> 8.8.8.8 UDP 53": "yes", "shop/api -> 8.8.8.8 TCP 53": "no" },
    ],
    [
      "yes: policies for host endpoints mean no pod",
      { calicoPolicies: [global("a", { preDNAT: true, applyOnForward: true, ingress: [{ action: "Deny" }] })] },
      { [toApi]: "yes" },
    ],
    [
      "yes: policies for host endpoints that track no connection mean no pod",
      { calicoPolicies: [global("a", { doNotTrack: true, applyOnForward: true, ingress: [{ action: "Deny" }] })] },
      { [toApi]: "yes" },
    ],
    [
      "yes: ICMP is none of the three protocols",
      { calicoPolicies: [global("a", { ingress: [{ action: "Deny", protocol: "ICMP" }, allow] })] },
      { [toApi]: "yes" },
    ],
    [
      "perhaps: which paths of HTTP, the model can't tell",
      { calicoPolicies: [inShop("a", { ingress: [{ ...allow, http: { methods: ["GET"] } }] })] },
      { [toApi]: "perhaps" },
    ],
    [
      "no: a selector in a policy with a namespace means that namespace",
      { calicoPolicies: [inShop("a", { ingress: [{ ...allow, source: { selector: "app == 'web'" } }] })] },
      { "shop/web -> shop/api TCP 80": "yes", [toApi]: "no" },
    ],
    [
      "yes: a selector means network sets by their labels",
      {
        calicoNetworkSets: [{ name: "office", labels: { app: "office" }, nets: ["203.0.113.0/24"] }],
        calicoPolicies: [global("a", { ingress: [{ ...allow, source: { selector: "app == 'office'" } }] })],
      },
      { "203.0.113.7 -> shop/api TCP 80": "yes", "203.0.114.1 -> shop/api TCP 80": "no", [toApi]: "no" },
    ],
    [
      "perhaps: to egress a network set means its domains too, of which no address is known",
      {
        calicoNetworkSets: [
          { name: "saas", labels: { app: "saas" }, nets: ["203.0.113.0/24"], domains: ["*.example.com"] },
          { name: "other", labels: { app: "other" }, nets: [], domains: ["example.org"] },
        ],
        calicoPolicies: [global("a", { selector: "app == 'api'", egress: [{ ...allow, destination: { selector: "app == 'saas'" } }] })],
      },
      { "shop/api -> 203.0.113.7 TCP 443": "yes", "shop/api -> 203.0.114.1 TCP 443": "perhaps", "shop/web -> 203.0.114.1 TCP 443": "yes" },
    ],
    [
      "no: to ingress it means its addresses alone",
      {
        calicoNetworkSets: [{ name: "saas", labels: { app: "saas" }, nets: ["203.0.113.0/24"], domains: ["*.example.com"] }],
        calicoPolicies: [global("a", { ingress: [{ ...allow, source: { selector: "app == 'saas'" } }] })],
      },
      { "203.0.113.7 -> shop/api TCP 80": "yes", "203.0.114.1 -> shop/api TCP 80": "no" },
    ],
    [
      "no: a network set without domains means no other address",
      {
        calicoNetworkSets: [
          { name: "office", labels: { app: "office" }, nets: ["203.0.113.0/24"] },
          { name: "saas", labels: { app: "saas" }, nets: [], domains: ["*.example.com"] },
        ],
        calicoPolicies: [global("a", { selector: "app == 'api'", egress: [{ ...allow, destination: { selector: "app == 'office'" } }] })],
      },
      { "shop/api -> 203.0.114.1 TCP 443": "no" },
    ],
    [
      "no: the documented block of the kubelet's ports leaves the rest to later tiers",
      {
        calicoTiers: [platform],
        calicoPolicies: [
          global("platform.kubelet", {
            tier: "platform",
            order: 10,
            selector: "projectcalico.org/orchestrator == 'k8s' && app != 'probe'",
            types: ["Egress"],
            egress: [{ action: "Deny", protocol: "TCP", destination: { nets: ["10.9.0.0/16"], ports: [10250, 10255] } }],
          }),
        ],
      },
      { "shop/api -> 10.9.0.1 TCP 10250": "no", "shop/api -> 10.9.0.1 TCP 443": "yes", "shop/api -> pay/db TCP 10250": "yes" },
    ],
  ])("%s", (_rule, policies, flows) => {
    const { model, remarks } = translate("calico", policies);
    expect(remarks).toEqual([]);
    expect(verdictsOf(model, flows)).toEqual(flows);
  });

  it("perhaps: a policy selects by labels of a service account that are not known", () => {
    const calicoPolicies = [global("a", { serviceAccountSelector: "role == 'server'", ingress: [fromLab] })];
    const { model } = translate("calico", { calicoPolicies });
    const { "shop/api": api, "lab/probe": probe, "pay/db": db } = pods;
    if (api === undefined || probe === undefined || db === undefined) throw new Error("The shop has changed.");
    const { serviceAccountLabels: _unread, ...unknown } = api;
    const verdict = (from: typeof api, to: typeof api) => {
      const { atLeast, atMost } = decisionBetween(model, { pod: from }, { pod: to });
      return [atLeast.TCP.length > 0, atMost.TCP.length > 0];
    };
    expect(verdict(probe, unknown)).toEqual([false, true]);
    // It may isolate, and no rule admits.
    expect(verdict(db, unknown)).toEqual([false, true]);
    expect(verdict(probe, { ...api, serviceAccountLabels: { role: "server" } })).toEqual([false, false]);
    expect(verdict(probe, { ...api, serviceAccountLabels: {} })).toEqual([true, true]);
  });

  it.each<readonly [string, Spec, string]>([
    ["a selector that is none", { selector: "app = 'web'" }, `spec.selector is "app = 'web'", which is no selector expression.`],
    ["global() where it has no meaning", { selector: "global()" }, 'spec.selector is "global()", which is no selector expression.'],
    ["another action", { ingress: [{ action: "Drop" }] }, 'spec.ingress[0].action is "Drop", not Allow, Deny, Log, Pass.'],
    ["a tier that is none", { tier: "gone" }, 'spec.tier is "gone", which is no tier here.'],
    [
      "ports without protocol",
      { ingress: [{ action: "Deny", destination: { ports: [80] } }] },
      "spec.ingress[0].protocol is absent, though ports are named.",
    ],
    [
      "a range that ends before its start",
      { egress: [{ action: "Deny", protocol: "TCP", destination: { ports: ["90:80"] } }] },
      'spec.egress[0].destination.ports[0] is "90:80", which ends before its start.',
    ],
    [
      "a net that is none",
      { egress: [{ action: "Deny", destination: { nets: ["10.0.0.0/8", "x"] } }] },
      'spec.egress[0].destination.nets[1] is "x", which is no CIDR block.',
    ],
  ])("a policy with %s is left out, and named with the field", (_what, spec, problem) => {
    const { model, remarks } = translate("calico", { calicoPolicies: [global("a", spec), inShop("b", { selector: "app == 'api'" })] });
    expect(remarks.map(({ message, effect }) => [message, effect])).toEqual([[`GlobalNetworkPolicy a: ${problem}`, "refused"]]);
    expect(verdictsOf(model, { [toApi]: "no", "lab/probe -> shop/web TCP 80": "yes" })).toEqual({
      [toApi]: "no",
      "lab/probe -> shop/web TCP 80": "yes",
    });
  });

  it("a hostile expression costs little", () => {
    for (const text of [
      "(".repeat(100_000),
      "!".repeat(100_000),
      `has(a)${" && has(a)".repeat(20_000)} &&`,
      `a in {${"'b',".repeat(50_000)}`,
    ]) {
      expect(() => parseExpression(text, "spec.selector")).toThrow(/no selector expression/);
    }
  });
});
