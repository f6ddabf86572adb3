import fc from "fast-check";
import { expect, it } from "vitest";
import { type Answer, grouped, type Reached, type Square, togetherReached } from "../../../core/net/connectivity/namespace-groups.ts";

const reached = fc.constantFrom<Reached>("all", "some", "perhaps", "nothing");
const answer: fc.Arbitrary<Answer> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Answer>({ reached: "all" }, { reached: "nothing" }) },
  { weight: 1, arbitrary: fc.constantFrom<Answer>({ reached: "some", ports: "TCP 80" }, { reached: "some" }, { reached: "perhaps" }) },
);

/** Namespaces of a few kinds, so that many are alike, and a few answers of their own. */
const square: fc.Arbitrary<Square> = fc
  .record({ size: fc.integer({ min: 1, max: 9 }), kinds: fc.integer({ min: 1, max: 3 }) })
  .chain(({ size, kinds }) =>
    fc.record({
      size: fc.constant(size),
      kindOf: fc.array(fc.nat(kinds - 1), { minLength: size, maxLength: size }),
      byKind: fc.array(answer, { minLength: 9, maxLength: 9 }),
      own: fc.array(answer, { minLength: 3, maxLength: 3 }),
      odd: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1), answer), { maxLength: 2 }),
      internet: fc.array(reached, { minLength: 6, maxLength: 6 }),
    }),
  )
  .map(({ size, kindOf, byKind, own, odd, internet }) => {
    const kind = (at: number): number => kindOf[at] ?? 0;
    return {
      size,
      between: (from, to) =>
        odd.find(([a, b]) => a === from && b === to)?.[2] ??
        (from === to ? own[kind(from)] : byKind[kind(from) * 3 + kind(to)]) ?? { reached: "nothing" as const },
      fromInternet: (at) => internet[kind(at)] ?? "nothing",
      toInternet: (at) => internet[3 + kind(at)] ?? "nothing",
    };
  });

it("grouping loses nothing: every answer can be read from the groups", () => {
  fc.assert(
    fc.property(square, (given) => {
      const { groups, between } = grouped(given, 40);
      const placeOf = (at: number): number => groups.findIndex(({ members }) => members.includes(at));
      expect(groups.flatMap(({ members }) => members).toSorted((a, b) => a - b)).toEqual(Array.from({ length: given.size }, (_, i) => i));
      for (let from = 0; from < given.size; from++) {
        const group = groups[placeOf(from)];
        expect([group?.fromInternet, group?.toInternet]).toEqual([given.fromInternet(from), given.toInternet(from)]);
        for (let to = 0; to < given.size; to++) {
          const said = from === to ? group?.within : placeOf(from) === placeOf(to) ? group?.among : between(placeOf(from), placeOf(to));
          expect([from, to, said]).toEqual([from, to, given.between(from, to)]);
        }
      }
    }),
  );
});

it("grouping is the coarsest: of any two groups something is said that tells them apart", () => {
  fc.assert(
    fc.property(square, (given) => {
      const { groups } = grouped(given, 40);
      const all = Array.from({ length: given.size }, (_, i) => i);
      const looks = (a: number, b: number) =>
        JSON.stringify([
          given.fromInternet(a),
          given.toInternet(a),
          given.between(a, a),
          given.between(a, b),
          ...all.flatMap((other) => (other === a || other === b ? [] : [given.between(a, other), given.between(other, a)])),
        ]);
      for (const [i, one] of groups.entries()) {
        for (const other of groups.slice(i + 1)) {
          const [a = 0, b = 0] = [one.members[0], other.members[0]];
          expect(looks(a, b)).not.toBe(looks(b, a));
        }
      }
    }),
  );
});

it("with less room nothing is said that does not hold of all of them together", () => {
  fc.assert(
    fc.property(square, fc.integer({ min: 1, max: 3 }), (given, most) => {
      const { groups, between } = grouped(given, most);
      expect(groups.length).toBeLessThanOrEqual(most);
      for (const [i, from] of groups.entries()) {
        expect(from.within.reached).toBe(togetherReached(from.members.map((at) => given.between(at, at).reached)));
        for (const [j, to] of groups.entries()) {
          const pairs = from.members.flatMap((a) => to.members.filter((b) => b !== a).map((b) => given.between(a, b).reached));
          const said = i === j ? from.among : between(i, j);
          if (pairs.length > 0) expect([i, j, said?.reached]).toEqual([i, j, togetherReached(pairs)]);
        }
      }
    }),
  );
});
