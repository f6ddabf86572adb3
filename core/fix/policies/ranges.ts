/** The addresses of this cluster that policies name. */
import type { ClusterFacts } from "../../model/cluster.ts";
import type { NetworkInterface } from "../../model/vpc.ts";
import type { Pod } from "../../model/workloads.ts";
import {
  type AddressSet,
  difference,
  intersection,
  isCidr,
  isEmpty,
  parseCidrs,
  parseFilterCidrs,
  toCidrs,
  union,
} from "../../net/addresses.ts";
import { type InternetLimits, isInternet } from "../../net/internet.ts";
import { block, isIpv6, type Peer } from "./terms.ts";

type Family = "ipv4" | "ipv6";

/** RFC 1918, RFC 6598, link-local, and unique local addresses of IPv6. */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];
/** Of the machine itself: DNS on the node, credentials of EKS Pod Identity. */
const linkLocal = ["169.254.0.0/16", "fe80::/10", "fd00:ec2::/32"];
/** What is the internet's in IPv6, and the prefix behind which NAT64 has that of IPv4. */
const worldOfIpv6 = ["2000::/3", "64:ff9b::/96"];

/**
 * Everything that belongs to the cluster and to what its routes lead to without the internet: the VPC, Services, networks of hybrid
 * nodes, peered networks, what is behind gateway endpoints, and the ranges that the organization calls its own. Where the VPC was
 * not read, all private ranges.
 */
export function insideRanges(facts: ClusterFacts, trusted: readonly string[], limits: InternetLimits): AddressSet {
  const { vpc, network } = facts;
  const its = network.state === "known" ? network.value : undefined;
  const own = parseCidrs(trusted.filter(isCidr));
  const ranges = [
    ...(vpc.state === "known" ? vpc.value.cidrs : privateRanges),
    ...(its === undefined ? [] : [...its.serviceCidrs, ...its.remoteNodeNetworks, ...its.remotePodNetworks]),
    ...routed(facts, limits),
    ...linkLocal,
  ];
  return union(parseCidrs(ranges.filter(isCidr)), isInternet(own, limits) ? parseCidrs([]) : own);
}

/** Where routes lead that are none of the internet's. */
function routed({ routeTables, prefixLists, network }: ClusterFacts, limits: InternetLimits): readonly string[] {
  if (routeTables.state === "unknown" || network.state === "unknown") return [];
  const lists = new Map((prefixLists.state === "known" ? prefixLists.value : []).map(({ id, cidrs }) => [id, cidrs]));
  const isPublic = (target: string): boolean => /^(?:igw|eigw|nat)-/.test(target);
  const found = routeTables.value
    .filter(({ vpcId }) => vpcId === network.value.vpcId)
    .flatMap(({ routes }) => routes)
    .filter(({ target, state }) => state === "active" && !isPublic(target))
    .flatMap(({ cidr, prefixListId }) => {
      const listed = prefixListId === undefined ? undefined : lists.get(prefixListId);
      return cidr !== undefined ? [cidr] : listed?.state === "known" ? listed.value : [];
    })
    .filter(isCidr);
  return [...new Set(found)].filter((cidr) => !isInternet(parseCidrs([cidr]), limits));
}

/** The internet, less what is inside: few blocks with exceptions. */
export function internetBlocks(inside: AddressSet, families: readonly Family[]): readonly Peer[] {
  const spared = union(inside, parseCidrs([...privateRanges, ...linkLocal]));
  const whole = families.flatMap((family) => (family === "ipv4" ? ["0.0.0.0/0"] : worldOfIpv6));
  return whole.map((cidr) => block(cidr, toCidrs(intersection(spared, parseCidrs([cidr])))));
}

/** Blocks as they are to a kind that knows no exceptions. */
export const withoutExceptions = (peers: readonly Peer[]): readonly Peer[] =>
  peers.flatMap((peer) => {
    if (!("block" in peer) || peer.block.except.length === 0) return [peer];
    const { cidr, except } = peer.block;
    return toCidrs(difference(parseFilterCidrs([cidr]), parseFilterCidrs(except))).map((one) => block(one));
  });

export const blocksOf = (set: AddressSet, families: readonly Family[]): readonly Peer[] =>
  toCidrs(inFamilies(set, families)).map((cidr) => block(cidr));

/** Everything but these addresses. */
export const allBut = (set: AddressSet, families: readonly Family[]): readonly Peer[] =>
  families.map((family) => block(family === "ipv4" ? "0.0.0.0/0" : "::/0", toCidrs(inFamilies(set, [family]))));

export const inFamilies = ({ ipv4, ipv6 }: AddressSet, families: readonly Family[]): AddressSet => ({
  ipv4: families.includes("ipv4") ? ipv4 : [],
  ipv6: families.includes("ipv6") ? ipv6 : [],
});

/** Of the addresses that pods have; of IPv4 where none is known. */
export function familiesOf(pods: readonly Pod[]): readonly Family[] {
  const addresses = pods.flatMap(({ podIps }) => podIps);
  const found = (["ipv4", "ipv6"] as const).filter((family) => addresses.some((one) => isIpv6(one) === (family === "ipv6")));
  return found.length === 0 ? ["ipv4"] : found;
}

/** The subnets in which nodes stand; of what stands in none that was read, the addresses themselves. */
export function nodeRanges({ nodes, subnets, networkInterfaces }: ClusterFacts): readonly string[] {
  const named = nodes.state === "known" ? nodes.value.flatMap(({ internalIps }) => internalIps.filter(isCidr)) : [];
  const ofNodes = new Set(named);
  const interfaces = networkInterfaces.state === "known" ? networkInterfaces.value : [];
  const addressesOf = ({ privateIpv4, ipv6 }: NetworkInterface): readonly string[] => [...privateIpv4, ...ipv6];
  const attached = interfaces.filter((one) => addressesOf(one).some((address) => ofNodes.has(address)));
  const machines = new Set(attached.flatMap(({ instanceId }) => instanceId ?? []));
  // Kubelets answer at every interface of their machine; a branch interface is a pod's.
  const further = interfaces.filter(({ instanceId, type }) => instanceId !== undefined && machines.has(instanceId) && type !== "branch");
  const all = [...attached, ...further];
  const ids = new Set(all.map(({ subnetId }) => subnetId));
  const addresses = parseCidrs(named);
  const known = subnets.state === "known" ? subnets.value : [];
  const theirs = known.filter(({ id, cidrs }) => ids.has(id) || !isEmpty(intersection(addresses, parseCidrs(cidrs.filter(isCidr)))));
  const ranges = parseCidrs(theirs.flatMap(({ cidrs }) => cidrs.filter(isCidr)));
  const strays = difference(parseCidrs([...named, ...all.flatMap(addressesOf)]), ranges);
  return [...toCidrs(ranges), ...toCidrs(strays)];
}
