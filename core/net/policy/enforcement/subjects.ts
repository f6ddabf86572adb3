/** Which pods the policies of a cluster are about, whether anything enforces them or not. */
import type { Fact, Reason } from "../../../model/fact.ts";
import type { Namespace, Pod } from "../../../model/workloads.ts";
import { namespaceLabels, podClasses } from "../../workloads/ends.ts";
import type { Policy } from "../model.ts";
import { type Engine, type Policies, translate } from "../translation.ts";

type PolicyKind = Exclude<keyof Policies, "namespaces">;
/** The kinds of policy, and what those of Calico refer to. */
export type PolicyFacts = { readonly [K in PolicyKind]-?: Fact<NonNullable<Policies[K]>> } & {
  readonly namespaces: Fact<readonly Namespace[]>;
};

export interface Subjects {
  /** Kind, namespace and name of every policy that was read. */
  readonly names: readonly string[];
  /** Why there may be more. */
  readonly doubt?: Reason;
  /** A policy that selects the pod, by its name, or why one may. */
  readonly selecting: (pod: Pod) => { readonly by: string } | { readonly perhaps: Reason } | undefined;
}

/** Every kind is read as the engine does whose own it is: what it selects does not depend on who would enforce it. */
const owners: Readonly<Record<Engine, readonly PolicyKind[]>> = {
  kubernetes: ["networkPolicies", "adminNetworkPolicies", "clusterNetworkPolicies"],
  "vpc-cni": ["clusterNetworkPolicies", "applicationNetworkPolicies"],
  calico: ["calicoPolicies", "calicoTiers", "calicoNetworkSets"],
  cilium: ["ciliumPolicies"],
};

export function subjectsOf(facts: PolicyFacts): Subjects {
  const policies = (Object.entries(owners) as [Engine, readonly PolicyKind[]][]).flatMap(([engine, kinds]) =>
    policiesOf(engine, kinds, facts),
  );
  const unread = Object.values(owners)
    .flat()
    .flatMap((kind) => (facts[kind].state === "unknown" ? [facts[kind].reason] : []));
  // Labels of namespaces decide what selectors across them mean.
  const { namespaces } = facts;
  const labelsOf = namespaceLabels(namespaces.state === "known" ? namespaces.value : []);
  const [doubt] = unread;
  return {
    names: [...new Set(policies.map(({ name }) => name))],
    ...(doubt && { doubt }),
    selecting(pod) {
      const seen = podClasses(pod, labelsOf);
      const about = policies.filter(({ subject }) => seen.some((one) => subject.matches(one)));
      const certain = about.find(
        ({ subject, isolation }) => isolation !== "perhaps" && (namespaces.state === "known" || subject.namespace !== undefined),
      );
      if (certain !== undefined) return { by: certain.name };
      const [possible] = about;
      if (possible !== undefined) {
        const unclear: Reason = {
          code: "not-supported",
          message: `Whether ${possible.name} selects Pod ${pod.namespace}/${pod.name} could not be told.`,
        };
        return { perhaps: namespaces.state === "unknown" ? namespaces.reason : unclear };
      }
      // A selector that was not matched may still mean a namespace whose labels were not read.
      const mayMean = namespaces.state === "unknown" && policies.some(({ subject }) => subject.namespace === undefined);
      if (mayMean) return { perhaps: namespaces.reason };
      return doubt === undefined ? undefined : { perhaps: doubt };
    },
  };
}

function policiesOf(engine: Engine, kinds: readonly PolicyKind[], facts: PolicyFacts): readonly Policy[] {
  const read = Object.fromEntries(kinds.flatMap((kind) => (facts[kind].state === "known" ? [[kind, facts[kind].value]] : [])));
  const { namespaces } = facts;
  const labels = namespaces.state === "known" ? Object.fromEntries(namespaces.value.map(({ name, labels }) => [name, labels])) : {};
  return translate(engine, { ...read, namespaces: labels }).model.tiers.flatMap(({ policies }) => policies);
}
