/**
 * Whether connections cross from one interface of a VPC to another: security groups at both ends, network ACLs of both
 * subnets where they differ, answers included. Sources: Amazon VPC user guide, "Security group rules" (a group stands for the
 * private addresses of the interfaces that carry it), "Network ACL rules".
 */
import { type Fact, known, type Reason, unknown } from "../../model/fact.ts";
import type { NetworkAcl } from "../../model/vpc.ts";
import { type AddressSet, allAddresses, intersection, noAddresses } from "../addresses.ts";
import { type Admission, admittedBy, type GroupIndex, letOutBy, type Ports } from "../security-group.ts";
import { letThrough } from "./network-acl.ts";

/** Interfaces that all rules treat alike, addresses aside. */
export interface Place {
  readonly subnetId: string;
  readonly groupIds: readonly string[];
}

export interface InsideVpc {
  readonly groups: GroupIndex;
  readonly networkAcls: Fact<readonly NetworkAcl[]>;
}

/** Addresses that are certainly let through, and those beside which none is. */
export interface Bounds {
  readonly atLeast: AddressSet;
  readonly atMost: AddressSet;
  /** Why they differ, where they do. */
  readonly doubt?: Reason;
}

/** A connection crosses when its source is in the one and its destination in the other: no rule is about both. */
export interface Crossing {
  readonly sources: Bounds;
  readonly destinations: Bounds;
  /** Protections that were not read: fewer connections may cross for them. */
  readonly unread: readonly Reason[];
}

export const everything: Bounds = { atLeast: allAddresses, atMost: allAddresses };
export const anythingUnlessKnown = (doubt: Reason): Bounds => ({ atLeast: noAddresses, atMost: allAddresses, doubt });

/** What passes both. */
export function both(a: Bounds, b: Bounds): Bounds {
  const doubt = a.doubt ?? b.doubt;
  return {
    atLeast: intersection(a.atLeast, b.atLeast),
    atMost: intersection(a.atMost, b.atMost),
    ...(doubt === undefined ? {} : { doubt }),
  };
}

/**
 * Connections from interfaces at one place to the ports of interfaces at another. Ask the answer for one pair of places after
 * the other: each group of rules is looked through once.
 */
export function crossings(ports: Ports, { groups, networkAcls }: InsideVpc): (from: Place, to: Place) => Crossing {
  const key = ({ groupIds }: Place): string => groupIds.join(" ");
  const out = remembered(key, ({ groupIds }) => letOutBy(groupIds, [ports], groups));
  const into = remembered(key, ({ groupIds }) => admittedBy(groupIds, [ports], groups));
  const near = remembered(subnetOf, ({ subnetId }) => passages(subnetId, { first: "egress", answer: "ingress" }, ports, networkAcls));
  const far = remembered(subnetOf, ({ subnetId }) => passages(subnetId, { first: "ingress", answer: "egress" }, ports, networkAcls));
  return (from, to) => {
    const sources = boundsOf(into(to), to, from);
    const destinations = boundsOf(out(from), from, to);
    // Traffic inside a subnet passes no network ACL.
    if (from.subnetId === to.subnetId) return { sources, destinations, unread: [] };
    return {
      sources: both(sources, far(to).bounds),
      destinations: both(destinations, near(from).bounds),
      unread: [...near(from).unread, ...far(to).unread],
    };
  };
}

const subnetOf = ({ subnetId }: Place): string => subnetId;

function remembered<T>(key: (place: Place) => string, answer: (place: Place) => T): (place: Place) => T {
  const answers = new Map<string, T>();
  return (place) => {
    const found = answers.get(key(place)) ?? answer(place);
    answers.set(key(place), found);
    return found;
  };
}

/** Whom the groups at one place match at the other. */
function boundsOf({ atLeast, atMost, groups }: Admission, at: Place, other: Place): Bounds {
  // EC2 has no interface without a group, so none means that they were not told.
  if (at.groupIds.length === 0)
    return anythingUnlessKnown({ code: "malformed", message: `An interface in subnet ${at.subnetId} was listed without security groups.` });
  if (groups.some((id) => other.groupIds.includes(id))) return everything;
  if (atMost.state === "known") return { atLeast, atMost: atMost.value };
  return { atLeast, atMost: allAddresses, doubt: atMost.reason };
}

/** A pod may choose the port that it is answered at: no port below 1024 is out of its reach. */
const anyPort = { from: 1, to: 65535 } as const;

type Direction = "ingress" | "egress";

/** The other ends that a subnet's network ACL lets packets pass from or to, and the answers. */
function passages(
  subnetId: string,
  { first, answer }: { readonly first: Direction; readonly answer: Direction },
  ports: Ports,
  networkAcls: Fact<readonly NetworkAcl[]>,
): { readonly bounds: Bounds; readonly unread: readonly Reason[] } {
  const acl = aclOf(subnetId, networkAcls);
  if (acl.state === "unknown") return { bounds: everything, unread: [acl.reason] };
  const passed = intersection(letThrough(acl.value, first, ports), letThrough(acl.value, answer, { protocol: ports.protocol, ...anyPort }));
  return { bounds: { atLeast: passed, atMost: passed }, unread: [] };
}

function aclOf(subnetId: string, networkAcls: Fact<readonly NetworkAcl[]>): Fact<NetworkAcl> {
  if (networkAcls.state === "unknown") return networkAcls;
  const acl = networkAcls.value.find(({ subnetIds }) => subnetIds.includes(subnetId));
  return acl === undefined ? unknown("not-found", `No network ACL was read for subnet ${subnetId}.`) : known(acl);
}
