import { type AddressSet, noAddresses, unionOf } from "../addresses.ts";
import type { Peers } from "./model.ts";
import { type PodSelector, podsAt } from "./pod-selector.ts";

/** A part of a rule's peers. */
export type Peer = { readonly pods: PodSelector } | { readonly addresses: AddressSet; readonly meanPods: boolean };

/** Blocks are one set of addresses: a rule of ten thousand is asked as fast as one of one. */
export function peersOf(all: readonly Peer[]): Peers {
  const selectors = all.flatMap((peer) => ("pods" in peer ? [peer.pods] : []));
  const blocks = all.flatMap((peer) => ("addresses" in peer ? [peer] : []));
  const forPods = blocks.filter(({ meanPods }) => meanPods).map(({ addresses }) => addresses);
  return {
    pods: forPods.length > 0 ? [...selectors, podsAt(unionOf(forPods))] : selectors,
    outside: blocks.length > 0 ? unionOf(blocks.map(({ addresses }) => addresses)) : noAddresses,
  };
}
