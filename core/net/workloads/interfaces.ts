/** Which network interface of the VPC carries an address. */
import { type Fact, mapFact, type Reason } from "../../model/fact.ts";
import type { NetworkInterface } from "../../model/vpc.ts";
import { isCidr, parseBlock } from "../address-text.ts";

/** Undefined where no interface of the VPC has the address: it is of an overlay, or of a network elsewhere. */
export type InterfaceOf = (address: string) => NetworkInterface | undefined;

interface Delegated {
  readonly first: bigint;
  readonly last: bigint;
  readonly of: NetworkInterface;
}

/** Interfaces by their addresses, and by the prefixes that are delegated to them: VPC CNI gives pods either. */
export const interfacesByAddress = (interfaces: Fact<readonly NetworkInterface[]>): Fact<InterfaceOf> => mapFact(interfaces, indexed);

function indexed(interfaces: readonly NetworkInterface[]): InterfaceOf {
  const alone = new Map<string, NetworkInterface>();
  const prefixes = new Map<string, Delegated[]>();
  for (const one of interfaces) {
    for (const text of [...one.privateIpv4, ...one.ipv6]) {
      const { family, first, last } = parseBlock(text);
      if (first === last) alone.set(`${family} ${first}`, one);
      else {
        const others = prefixes.get(family);
        if (others === undefined) prefixes.set(family, [{ first, last, of: one }]);
        else others.push({ first, last, of: one });
      }
    }
  }
  // Delegated prefixes never overlap: EC2 cuts each from its subnet.
  for (const list of prefixes.values()) list.sort((a, b) => (a.first < b.first ? -1 : 1));
  return (text) => {
    // A pod's address is the cluster's text, and may be none.
    if (!isCidr(text)) return undefined;
    const { family, first } = parseBlock(text);
    return alone.get(`${family} ${first}`) ?? lastFrom(prefixes.get(family) ?? [], first)?.of;
  };
}

/** The one of the sorted ranges that holds the address. */
function lastFrom(ranges: readonly Delegated[], address: bigint): Delegated | undefined {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range !== undefined && range.first <= address) low = middle + 1;
    else high = middle;
  }
  const found = ranges[low - 1];
  return found !== undefined && address <= found.last ? found : undefined;
}

/** Why an address leads to no interface. */
export const whyNoInterface = (address: string): Reason => ({
  code: "not-supported",
  message: `Address ${address} is on no network interface of the VPC.`,
});
