import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AddressSet, holds, parseCidrs } from "../../../core/net/addresses.ts";
import type { Direction } from "../../../core/net/policy/model.ts";
import { type PortSet, portsOf } from "../../../core/net/policy/port-set.ts";
import { Questions } from "../../../core/net/policy/questions.ts";
import { type Engine, translate } from "../../../core/net/policy/translation.ts";
import { type NaiveCluster, type NaiveEnd, type NaivePod, type NaiveReading, naiveVerdict } from "../../support/naive-policy.ts";
import { workloadsOf } from "./agreement.ts";
import { cidrsIn, cluster, edgesOf, networkPolicy, portsIn } from "./clusters.ts";

const readings: readonly (readonly [Engine, NaiveReading])[] = [
  ["kubernetes", { blocksMeanPods: false, isCilium: false }],
  ["vpc-cni", { blocksMeanPods: true, isCilium: false, namesNeedSelectors: true }],
  ["cilium", { blocksMeanPods: false, isCilium: true }],
];
const policies = fc.array(networkPolicy, { maxLength: 5 });
const directions = ["ingress", "egress"] as const;
const port = 8080;

const asked = (engine: Engine, given: NaiveCluster, all: Parameters<typeof translate>[1]["networkPolicies"]) => {
  const { model } = translate(engine, { networkPolicies: all ?? [] });
  const classes = given.pods.map((pod) => workloadsOf({ ...given, pods: [pod] })[0]?.pods[0]);
  const pods = classes.flatMap((one) => one ?? []);
  const questions = new Questions(model, pods);
  return { questions, pods, numbers: pods.map((pod) => questions.classOf(pod)) };
};

