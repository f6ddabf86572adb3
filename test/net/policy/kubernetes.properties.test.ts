import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Engine, translate } from "../../../core/net/policy/translation.ts";
import { type NaiveReading, naivelyAllowed } from "../../support/naive-policy.ts";
import { disagreement } from "./agreement.ts";
import { cidrsIn, edgesOf, networkPolicy, portsIn, scene } from "./clusters.ts";

const readings: readonly (readonly [Engine, NaiveReading])[] = [
  ["kubernetes", { blocksMeanPods: false, isCilium: false }],
  ["vpc-cni", { blocksMeanPods: true, isCilium: false, namesNeedSelectors: true }],
  ["calico", { blocksMeanPods: true, isCilium: false }],
  ["cilium", { blocksMeanPods: false, isCilium: true }],
];

const some = (maxLength: number) => fc.array(networkPolicy, { maxLength });

describe.each(readings)("NetworkPolicy under %s", (engine, reading) => {
  it("lets through what a pod-by-pod evaluator lets through, and no more", () => {
    fc.assert(
      fc.property(scene(some), ([given, policies]) => {
        const { model, remarks } = translate(engine, { networkPolicies: policies });
        expect(remarks).toEqual([]);
        const naive = (flow: Parameters<typeof naivelyAllowed>[3]) => {
          const allowed = (strictly: boolean) =>
            naivelyAllowed(given, policies, { ...reading, localCluster: strictly, exceptionsDeny: strictly && engine === "vpc-cni" }, flow);
          return { atMost: allowed(false), atLeast: allowed(true) };
        };
        const addresses = [...edgesOf(cidrsIn(policies)), "8.8.8.8", "2001:db8::1"];
        expect(disagreement({ cluster: given, model, naive, addresses, ports: portsIn([policies, given]) })).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  }, 240_000);
});
