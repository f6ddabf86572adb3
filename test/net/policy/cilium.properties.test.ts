import fc from "fast-check";
import { expect, it } from "vitest";
import { translate } from "../../../core/net/policy/translation.ts";
import { naiveCilium } from "../../support/naive-cilium-policy.ts";
import { disagreement } from "./agreement.ts";
import { ciliumPolicy } from "./cilium-policies.ts";
import { cidrsIn, edgesOf, networkPolicy, portsIn, scene } from "./clusters.ts";

const some = (maxLength: number) =>
  fc.record({
    ciliumPolicies: fc.array(ciliumPolicy, { maxLength }),
    networkPolicies: fc.array(networkPolicy, { maxLength: Math.floor(maxLength / 2) }),
  });

it.each([
  ["", false],
  [", where blocks mean nodes", true],
])(
  "Cilium's policies: the same as a pod-by-pod evaluator%s",
  (_mode, blocksMeanNodes) => {
    fc.assert(
      fc.property(scene(some), ([given, { ciliumPolicies, networkPolicies }]) => {
        const { model, remarks } = translate(
          "cilium",
          { ciliumPolicies, networkPolicies },
          { cilium: { blocksMeanNodes, localhostNeedsPolicy: true } },
        );
        expect(remarks).toEqual([]);
        const answer = disagreement({
          cluster: given,
          model,
          naive: (flow) => {
            const sides = (["egress", "ingress"] as const).map((direction) =>
              naiveCilium(given, ciliumPolicies, networkPolicies, direction, flow, blocksMeanNodes),
            );
            return { atMost: sides.every(({ atMost }) => atMost), atLeast: sides.every(({ atLeast }) => atLeast) };
          },
          nodes: ["own 10.0.1.4", "other 2001:db8::9"],
          addresses: [...edgesOf(cidrsIn([ciliumPolicies, networkPolicies])), "8.8.8.8", "2001:db8::1"],
          ports: portsIn([ciliumPolicies, networkPolicies, given]),
        });
        expect(answer).toBeUndefined();
      }),
      { numRuns: 400 },
    );
  },
  240_000,
);
