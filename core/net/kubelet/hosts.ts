/** What engines may do at the nodes themselves, beside the policies of pods. */
import type { CalicoPolicy } from "../../model/calico-policy.ts";
import type { CiliumPolicy } from "../../model/cilium-policy.ts";
import { type Fact, known, type Reason } from "../../model/fact.ts";
import type { EffectiveFacts } from "../policy/effective.ts";
import { enforcementOf } from "../policy/enforcement/enforcement.ts";

/**
 * Why nodes may turn connections away by policies of Cilium that select nodes: its host firewall.
 * Source: cilium/cilium Documentation/security/host-firewall.rst.
 */
export function hostPolicies(policies: Fact<readonly CiliumPolicy[]>): Reason | undefined {
  if (policies.state === "unknown") return undefined;
  const found = policies.value.find(({ spec, specs }) => [spec, ...(specs ?? [])].some((rule) => rule?.nodeSelector));
  if (found === undefined) return undefined;
  return { code: "not-supported", message: `CiliumClusterwideNetworkPolicy ${found.name} selects nodes, which is not judged.` };
}

/**
 * Whether an egress rule of Calico lets through by a selector that may mean host endpoints: nodes, where those are made.
 * Source: projectcalico/calico api/pkg/apis/projectcalico/v3/globalnetworkpolicy.go (EntityRule).
 */
export const allowsByHostEndpoints = (policies: Fact<readonly CalicoPolicy[]>): boolean =>
  policies.state === "known" &&
  policies.value.some(({ namespace, spec }) =>
    (spec.egress ?? []).some(({ action, destination }) => {
      if (action === "Deny" || !destination) return false;
      const { selector, namespaceSelector } = destination;
      if (namespaceSelector) return namespaceSelector.includes("global()");
      return namespace === undefined && Boolean(selector);
    }),
  );

/** What may turn connections away at nodes and was not read, for each engine that enforces or may. */
export function hostProtectionsNotRead(facts: EffectiveFacts): readonly Reason[] {
  const { nodes } = enforcementOf({ ...facts, pods: known(facts.pods) });
  const engines = new Set(
    (nodes.state === "known" ? nodes.value : []).flatMap(({ enforcing, possible }) =>
      [...enforcing, ...possible].map(({ engine }) => engine),
    ),
  );
  return [
    ...(engines.has("calico") ? [calicoHosts] : []),
    ...(engines.has("cilium") && facts.ciliumPolicies.state === "unknown" ? [facts.ciliumPolicies.reason] : []),
  ];
}

const calicoHosts: Reason = {
  code: "not-supported",
  message: "Host endpoints of Calico and its defaultEndpointToHostAction are not read.",
};