describe.each(readings)("under %s", (engine, reading) => {
  const strict = (strictly: boolean): NaiveReading => ({
    ...reading,
    localCluster: strictly,
    exceptionsDeny: strictly && engine === "vpc-cni",
  });
  it("reaches outside, and is reached from there, where a naive evaluator lets one address at a time through", () => {
    fc.assert(
      fc.property(cluster, policies, (given, all) => {
        const { questions, numbers } = asked(engine, given, all);
        const everywhere: AddressSet = parseCidrs(["0.0.0.0/0", "2000::/3"]);
        const which: PortSet = portsOf("TCP", port, port);
        for (const [i, pod] of given.pods.entries()) {
          for (const direction of directions) {
            const reach = questions.reach(numbers[i] ?? 0, direction, everywhere, which);
            for (const address of [...edgesOf(cidrsIn(all)).filter((text) => holds(everywhere, text)), "8.8.8.8", "2001:db8::1"]) {
              const flow = direction === "egress" ? { from: pod, to: address } : { from: address, to: pod };
              const expected = (strictly: boolean): boolean =>
                naiveVerdict(given, all, strict(strictly), direction, { ...flow, protocol: "TCP", port }) !== "deny";
              expect([address, holds(reach.atMost, address)]).toEqual([address, expected(false)]);
              expect([address, holds(reach.atLeast, address)]).toEqual([address, expected(true)]);
            }
          }
        }
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it("is reached from the pods that a naive evaluator lets in on some port", () => {
    fc.assert(
      fc.property(cluster, policies, (given, all) => {
        const { questions, numbers } = asked(engine, given, all);
        const ports = portsIn([all, given]);
        for (const [i, to] of given.pods.entries()) {
          const { atLeast, atMost } = questions.admitted(numbers[i] ?? 0);
          for (const [j, from] of given.pods.entries()) {
            const expected = (strictly: boolean): boolean =>
              (["TCP", "UDP", "SCTP"] as const).some((protocol) =>
                ports.some((one) => naiveVerdict(given, all, strict(strictly), "ingress", { from, to, protocol, port: one }) !== "deny"),
              );
            const number = numbers[j] ?? 0;
            expect([atLeast(number), atMost(number)]).toEqual([expected(true), expected(false)]);
          }
        }
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it("is isolated where a policy of the direction selects it, unless everything there is gets through on every port of TCP", () => {
    fc.assert(
      fc.property(cluster, policies, (given, all) => {
        const { questions, numbers } = asked(engine, given, all);
        const stranger: NaivePod = { namespace: "nobody", workload: "w", labels: {}, ip: "10.0.3.77", ports: [] };
        const withStranger = { ...given, namespaces: { ...given.namespaces, nobody: {} } };
        const others: readonly NaiveEnd[] = [
          ...given.pods,
          stranger,
          "8.8.8.8",
          ...edgesOf(cidrsIn(all)).filter((one) => one.includes(".")),
        ];
        for (const [i, pod] of given.pods.entries()) {
          for (const direction of directions) {
            const verdict = (other: NaiveEnd, one: number, strictly = false) =>
              naiveVerdict(withStranger, all, strict(strictly), direction, {
                ...(direction === "ingress" ? { from: other, to: pod } : { from: pod, to: other }),
                protocol: "TCP",
                port: one,
              });
            const isSelected = verdict("8.8.8.8", port) !== "next";
            const isOpen = others.every((other) => portsIn(all).every((one) => verdict(other, one) !== "deny"));
            const { state } = questions.isolation(numbers[i] ?? 0, direction);
            if (!isSelected) expect([direction, state]).toEqual([direction, "no"]);
            // What lets every sample through may still single out what no sample is: then it is isolated in the words of the API.
            else if (!isOpen) expect([direction, state]).toEqual([direction, "yes"]);
            else if (!others.every((other) => portsIn(all).every((one) => verdict(other, one, true) !== "deny"))) {
              expect([direction, state]).not.toEqual([direction, "no"]);
            }
          }
        }
      }),
      { numRuns: 200 },
    );
  }, 60_000);
});

const direct = (direction: Direction, rules: readonly object[]) => {
  const given: NaiveCluster = {
    namespaces: { shop: {} },
    pods: [{ namespace: "shop", workload: "web", labels: {}, ip: "10.0.0.1", ports: [] }],
  };
  const policyTypes = [direction === "ingress" ? "Ingress" : "Egress"];
  const policy = { namespace: "shop", name: "one", spec: { podSelector: {}, policyTypes, [direction]: rules } };
  return (engine: Engine) => {
    const { questions, numbers } = asked(engine, given, [policy]);
    return questions.isolation(numbers[0] ?? 0, direction);
  };
};

it.each<readonly [string, Engine, Direction, readonly object[], "yes" | "no" | "unsure"]>([
  ["isolated: no rule", "vpc-cni", "ingress", [], "yes"],
  ["not isolated: a rule without peers and ports", "vpc-cni", "ingress", [{}], "no"],
  ["not isolated: every port of TCP", "vpc-cni", "ingress", [{ ports: [{ port: 1, endPort: 65535 }] }], "no"],
  [
    "not isolated: every port of TCP by two rules",
    "vpc-cni",
    "ingress",
    [{ ports: [{ port: 1, endPort: 1023 }] }, { ports: [{ port: 1024, endPort: 65535 }] }],
    "no",
  ],
  ["isolated: one port for everybody", "vpc-cni", "ingress", [{ ports: [{ port: 443 }] }], "yes"],
  ["isolated: every pod, and no address outside", "vpc-cni", "ingress", [{ from: [{ namespaceSelector: {} }] }], "yes"],
  ["isolated: every address outside, and no pod", "cilium", "egress", [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }], "yes"],
  ["not isolated: every address, where blocks mean pods", "vpc-cni", "egress", [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }], "no"],
  [
    "not isolated: the halves of all addresses by two rules",
    "vpc-cni",
    "egress",
    [{ to: [{ ipBlock: { cidr: "0.0.0.0/1" } }] }, { to: [{ ipBlock: { cidr: "128.0.0.0/1" } }] }],
    "no",
  ],
  [
    "isolated: every address but one, in the words of the API",
    "vpc-cni",
    "egress",
    [{ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.169.254/32"] } }] }],
    "yes",
  ],
  [
    "unsure: everybody, and every address but some, which VPC CNI may deny",
    "vpc-cni",
    "ingress",
    [{}, { from: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] } }] }],
    "unsure",
  ],
  [
    "not isolated: everybody, and every address but some, in the words of the API",
    "kubernetes",
    "ingress",
    [{}, { from: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] } }] }],
    "no",
  ],
  [
    "unsure: everybody on every port, which VPC CNI may not hold among 24 others",
    "vpc-cni",
    "ingress",
    [{}, { ports: Array.from({ length: 24 }, (_, i) => ({ port: 1 + i })) }],
    "unsure",
  ],
])("%s", (_rule, engine, direction, rules, state) => {
  expect(direct(direction, rules)(engine).state).toBe(state);
});

it("opens by itself: a policy with blocks of every address, though an exception of another comes between them", () => {
  const given: NaiveCluster = {
    namespaces: { shop: {} },
    pods: [{ namespace: "shop", workload: "web", labels: {}, ip: "10.0.0.1", ports: [] }],
  };
  const policy = (name: string, ...blocks: readonly { readonly cidr: string; readonly except?: readonly string[] }[]) => ({
    namespace: "shop",
    name,
    spec: { ingress: [{ from: blocks.map((ipBlock) => ({ ipBlock })) }] },
  });
  const cidrs = ["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3", "224.0.0.0/4", "240.0.0.0/4"];
  const { questions, numbers } = asked("vpc-cni", given, [
    policy("half", { cidr: "0.0.0.0/0", except: ["224.0.0.0/4"] }),
    policy("open", ...cidrs.map((cidr) => ({ cidr }))),
  ]);
  expect(questions.openers(numbers[0] ?? 0, "ingress").map(({ name }) => name)).toEqual(["NetworkPolicy shop/open"]);
});
