import { type AddressSet, intersection, isEmpty, isWithin } from "../addresses.ts";
import type { Direction, NamedPort, Peer, PodClass, Policy, PolicyModel, PortMatch, Rule, Tier } from "./model.ts";
import { allPorts, commonPorts, eitherPorts, isNone, noPorts, type PortSet, portsOf, portsWithout } from "./port-set.ts";

/** The other end of a connection: pods, or addresses outside the cluster that all rules treat alike. */
export type Other = { readonly pod: PodClass } | { readonly addresses: AddressSet };

/** Ports on which a connection is let through, and those on which that hangs on what the model can't tell. */
export interface Decision {
  /** Certainly let through. */
  readonly atLeast: PortSet;
  /** Let through, or not decided. */
  readonly atMost: PortSet;
}

const everyPort: Decision = { atLeast: allPorts, atMost: allPorts };

/** The policies of a tier that select a pod in a direction. */
export interface Selected {
  readonly tier: Tier;
  readonly policies: readonly Policy[];
}

/** Every tier with policies that select the pod in the direction, in order. */
export const selecting = (model: PolicyModel, pod: PodClass, direction: Direction): readonly Selected[] =>
  model.tiers
    .map((tier) => ({ tier, policies: tier.policies.filter((policy) => policy[direction] !== undefined && policy.subject.matches(pod)) }))
    .filter(({ policies }) => policies.length > 0);

/** What one side of a connection asks: the source's egress, or the destination's ingress. */
export interface Side {
  readonly direction: Direction;
  readonly selected: readonly Selected[];
  /** Whether the other end is among a rule's peers. */
  readonly isPeer: (peer: Peer) => boolean;
  /** The destination's ports by name; outside the cluster nothing has that name. */
  readonly namedPorts: readonly NamedPort[];
}

/** The side of a pod towards another end. */
export const sideOf = (model: PolicyModel, direction: Direction, subject: PodClass, other: Other): Side => ({
  direction,
  selected: selecting(model, subject, direction),
  isPeer: (peer) => matchesPeer(peer, other, model.addressesMatchPods),
  namedPorts: direction === "ingress" ? subject.namedPorts : "pod" in other ? other.pod.namedPorts : [],
});

/**
 * The ports that the tiers let through on one side. First match by port: a rule decides those of its ports that no earlier
 * rule has decided.
 */
export function decide(side: Side): Decision {
  if (side.selected.length === 0) return everyPort;
  const partly = side.selected.some(({ policies }) =>
    policies.some((policy) => (policy[side.direction] ?? []).some((rule) => rule.partly !== undefined)),
  );
  const atLeast = walk(side, "least");
  return { atLeast, atMost: partly ? walk(side, "most") : atLeast };
}

/** Whether a rule of which it is not known how far it holds is taken to hold. */
type Reading = "least" | "most";

function walk(side: Side, reading: Reading): PortSet {
  let undecided = allPorts;
  let allowed = noPorts;
  for (const { tier, policies } of side.selected) {
    let passed = noPorts;
    // Ports that a pass may or may not have taken out of the tier: what the tier says of them holds only if the rest agrees.
    let perhapsPassed = noPorts;
    const allowedBefore = allowed;
    for (const rule of policies.flatMap((policy) => policy[side.direction] ?? [])) {
      if (isNone(undecided)) break;
      const matched = commonPorts(undecided, matchedPorts(rule, side));
      if (isNone(matched)) continue;
      if (rule.partly !== undefined) {
        // An allow that may not hold counts in the widest reading alone, a deny in the narrowest alone; in the other the ports stay
        // undecided for later rules.
        if (rule.action === "allow" && reading === "most") allowed = eitherPorts(allowed, matched);
        if (rule.action === "deny" && reading === "least") undecided = portsWithout(undecided, matched);
        if (rule.action === "pass") perhapsPassed = eitherPorts(perhapsPassed, matched);
        continue;
      }
      undecided = portsWithout(undecided, matched);
      if (rule.action === "allow") allowed = eitherPorts(allowed, matched);
      if (rule.action === "pass") passed = eitherPorts(passed, matched);
    }
    const left = tier.otherwise === "deny" ? passed : eitherPorts(undecided, passed);
    if (isNone(perhapsPassed)) undecided = left;
    else if (reading === "most") undecided = eitherPorts(left, perhapsPassed);
    else {
      // Narrowest: allowed here counts only if the later tiers would allow it too.
      const here = commonPorts(portsWithout(allowed, allowedBefore), perhapsPassed);
      allowed = portsWithout(allowed, here);
      undecided = eitherPorts(left, here);
    }
  }
  return eitherPorts(allowed, undecided);
}

/** The ports of the rule, where its peers match the other end. */
export function matchedPorts(rule: Rule, { isPeer, namedPorts }: Side): PortSet {
  if (rule.peers !== undefined && !rule.peers.some(isPeer)) return noPorts;
  if (rule.ports === undefined) return allPorts;
  return rule.ports.reduce((ports, match) => eitherPorts(ports, resolved(match, namedPorts)), noPorts);
}

/** Whether the other end is among the peer's; addresses are of those that all rules treat alike, or a pod's. */
export function matchesPeer(peer: Peer, other: Other, addressesMatchPods: boolean): boolean {
  if ("pods" in peer) return "pod" in other && peer.pods.matches(other.pod);
  if ("addresses" in other) return isWithin(other.addresses, peer.addresses);
  return addressesMatchPods && !isEmpty(intersection(other.pod.addresses, peer.addresses));
}

function resolved(match: PortMatch, namedPorts: readonly NamedPort[]): PortSet {
  if ("from" in match) return portsOf(match.protocol, match.from, match.to);
  return namedPorts
    .filter(({ name, protocol }) => name === match.name && protocol === match.protocol)
    .reduce((ports, { protocol, port }) => eitherPorts(ports, portsOf(protocol, port, port)), noPorts);
}
