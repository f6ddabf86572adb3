/**
 * Sets of IP addresses, exact in both families.
 *
 * An IPv4-mapped IPv6 address (::ffff:0:0/96, RFC 4291, 2.5.5.2) is the IPv4 address it carries, so that each address
 * stands in a set once, however it was written.
 */
import { bitsOf, type Family, formatAddress, isCidr, parseBlock } from "./address-text.ts";
import { intersect, normal, type Range, subtract } from "./ranges.ts";

export { isCidr };

/** Addresses from the first to the last, both included. */
export type AddressRange = Range;

/** In each family sorted, disjoint, and adjacent ranges merged: equal sets are equal values. */
export interface AddressSet {
  readonly ipv4: readonly AddressRange[];
  readonly ipv6: readonly AddressRange[];
}

const lastOf = (family: Family): bigint => (1n << BigInt(bitsOf[family])) - 1n;
const whole = (family: Family): AddressRange => ({ first: 0n, last: lastOf(family) });
const mapped: AddressRange = { first: 0xffff_0000_0000n, last: 0xffff_ffff_ffffn };

/** No address. */
export const noAddresses: AddressSet = { ipv4: [], ipv6: [] };
/** Every address of both families. */
export const allAddresses: AddressSet = { ipv4: [whole("ipv4")], ipv6: subtract([whole("ipv6")], [mapped]) };

/**
 * The addresses of the blocks together. Addresses alone are taken as well, and bits beyond a prefix are ignored.
 * An IPv6 block that contains ::ffff:0:0/96 holds the IPv4 addresses too, as it does piece by piece: ::/0 is every address.
 *
 * @throws {AddressSyntaxError} for text that is neither
 */
export function parseCidrs(cidrs: readonly string[]): AddressSet {
  const ipv4: AddressRange[] = [];
  const ipv6: AddressRange[] = [];
  for (const cidr of cidrs) {
    const block = parseBlock(cidr);
    if (block.family === "ipv4") ipv4.push(block);
    else {
      ipv4.push(...intersect([block], [mapped]).map(carried));
      ipv6.push(...subtract([block], [mapped]));
    }
  }
  return { ipv4: normal(ipv4), ipv6: normal(ipv6) };
}

/**
 * The addresses whose packets the blocks match where each family has rules of its own: in security groups, network ACLs
 * and network policies ::/0 is every IPv6 address and no IPv4 address. A block inside ::ffff:0:0/96 still counts as IPv4.
 *
 * @throws {AddressSyntaxError} for text that is neither an address nor a block
 */
export function parseFilterCidrs(cidrs: readonly string[]): AddressSet {
  const sets = cidrs.map((cidr) => {
    const set = parseCidrs([cidr]);
    return set.ipv6.length > 0 ? { ...set, ipv4: [] } : set;
  });
  return unionOf(sets);
}

/** The addresses of any of the sets. */
export const union = (...sets: readonly AddressSet[]): AddressSet => unionOf(sets);

/** The same for a list, which may be longer than a call takes arguments. */
export function unionOf(sets: readonly AddressSet[]): AddressSet {
  return { ipv4: normal(sets.flatMap(({ ipv4 }) => ipv4)), ipv6: normal(sets.flatMap(({ ipv6 }) => ipv6)) };
}

/** The addresses of both sets. */
export function intersection(a: AddressSet, b: AddressSet): AddressSet {
  return { ipv4: intersect(a.ipv4, b.ipv4), ipv6: intersect(a.ipv6, b.ipv6) };
}

/** The addresses of `a` that are not in `b`. */
export function difference(a: AddressSet, b: AddressSet): AddressSet {
  return { ipv4: subtract(a.ipv4, b.ipv4), ipv6: subtract(a.ipv6, b.ipv6) };
}

export const isEmpty = (set: AddressSet): boolean => set.ipv4.length === 0 && set.ipv6.length === 0;

/** Whether every address of `a` is in `b`. */
export const isWithin = (a: AddressSet, b: AddressSet): boolean => isEmpty(difference(a, b));

/**
 * Whether the set holds the address, or every address of the block.
 *
 * @throws {AddressSyntaxError} for text that is neither
 */
export const holds = (set: AddressSet, address: string): boolean => isWithin(parseCidrs([address]), set);

/** How many addresses the set holds. */
export function sizeOf(set: AddressSet): { readonly ipv4: bigint; readonly ipv6: bigint } {
  const count = (ranges: readonly AddressRange[]): bigint => ranges.reduce((sum, { first, last }) => sum + last - first + 1n, 0n);
  return { ipv4: count(set.ipv4), ipv6: count(set.ipv6) };
}

/**
 * The blocks that make up the set: as few as can be in each family, sorted, IPv4 first, in canonical text.
 * `parseCidrs` reads the same set from them.
 */
export function toCidrs(set: AddressSet): readonly string[] {
  // Where every IPv4 address is in the set, an IPv6 block may run across ::ffff:0:0/96 without saying more than is true.
  const ipv6 = isWithin({ ipv4: [whole("ipv4")], ipv6: [] }, set) ? bridged(set.ipv6) : set.ipv6;
  return [...set.ipv4.flatMap((range) => blocksOf("ipv4", range)), ...ipv6.flatMap((range) => blocksOf("ipv6", range))];
}

/**
 * The ranges of the set, sorted, IPv4 first, as "10.0.0.0-10.0.255.255". An IPv6 range that runs up to ::ffff:0:0/96 and on
 * behind it is one range: what lies between is IPv4 and shown there.
 */
export function toRangesText(set: AddressSet): readonly string[] {
  const text = (family: Family, { first, last }: AddressRange): string => `${formatAddress(family, first)}-${formatAddress(family, last)}`;
  return [...set.ipv4.map((range) => text("ipv4", range)), ...bridged(set.ipv6).map((range) => text("ipv6", range))];
}

const carried = ({ first, last }: AddressRange): AddressRange => ({ first: first - mapped.first, last: last - mapped.first });

function bridged(ipv6: readonly AddressRange[]): readonly AddressRange[] {
  const touches = ipv6.some(({ last }) => last === mapped.first - 1n) && ipv6.some(({ first }) => first === mapped.last + 1n);
  return touches ? normal([...ipv6, mapped]) : ipv6;
}

/** The fewest blocks that make up one range: from its start, always the largest that is aligned there and fits. */
function blocksOf(family: Family, { first, last }: AddressRange): readonly string[] {
  const bits = bitsOf[family];
  const blocks: string[] = [];
  for (let start = first; start <= last; ) {
    let hostBits = 0;
    while (hostBits < bits && start % (1n << BigInt(hostBits + 1)) === 0n && start + (1n << BigInt(hostBits + 1)) - 1n <= last) hostBits++;
    blocks.push(`${formatAddress(family, start)}/${bits - hostBits}`);
    start += 1n << BigInt(hostBits);
  }
  return blocks;
}
