/**
 * What the policies of one engine make of pods, asked without going through pairs of them: cost grows with the classes of pods
 * that the policies tell apart, and of those that the same policies select each answer is worked out once.
 */
import { type AddressSet, intersection, isEmpty, isWithin, noAddresses, unionOf } from "../addresses.ts";
import { Classes } from "./classes.ts";
import { type Decision, decide, entersAnyway, isMeant, matchedPorts, type One, type Selected } from "./decide.ts";
import { Decisions } from "./decisions.ts";
import { type Everybody, everyIpv4, everyIpv6, type Isolation, isolationOf, type NamedRule } from "./isolation.ts";
import type { Direction, NamedPort, PodClass, Policy, PolicyModel, Rule, Tier, Zone } from "./model.ts";
import { type Stretch, stretchesOf } from "./outside.ts";
import type { PodSelector } from "./pod-selector.ts";
import { allPorts, commonPorts, isNone, type PortSet, type Protocol } from "./port-set.ts";
import { Signatures } from "./signatures.ts";
import { selectionsOf } from "./table.ts";

/** Addresses with which a pod certainly may, or perhaps may, have a connection. */
export interface Reach {
  readonly atLeast: AddressSet;
  readonly atMost: AddressSet;
}

/** Classes of pods whose connections are let through on some port, by number. */
export interface Admitted {
  readonly atLeast: (podClass: number) => boolean;
  readonly atMost: (podClass: number) => boolean;
}

/** What decides about one port: a rule, or that none does. */
export interface Decider {
  readonly by?: NamedRule;
  /** A policy that speaks of the pod in the direction; that isolates it where the port is denied. */
  readonly selectedBy?: Policy;
}

/** What classes that the same policies select in a direction have in common. */
interface Profile {
  readonly direction: Direction;
  readonly selected: readonly Selected[];
  /** Of the pod itself, where rules are about its own ports. */
  readonly own: readonly NamedPort[];
  isolation?: Isolation;
  readonly stretches: Partial<Record<Zone, readonly Stretch[]>>;
  towards?: (other: number) => Decision;
}

export class Questions {
  readonly #model: PolicyModel;
  readonly #classes: Classes;
  readonly #decisions = new Decisions();
  readonly #profiles: Readonly<Record<Direction, readonly Profile[]>>;
  readonly #everybody: Everybody;
  readonly #lists = new Map<readonly PodClass[], readonly number[]>();
  readonly #openers: Readonly<Record<Direction, Map<Policy, boolean>>> = { ingress: new Map(), egress: new Map() };

  /** @param pods all that may be asked about, or be the other end */
  constructor(model: PolicyModel, pods: readonly PodClass[]) {
    this.#model = model;
    this.#classes = new Classes(model);
    this.#classes.of(pods);
    const addresses = familiesOf(pods);
    this.#everybody = { isEveryPod: everyPod(this.#classes, addresses), addresses };
    this.#profiles = { ingress: this.#profilesOf(model, "ingress"), egress: this.#profilesOf(model, "egress") };
  }

