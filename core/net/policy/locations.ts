import { type AddressSet, intersection, isEmpty } from "../addresses.ts";

/** Things that lie at addresses, found by an address. */
export class Locations<T> {
  readonly #all: readonly { readonly at: AddressSet; readonly one: T }[];
  /** Sorted: where some set begins, or has just ended. Between two of them all addresses are alike. */
  readonly #cuts: { readonly ipv4: readonly bigint[]; readonly ipv6: readonly bigint[] };
  readonly #found = new Map<string, readonly T[]>();

  constructor(all: readonly { readonly at: AddressSet; readonly one: T }[]) {
    this.#all = all;
    const sets = all.map(({ at }) => at);
    this.#cuts = { ipv4: cutsOf("ipv4", sets), ipv6: cutsOf("ipv6", sets) };
  }

  /** The things of which an address is among the given ones. */
  at(addresses: AddressSet): readonly T[] {
    const places = (["ipv4", "ipv6"] as const).map((family) =>
      addresses[family].map(({ first, last }) => `${place(this.#cuts[family], first)}-${place(this.#cuts[family], last)}`).join(),
    );
    const key = places.join("|");
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const found = this.#all.filter(({ at }) => !isEmpty(intersection(at, addresses))).map(({ one }) => one);
    this.#found.set(key, found);
    return found;
  }
}

/** Sorted, each once: the starts of all ranges, and the addresses behind their ends. */
export function cutsOf(family: "ipv4" | "ipv6", sets: readonly AddressSet[]): readonly bigint[] {
  const cuts = new Set<bigint>();
  for (const set of sets) for (const { first, last } of set[family]) cuts.add(first).add(last + 1n);
  return [...cuts].sort((a, b) => (a < b ? -1 : 1));
}

/** How many of the cuts lie at the address or before it. */
function place(cuts: readonly bigint[], address: bigint): number {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const cut = cuts[middle];
    if (cut !== undefined && cut <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}
