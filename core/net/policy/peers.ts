import { type AddressSet, allAddresses, noAddresses, unionOf } from "../addresses.ts";
import type { NodeEnd, Peers } from "./model.ts";
import { type PodSelector, podsAt } from "./pod-selector.ts";

/** A part of a rule's peers. */
export type Peer =
  | { readonly pods: PodSelector }
  | {
      readonly addresses: AddressSet;
      readonly meanPods: boolean;
      /** Whether nodes with such an address are meant, to an engine that tells nodes from other addresses; undefined: to one that does not. */
      readonly meanNodes?: boolean | undefined;
      /** The length of the block's prefix. */
      readonly prefix?: number;
    };

export type Nodes = NonNullable<Peers["nodes"]>;
/** The same addresses of whatever node. */
export const nodesAt = (addresses: AddressSet): Nodes => ({ own: addresses, other: addresses });
export const noNode = nodesAt(noAddresses);
export const everyNode = nodesAt(allAddresses);
export const onlyNodes = (which: NodeEnd): Nodes => ({ ...noNode, [which]: allAddresses });

/**
 * Blocks are one set of addresses: a rule of ten thousand is asked as fast as one of one.
 *
 * @param tellsNodes whether the engine tells nodes from other addresses
 */
export function peersOf(all: readonly Peer[], tellsNodes = false): Peers {
  const selectors = all.flatMap((peer) => ("pods" in peer ? [peer.pods] : []));
  const blocks = all.flatMap((peer) => ("addresses" in peer ? [peer] : []));
  const forPods = blocks.filter(({ meanPods }) => meanPods).map(({ addresses }) => addresses);
  return {
    pods: forPods.length > 0 ? [...selectors, podsAt(unionOf(forPods))] : selectors,
    outside: addressesOf(blocks),
    ...(tellsNodes ? { nodes: nodesAt(addressesOf(blocks.filter(({ meanNodes }) => meanNodes))) } : {}),
  };
}

const addressesOf = (blocks: readonly { readonly addresses: AddressSet }[]): AddressSet =>
  blocks.length > 0 ? unionOf(blocks.map(({ addresses }) => addresses)) : noAddresses;
