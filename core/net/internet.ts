import { bitsOf } from "./address-text.ts";
import { type AddressSet, difference, parseFilterCidrs, sizeOf } from "./addresses.ts";
import { notGloballyReachable } from "./special-purpose.ts";

/** Prefix lengths: more addresses than one block of that length holds is the internet. */
export interface InternetLimits {
  readonly ipv4Prefix: number;
  readonly ipv6Prefix: number;
}

// Parsed family by family: ::/3 is IPv6 space that is reserved, and says nothing of the IPv4 addresses mapped into it.
const unreachable: AddressSet = difference(
  parseFilterCidrs(notGloballyReachable.map(({ block }) => block)),
  parseFilterCidrs(notGloballyReachable.flatMap(({ reachable }) => reachable ?? [])),
);

/** The addresses of the set that the world can send from: without private, shared, local, documentation, multicast and reserved ones. */
export const globallyReachable = (set: AddressSet): AddressSet => difference(set, unreachable);

/**
 * Whether the set is more than any one organization was ever allocated: that is the internet. Counted are the globally
 * reachable addresses, each once, however the ranges were written.
 */
export function isInternet(set: AddressSet, limits: InternetLimits): boolean {
  const { ipv4, ipv6 } = sizeOf(globallyReachable(set));
  return ipv4 > blockSize(bitsOf.ipv4, limits.ipv4Prefix) || ipv6 > blockSize(bitsOf.ipv6, limits.ipv6Prefix);
}

const blockSize = (bits: number, prefix: number): bigint => 1n << BigInt(bits - prefix);
