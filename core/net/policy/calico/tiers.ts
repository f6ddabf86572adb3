import type { CalicoTier } from "../../../model/calico-policy.ts";
import type { Policy, Tier } from "../model.ts";

/** A policy of any kind, where it stands in Calico's order. */
export interface Entry {
  readonly tier: string;
  readonly order: number;
  readonly name: string;
  readonly policies: readonly Policy[];
}

/**
 * Tiers by order, then by name; in each the policies likewise. The tiers of Kubernetes' own policies are always there.
 * Source: projectcalico/calico libcalico-go/lib/names/policy.go, api/pkg/apis/projectcalico/v3/tier.go.
 */
export function calicoTiers(tiers: readonly CalicoTier[], entries: readonly Entry[]): readonly Tier[] {
  const given = new Set(tiers.map(({ name }) => name));
  const all = [...tiers, ...builtIn.filter(({ name }) => !given.has(name))];
  return all.sort(byOrder).map(({ name, defaultAction }) => ({
    name,
    policies: entries
      .filter(({ tier }) => tier === name)
      .sort(byOrder)
      .flatMap(({ policies }) => policies),
    otherwise: defaultAction === "Pass" ? "pass" : "deny",
  }));
}

const builtIn: readonly CalicoTier[] = [
  { name: "kube-admin", order: 1000, defaultAction: "Pass" },
  { name: "default", order: 1_000_000, defaultAction: "Deny" },
  { name: "kube-baseline", order: 10_000_000, defaultAction: "Pass" },
];

/** Without an order: last. */
function byOrder(a: { readonly order?: number; readonly name: string }, b: { readonly order?: number; readonly name: string }): number {
  const [first, second] = [a.order ?? Number.POSITIVE_INFINITY, b.order ?? Number.POSITIVE_INFINITY];
  if (first !== second) return first < second ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
