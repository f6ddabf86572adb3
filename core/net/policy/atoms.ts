import type { AddressRange } from "../addresses.ts";
import { type AddressSet, allAddresses } from "../addresses.ts";
import type { PolicyModel } from "./model.ts";

/** Addresses that every rule of the policies treats alike. */
export interface Atom {
  readonly family: "ipv4" | "ipv6";
  readonly range: AddressRange;
  readonly addresses: AddressSet;
}

/** All addresses, cut wherever a range of a rule begins or ends, in order, IPv4 first. */
export function atoms({ tiers }: PolicyModel): readonly Atom[] {
  const rules = tiers.flatMap(({ policies }) => policies.flatMap(({ ingress = [], egress = [] }) => [...ingress, ...egress]));
  const sets = rules.flatMap(({ peers = [] }) => peers.flatMap((peer) => ("addresses" in peer ? [peer.addresses] : [])));
  return (["ipv4", "ipv6"] as const).flatMap((family) => {
    const starts = new Set(allAddresses[family].map(({ first }) => first));
    for (const set of sets) {
      for (const { first, last } of set[family]) {
        starts.add(first);
        starts.add(last + 1n);
      }
    }
    const sorted = [...starts].sort((a, b) => (a < b ? -1 : 1));
    return sorted.flatMap((first, i) => {
      const whole = allAddresses[family].find((range) => range.first <= first && first <= range.last);
      if (whole === undefined) return []; // between the two parts of IPv6, or behind the last address
      const next = sorted[i + 1];
      const last = next === undefined || next > whole.last ? whole.last : next - 1n;
      const range = { first, last };
      return [{ family, range, addresses: { ipv4: [], ipv6: [], [family]: [range] } }];
    });
  });
}
