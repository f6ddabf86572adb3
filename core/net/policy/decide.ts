import { type AddressSet, isWithin } from "../addresses.ts";
import {
  addressesMeant,
  type Direction,
  type NamedPort,
  type NodeEnd,
  type PodClass,
  type Policy,
  type PolicyModel,
  type Room,
  type Rule,
  type Tier,
} from "./model.ts";
import { allPorts, commonPorts, eitherPorts, isNone, noPorts, type PortSet, portsOf, portsWithout } from "./port-set.ts";

/** Ports on which a connection is let through. Where the two differ, it hangs on what the model can't tell. */
export interface Decision {
  /** Certainly let through. */
  readonly atLeast: PortSet;
  /** Let through, or not decided. */
  readonly atMost: PortSet;
}

/** The policies of a tier that select a pod in a direction. */
export interface Selected {
  readonly tier: Tier;
  readonly policies: readonly Policy[];
}

/** Every tier with policies that select the pod in the direction, in order. */
export const selecting = ({ tiers }: PolicyModel, pod: PodClass, direction: Direction): readonly Selected[] =>
  tiers
    .map((tier) => ({ tier, policies: tier.policies.filter((policy) => policy[direction] !== undefined && policy.subject.matches(pod)) }))
    .filter(({ policies }) => policies.length > 0);

/** What one side of a connection asks: the source's egress, or the destination's ingress. */
export interface Side {
  readonly direction: Direction;
  readonly selected: readonly Selected[];
  /** Whether the other end is among a rule's peers. */
  readonly isMeant: (rule: Rule) => boolean;
  /** The destination's ports by name; outside the cluster nothing has one. */
  readonly namedPorts: readonly NamedPort[];
}

/**
 * The ports that the tiers let through on one side. First match, port by port: a rule decides those of its ports that no
 * earlier rule has decided. A rule that holds partly decides them and leaves them to later rules as well, as all rules do that
 * share a room with more than it has place for.
 */
export function decide({ direction, selected, isMeant, namedPorts }: Side): Decision {
  const crowded = crowdedRooms(direction, selected, isMeant);
  let undecided = allPorts;
  let perhapsAllowed = noPorts;
  let perhapsDenied = noPorts;
  for (const { tier, policies } of selected) {
    let passed = noPorts;
    const isCrowded = tier.room !== undefined && crowded.has(tier.room);
    /** What is left undecided of some ports by a policy. */
    const leftBy = (policy: Policy, before: PortSet): PortSet => {
      let left = before;
      for (const rule of policy[direction] ?? []) {
        if (isNone(left)) break;
        if (!isMeant(rule)) continue;
        const matched = commonPorts(left, matchedPorts(rule, namedPorts));
        const isCertain = rule.partly === undefined && !(isCrowded && rule.entries !== undefined);
        if (isCertain) left = portsWithout(left, matched);
        if (rule.action === "allow") perhapsAllowed = eitherPorts(perhapsAllowed, matched);
        if (rule.action === "deny") perhapsDenied = eitherPorts(perhapsDenied, matched);
        if (rule.action === "pass") passed = eitherPorts(passed, matched);
      }
      return left;
    };
    for (const tied of ties(policies)) {
      // Each of them may be the one that decides; undecided is what all of them leave.
      undecided = tied.map((policy) => leftBy(policy, undecided)).reduce(commonPorts, undecided);
    }
    const isolates = tier.otherwise === "deny" && policies.some(({ isolation }) => isolation === undefined);
    const perhapsIsolates = tier.otherwise === "deny" && policies.some(({ isolation }) => isolation !== "none");
    if (perhapsIsolates) perhapsDenied = eitherPorts(perhapsDenied, undecided);
    undecided = isolates ? passed : eitherPorts(undecided, passed);
  }
  return { atLeast: portsWithout(allPorts, perhapsDenied), atMost: eitherPorts(perhapsAllowed, undecided) };
}

/** The rooms in which the rules that are meant take more entries than there is place for. */
function crowdedRooms(direction: Direction, selected: readonly Selected[], isMeant: Side["isMeant"]): ReadonlySet<Room> {
  const crowded = new Set<Room>();
  for (const room of new Set(selected.flatMap(({ tier }) => tier.room ?? []))) {
    const rules = selected.flatMap(({ tier, policies }) =>
      tier.room === room ? policies.flatMap((policy) => policy[direction] ?? []) : [],
    );
    if (rules.reduce((sum, { entries = [] }) => sum + entries.length, 0) <= room.entries) continue;
    if (new Set(rules.flatMap((rule) => (isMeant(rule) ? (rule.entries ?? []) : []))).size > room.entries) crowded.add(room);
  }
  return crowded;
}

/** Policies in order, those that tie together. */
function ties(policies: readonly Policy[]): readonly (readonly Policy[])[] {
  const groups: Policy[][] = [];
  for (const policy of policies) {
    const before = groups.at(-1);
    if (before !== undefined && policy.tie !== undefined && before[0]?.tie === policy.tie) before.push(policy);
    else groups.push([policy]);
  }
  return groups;
}

/** The ports of a rule at a destination with these ports by name. */
export function matchedPorts({ ports }: Rule, namedPorts: readonly NamedPort[]): PortSet {
  if (ports === undefined) return allPorts;
  return namedPorts
    .filter(({ name, protocol }) => ports.names.some((wanted) => wanted.name === name && wanted.protocol === protocol))
    .reduce((set, { protocol, port }) => eitherPorts(set, portsOf(protocol, port, port)), ports.numbers);
}

/**
 * One end of a connection: a pod, or addresses outside the cluster that all rules treat alike, such as a single one; with `node`
 * they are a node's.
 */
export type One = { readonly pod: PodClass } | { readonly outside: AddressSet; readonly node?: NodeEnd };

/** What is let through from one end to another; addresses outside have no policies. */
export function decisionBetween(model: PolicyModel, from: One, to: One): Decision {
  const namedPorts = "pod" in to ? to.pod.namedPorts : [];
  const side = (subject: One, other: One, direction: Direction): Decision =>
    "pod" in subject && !entersAnyway(model, direction, other)
      ? decide({ direction, selected: selecting(model, subject.pod, direction), isMeant: (rule) => isMeant(rule, other), namedPorts })
      : { atLeast: allPorts, atMost: allPorts };
  const [left, entered] = [side(from, to, "egress"), side(to, from, "ingress")];
  return { atLeast: commonPorts(left.atLeast, entered.atLeast), atMost: commonPorts(left.atMost, entered.atMost) };
}

/** Whether it is let in whatever policies say. */
export const entersAnyway = ({ ownNodeEnters }: PolicyModel, direction: Direction, other: One): boolean =>
  ownNodeEnters !== undefined && direction === "ingress" && "node" in other && other.node === "own";

/** Whether the other end is among a rule's peers. */
export const isMeant = ({ peers }: Rule, other: One): boolean =>
  peers === undefined ||
  ("pod" in other
    ? peers.pods.some(({ matches }) => matches(other.pod))
    : isWithin(other.outside, addressesMeant(peers, other.node ?? "outside")));
