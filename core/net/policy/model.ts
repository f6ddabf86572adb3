/**
 * One model for the policies of every dialect: tiers in order, in each tier policies in order, in each policy rules in order.
 * The evaluator knows nothing of dialects; each of them is translated to this.
 */
import type { AddressSet } from "../addresses.ts";
import type { Protocol } from "./port-set.ts";
import type { Labels, Selector } from "./selector.ts";

/** A container's port that has a name. */
export interface NamedPort {
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
}

/** Pods that policies can't tell apart, as one: the pods of a workload's template. */
export interface PodClass {
  readonly namespace: string;
  readonly labels: Labels;
  readonly namespaceLabels: Labels;
  readonly serviceAccount?: string;
  /** Ports by the name that a container gives them; a name may stand for several. */
  readonly namedPorts: readonly NamedPort[];
  /** Their addresses, where the engine matches address ranges against pods. */
  readonly addresses: AddressSet;
}

/** Which pods a policy or a peer means. */
export interface PodSelector {
  /** The same for selectors that select the same pods in the same words. */
  readonly key: string;
  /** Where it selects in one namespace alone. */
  readonly namespace?: string;
  readonly matches: (pod: PodClass) => boolean;
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
        matches: (pod) => namespaces.matches(pod.namespaceLabels) && pods.matches(pod.labels),
      };

/** The other end of a connection, as a rule names it. */
export type Peer =
  | { readonly pods: PodSelector }
  /** Addresses outside the cluster; those of pods too, where the model says so. */
  | { readonly addresses: AddressSet };

/** Ports as a rule names them; a name is looked up at the destination. */
export type PortMatch =
  | { readonly protocol: Protocol; readonly from: number; readonly to: number }
  | { readonly protocol: Protocol; readonly name: string };

export type Action = "allow" | "deny" | "pass";

export interface Rule {
  readonly action: Action;
  /** Undefined: any peer, addresses outside the cluster included. None at all: no peer. */
  readonly peers?: readonly Peer[];
  /** Undefined: every port. None at all: no port. */
  readonly ports?: readonly PortMatch[];
  /**
   * The rule holds for some of what it names, and the model can't tell for which: a domain name, a path of HTTP. What depends
   * on it is not decided.
   */
  readonly partly?: string;
  /** For explanations: which rule of the policy it is, such as "ingress[0]". */
  readonly name: string;
}

export type Direction = "ingress" | "egress";

export interface Policy {
  /** For explanations: kind, namespace and name. */
  readonly name: string;
  readonly subject: PodSelector;
  /** Undefined: the policy says nothing of this direction. Without a rule it only isolates. */
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

/** Policies that are asked together. A tier none of whose policies selects a pod in a direction is skipped there. */
export interface Tier {
  readonly name: string;
  /** In order: the first rule that matches decides; a pass leaves the tier. */
  readonly policies: readonly Policy[];
  /** What becomes of a connection that no rule of the tier decides. */
  readonly otherwise: "deny" | "pass";
}

/** What is enforced in a cluster. A connection that no tier decides is allowed. */
export interface PolicyModel {
  readonly tiers: readonly Tier[];
  /** Whether address ranges of rules match the addresses of pods: VPC CNI and Calico do, the API's text and Cilium do not. */
  readonly addressesMatchPods: boolean;
}
