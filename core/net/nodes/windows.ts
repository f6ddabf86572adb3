/** Windows nodes, and where the other nodes stand as seen from their subnet. */
import type { Subnet } from "../../model/aws.ts";
import { type Fact, known, unknown } from "../../model/fact.ts";
import type { Vpc } from "../../model/vpc.ts";
import { type AddressSet, difference, isEmpty, parseCidrs } from "../addresses.ts";
import type { Machine, NodeFacts } from "./machines.ts";

export interface NeighbourFacts extends NodeFacts {
  readonly subnets: Fact<readonly Subnet[]>;
  readonly vpc: Fact<Vpc>;
}

/** By EC2's word, which goes before what the node says of itself. */
export const isWindows = ({ instance, node }: Machine): boolean =>
  instance?.isWindows ?? (node?.operatingSystem === "windows" || node?.labels["kubernetes.io/os"] === "windows");

/** The subnet that a machine, and on Windows each of its pods, stands in. */
export const subnetOf = ({ instance, interfaces }: Machine): string | undefined =>
  instance?.subnetId ?? (interfaces.state === "known" ? interfaces.value[0]?.subnetId : undefined);

/** Where other nodes stand: a subnet, or the rest of the VPC. */
export interface Neighbour {
  readonly name: string;
  /** IPv4 alone: EKS runs no Windows node in a cluster of IPv6. */
  readonly addresses: AddressSet;
}

/**
 * The subnets of the cluster's other nodes, from which what they send passes the subnet's network ACL. None where all of several
 * nodes stand in the subnet itself, where no ACL is on the path. For a node that is alone, the rest of the VPC.
 */
export function neighboursOf(subnetId: string, machines: readonly Machine[], { subnets, vpc }: NeighbourFacts): Fact<readonly Neighbour[]> {
  if (subnets.state === "unknown") return subnets;
  const ipv4Of = (id: string): AddressSet => {
    const found = subnets.value.find((subnet) => subnet.id === id);
    return { ipv4: parseCidrs(found?.cidrs ?? []).ipv4, ipv6: [] };
  };
  const others = [...new Set(machines.flatMap((machine) => subnetOf(machine) ?? []))].filter((id) => id !== subnetId).sort();
  const untold = others.find((id) => isEmpty(ipv4Of(id)));
  if (untold !== undefined) return unknown("not-found", `The addresses of subnet ${untold}, which has nodes, were not told.`);
  if (others.length > 0) return known(others.map((id) => ({ name: id, addresses: ipv4Of(id) })));
  if (machines.length > 1) return known([]);
  if (vpc.state === "unknown") return vpc;
  const addresses = difference({ ipv4: parseCidrs(vpc.value.cidrs).ipv4, ipv6: [] }, ipv4Of(subnetId));
  return known(isEmpty(addresses) ? [] : [{ name: vpc.value.id, addresses }]);
}
