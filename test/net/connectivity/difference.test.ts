import fc from "fast-check";
import { expect, it } from "vitest";
import { difference } from "../../../core/net/connectivity/difference.ts";
import type { Allowed } from "../../../core/net/connectivity/model.ts";
import { narrowed, placeAt } from "../../../core/net/connectivity/narrow.ts";
import { portsOf } from "../../../core/net/policy/port-set.ts";
import { connectionLines, endText } from "../../../core/report/connectivity-text.ts";
import { deployment, linesOf, policy, told } from "../../support/connectivity.ts";

const shop = `${deployment("web")}${deployment("api")}`;
const compared = (before: string, after: string) => {
  const { added, removed } = difference(told(before).connections, told(after).connections, endText);
  return { added: linesOf(added), removed: linesOf(removed) };
};

it("the same adds and removes nothing", () => {
  expect(compared(shop, shop)).toEqual({ added: [], removed: [] });
});

it("a policy that isolates removes what entered, and nothing else", () => {
  expect(compared(shop, `${shop}${policy("api", "policyTypes: [Ingress]")}`)).toEqual({
    added: [],
    removed: [
      "0.0.0.0-255.255.255.255[External] => shop/api[Deployment] : All Connections",
      "shop/web[Deployment] => shop/api[Deployment] : All Connections",
    ],
  });
});

it("of a connection whose ports change, those that do", () => {
  const open = (ports: string) => `${shop}${policy("api", `ingress: [{ from: [{ podSelector: {} }], ports: [${ports}] }]`)}`;
  expect(compared(open("{ port: 80 }, { port: 81 }"), open("{ port: 81 }, { port: 82 }"))).toEqual({
    added: ["shop/web[Deployment] => shop/api[Deployment] : TCP 82"],
    removed: ["shop/web[Deployment] => shop/api[Deployment] : TCP 80"],
  });
});

it("of a range outside, the part that changes", () => {
  const to = (cidr: string) => `${shop}${policy("api", `policyTypes: [Egress]\n  egress: [{ to: [{ ipBlock: { cidr: ${cidr} } }] }]`)}`;
  expect(compared(to("10.0.0.0/16"), to("10.0.128.0/16"))).toEqual({ added: [], removed: [] });
  expect(compared(to("10.0.0.0/24"), to("10.0.0.0/23"))).toEqual({
    added: ["shop/api[Deployment] => 10.0.1.0-10.0.1.255[External] : All Connections"],
    removed: [],
  });
});

it("a workload that is new adds all of its connections", () => {
  expect(compared(shop, `${shop}${deployment("new")}`).added).toHaveLength(6);
});

const block = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 22, max: 25 }))
  .map(([octet, length]) => `10.0.${octet}.0/${length}`);
const rule = fc.record({ cidr: block, port: fc.integer({ min: 80, max: 83 }) });
const cluster = fc.array(rule, { maxLength: 4 }).map((rules) => {
  const egress = rules.map(({ cidr, port }) => `{ to: [{ ipBlock: { cidr: ${cidr} } }], ports: [{ port: ${port} }] }`);
  return `${shop}${policy("api", `policyTypes: [Egress]\n  egress: [${egress.join(", ")}]`)}`;
});

it("what is added to the one, less what is removed, is the other: at every address and port", () => {
  const line = connectionLines();
  const at = (all: readonly Allowed[], address: string, port: number): boolean =>
    [...narrowed(all, { from: { namespace: "shop", name: "api" }, to: placeAt(address), ports: portsOf("TCP", port, port) }, endText)].map(
      line,
    ).length > 0;
  fc.assert(
    fc.property(
      cluster,
      cluster,
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 80, max: 83 }),
      (a, b, octet, last, port) => {
        const [before, after] = [[...told(a).connections], [...told(b).connections]];
        const { added, removed } = difference(before, after, endText);
        const address = `10.0.${octet}.${last}`;
        const [was, is] = [at(before, address, port), at(after, address, port)];
        expect([at(added, address, port), at(removed, address, port)]).toEqual([is && !was, was && !is]);
      },
    ),
    { numRuns: 200 },
  );
});
