import fc from "fast-check";
import { expect, it } from "vitest";
import type { NetworkPolicy } from "../../../core/model/network-policy.ts";
import { type Engine, type Policies, translate } from "../../../core/net/policy/translation.ts";
import { naiveOutcomes, type Outcome } from "../../support/naive-cluster-policy.ts";
import { type NaiveCluster, type NaiveEnd, type NaiveFlow, type NaiveReading, naiveVerdict, selects } from "../../support/naive-policy.ts";
import { disagreement, type Naive } from "./agreement.ts";
import { adminNetworkPolicy, awsClusterNetworkPolicy, upstreamClusterNetworkPolicy } from "./cluster-policies.ts";
import { cidrsIn, edgesOf, networkPolicy, portsIn, scene } from "./clusters.ts";

/** What the tiers may say in turn; what none of them decides is allowed. */
function naive(given: NaiveCluster, policies: Policies, reading: NaiveReading, isAws: boolean, flow: NaiveFlow): Naive {
  const { networkPolicies = [], adminNetworkPolicies = [], clusterNetworkPolicies = [] } = policies;
  const all = [...adminNetworkPolicies, ...clusterNetworkPolicies];
  const sides = (["egress", "ingress"] as const).map((direction) => {
    const stages: readonly ReadonlySet<Outcome>[] = [
      naiveOutcomes(given, all, "Admin", isAws, direction, flow),
      new Set(
        [false, isAws].map((exceptionsDeny) => naiveVerdict(given, networkPolicies, { ...reading, exceptionsDeny }, direction, flow)),
      ),
      new Set(isAws && isSelected(networkPolicies, direction === "egress" ? flow.from : flow.to) ? ["allow"] : ["next"]),
      naiveOutcomes(given, all, "Baseline", isAws, direction, flow),
    ];
    const outcomes = new Set<Outcome>();
    for (const stage of stages) {
      for (const one of stage) if (one !== "next") outcomes.add(one);
      if (!stage.has("next")) return outcomes;
    }
    return outcomes.add("allow");
  });
  return { atMost: sides.every((side) => side.has("allow")), atLeast: sides.every((side) => !side.has("deny")) };
}

/** In AWS a pod that they select for one direction alone is open in the other. */
const isSelected = (policies: readonly NetworkPolicy[], pod: NaiveEnd): boolean =>
  typeof pod !== "string" &&
  policies.some(({ namespace, spec }) => namespace === pod.namespace && selects(spec.podSelector ?? {}, pod.labels));

const some = <T>(one: fc.Arbitrary<T>, maxLength: number) => fc.array(one, { maxLength });
const kinds: readonly (readonly [string, Engine, (atMost: number) => fc.Arbitrary<Policies>])[] = [
  [
    "AdminNetworkPolicy and BaselineAdminNetworkPolicy under kubernetes",
    "kubernetes",
    (atMost) =>
      fc.record({
        networkPolicies: some(networkPolicy, Math.min(3, atMost)),
        adminNetworkPolicies: some(adminNetworkPolicy, Math.min(3, atMost)),
      }),
  ],
  [
    "ClusterNetworkPolicy under kubernetes",
    "kubernetes",
    (atMost) =>
      fc.record({
        networkPolicies: some(networkPolicy, Math.min(3, atMost)),
        clusterNetworkPolicies: some(upstreamClusterNetworkPolicy, Math.min(3, atMost)),
      }),
  ],
  [
    "ClusterNetworkPolicy of AWS under vpc-cni",
    "vpc-cni",
    (atMost) =>
      fc.record({
        networkPolicies: some(networkPolicy, Math.min(3, atMost)),
        clusterNetworkPolicies: some(awsClusterNetworkPolicy, Math.min(3, atMost)),
      }),
  ],
];

it.each(kinds)(
  "%s: the same as a pod-by-pod evaluator",
  (_kind, engine, arbitrary) => {
    fc.assert(
      fc.property(scene(arbitrary), ([given, policies]) => {
        const { model, remarks } = translate(engine, policies);
        expect(remarks).toEqual([]);
        const isAws = engine === "vpc-cni";
        const reading = { blocksMeanPods: isAws, isCilium: false, namesNeedSelectors: isAws };
        const addresses = [...edgesOf(cidrsIn(policies)), "8.8.8.8", "2001:db8::1"];
        const answer = disagreement({
          cluster: given,
          model,
          naive: (flow) => naive(given, policies, reading, isAws, flow),
          addresses,
          ports: portsIn([policies, given]),
        });
        expect(answer).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  },
  240_000,
);
