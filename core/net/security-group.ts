/**
 * What security groups admit: allow rules only, stateful, the union of all groups.
 * Source: Amazon EC2 API, IpPermission; VPC user guide, "Security group rules".
 */
import type { PrefixList, SecurityGroup, SecurityGroupRule } from "../model/aws.ts";
import { type Fact, known, mapFact, unknown } from "../model/fact.ts";
import { type AddressSet, intersection, isWithin, noAddresses, parseFilterCidrs, union } from "./addresses.ts";

/** Ports of one protocol, both ends included. */
export interface Ports {
  readonly protocol: "tcp" | "udp" | "sctp";
  readonly from: number;
  readonly to: number;
}

/** Who is let in. What was not read stands apart, so that it hides no proof and lends none. */
export interface Admission {
  /** Certainly let in. */
  readonly atLeast: AddressSet;
  /** Nobody else is, the members of `groups` aside; unknown where a group or a prefix list was not read. */
  readonly atMost: Fact<AddressSet>;
  /** The ids of groups and prefix lists that were not read, sorted. */
  readonly unread: readonly string[];
  /** Groups whose members are let in by their private addresses, sorted. Never the internet by itself. */
  readonly groups: readonly string[];
}

/** Security groups and the prefix lists they name, by id. */
export interface GroupIndex {
  readonly group: (id: string) => Fact<SecurityGroup>;
  readonly prefixList: (id: string) => Fact<AddressSet>;
  /** Every group; unknown where they could not be listed. */
  readonly all: Fact<readonly SecurityGroup[]>;
}

export const nobody: Admission = { atLeast: noAddresses, atMost: known(noAddresses), unread: [], groups: [] };

/** An admission of exactly these addresses. */
export const admissionOf = (addresses: AddressSet): Admission => ({ ...nobody, atLeast: addresses, atMost: known(addresses) });

export function indexGroups(groups: Fact<readonly SecurityGroup[]>, prefixLists: Fact<readonly PrefixList[]>): GroupIndex {
  const groupById = new Map((groups.state === "known" ? groups.value : []).map((group) => [group.id, group]));
  // Parsed once: one list is often named by the groups of every load balancer.
  const listById = new Map(
    (prefixLists.state === "known" ? prefixLists.value : []).map(({ id, cidrs }) => [id, mapFact(cidrs, parseFilterCidrs)]),
  );
  return {
    all: groups,
    group: (id) => {
      if (groups.state === "unknown") return groups;
      const group = groupById.get(id);
      return group === undefined ? unknown("not-found", `Security group ${id} is none of the VPC's.`) : known(group);
    },
    prefixList: (id) => {
      const list = listById.get(id);
      if (list !== undefined) return list;
      return prefixLists.state === "unknown" ? prefixLists : unknown("not-found", `The entries of prefix list ${id} were not read.`);
    },
  };
}

/** Who may open connections to any of the ports through any of the groups. No group at all admits nobody. */
export const admittedBy = (groupIds: readonly string[], ports: readonly Ports[], index: GroupIndex): Admission =>
  matchedBy("ingress", groupIds, ports, index);

/** Where interfaces with the groups may open connections to any of the ports; `groups` are those whose members they reach. */
export const letOutBy = (groupIds: readonly string[], ports: readonly Ports[], index: GroupIndex): Admission =>
  matchedBy("egress", groupIds, ports, index);

function matchedBy(direction: "ingress" | "egress", groupIds: readonly string[], ports: readonly Ports[], index: GroupIndex): Admission {
  return unionOf(
    groupIds.map((id) => {
      const group = index.group(id);
      if (group.state === "unknown") return { ...nobody, atMost: group, unread: [id] };
      return admittedByRules(
        group.value[direction].filter((rule) => ports.some((range) => coversAnyOf(rule, range))),
        index,
      );
    }),
  );
}

/** Who the rules let in, whatever their ports. */
export function admittedByRules(rules: readonly SecurityGroupRule[], index: GroupIndex): Admission {
  return unionOf(
    rules.flatMap((rule) => [
      { ...admissionOf(parseFilterCidrs(rule.cidrs)), groups: sortedSet(rule.groupIds) },
      ...rule.prefixListIds.map((id) => admittedByPrefixList(id, index)),
    ]),
  );
}

export function admittedByPrefixList(id: string, index: GroupIndex): Admission {
  const entries = index.prefixList(id);
  return entries.state === "known" ? admissionOf(entries.value) : { ...nobody, atMost: entries, unread: [id] };
}

/** Everybody whom any of them lets in. */
export function unionOf(admissions: readonly Admission[]): Admission {
  if (admissions.length === 1 && admissions[0] !== undefined) return admissions[0];
  const atLeast = union(...admissions.map((admission) => admission.atLeast));
  const gap = admissions.find(({ atMost }) => atMost.state === "unknown");
  return {
    atLeast,
    atMost: gap === undefined ? known(atLeast) : gap.atMost,
    unread: sortedSet(admissions.flatMap(({ unread }) => unread)),
    groups: sortedSet(admissions.flatMap(({ groups }) => groups)),
  };
}

/** Those of them who are among the addresses. */
export const within = (admission: Admission, addresses: AddressSet): Admission => ({
  ...admission,
  atLeast: intersection(admission.atLeast, addresses),
  atMost: admission.atMost.state === "known" ? known(intersection(admission.atMost.value, addresses)) : admission.atMost,
});

/**
 * Whether `a` lets in nobody whom `b` does not. "maybe" where that hangs on what was not read, or on the addresses of a
 * group's members. The same unread prefix list on both sides is no doubt.
 */
export function letsInNoMoreThan(a: Admission, b: Admission): "yes" | "no" | "maybe" {
  if (b.atMost.state === "known" && !isWithin(a.atLeast, b.atMost.value)) return "no";
  const unreadToo = a.unread.every((id) => b.unread.includes(id));
  const groupsToo = a.groups.every((id) => b.groups.includes(id));
  return unreadToo && groupsToo && isWithin(a.atLeast, b.atLeast) ? "yes" : "maybe";
}

/** Protocol numbers as names; a rule of any other protocol says nothing about these. Source: IANA protocol numbers. */
const protocolNames: Readonly<Record<string, string>> = { "6": "tcp", "17": "udp", "132": "sctp" };
const allProtocols = "-1";

/** Whether the rule is about any of the ports. Absent ports, and -1, mean all of them. */
export function coversAnyOf(rule: SecurityGroupRule, { protocol, from, to }: Ports): boolean {
  if (rule.protocol === allProtocols) return true;
  const named = rule.protocol.toLowerCase();
  if ((protocolNames[named] ?? named) !== protocol) return false;
  // Only TCP, UDP and ICMP have ports in a rule; of any other protocol it admits all of them.
  if (protocol === "sctp") return true;
  const first = rule.fromPort ?? -1;
  const last = rule.toPort ?? rule.fromPort ?? -1;
  return first < 0 || (first <= to && from <= last);
}

const sortedSet = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort();
