/**
 * What a network ACL lets through: rules in ascending order, the first that matches decides, IPv4 and IPv6 apart, nothing is
 * remembered of a connection. Source: Amazon VPC user guide, "Network ACL rules".
 */
import { type Fact, known, type Reason, unknown } from "../../model/fact.ts";
import type { NetworkAcl, NetworkAclEntry } from "../../model/vpc.ts";
import {
  type AddressSet,
  allAddresses,
  difference,
  intersection,
  isEmpty,
  isWithin,
  noAddresses,
  parseFilterCidrs,
  union,
} from "../addresses.ts";
import type { Ports } from "../security-group.ts";

/** The client's end of a connection: what an answer is sent to. Source: Amazon VPC user guide, "Ephemeral ports". */
const ephemeral = { from: 1024, to: 65535 } as const;
/** Ports that a client has to choose by intent, as one does who knows that answers to them are let out. */
const privileged = { from: 1, to: 1023 } as const;

/** The ACL of a subnet, by its id. Every subnet has one, so none at all means that it was not told. */
export function networkAclsBySubnet(networkAcls: Fact<readonly NetworkAcl[]>): (subnetId: string) => Fact<NetworkAcl> {
  if (networkAcls.state === "unknown") return () => networkAcls;
  const bySubnet = new Map(networkAcls.value.flatMap((acl) => acl.subnetIds.map((id) => [id, known(acl)] as const)));
  return (subnetId) => bySubnet.get(subnetId) ?? unknown("not-found", `No network ACL was read for subnet ${subnetId}.`);
}

/** Sources that can open a connection to one of the ports through the ACL, and be answered. */
export interface Admitted {
  /** Whatever client they use. */
  readonly atLeast: AddressSet;
  /** Where the client calls from a port of its choice. */
  readonly atMost: AddressSet;
  /** Why they differ; where they do not, they are one. */
  readonly doubt?: Reason;
}

export function admittedByAcl(acl: NetworkAcl, ports: Ports): Admitted {
  const inbound = letThrough(acl, "ingress", ports);
  if (isEmpty(inbound)) return { atLeast: inbound, atMost: inbound };
  const answered = (range: Pick<Ports, "from" | "to">) => letThrough(acl, "egress", { protocol: ports.protocol, ...range });
  const atLeast = intersection(inbound, answered(ephemeral));
  const atMost = union(atLeast, intersection(inbound, answered(privileged)));
  return isWithin(atMost, atLeast) ? { atLeast, atMost: atLeast } : { atLeast, atMost, doubt: chosenPorts(acl) };
}

const chosenPorts = ({ id }: NetworkAcl): Reason => ({
  code: "not-supported",
  message: `Network ACL ${id} lets answers out to ports below 1024 alone, which only a client that chooses its port calls from.`,
});

/** Addresses that at least one of the ports is open for. */
export function letThrough(acl: NetworkAcl, direction: NetworkAclEntry["direction"], ports: Ports): AddressSet {
  const entries = acl.entries.filter((entry) => entry.direction === direction && isAbout(entry, ports)).sort((a, b) => a.number - b.number);
  return union(...representatives(entries, ports).map((port) => atPort(entries, port)));
}

/** Addresses that one port is open for. */
function atPort(entries: readonly NetworkAclEntry[], port: number): AddressSet {
  let undecided = allAddresses;
  let allowed = noAddresses;
  for (const entry of entries) {
    if (!holdsPort(entry, port)) continue;
    const matched = intersection(undecided, parseFilterCidrs([entry.cidr]));
    if (entry.action === "allow") allowed = union(allowed, matched);
    undecided = difference(undecided, matched);
  }
  return allowed;
}

/** Whether the ACL lets these addresses in, or what is sent to them out, on every port of TCP and UDP: it keeps nobody away. */
export function admitsEveryPort(acl: NetworkAcl, addresses: AddressSet, direction: NetworkAclEntry["direction"] = "ingress"): boolean {
  const entries = acl.entries.filter((entry) => entry.direction === direction);
  return (["tcp", "udp"] as const).every((protocol) => {
    const all = { protocol, from: 0, to: 65535 } as const;
    const about = entries.filter((entry) => isAbout(entry, all));
    return representatives(about, all).every((port) => isWithin(addresses, letThrough(acl, direction, { protocol, from: port, to: port })));
  });
}

/** One port of each part of the range that all rules treat alike. */
function representatives(entries: readonly NetworkAclEntry[], { from, to }: Ports): readonly number[] {
  const starts = entries.flatMap((entry) => (allPorts(entry) ? [] : [entry.fromPort ?? 0, (entry.toPort ?? 65535) + 1]));
  return [...new Set([from, ...starts.filter((port) => port > from && port <= to)])];
}

const numbers = { tcp: "6", udp: "17", sctp: "132" } as const;
const allProtocols = "-1";

/** Only rules for TCP and UDP have ports. */
const allPorts = ({ protocol, fromPort }: NetworkAclEntry): boolean =>
  (protocol !== numbers.tcp && protocol !== numbers.udp) || fromPort === undefined || fromPort === -1;

const isAbout = ({ protocol }: NetworkAclEntry, ports: Ports): boolean => protocol === allProtocols || protocol === numbers[ports.protocol];

const holdsPort = (entry: NetworkAclEntry, port: number): boolean =>
  allPorts(entry) || ((entry.fromPort ?? 0) <= port && port <= (entry.toPort ?? 65535));
