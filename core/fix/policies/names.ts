/** Names of what fixes make: the same for the same cluster, and never that of an object that is there. */
import type { ClusterFacts } from "../../model/cluster.ts";
import { policyFacts } from "../../net/policy/effective.ts";

export const prefix = "eks-perimeter";
/** On every object that a fix makes anew. */
export const labels = { "app.kubernetes.io/managed-by": prefix } as const;

/** The wanted name behind the product's own, or, where an object of the kind has it, with a number. */
export type Names = (wanted: string, namespace?: string) => string;

/** A policy's name is taken for all kinds: what was made for another engine is not to be mixed up with it either. */
export function namesIn(facts: ClusterFacts): Names {
  const taken = new Set<string>();
  for (const list of policyFacts) {
    const fact = facts[list];
    if (fact.state === "unknown") continue;
    for (const one of fact.value) taken.add(keyOf("namespace" in one ? one.namespace : undefined, plain(one.name)));
  }
  return (wanted, namespace) => {
    const name = short(`${prefix}-${wanted}`);
    let free = name;
    for (let i = 2; taken.has(keyOf(namespace, free)); i += 1) free = `${name}-${i}`;
    taken.add(keyOf(namespace, free));
    return free;
  };
}

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ""}/${name}`;
/** Calico's carry their tier in front. */
const plain = (name: string): string => (name.startsWith(`${prefix}.`) ? `${prefix}-${name.slice(prefix.length + 1)}` : name);
/** Room for a number, within what a label of DNS may have. */
const short = (name: string): string => name.slice(0, 56).replace(/-+$/, "");
