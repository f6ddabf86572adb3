/** SecurityGroupPolicies for pods, that mean no pod beside them. An empty selector means every pod of the namespace. */
import type { SecurityGroupPolicy } from "../../model/pod-network.ts";
import type { Settings } from "../../model/settings.ts";
import type { Pod } from "../../model/workloads.ts";
import { isSystemNamespace } from "../../net/workloads/system-namespaces.ts";
import { labelsFor, selectorsFor } from "../policies/selection.ts";
import { policyPrefix } from "./branch-obstacles.ts";

export interface Policies {
  readonly policies: readonly Omit<SecurityGroupPolicy, "groupIds">[];
  /** Pods that no label tells from those that are to keep what they have. */
  readonly leftOut: readonly Pod[];
}

/** Of a system namespace the labels of the pods themselves: what the platform puts there later is not meant. */
export function policiesFor(meant: readonly Pod[], others: readonly Pod[], settings: Pick<Settings, "systemWorkloads">): Policies {
  const all = [...Map.groupBy(meant, ({ namespace }) => namespace)].map(([namespace, its]) => {
    const rest = others.filter((pod) => pod.namespace === namespace);
    const isSystem = isSystemNamespace(namespace, settings);
    const { selectors, leftOut } = isSystem ? labelsFor(its, rest) : selectorsFor(its, rest);
    if (isSystem && selectors.some(({ matchLabels }) => matchLabels === undefined)) return { policies: [], leftOut: its };
    const policies = selectors.map((podSelector, i) => ({ namespace, name: `${policyPrefix}${i === 0 ? "" : `-${i + 1}`}`, podSelector }));
    return { policies, leftOut };
  });
  return { policies: all.flatMap(({ policies }) => policies), leftOut: all.flatMap(({ leftOut }) => leftOut) };
}
