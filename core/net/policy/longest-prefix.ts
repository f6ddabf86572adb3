/**
 * Blocks and their exceptions as VPC CNI reads them: of all policies for a pod the longest prefix that an address is in decides.
 * Longer blocks take over what wider ones let through, but an exception is closed at its own prefix, unless a block of exactly its
 * addresses stands somewhere: with it what wider blocks and rules for everybody let through there, of whatever policy. That was read
 * and not seen to happen, so what hangs on it is not decided.
 * Source: aws/aws-network-policy-agent pkg/fwruleprocessor/fw_rule_processor.go (ComputeMapEntriesFromEndpointRules).
 */
import type { ApplicationNetworkPolicy } from "../../model/cluster-network-policy.ts";
import type { NetworkPolicy } from "../../model/network-policy.ts";
import { readCidr } from "./fields.ts";
import type { Direction, Policy, Rule } from "./model.ts";
import type { Peer } from "./peers.ts";
import { podsAt } from "./pod-selector.ts";

/** The length of a block's prefix. */
export const prefixOf = (cidr: string): number => Number(cidr.slice(cidr.indexOf("/") + 1));

/** By namespace: how long exceptions are there, the longest first. */
export function exceptionLengths(
  policies: readonly Pick<NetworkPolicy | ApplicationNetworkPolicy, "namespace" | "spec">[],
): ReadonlyMap<string, readonly number[]> {
  const lengths = new Map<string, Set<number>>();
  for (const { namespace, spec } of policies) {
    const peers = [...(spec.ingress ?? []).flatMap(({ from }) => from ?? []), ...(spec.egress ?? []).flatMap(({ to }) => to ?? [])];
    for (const except of peers.flatMap(({ ipBlock }) => ipBlock?.except ?? [])) {
      const known = lengths.get(namespace) ?? new Set();
      const length = prefixOf(except);
      if (Number.isInteger(length)) lengths.set(namespace, known.add(length));
    }
  }
  return new Map([...lengths].map(([namespace, set]) => [namespace, [...set].sort((a, b) => b - a)]));
}

const bandOf = (lengths: readonly number[], prefix: number): number => lengths.filter((length) => length > prefix).length;

/** The band of what a rule says of everybody. */
export const widestBand = (lengths: readonly number[]): number => bandOf(lengths, 0);

/** Peers by their band. */
export const banded = (lengths: readonly number[], peers: readonly Peer[]): ReadonlyMap<number, readonly Peer[]> =>
  Map.groupBy(peers, (peer) => ("pods" in peer || peer.prefix === undefined ? 0 : bandOf(lengths, peer.prefix)));

/** What the exceptions of a rule's blocks deny to the bands behind them. */
export const denials = (name: string, lengths: readonly number[], exceptions: readonly string[]): readonly Rule[] =>
  exceptions.map((cidr) => {
    const addresses = readCidr(cidr, name, () => undefined);
    return {
      action: "deny",
      name,
      peers: { pods: [podsAt(addresses)], outside: addresses },
      partly: "exceptions of blocks, as VPC CNI reads them",
      isException: true,
      band: lengths.indexOf(prefixOf(cidr)) + 1,
    };
  });

/** The policies in parts: first what holds for pods and by the longest prefixes, then what exceptions deny to the next, and so on. */
export function byLongestPrefix(policies: readonly Policy[]): readonly Policy[] {
  const split = policies.filter((policy) => rulesOf(policy).some(({ band = 0 }) => band > 0));
  if (split.length === 0) return policies;
  const wholes = new Map(split.map((policy) => [policy, { ...policy, ...sections(policy, inOrder) }]));
  const parts: Policy[] = [];
  const last = split.reduce((most, policy) => rulesOf(policy).reduce((max, { band = 0 }) => Math.max(max, band), most), 0);
  for (let at = 1; at <= last; at++) {
    for (const isDenial of [true, false]) {
      for (const [policy, partOf] of wholes) {
        const { name, subject } = policy;
        const part = sections(
          policy,
          (rules) => rules.filter(({ band, isException = false }) => band === at && isException === isDenial),
          true,
        );
        if (Object.keys(part).length > 0) parts.push({ name, subject, partOf, ...part });
      }
    }
  }
  const first = policies.map((policy): Policy => {
    const partOf = wholes.get(policy);
    if (partOf === undefined) return policy;
    return { ...policy, partOf, ...sections(policy, (rules) => rules.filter(({ band = 0 }) => band === 0)) };
  });
  return [...first, ...parts];
}

const rulesOf = ({ ingress = [], egress = [] }: Policy): readonly Rule[] => [...ingress, ...egress];

const inOrder = (rules: readonly Rule[]): readonly Rule[] =>
  [...rules].sort((a, b) => (a.band ?? 0) - (b.band ?? 0) || Number(b.isException ?? false) - Number(a.isException ?? false));

function sections(
  policy: Policy,
  change: (rules: readonly Rule[]) => readonly Rule[],
  dropsEmpty = false,
): Partial<Record<Direction, readonly Rule[]>> {
  const all = (["ingress", "egress"] as const).flatMap((direction) => {
    const rules = policy[direction];
    if (rules === undefined) return [];
    const changed = change(rules);
    return dropsEmpty && changed.length === 0 ? [] : [[direction, changed] as const];
  });
  return Object.fromEntries(all);
}
