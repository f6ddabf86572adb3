/** What a fix wants of policies, in no dialect. */
import type { LabelSelector } from "../../model/network-policy.ts";
import type { Direction } from "../../net/policy/model.ts";
import type { Protocol } from "../../net/policy/port-set.ts";

/** Pods of one namespace. */
export interface PodsOf {
  readonly namespace: string;
  readonly selector: LabelSelector;
}

/** Pods that a policy is for: those of one namespace, or all of every namespace but some. */
export type Subject = PodsOf | { readonly everyNamespaceBut: readonly string[] };

export interface Block {
  readonly cidr: string;
  /** Parts of it that are not meant. */
  readonly except: readonly string[];
}

/** Namespaces: the policy's own, all, those of the names, or all but those. */
export type Namespaces = "own" | "every" | readonly string[] | { readonly notIn: readonly string[] };

/** Other ends of connections. Nodes are an end of their own to Cilium alone: to others they are addresses. */
export type Peer = { readonly namespaces: Namespaces; readonly pods: LabelSelector } | { readonly block: Block } | { readonly nodes: true };

/** Without a port: every port of the protocol. */
export interface Port {
  readonly protocol: Protocol;
  readonly port?: number | string;
  readonly endPort?: number;
}

/** Lets these peers through, on these ports: without ports on all of them. */
export interface Allowance {
  readonly peers: readonly Peer[];
  readonly ports?: readonly Port[];
}

/** Isolates the pods in the direction, but for what is let through. */
export interface Isolation {
  readonly name: string;
  readonly direction: Direction;
  readonly subject: PodsOf;
  readonly allow: readonly Allowance[];
}

/** Denies the pods connections with these peers, whatever other policies let through, and says nothing of any other. */
export interface Denial {
  readonly name: string;
  readonly direction: Direction;
  readonly subjects: readonly Subject[];
  readonly peers: readonly Peer[];
  /** Pods at addresses that the blocks hold are not meant. */
  readonly sparesPods?: boolean;
  readonly ports?: readonly Port[];
}

export const everyPod: Peer = { namespaces: "every", pods: {} };
export const block = (cidr: string, except: readonly string[] = []): Peer => ({ block: { cidr, except } });
export const isIpv6 = (address: string): boolean => address.includes(":");

/** Cut into lists of no more than so many. */
export const inChunks = <T>(all: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
