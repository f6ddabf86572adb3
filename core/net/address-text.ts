/** IP addresses and CIDR blocks as text: strict reading (RFC 4291, RFC 4632) and canonical writing (RFC 5952). */
import { AddressSyntaxError } from "./errors.ts";

export type Family = "ipv4" | "ipv6";
/** The length of an address in bits. */
export const bitsOf = { ipv4: 32, ipv6: 128 } as const satisfies Record<Family, number>;

/** A block of addresses as numbers, both ends included, in the family in which it was written. */
export interface Block {
  readonly family: Family;
  readonly first: bigint;
  readonly last: bigint;
}

/**
 * The block that the text names; an address alone is a block of one. Bits beyond the prefix are ignored.
 *
 * @throws {AddressSyntaxError} for anything else: octets with leading zeros, which some read as octal, zones, netmasks, spaces
 */
export function parseBlock(text: string): Block {
  const block = blockIn(text);
  if (block === undefined) throw new AddressSyntaxError(text);
  return block;
}

/** Whether the text names an address or a block. */
export const isCidr = (text: string): boolean => blockIn(text) !== undefined;

/** The address in its one canonical form. */
export function formatAddress(family: Family, address: bigint): string {
  return family === "ipv4" ? formatIpv4(address) : formatIpv6(address);
}

function blockIn(text: string): Block | undefined {
  const slash = text.indexOf("/");
  const addressText = slash < 0 ? text : text.slice(0, slash);
  const ipv4 = ipv4In(addressText);
  const family: Family = ipv4 === undefined ? "ipv6" : "ipv4";
  const address = ipv4 ?? ipv6In(addressText);
  const bits = bitsOf[family];
  const length = slash < 0 ? bits : prefixLengthIn(text.slice(slash + 1));
  if (address === undefined || length === undefined || length > bits) return undefined;
  const size = 1n << BigInt(bits - length);
  const first = address - (address % size);
  return { family, first, last: first + size - 1n };
}

const prefixLengthIn = (text: string): number | undefined => (/^(?:0|[1-9]\d{0,2})$/.test(text) ? Number(text) : undefined);

function ipv4In(text: string): bigint | undefined {
  const octets = text.split(".");
  if (octets.length !== 4 || !octets.every((octet) => /^(?:0|[1-9]\d{0,2})$/.test(octet) && Number(octet) <= 255)) return undefined;
  return octets.reduce((address, octet) => (address << 8n) | BigInt(octet), 0n);
}

const groupCount = 8;

function ipv6In(text: string): bigint | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return undefined;
  // An embedded IPv4 address may only end the text, so the head has one only where nothing follows.
  const before = groupsIn(head, tail === undefined);
  const after = groupsIn(tail ?? "", true);
  if (before === undefined || after === undefined) return undefined;
  const missing = groupCount - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array<bigint>(missing).fill(0n), ...after];
  return groups.reduce((address, group) => (address << 16n) | group, 0n);
}

function groupsIn(text: string, mayEndInIpv4: boolean): readonly bigint[] | undefined {
  if (text === "") return [];
  const groups: bigint[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    const ipv4 = mayEndInIpv4 && index === parts.length - 1 ? ipv4In(part) : undefined;
    if (ipv4 !== undefined) groups.push(ipv4 >> 16n, ipv4 & 0xffffn);
    else if (/^[\da-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}

const formatIpv4 = (address: bigint): string => [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 0xffn).join(".");

function formatIpv6(address: bigint): string {
  const groups = Array.from({ length: groupCount }, (_, index) => Number((address >> BigInt(16 * (groupCount - 1 - index))) & 0xffffn));
  const { start, length } = longestZeroRun(groups);
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  // RFC 5952, 4.2.2: "::" is not for a single group.
  return length < 2 ? text(groups) : `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

/** The longest run of zero groups, the first of several. */
function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let longest = { start: 0, length: 0 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > longest.length) longest = { start, length: index + 1 - start };
  }
  return longest;
}
