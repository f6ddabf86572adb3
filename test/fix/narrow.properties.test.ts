/** NetworkPolicies that a fix writes anew let through what they did, less what is taken out: by an evaluator that shares no line with ours. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { narrowed, narrowedTo, type PolicySpec } from "../../core/fix/policies/narrow.ts";
import type { NetworkPolicy } from "../../core/model/network-policy.ts";
import { parseFilterCidrs } from "../../core/net/addresses.ts";
import { portSetOf } from "../../core/net/policy/port-set.ts";
import { cidr, cidrsIn, cluster, edgesOf, namespaceNames, networkPolicy, portsIn } from "../net/policy/clusters.ts";
import { inBlock, type NaiveCluster, type NaiveEnd, type NaiveFlow, naiveVerdict } from "../support/naive-policy.ts";

const reading = { blocksMeanPods: false, isCilium: false };
const directions = ["ingress", "egress"] as const;
type Direction = (typeof directions)[number];
const some = <T>(values: readonly T[]) => fc.constantFrom(...values);

/** Flows of every pod with every other and with addresses at the edges of what is named, on ports at the edges too. */
function* flowsOf(given: NaiveCluster, direction: Direction, named: unknown): Generator<NaiveFlow> {
  const addresses = [...edgesOf(cidrsIn(named)), "8.8.8.8", "2001:db8::1"].slice(0, 24);
  const ports = portsIn([named, given]).slice(0, 12);
  for (const pod of given.pods.slice(0, 2)) {
    for (const other of [...given.pods, ...addresses] as readonly NaiveEnd[]) {
      if (other === pod) continue;
      const [from, to] = direction === "ingress" ? [other, pod] : [pod, other];
      for (const port of ports) for (const protocol of ["TCP", "UDP"]) yield { from, to, protocol, port };
    }
  }
}

const withSpec = (policy: NetworkPolicy, spec: PolicySpec): NetworkPolicy => ({ ...policy, spec: spec as NetworkPolicy["spec"] });
const otherEnd = ({ from, to }: NaiveFlow, direction: Direction): NaiveEnd => (direction === "ingress" ? from : to);
const passes = (given: NaiveCluster, policy: NetworkPolicy, direction: Direction, flow: NaiveFlow) =>
  naiveVerdict(given, [policy], reading, direction, flow);

it("less some addresses: these are denied, and every other end is let through as before", () => {
  fc.assert(
    fc.property(
      cluster,
      networkPolicy,
      fc.array(cidr, { minLength: 1, maxLength: 2 }),
      some(directions),
      fc.boolean(),
      (given, policy, taken, direction, plainly) => {
        const less = narrowed(policy.spec, direction, { addresses: parseFilterCidrs(taken) }, plainly);
        const after = less === undefined ? policy : withSpec(policy, less);
        for (const flow of flowsOf(given, direction, [policy, taken])) {
          const other = otherEnd(flow, direction);
          const isTaken = typeof other === "string" && taken.some((block) => inBlock(other, block));
          const before = passes(given, policy, direction, flow);
          expect(passes(given, after, direction, flow)).toBe(before === "allow" && isTaken ? "deny" : before);
        }
      },
    ),
    { numRuns: 150 },
  );
});

it("less some ports of whatever is no pod: these are denied but where a name stands for them, and pods and other ports are let through as before", () => {
  fc.assert(
    fc.property(cluster, networkPolicy, some(directions), (given, policy, direction) => {
      const ports = portSetOf([{ protocol: "TCP", from: 80, to: 81 }]);
      const less = narrowed(policy.spec, direction, { ports }, false);
      const after = less === undefined ? policy : withSpec(policy, less);
      for (const flow of flowsOf(given, direction, [policy, { port: 80 }])) {
        const isTaken = typeof otherEnd(flow, direction) === "string" && flow.protocol === "TCP" && (flow.port === 80 || flow.port === 81);
        const before = passes(given, policy, direction, flow);
        const { to } = flow;
        const hasName = direction === "ingress" && typeof to !== "string" && to.ports.some(({ port }) => port === flow.port);
        if (isTaken && hasName) continue;
        expect(passes(given, after, direction, flow)).toBe(before === "allow" && isTaken ? "deny" : before);
      }
    }),
    { numRuns: 150 },
  );
});

it("the other direction is let through as before, and nothing is written where nothing was to be taken", () => {
  fc.assert(
    fc.property(cluster, networkPolicy, some(directions), (given, policy, direction) => {
      const taken = { addresses: parseFilterCidrs(["198.18.0.0/15"]) };
      const less = narrowed(policy.spec, direction, taken, false);
      const other = direction === "ingress" ? "egress" : "ingress";
      if (less === undefined) return;
      expect(narrowed(less, direction, taken, false)).toBeUndefined();
      for (const flow of flowsOf(given, other, policy))
        expect(passes(given, withSpec(policy, less), other, flow)).toBe(passes(given, policy, other, flow));
    }),
    { numRuns: 100 },
  );
});

it("to some namespaces: nobody else gets in who was not singled out, and nobody new", () => {
  fc.assert(
    fc.property(cluster, networkPolicy, some(namespaceNames), (given, policy, welcome) => {
      const less = narrowedTo([welcome], policy.spec, parseFilterCidrs([]));
      if (less === undefined) return;
      for (const flow of flowsOf(given, "ingress", policy)) {
        const [before, after] = [policy, withSpec(policy, less)].map((one) => passes(given, one, "ingress", flow));
        if (before !== "allow") expect(after).toBe(before);
        const isWelcome = typeof flow.from !== "string" && flow.from.namespace === welcome;
        if (before === "allow" && isWelcome) expect(after).toBe("allow");
      }
    }),
    { numRuns: 150 },
  );
});
