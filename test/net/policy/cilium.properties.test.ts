import fc from "fast-check";
import { expect, it } from "vitest";
import { translate } from "../../../core/net/policy/translation.ts";
import { naiveCilium } from "../../support/naive-cilium-policy.ts";
import { disagreement } from "./agreement.ts";
import { ciliumPolicy } from "./cilium-policies.ts";
import { cidrsIn, cluster, edgesOf, networkPolicy, portsIn } from "./clusters.ts";

it("Cilium's policies: the same as a pod-by-pod evaluator", () => {
  fc.assert(
    fc.property(
      cluster,
      fc.array(ciliumPolicy, { maxLength: 4 }),
      fc.array(networkPolicy, { maxLength: 2 }),
      (given, ciliumPolicies, networkPolicies) => {
        const { model, remarks } = translate("cilium", { ciliumPolicies, networkPolicies });
        expect(remarks).toEqual([]);
        const answer = disagreement({
          cluster: given,
          model,
          naive: (flow) => {
            const sides = (["egress", "ingress"] as const).map((direction) =>
              naiveCilium(given, ciliumPolicies, networkPolicies, direction, flow),
            );
            return { atMost: sides.every(({ atMost }) => atMost), atLeast: sides.every(({ atLeast }) => atLeast) };
          },
          addresses: [...edgesOf(cidrsIn([ciliumPolicies, networkPolicies])), "8.8.8.8", "2001:db8::1"],
          ports: portsIn([ciliumPolicies, networkPolicies, given]),
        });
        expect(answer).toBeUndefined();
      },
    ),
    { numRuns: 300 },
  );
}, 60_000);
