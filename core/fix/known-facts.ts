import type { FactName, Known } from "../model/check.ts";
import type { ClusterFacts } from "../model/cluster.ts";
import type { Reason } from "../model/fact.ts";

/** The values of the facts, or why the first of them that was not read was not. */
export function valuesOf<const N extends FactName>(
  facts: ClusterFacts,
  names: readonly N[],
): { readonly values: Known<"cluster", N> } | { readonly unread: Reason } {
  const values: Partial<Record<FactName, unknown>> = {};
  for (const name of names) {
    const fact = facts[name];
    if (fact.state === "unknown") return { unread: fact.reason };
    values[name] = fact.value;
  }
  // Holds the value of every name.
  return { values: values as Known<"cluster", N> };
}
