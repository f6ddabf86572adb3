import { expect, it } from "vitest";
import type { NetworkPolicy } from "../../core/model/network-policy.ts";
import { noAddresses } from "../../core/net/addresses.ts";
import { connections, type Workload } from "../../core/net/policy/connections.ts";
import { type Engine, translate } from "../../core/net/policy/translation.ts";
import { connectionLines, endText } from "../../core/report/connectivity-text.ts";

const workload = (namespace: string, name: string, ...apps: readonly string[]): Workload => ({
  namespace,
  name,
  kind: "Deployment",
  pods: apps.map((app) => ({ namespace, labels: { app }, namespaceLabels: {}, namedPorts: [], addresses: noAddresses })),
});
const linesOf = (engine: Engine, networkPolicies: readonly NetworkPolicy[], workloads: readonly Workload[]): readonly string[] =>
  [...connections(translate(engine, { networkPolicies }).model, workloads, endText)].map(connectionLines());
const all = "All Connections";
const v4 = "0.0.0.0-255.255.255.255[External]";
const v6 = "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff[External]";

it("without policies everything speaks with everything but itself, in lines by code point", () => {
  const lines = linesOf("kubernetes", [], [workload("b", "web", "web"), workload("a", "web", "web")]);
  expect(lines).toEqual([
    `${v4} => a/web[Deployment] : ${all}`,
    `${v4} => b/web[Deployment] : ${all}`,
    `${v6} => a/web[Deployment] : ${all}`,
    `${v6} => b/web[Deployment] : ${all}`,
    `a/web[Deployment] => ${v4} : ${all}`,
    `a/web[Deployment] => ${v6} : ${all}`,
    `a/web[Deployment] => b/web[Deployment] : ${all}`,
    `b/web[Deployment] => ${v4} : ${all}`,
    `b/web[Deployment] => ${v6} : ${all}`,
    `b/web[Deployment] => a/web[Deployment] : ${all}`,
  ]);
  expect(lines).toEqual([...lines].sort());
});

it("neighbouring ranges with the same ports are one, protocols stand in their order and a whole one as 1-65535", () => {
  const blocks = ["10.0.0.0/9", "10.128.0.0/9"].map((cidr) => ({ ipBlock: { cidr } }));
  const policy: NetworkPolicy = {
    namespace: "a",
    name: "web",
    spec: {
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        { from: blocks, ports: [{ protocol: "UDP", port: 53 }, { port: 9000, endPort: 9100 }, { port: 80 }, { protocol: "SCTP" }] },
      ],
    },
  };
  expect(linesOf("kubernetes", [policy], [workload("a", "web", "web")])).toEqual([
    "10.0.0.0-10.255.255.255[External] => a/web[Deployment] : SCTP 1-65535,TCP 80,9000-9100,UDP 53",
  ]);
});

it("a workload may what any of its pods may, and its connections to itself are left out", () => {
  const policy: NetworkPolicy = {
    namespace: "a",
    name: "closed",
    spec: { podSelector: { matchLabels: { app: "old" } }, policyTypes: ["Ingress", "Egress"] },
  };
  const lines = linesOf("kubernetes", [policy], [workload("a", "mixed", "old", "new"), workload("a", "closed", "old")]);
  expect(lines).toEqual([
    `${v4} => a/mixed[Deployment] : ${all}`,
    `${v6} => a/mixed[Deployment] : ${all}`,
    `a/mixed[Deployment] => ${v4} : ${all}`,
    `a/mixed[Deployment] => ${v6} : ${all}`,
  ]);
});

it("a workload without pods is no end", () => {
  expect(linesOf("kubernetes", [], [workload("a", "none")])).toEqual([]);
});
