/** Whether what no rule singles out is let through: the default of a pod in one direction. */
import { type AddressSet, isWithin, noAddresses, parseFilterCidrs, unionOf } from "../addresses.ts";
import { type Decision, decide, matchedPorts, type Selected } from "./decide.ts";
import { Decisions } from "./decisions.ts";
import type { Direction, Peers, Policy, Rule } from "./model.ts";
import { stretchesOf } from "./outside.ts";
import type { PodSelector } from "./pod-selector.ts";
import { commonPorts, type PortSet, type Protocol, portsOf } from "./port-set.ts";

export interface Isolation {
  /** "yes": by default not every connection is let through. */
  readonly state: "yes" | "no" | "unsure";
  /** The rule by which a pod that policies select is open all the same; absent where none selects it. */
  readonly openedBy?: NamedRule;
}

export interface NamedRule {
  readonly policy: Policy;
  readonly rule: Rule;
}

/** What tells whether rules single nobody out. */
export interface Everybody {
  /** Whether a selector means every pod there is, and one that nobody has thought of. */
  readonly isEveryPod: (selector: PodSelector) => boolean;
  /** In the families that pods have addresses of. */
  readonly addresses: AddressSet;
}

type Openness = "open" | "closed" | "unsure";

/**
 * A pod is isolated where a policy makes "denied" the answer to what no rule allows, unless a rule allows every peer on every TCP
 * port; or where rules deny every peer by name. Ingress rules of upstream's cluster-scoped kinds know pods as peers alone, so that
 * denying all of them is all that they can do there.
 * Sources: kubernetes/api networking/v1/types.go; kubernetes-sigs/network-policy-api apis/v1alpha2/clusternetworkpolicy_types.go.
 */
export function isolationOf(direction: Direction, selected: readonly Selected[], everybody: Everybody): Isolation {
  const isolates = selected.some(
    ({ tier, policies }) => tier.otherwise === "deny" && policies.some(({ isolation }) => isolation !== "none"),
  );
  const protocols: readonly Protocol[] = isolates ? ["TCP"] : ["TCP", "UDP"];
  const openness = (meaning: Meaning): Openness => opennessOf({ direction, selected, meaning, everybody, protocols });
  const pods = openness((peers) => podsMeant(peers, everybody));
  const outside = openness(({ outside: addresses }) => addresses);
  const state = isolates ? denies(pods, outside) : direction === "ingress" ? denies(pods) : denied(pods, outside);
  if (state !== "no") return { state };
  const openedBy = openingRule(direction, selected, everybody);
  return openedBy === undefined ? { state } : { state, openedBy };
}

/** Some of them are denied. */
function denies(...all: readonly Openness[]): Isolation["state"] {
  if (all.includes("closed")) return "yes";
  return all.includes("unsure") ? "unsure" : "no";
}
/** All of them are. */
function denied(...all: readonly Openness[]): Isolation["state"] {
  if (all.includes("open")) return "no";
  return all.includes("unsure") ? "unsure" : "yes";
}

/** The addresses of whom the peers of a rule mean, of pods or of others. */
type Meaning = (peers: Peers) => AddressSet;

const podsMeant = ({ pods }: Peers, { isEveryPod, addresses }: Everybody): AddressSet =>
  pods.some(isEveryPod) ? addresses : unionOf(pods.flatMap(({ at }) => (at === undefined ? [] : [at])));

interface Default {
  readonly direction: Direction;
  readonly selected: readonly Selected[];
  readonly meaning: Meaning;
  readonly everybody: Everybody;
  readonly protocols: readonly Protocol[];
}

/** Two rules for the halves of all addresses are as open as one for all of them. */
function opennessOf({ direction, selected, meaning, everybody: { addresses }, protocols }: Default): Openness {
  const meant = (rule: Rule): Rule => (rule.peers === undefined ? rule : { ...rule, peers: { pods: [], outside: meaning(rule.peers) } });
  const isKept = (policy: Policy, { action, peers, ...rule }: Rule): boolean =>
    rule.isException ||
    (isDefault(policy, { action, ...rule }) && (action === "allow" || peers === undefined || isWithin(addresses, peers.outside)));
  const kept = selected.map(({ tier, policies }) => ({
    tier,
    policies: policies.map((policy) => ({
      ...policy,
      [direction]: (policy[direction] ?? []).map(meant).filter((rule) => isKept(policy, rule)),
    })),
  }));
  const decisions = new Decisions();
  const rules = kept.flatMap(({ policies }) => policies.flatMap((policy): readonly Rule[] => policy[direction] ?? []));
  const stretches = stretchesOf(rules, (isMeant) => decisions.numberOf(decide({ direction, selected: kept, isMeant, namedPorts: [] })));
  const states = stretches
    .filter(({ family }) => addresses[family].length > 0)
    .map(({ decision }) => opennessOn(decisions.get(decision), protocols));
  if (states.includes("closed")) return "closed";
  return states.includes("unsure") ? "unsure" : "open";
}

/** What names domains, or some ports to deny, singles out; what holds partly since its policy does may be about everything. */
function isDefault({ isolation }: Policy, rule: Rule): boolean {
  if (rule.partly !== undefined && isolation !== "perhaps") return false;
  return rule.action === "allow" || protocolsOf(rule).length > 0;
}

const protocolsOf = (rule: Rule): readonly Protocol[] =>
  (["TCP", "UDP", "SCTP"] as const).filter((protocol) => isWhole(matchedPorts(rule, []), protocol));
const isWhole = (ports: PortSet, protocol: Protocol): boolean => commonPorts(ports, whole[protocol]).key === whole[protocol].key;
const whole = { TCP: portsOf("TCP"), UDP: portsOf("UDP"), SCTP: portsOf("SCTP") } as const;

function opennessOn({ atLeast, atMost }: Decision, protocols: readonly Protocol[]): Openness {
  if (protocols.some((protocol) => isWhole(atLeast, protocol))) return "open";
  return protocols.some((protocol) => isWhole(atMost, protocol)) ? "unsure" : "closed";
}

/** The first rule that lets everybody through on every port of TCP. */
function openingRule(direction: Direction, selected: readonly Selected[], everybody: Everybody): NamedRule | undefined {
  for (const policy of selected.flatMap(({ policies }) => policies)) {
    const rule = (policy[direction] ?? []).find((one) => allowsEverybody(one, everybody));
    if (rule !== undefined) return { policy, rule };
  }
  return undefined;
}

/** Whether a rule allows every peer on every port, of TCP at least. */
export const allowsEverybody = (rule: Rule, everybody: Everybody): boolean =>
  rule.action === "allow" &&
  rule.partly === undefined &&
  isWhole(matchedPorts(rule, []), "TCP") &&
  (rule.peers === undefined || [podsMeant(rule.peers, everybody), rule.peers.outside].every((set) => isWithin(everybody.addresses, set)));

export const everyIpv4: AddressSet = { ...noAddresses, ipv4: parseFilterCidrs(["0.0.0.0/0"]).ipv4 };
export const everyIpv6: AddressSet = { ...noAddresses, ipv6: parseFilterCidrs(["::/0"]).ipv6 };
