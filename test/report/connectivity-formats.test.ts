import { expect, it } from "vitest";
import type { Allowed } from "../../core/net/connectivity/model.ts";
import { placeAt } from "../../core/net/connectivity/narrow.ts";
import { allPorts, eitherPorts, portsOf } from "../../core/net/policy/port-set.ts";
import { connectivityDot } from "../../core/report/connectivity-dot.ts";
import { connectivityJson } from "../../core/report/connectivity-json.ts";
import { endText } from "../../core/report/connectivity-text.ts";

const workload = (name: string, namespace = "shop") => ({ namespace, name, kind: "Deployment", pods: [] });
const [web, api] = [workload("web"), workload("api")];
const some = eitherPorts(portsOf("TCP", 8080, 8080), portsOf("UDP", 53, 54));
const list: readonly Allowed[] = [
  { from: web, to: placeAt("0.0.0.0/0"), ports: allPorts },
  { from: placeAt("10.0.0.0/16"), to: api, ports: some },
  { from: { ingressController: true }, to: web, ports: portsOf("TCP", 80, 80) },
];
const json = (...parameters: Parameters<typeof connectivityJson>) => JSON.parse([...connectivityJson(...parameters)].join(""));

it("JSON: ends, ranges and ports as the contract has them", () => {
  expect(json("kubernetes", { connections: list })).toEqual({
    schema: "eks-perimeter/connectivity/v1",
    engine: "kubernetes",
    connections: [
      { from: { namespace: "shop", name: "web", kind: "Deployment" }, to: { external: "0.0.0.0-255.255.255.255" }, ports: "all" },
      {
        from: { external: "10.0.0.0-10.0.255.255" },
        to: { namespace: "shop", name: "api", kind: "Deployment" },
        ports: [
          { protocol: "TCP", from: 8080, to: 8080 },
          { protocol: "UDP", from: 53, to: 54 },
        ],
      },
      {
        from: { ingressController: true },
        to: { namespace: "shop", name: "web", kind: "Deployment" },
        ports: [{ protocol: "TCP", from: 80, to: 80 }],
      },
    ],
  });
});

it("JSON: empty lists, and two of them", () => {
  expect(json("calico", { added: [], removed: list.slice(0, 1) })).toMatchObject({
    engine: "calico",
    added: [],
    removed: [{ ports: "all" }],
  });
});

it("JSON: reasons where they are asked for", () => {
  const reason = { side: "ingress", policy: "NetworkPolicy shop/web", rule: "ingress[0]", action: "allow", ports: some } as const;
  expect(json("kubernetes", { connections: list.slice(1, 2) }, () => [reason]).connections[0].because).toEqual([
    {
      ...reason,
      ports: [
        { protocol: "TCP", from: 8080, to: 8080 },
        { protocol: "UDP", from: 53, to: 54 },
      ],
    },
  ]);
});

it("DOT: edges, and namespaces as boxes", () => {
  expect([...connectivityDot(list.map((one) => ({ one })))].join("")).toBe(`digraph {
  "shop/web[Deployment]" -> "0.0.0.0-255.255.255.255[External]" [label="All Connections"]
  "10.0.0.0-10.0.255.255[External]" -> "shop/api[Deployment]" [label="TCP 8080,UDP 53-54"]
  "{ingress-controller}" -> "shop/web[Deployment]" [label="TCP 80"]
  subgraph "cluster_shop" {
    label="shop"
    "shop/api[Deployment]" [label="api[Deployment]"]
    "shop/web[Deployment]" [label="web[Deployment]"]
  }
}
`);
});

it("DOT: no name ends a string, begins an escape or a line", () => {
  const hostile = workload('a"] -> b [label="\\', 'x\n"y');
  const lines = [...connectivityDot([{ one: { from: hostile, to: web, ports: allPorts }, color: "red" as const }])].join("").split("\n");
  expect(lines[1]).toBe(
    '  "x \\"y/a\\"] -> b [label=\\"\\\\[Deployment]" -> "shop/web[Deployment]" [label="All Connections" color="red" fontcolor="red"]',
  );
});

it("text: no name begins a line or a sequence of a terminal", () => {
  expect(endText(workload("a\n\u001b[31mb => c"))).toBe("shop/a b => c[Deployment]");
});
