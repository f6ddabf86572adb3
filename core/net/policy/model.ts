/**
 * One model for the policies of every dialect: tiers in order, in each tier policies in order, in each policy rules in order.
 * The evaluator knows nothing of dialects; each of them is translated to this.
 */
import type { AddressSet } from "../addresses.ts";
import type { PodSelector } from "./pod-selector.ts";
import type { PortSet, Protocol } from "./port-set.ts";
import type { Labels } from "./selector.ts";

/** A port by name: of a container, or in a rule. */
export interface PortName {
  readonly protocol: Protocol;
  readonly name: string;
}

/** A container's port that has a name. */
export interface NamedPort extends PortName {
  readonly port: number;
}

/** Pods that policies can't tell apart, as one: the pods of a workload's template, or a single pod. */
export interface PodClass {
  /** Pods of one namespace have the same `namespaceLabels`. */
  readonly namespace: string;
  readonly labels: Labels;
  readonly namespaceLabels: Labels;
  readonly serviceAccount?: string;
  /** Undefined: not known. */
  readonly serviceAccountLabels?: Labels;
  /** Ports by the name that a container gives them; a name may stand for several. */
  readonly namedPorts: readonly NamedPort[];
  /**
   * Where it is reached, as far as it is known. A rule for addresses means it where one of these is among them, so where the
   * engine matches ranges against pods, pods with addresses of their own stand alone, once for each family.
   */
  readonly addresses: AddressSet;
  /** Of the node that it runs on, where that is known. */
  readonly nodeAddresses?: AddressSet;
}

/** A node as the other end: the one that the pod runs on, or another. */
export type NodeEnd = "own" | "other";

/** What has an address and is no pod. */
export type Zone = "outside" | NodeEnd;

/** Other ends of a connection, as a rule names them. */
export interface Peers {
  /** Pods that any of these selects. */
  readonly pods: readonly PodSelector[];
  /** Addresses outside the cluster. */
  readonly outside: AddressSet;
  /** The addresses at which nodes are meant; undefined: a node is an address outside like any other. */
  readonly nodes?: Readonly<Record<NodeEnd, AddressSet>>;
}

/** The addresses of a zone that are meant. */
export const addressesMeant = ({ outside, nodes }: Peers, zone: Zone): AddressSet =>
  zone === "outside" ? outside : (nodes?.[zone] ?? outside);

/** Ports as a rule names them. */
export interface Ports {
  readonly numbers: PortSet;
  /** Looked up at the destination; outside the cluster nothing has a name. */
  readonly names: readonly PortName[];
}

export type Action = "allow" | "deny" | "pass";

export interface Rule {
  readonly action: Action;
  /** Undefined: any peer, addresses outside the cluster included. */
  readonly peers?: Peers;
  /** Undefined: every port. */
  readonly ports?: Ports;
  /**
   * The rule holds for some of what it names, and the model can't tell for which: a domain name, a path of HTTP. What depends
   * on it is not decided.
   */
  readonly partly?: string;
  /** Why it holds, as a clause, where the engine adds it to what the policy says. */
  readonly because?: string;
  /**
   * Where the longest prefix decides: how many of the lengths that exceptions have in the namespace are longer than that of the
   * blocks by which it holds; none, for a pod that a selector means. Those of more come later.
   */
  readonly band?: number;
  /** It denies what blocks except, of which other policies may say otherwise: whether everybody is let through hangs on it. */
  readonly isException?: true;
  /** The entries that it takes in the room of its tier; undefined: none, and it holds however crowded that is. */
  readonly entries?: readonly string[];
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
  /**
   * Whether the tier's `otherwise` holds for the pods that the policy selects; undefined: it does. "none": the policy adds rules
   * and no more. "perhaps": it isn't known whether it selects them, so each of its rules is `partly`.
   */
  readonly isolation?: "none" | "perhaps";
  /** Neighbours in a tier with the same number tie: it isn't defined which of them is asked first. */
  readonly tie?: number;
  /** All of the policy of which this is a part, where other policies come between its rules. */
  readonly partOf?: Policy;
}

/** What an engine has place for at one address. Where rules take more of it, it isn't known which of them hold. */
export interface Room {
  readonly entries: number;
}

/** Policies that are asked together. A tier none of whose policies isolates a pod in a direction says no more there than its rules. */
export interface Tier {
  readonly name: string;
  /** In order: the first rule that matches decides; a pass leaves the tier. */
  readonly policies: readonly Policy[];
  /** What becomes of a connection that no rule of the tier decides. */
  readonly otherwise: "deny" | "pass";
  /** Undefined: as much as there is. Tiers may share one. */
  readonly room?: Room;
}

/** What is enforced in a cluster. A connection that no tier decides is allowed. */
export interface PolicyModel {
  readonly tiers: readonly Tier[];
  /** Why every node reaches its own pods, whatever policies say, as a clause; undefined: it does where policies let it. */
  readonly ownNodeEnters?: string;
}
