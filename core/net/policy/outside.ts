import { type AddressRange, type AddressSet, allAddresses } from "../addresses.ts";
import { intersect } from "../ranges.ts";
import { cutsOf } from "./locations.ts";
import { addressesMeant, type Rule, type Zone } from "./model.ts";
import { Signatures } from "./signatures.ts";

/** Addresses outside the cluster that are treated alike. */
export interface Stretch {
  readonly family: "ipv4" | "ipv6";
  readonly range: AddressRange;
  /** What is decided for them, by number. */
  readonly decision: number;
}

/** Every address of the zone, IPv4 first and in order, with what the rules decide for it. Neighbours with the same answer are one stretch. */
export function stretchesOf(
  rules: readonly Rule[],
  decisionOf: (isMeant: (rule: Rule) => boolean) => number,
  zone: Zone = "outside",
): readonly Stretch[] {
  const signatures = new Signatures(rules.length);
  const decided = new Map<number, number>();
  const decisionFor = (set: number): number => {
    const known = decided.get(set);
    if (known !== undefined) return known;
    const meant = new Set(signatures.rulesOf(set).map((i) => rules[i]));
    const decision = decisionOf((rule) => rule.peers === undefined || meant.has(rule));
    decided.set(set, decision);
    return decision;
  };
  return (["ipv4", "ipv6"] as const).flatMap((family) => {
    const sets = rules.map(({ peers }) => (peers ? addressesMeant(peers, zone) : nowhere));
    const starts = cutsOf(family, [allAddresses, ...sets]);
    const at = new Int32Array(starts.length);
    const placeOf = new Map(starts.map((start, i) => [start, i]));
    for (const [rule, set] of sets.entries()) {
      for (const { first, last } of set[family]) {
        const end = placeOf.get(last + 1n) ?? starts.length;
        for (let i = placeOf.get(first) ?? end; i < end; i++) at[i] = signatures.with(at[i] ?? 0, rule);
      }
    }
    const pieces = starts.flatMap((first, i) => {
      // The last start lies behind all addresses, and IPv4-mapped ones are IPv4: neither is in the family.
      if (!allAddresses[family].some((part) => part.first <= first && first <= part.last)) return [];
      return [{ family, range: { first, last: (starts[i + 1] ?? first + 1n) - 1n }, decision: decisionFor(at[i] ?? 0) }];
    });
    return joined(pieces);
  });
}

const nowhere = { ipv4: [], ipv6: [] };

/** Neighbours with the same decision as one. */
export function joined(pieces: readonly Stretch[]): readonly Stretch[] {
  const stretches: Stretch[] = [];
  for (const piece of pieces) {
    const before = stretches.at(-1);
    if (before?.family === piece.family && before.decision === piece.decision && adjoins(before, piece)) {
      stretches[stretches.length - 1] = { ...piece, range: { first: before.range.first, last: piece.range.last } };
    } else stretches.push(piece);
  }
  return stretches;
}

/** IPv6 runs on behind the block of IPv4-mapped addresses, which are IPv4. */
const adjoins = (before: Stretch, { family, range }: Stretch): boolean =>
  before.range.last + 1n === range.first || (family === "ipv6" && before.range.last < mappedFirst && range.first === mappedLast + 1n);
const mappedFirst = 0xffff_0000_0000n;
const mappedLast = 0xffff_ffff_ffffn;

/** Several partitions of all addresses as one, with their decisions combined. */
export function overlaid(partitions: readonly (readonly Stretch[])[], combine: (a: number, b: number) => number): readonly Stretch[] {
  const [first = [], ...more] = partitions;
  return more.reduce((a, b) => joined(zipped(a, b, combine)), first);
}

/** What is decided at some addresses in the place of what was. */
export function patched(
  base: readonly Stretch[],
  at: AddressSet,
  over: readonly Stretch[],
  combine: (before: number, there: number) => number,
): readonly Stretch[] {
  if (at.ipv4.length + at.ipv6.length === 0) return base;
  const elsewhere = -1;
  const there: Rule = { action: "allow", name: "", peers: { pods: [], outside: at } };
  const mask = stretchesOf([there], (isMeant) => (isMeant(there) ? 1 : elsewhere));
  return overlaid(
    [base, overlaid([mask, over], (isThere, decision) => (isThere === elsewhere ? elsewhere : decision))],
    (before, decision) => (decision === elsewhere ? before : combine(before, decision)),
  );
}

/** Both partition the same addresses, in the same order. */
function zipped(a: readonly Stretch[], b: readonly Stretch[], combine: (a: number, b: number) => number): readonly Stretch[] {
  const pieces: Stretch[] = [];
  for (let i = 0, j = 0; ; ) {
    const [one, other] = [a[i], b[j]];
    if (one === undefined || other === undefined) return pieces;
    const [range] = intersect([one.range], [other.range]);
    if (range !== undefined) pieces.push({ family: one.family, range, decision: combine(one.decision, other.decision) });
    if (one.range.last <= other.range.last) i++;
    if (other.range.last <= one.range.last) j++;
  }
}
