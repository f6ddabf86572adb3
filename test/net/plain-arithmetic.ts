/** A second, slow way to calculate with addresses, which shares no line with the first. */
import { isIPv4 } from "node:net";

/** The address with its host bits cleared. */
export function networkOf(address: string, length: number): string {
  const bits = bitsOf(address);
  const number = toNumber(address);
  return toText(number - (number % 2n ** BigInt(bits - length)), bits);
}

/** The address that comes so many addresses later. */
export const plus = (address: string, offset: bigint): string => toText(toNumber(address) + offset, bitsOf(address));

const bitsOf = (address: string): number => (isIPv4(address) ? 32 : 128);

function toNumber(text: string): bigint {
  if (isIPv4(text)) return text.split(".").reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
  // The URL parser writes an embedded IPv4 address as groups and the longest run of zeros as "::".
  const [head = "", tail = ""] = new URL(`http://[${text}]`).hostname.slice(1, -1).split("::");
  const before = head.split(":").filter(Boolean);
  const after = tail.split(":").filter(Boolean);
  const groups = [...before, ...Array<string>(8 - before.length - after.length).fill("0"), ...after];
  return groups.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}

const toText = (number: bigint, bits: number): string =>
  bits === 32
    ? Array.from({ length: 4 }, (_, i) => (number / 256n ** BigInt(3 - i)) % 256n).join(".")
    : Array.from({ length: 8 }, (_, i) => ((number / 65536n ** BigInt(7 - i)) % 65536n).toString(16)).join(":");
