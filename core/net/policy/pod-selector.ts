import { type AddressSet, intersection, isEmpty, toRangesText } from "../addresses.ts";
import type { PodClass } from "./model.ts";
import type { Labels, Selector } from "./selector.ts";

/** Which pods a policy or a peer means. All but `key` and `matches` only saves asking. */
export interface PodSelector {
  /** The same for selectors that select the same pods in the same words. */
  readonly key: string;
  readonly matches: (pod: PodClass) => boolean;
  /** Where it selects in one namespace alone. */
  readonly namespace?: string;
  /** Whether it may select pods of a namespace with these labels. */
  readonly reaches?: (namespaceLabels: Labels) => boolean;
  /** Where it selects pods at these addresses alone. */
  readonly at?: AddressSet;
}

/** Pods of the namespaces and with the labels that the selectors match. */
export const podSelector = (namespaces: Selector | { readonly namespace: string }, pods: Selector): PodSelector =>
  "namespace" in namespaces
    ? {
        key: `${JSON.stringify(namespaces.namespace)}/${pods.key}`,
        namespace: namespaces.namespace,
        matches: (pod) => pod.namespace === namespaces.namespace && pods.matches(pod.labels),
      }
    : {
        key: `{${namespaces.key}}/${pods.key}`,
        reaches: namespaces.matches,
        matches: (pod) => namespaces.matches(pod.namespaceLabels) && pods.matches(pod.labels),
      };

/** Pods with an address among these. */
export const podsAt = (addresses: AddressSet): PodSelector => ({
  key: `@${toRangesText(addresses).join()}`,
  at: addresses,
  matches: (pod) => !isEmpty(intersection(pod.addresses, addresses)),
});
