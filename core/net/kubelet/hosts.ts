/** What engines may do at the nodes themselves, beside the policies of pods. */
import type { CalicoPolicy } from "../../model/calico-policy.ts";
import { type Fact, known, type Reason } from "../../model/fact.ts";
import type { EffectiveFacts } from "../policy/effective.ts";
import { type Enforcement, enforcementOf } from "../policy/enforcement/enforcement.ts";
import { isTrue } from "../policy/enforcement/vpc-cni.ts";

/**
 * Why nodes may turn connections away by policies of Cilium that select nodes: its host firewall.
 * Source: cilium/cilium Documentation/security/host-firewall.rst.
 */
export function hostPolicies({
  ciliumPolicies: policies,
  networkSettings,
}: Pick<EffectiveFacts, "ciliumPolicies" | "networkSettings">): Reason | undefined {
  if (policies.state === "unknown") return undefined;
  const settings = networkSettings.state === "known" ? networkSettings.value.cilium : networkSettings;
  // Without it they do nothing.
  if (settings.state === "known" && !isTrue(settings.value.values["enable-host-firewall"] ?? "false")) return undefined;
  const found = policies.value.find(({ spec, specs }) => [spec, ...(specs ?? [])].some((rule) => rule?.nodeSelector));
  if (found === undefined) return undefined;
  return { code: "not-supported", message: `CiliumClusterwideNetworkPolicy ${found.name} selects nodes, which is not judged.` };
}

/**
 * Why nodes may turn away pods of other nodes by policies of Calico that may select host endpoints, which are not read. Those of the
 * node itself never get there: their packets leave by another chain before.
 * Source: projectcalico/calico felix/rules/static.go (filterInputChain).
 */
export function hostEndpointPolicies(
  { calicoPolicies }: Pick<EffectiveFacts, "calicoPolicies">,
  enforcement: Enforcement,
): Reason | undefined {
  if (calicoPolicies.state === "unknown" || !enginesOf(enforcement).has("calico")) return undefined;
  const found = calicoPolicies.value.find(({ namespace, spec: { namespaceSelector, types, ingress, egress } }) => {
    if (namespace !== undefined || (namespaceSelector && !namespaceSelector.includes("global()"))) return false;
    if (types && types.length > 0) return types.includes("Ingress");
    return (ingress ?? []).length > 0 || (egress ?? []).length === 0;
  });
  if (found === undefined) return undefined;
  return { code: "not-supported", message: `GlobalNetworkPolicy ${found.name} may select host endpoints, which are not read.` };
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

export const nodeEnforcement = (facts: EffectiveFacts): Enforcement => enforcementOf({ ...facts, pods: known(facts.pods) });

/** What may turn connections away at nodes and was not read, for each engine that enforces or may. */
export function hostProtectionsNotRead(facts: EffectiveFacts, enforcement: Enforcement): readonly Reason[] {
  const engines = enginesOf(enforcement);
  return [
    ...(engines.has("calico") ? [calicoHosts] : []),
    ...(engines.has("cilium") && facts.ciliumPolicies.state === "unknown" ? [facts.ciliumPolicies.reason] : []),
  ];
}

const enginesOf = ({ nodes }: Enforcement) =>
  new Set(
    (nodes.state === "known" ? nodes.value : []).flatMap(({ enforcing, possible }) =>
      [...enforcing, ...possible].map(({ engine }) => engine),
    ),
  );

const calicoHosts: Reason = {
  code: "not-supported",
  message: "Host endpoints of Calico and its defaultEndpointToHostAction are not read.",
};