  #profilesOf(model: PolicyModel, direction: Direction): readonly Profile[] {
    const order = new Map<Policy, number>(model.tiers.flatMap(({ policies }) => policies).map((policy, i) => [policy, i]));
    const profiles = new Map<string, Profile>();
    return selectionsOf(model, this.#classes, direction).map((selected, number) => {
      const policies = selected.flatMap((one) => one.policies.map((policy) => order.get(policy)));
      const key = `${policies.join()}|${direction === "ingress" ? this.#classes.portsKey(number) : ""}`;
      const own = direction === "ingress" ? (this.#classes.samples[number]?.namedPorts ?? []) : [];
      const profile = profiles.get(key) ?? { direction, selected, own, stretches: {} };
      profiles.set(key, profile);
      return profile;
    });
  }

  /** The number of the pod's class. */
  classOf(pod: PodClass): number {
    return this.#classes.of([pod])[0] ?? 0;
  }

  /** The numbers of a list's classes, each once. */
  numbersOf(pods: readonly PodClass[]): readonly number[] {
    const known = this.#lists.get(pods) ?? this.#classes.of(pods);
    this.#lists.set(pods, known);
    return known;
  }

  #profile(podClass: number, direction: Direction): Profile {
    return this.#profiles[direction][podClass] ?? { direction, selected: [], own: [], stretches: {} };
  }

  isolation(podClass: number, direction: Direction): Isolation {
    const profile = this.#profile(podClass, direction);
    profile.isolation ??= isolationOf(direction, profile.selected, this.#everybody);
    return profile.isolation;
  }

  /** Whether a policy that selects it isolates it, or does more than allow. */
  isRestricted(podClass: number, direction: Direction): boolean {
    return this.#profile(podClass, direction).selected.some(({ tier, policies }) =>
      policies.some(
        ({ isolation, ...policy }) =>
          (tier.otherwise === "deny" && isolation !== "none") || (policy[direction] ?? []).some(({ action }) => action !== "allow"),
      ),
    );
  }

  /** The policies that select it and by themselves let everybody through, on every port of TCP. */
  openers(podClass: number, direction: Direction): readonly Policy[] {
    return this.#profile(podClass, direction).selected.flatMap(({ tier, policies }) =>
      [...new Set(policies.map((policy) => policy.partOf ?? policy))].filter((policy) => this.#opensAlone(policy, tier, direction)),
    );
  }

  #opensAlone(policy: Policy, tier: Tier, direction: Direction): boolean {
    const known = this.#openers[direction].get(policy);
    if (known !== undefined) return known;
    const { isolation: _, ...alone } = policy;
    const saysNothing = (policy[direction] ?? []).every(({ because }) => because !== undefined);
    const selected = [{ tier: { ...tier, otherwise: "deny" as const }, policies: [alone] }];
    const opens = !saysNothing && isolationOf(direction, selected, this.#everybody).state === "no";
    this.#openers[direction].set(policy, opens);
    return opens;
  }

  /** Of the addresses of a zone, those with which the pod may have a connection on one of the ports. */
  reach(podClass: number, direction: Direction, addresses: AddressSet, ports: PortSet, zone: Zone = "outside"): Reach {
    if (zone === "own" && entersAnyway(this.#model, direction, { outside: addresses, node: "own" })) {
      return { atLeast: addresses, atMost: addresses };
    }
    const atLeast: AddressSet[] = [];
    const atMost: AddressSet[] = [];
    for (const { family, range, decision } of this.#stretches(podClass, direction, zone)) {
      const there = intersection(addresses, { ...noAddresses, [family]: [range] });
      if (isEmpty(there)) continue;
      const { atLeast: certain, atMost: possible } = this.#decisions.get(decision);
      if (!isNone(commonPorts(certain, ports))) atLeast.push(there);
      if (!isNone(commonPorts(possible, ports))) atMost.push(there);
    }
    return { atLeast: unionOf(atLeast), atMost: unionOf(atMost) };
  }

  #stretches(podClass: number, direction: Direction, zone: Zone): readonly Stretch[] {
    const profile = this.#profile(podClass, direction);
    const decisionOf = (isMeantBy: (rule: Rule) => boolean): number =>
      this.#decisions.numberOf(decisionOn(profile, isMeantBy, profile.own));
    profile.stretches[zone] ??= stretchesOf(rulesOf(profile), decisionOf, zone);
    return profile.stretches[zone];
  }

  /** What one side lets through towards another end: its egress to it, or its ingress from it. */
  side(podClass: number, direction: Direction, other: One): Decision {
    if (entersAnyway(this.#model, direction, other)) return { atLeast: allPorts, atMost: allPorts };
    const profile = this.#profile(podClass, direction);
    const names = direction === "ingress" ? profile.own : "pod" in other ? other.pod.namedPorts : [];
    return decisionOn(profile, (rule) => isMeant(rule, other), names);
  }

  /** Which classes of pods the pod's ingress lets in on some port, whatever their own egress says. */
  admitted(podClass: number): Admitted {
    const decisionFor = this.towards(podClass, "ingress");
    return { atLeast: (other) => !isNone(decisionFor(other).atLeast), atMost: (other) => !isNone(decisionFor(other).atMost) };
  }

  /** What one side lets through towards pods of each class, by its number; equal answers are one object. */
  towards(podClass: number, direction: Direction): (other: number) => Decision {
    const profile = this.#profile(podClass, direction);
    profile.towards ??= this.#towardsBy(profile);
    return profile.towards;
  }

  /** Only classes that some rule names are looked at: all others have one answer. */
  #towardsBy(profile: Profile): (other: number) => Decision {
    const rules = rulesOf(profile);
    const signatures = new Signatures(rules.length);
    const meaning = new Map<number, number>();
    for (const [i, { peers }] of rules.entries()) {
      for (const selector of peers?.pods ?? []) {
        for (const other of this.#classes.membersOf(selector)) meaning.set(other, signatures.with(meaning.get(other) ?? 0, i));
      }
    }
    // An egress rule may name ports of the other end.
    const looksUpNames = profile.direction === "egress" && rules.some(({ ports }) => ports !== undefined && ports.names.length > 0);
    const decided = new Map<number | string, Decision>();
    return (other) => {
      const set = meaning.get(other) ?? 0;
      const key = looksUpNames ? `${set}/${this.#classes.portsKey(other)}` : set;
      const known = decided.get(key);
      if (known !== undefined) return known;
      const meant = new Set(signatures.rulesOf(set).map((i) => rules[i]));
      const names = looksUpNames ? (this.#classes.samples[other]?.namedPorts ?? []) : profile.own;
      const decision = decisionOn(profile, (rule) => rule.peers === undefined || meant.has(rule), names);
      decided.set(key, decision);
      return decision;
    };
  }

  /** What decides about one port towards another end, for a message. */
  decider(podClass: number, direction: Direction, other: One, protocol: Protocol, port: number): Decider {
    const { selected, own } = this.#profile(podClass, direction);
    const names = direction === "ingress" ? own : "pod" in other ? other.pod.namedPorts : [];
    for (const { policies } of selected) {
      const matching = policies
        .flatMap((policy) => (policy[direction] ?? []).map((rule) => ({ policy, rule })))
        .filter(
          ({ rule }) => isMeant(rule, other) && matchedPorts(rule, names)[protocol].some(({ from, to }) => from <= port && port <= to),
        );
      // What the engine adds to what policies say, or perhaps does, decides nothing for certain.
      const by = matching.find(({ rule }) => rule.partly === undefined || !(rule.isException || isForNodes(rule)));
      if (by !== undefined && by.rule.action !== "pass") return { by };
    }
    const selecting = selected.flatMap(({ tier, policies }) => policies.map((policy) => ({ policy, isolates: tier.otherwise === "deny" })));
    const selectedBy = (selecting.find(({ isolates }) => isolates) ?? selecting[0])?.policy;
    return selectedBy === undefined ? {} : { selectedBy };
  }
}

const rulesOf = ({ direction, selected }: Profile): readonly Rule[] =>
  selected.flatMap(({ policies }) => policies.flatMap((policy) => policy[direction] ?? []));

const isForNodes = ({ peers }: Rule): boolean => peers?.nodes !== undefined && peers.pods.length === 0 && isEmpty(peers.outside);

const decisionOn = ({ direction, selected }: Profile, isMeantBy: (rule: Rule) => boolean, namedPorts: readonly NamedPort[]): Decision =>
  decide({ direction, selected, isMeant: isMeantBy, namedPorts });

/** The addresses of the families that pods have; of IPv4 where none has any. */
function familiesOf(pods: readonly PodClass[]): AddressSet {
  const has = (family: "ipv4" | "ipv6"): boolean => pods.some(({ addresses }) => addresses[family].length > 0);
  if (!has("ipv6")) return everyIpv4;
  return has("ipv4") ? { ipv4: everyIpv4.ipv4, ipv6: everyIpv6.ipv6 } : everyIpv6;
}

/** A pod that nobody has thought of, in a namespace that nobody has. */
const stranger: PodClass = { namespace: "", labels: {}, namespaceLabels: {}, namedPorts: [], addresses: noAddresses };

const everyPod =
  (classes: Classes, addresses: AddressSet) =>
  (selector: PodSelector): boolean =>
    selector.at === undefined
      ? selector.matches(stranger) && classes.membersOf(selector).length === classes.count
      : isWithin(addresses, selector.at);
