/** The recipes of ahmetb/kubernetes-network-policy-recipes, in our own cluster, with the effect that each of them states. */
import { expect, it } from "vitest";
import type { NetworkPolicy } from "../../../core/model/network-policy.ts";
import { translate } from "../../../core/net/policy/translation.ts";
import { verdictsOf } from "./shop.ts";

const policy = (spec: NetworkPolicy["spec"]): NetworkPolicy => ({ namespace: "shop", name: "recipe", spec });
const api = { matchLabels: { app: "api" } };
const web = { matchLabels: { app: "web" } };
const [near, far, out, back] = [
  "shop/web -> shop/api TCP 80",
  "lab/probe -> shop/api TCP 80",
  "8.8.8.8 -> shop/api TCP 80",
  "shop/api -> 8.8.8.8 TCP 80",
];

it.each<readonly [string, readonly NetworkPolicy[], Readonly<Record<string, string>>]>([
  [
    "01 deny all traffic to an application",
    [policy({ podSelector: api, ingress: [] })],
    { [near]: "no", [far]: "no", [out]: "no", [back]: "yes" },
  ],
  [
    "02 limit traffic to an application",
    [policy({ podSelector: api, ingress: [{ from: [{ podSelector: web }] }] })],
    { [near]: "yes", [far]: "no", [out]: "no" },
  ],
  [
    "02a allow all traffic to an application",
    [policy({ podSelector: {} }), policy({ podSelector: api, ingress: [{}] })],
    { [near]: "yes", [far]: "yes", [out]: "yes", "lab/probe -> shop/web TCP 80": "no" },
  ],
  [
    "03 deny all traffic in a namespace",
    [policy({ podSelector: {}, ingress: [] })],
    { [near]: "no", [far]: "no", "8.8.8.8 -> shop/web TCP 80": "no", "shop/web -> lab/probe TCP 80": "yes" },
  ],
  [
    "04 deny traffic from other namespaces",
    [policy({ podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] })],
    { [near]: "yes", [far]: "no", [out]: "no" },
  ],
  [
    "05 allow traffic from all namespaces",
    [policy({ podSelector: api, ingress: [{ from: [{ namespaceSelector: {} }] }] })],
    { [near]: "yes", [far]: "yes", [out]: "no" },
  ],
  [
    "06 allow traffic from a namespace",
    [policy({ podSelector: api, ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: "lab" } } }] }] })],
    { [near]: "no", [far]: "yes", "pay/db -> shop/api TCP 80": "no" },
  ],
  [
    "07 allow traffic from some pods in another namespace",
    [policy({ podSelector: api, ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: "lab" } }, podSelector: web }] }] })],
    { [near]: "no", [far]: "yes" },
  ],
  [
    "08 allow external traffic",
    [policy({ podSelector: {} }), policy({ podSelector: api, ingress: [{ from: [], ports: [{ port: 80 }] }] })],
    { [out]: "yes", [near]: "yes", "8.8.8.8 -> shop/web TCP 80": "no" },
  ],
  [
    "09 allow traffic only to a port",
    [policy({ podSelector: api, ingress: [{ ports: [{ port: 5000 }], from: [{ podSelector: web }] }] })],
    { "shop/web -> shop/api TCP 5000": "yes", "shop/web -> shop/api TCP 8000": "no", "lab/probe -> shop/api TCP 5000": "no" },
  ],
  [
    "10 allow traffic by several selectors",
    [policy({ podSelector: api, ingress: [{ from: [{ podSelector: { matchLabels: { app: "search" } } }, { podSelector: web }] }] })],
    { [near]: "yes", [far]: "no" },
  ],
  [
    "11 deny egress of an application",
    [policy({ podSelector: api, policyTypes: ["Egress"], egress: [] })],
    { [back]: "no", "shop/api -> shop/web UDP 53": "no", [near]: "yes" },
  ],
  [
    "11 deny egress of an application but DNS",
    [
      policy({
        podSelector: api,
        policyTypes: ["Egress"],
        egress: [
          {
            ports: [
              { port: 53, protocol: "UDP" },
              { port: 53, protocol: "TCP" },
            ],
          },
        ],
      }),
    ],
    { [back]: "no", "shop/api -> 8.8.8.8 UDP 53": "yes" },
  ],
  [
    "12 deny all egress of a namespace",
    [policy({ podSelector: {}, policyTypes: ["Egress"], egress: [] })],
    { [back]: "no", [near]: "no", [far]: "yes" },
  ],
  [
    "14 deny external egress",
    [
      policy({
        podSelector: api,
        policyTypes: ["Egress"],
        egress: [{ ports: [{ port: 53, protocol: "UDP" }] }, { to: [{ namespaceSelector: {} }] }],
      }),
    ],
    { [back]: "no", "shop/api -> 8.8.8.8 UDP 53": "yes", "shop/api -> pay/db TCP 80": "yes" },
  ],
])("%s", (_recipe, policies, flows) => {
  const { model, remarks } = translate("kubernetes", { networkPolicies: policies });
  expect(remarks).toEqual([]);
  expect(verdictsOf(model, flows)).toEqual(flows);
});
