import { BlockList, isIPv4, isIPv6 } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Settings } from "../../core/model/settings.ts";
import {
  type AddressSet,
  allAddresses,
  difference,
  holds,
  intersection,
  isCidr,
  isEmpty,
  isWithin,
  noAddresses,
  parseCidrs,
  parseFilterCidrs,
  sizeOf,
  toCidrs,
  toRangesText,
  union,
} from "../../core/net/addresses.ts";
import { AddressSyntaxError } from "../../core/net/errors.ts";
import { address, cidr, ipv4Cidr, ipv6Cidr } from "./arbitrary.ts";
import { networkOf, plus } from "./plain-arithmetic.ts";

const set: fc.Arbitrary<AddressSet> = fc.array(cidr, { maxLength: 8 }).map(parseCidrs);

describe("text that is an address or a block", () => {
  it.each([
    ["one IPv4 address", "10.0.0.1", ["10.0.0.1/32"]],
    ["host bits are ignored", "10.1.2.3/8", ["10.0.0.0/8"]],
    ["everything", "0.0.0.0/0", ["0.0.0.0/0"]],
    ["everything, with host bits", "255.255.255.255/0", ["0.0.0.0/0"]],
    ["one IPv6 address", "2001:DB8::1", ["2001:db8::1/128"]],
    ["IPv6 without zeros to leave out", "1:2:3:4:5:6:7:8", ["1:2:3:4:5:6:7:8/128"]],
    ["a double colon for one group", "1:2:3:4:5:6:7::", ["1:2:3:4:5:6:7:0/128"]],
    ["the first of the longest runs of zeros", "1:0:0:2:0:0:0:3", ["1:0:0:2::3/128"]],
    ["the first of two equal runs", "1:0:0:2:3:0:0:4", ["1::2:3:0:0:4/128"]],
    ["an embedded IPv4 address", "64:ff9b::10.0.0.1", ["64:ff9b::a00:1/128"]],
    ["an embedded IPv4 address after six groups", "1:2:3:4:5:6:1.2.3.4", ["1:2:3:4:5:6:102:304/128"]],
    ["an IPv4-mapped address", "::ffff:10.0.0.1", ["10.0.0.1/32"]],
    ["an IPv4-mapped block, in groups", "::ffff:a00:0/104", ["10.0.0.0/8"]],
    ["the whole IPv4-mapped block", "::ffff:0:0/96", ["0.0.0.0/0"]],
    ["a block around the IPv4-mapped block", "::/0", ["0.0.0.0/0", "::/0"]],
    ["the smallest block around it", "::fffe:0:0/95", ["0.0.0.0/0", "::fffe:0:0/96"]],
  ])("%s: %s", (_rule, text, canonical) => {
    expect(isCidr(text)).toBe(true);
    expect(toCidrs(parseCidrs([text]))).toEqual(canonical);
  });

  it.each([
    "",
    "/",
    "/8",
    "10.0.0.0/",
    "10.0.0.0/33",
    "10.0.0.0/08",
    "10.0.0.0/8/8",
    "10.0.0.0/-1",
    "10.0.0.0/8.0",
    "10.0.0.0/255.0.0.0",
    "10.0.0.0 /8",
    " 10.0.0.0/8",
    "10.0.0.0/8\n",
    "010.0.0.0/8",
    "10.0.0.00",
    "0x0a.0.0.0",
    "256.0.0.0",
    "10.0.0",
    "10.0.0.0.0",
    "10",
    "a.b.c.d",
    "١٠.0.0.0",
    "2001:db8",
    "2001:db8::/129",
    "::/",
    ":::",
    ":",
    "1::2::3",
    ":1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "::1:2:3:4:5:6:7:8",
    "12345::",
    "g::",
    "fe80::1%eth0",
    "[::1]",
    "::1.2.3.4:5",
    "1.2.3.4::",
    "::1.2.3.04",
    "1:2:3:4:5:6:7:1.2.3.4",
    "::ffff:256.0.0.0",
    "all",
    "pl-63a5400a",
  ])("is neither: %j", (text) => {
    expect(isCidr(text)).toBe(false);
    expect(() => parseCidrs(["10.0.0.0/8", text])).toThrow(AddressSyntaxError);
  });

  it("the error shows the text, and says what to write", () => {
    expect(() => parseCidrs(["010.0.0.0/8"])).toThrow(
      expect.objectContaining({
        text: "010.0.0.0/8",
        message: '"010.0.0.0/8" is no IP address and no CIDR block.',
        hint: expect.stringContaining("203.0.113.0/24"),
      }),
    );
  });

  it("what is an address is what node:net says it is, zones apart", () => {
    const noise = fc.string({ unit: fc.constantFrom(..."0123456789abcdefF:.:.::"), maxLength: 24 });
    fc.assert(
      fc.property(fc.oneof(noise, address), (text) => {
        expect(isCidr(text)).toBe(isIPv4(text) || isIPv6(text));
      }),
    );
  });
});

it("what a configuration may hold as a block is read as one", () => {
  const noise = fc.string({ unit: fc.constantFrom(..."0123456789abcdefF:.:.::/"), maxLength: 24 });
  const accepted = (text: string) => Settings.safeParse({ trustedCidrs: [text] }).success;
  fc.assert(
    fc.property(fc.oneof(noise, cidr), (text) => {
      if (accepted(text)) expect(isCidr(text)).toBe(true);
    }),
    { numRuns: 1000 },
  );
  expect(accepted("2001:db8::/32")).toBe(true);
});

describe("sets", () => {
  it("are equal values when they hold the same addresses, in whatever order and pieces they were written", () => {
    fc.assert(
      fc.property(fc.uniqueArray(cidr, { maxLength: 6 }), fc.func(fc.integer()), (cidrs, shuffle) => {
        const shuffled = [...cidrs].sort((a, b) => shuffle(a, b));
        expect(parseCidrs([...shuffled, ...cidrs])).toEqual(parseCidrs(cidrs));
      }),
    );
  });

  it("do not change when a block is split in two", () => {
    const splittable = fc.oneof(
      fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 31 }), fc.constant(32)),
      fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 127 }), fc.constant(128)),
      // Around and inside ::ffff:0:0/96.
      fc.tuple(fc.constant("::ffff:0:0"), fc.integer({ min: 0, max: 127 }), fc.constant(128)),
    );
    fc.assert(
      fc.property(splittable, ([base, length, bits]) => {
        const network = networkOf(base, length);
        const upper = plus(network, 1n << BigInt(bits - length - 1));
        expect(parseCidrs([`${network}/${length + 1}`, `${upper}/${length + 1}`])).toEqual(parseCidrs([`${base}/${length}`]));
      }),
    );
  });

  it("are read again from their blocks, which are disjoint and of which no two make one", () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        for (const value of [a, difference(a, b)]) expect(parseCidrs(toCidrs(value))).toEqual(value);
        expect(parseFilterCidrs(toCidrs(a))).toEqual(a);
      }),
    );
  });

  it("need the fewest blocks", () => {
    expect(toCidrs(parseCidrs(["10.0.0.1", "10.0.0.2/31", "10.0.0.4/30", "10.0.0.8"]))).toEqual([
      "10.0.0.1/32",
      "10.0.0.2/31",
      "10.0.0.4/30",
      "10.0.0.8/32",
    ]);
    expect(toCidrs(difference(parseCidrs(["0.0.0.0/0"]), parseCidrs(["0.0.0.0/32"])))).toHaveLength(32);
    expect(toCidrs(allAddresses)).toEqual(["0.0.0.0/0", "::/0"]);
    expect(toCidrs(noAddresses)).toEqual([]);
  });

  it("keep the law of a lattice", () => {
    fc.assert(
      fc.property(set, set, set, (a, b, c) => {
        expect(union(a, b)).toEqual(union(b, a));
        expect(intersection(a, b)).toEqual(intersection(b, a));
        expect(union(a, b, c)).toEqual(union(union(a, b), c));
        expect(intersection(intersection(a, b), c)).toEqual(intersection(a, intersection(b, c)));
        expect(union(a, intersection(a, b))).toEqual(a);
        expect(intersection(a, union(a, b))).toEqual(a);
        expect(intersection(a, union(b, c))).toEqual(union(intersection(a, b), intersection(a, c)));
        expect(difference(a, union(b, c))).toEqual(intersection(difference(a, b), difference(a, c)));
        expect(union(difference(a, b), intersection(a, b))).toEqual(a);
        expect(isEmpty(intersection(difference(a, b), b))).toBe(true);
        expect(difference(allAddresses, difference(allAddresses, a))).toEqual(a);
      }),
    );
  });

  it("have bounds: nothing, and everything", () => {
    fc.assert(
      fc.property(set, (a) => {
        expect(union(a, noAddresses)).toEqual(a);
        expect(intersection(a, allAddresses)).toEqual(a);
        expect(isWithin(a, allAddresses)).toBe(true);
        expect(isWithin(noAddresses, a)).toBe(true);
        expect(isWithin(a, noAddresses)).toBe(isEmpty(a));
      }),
    );
    expect(parseCidrs([])).toEqual(noAddresses);
    expect(parseCidrs(["0.0.0.0/0", "::/0"])).toEqual(allAddresses);
    expect(union()).toEqual(noAddresses);
  });

  it("lie within another exactly when they add nothing to it", () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        expect(isWithin(a, b)).toBe(JSON.stringify(toCidrs(union(a, b))) === JSON.stringify(toCidrs(b)));
        expect(isWithin(a, union(a, b))).toBe(true);
      }),
    );
  });

  it("count each address once", () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const [both, either, left, right] = [intersection(a, b), union(a, b), a, b].map(sizeOf) as [Size, Size, Size, Size];
        expect(either.ipv4 + both.ipv4).toBe(left.ipv4 + right.ipv4);
        expect(either.ipv6 + both.ipv6).toBe(left.ipv6 + right.ipv6);
      }),
    );
    expect(sizeOf(allAddresses)).toEqual({ ipv4: 2n ** 32n, ipv6: 2n ** 128n - 2n ** 32n });
    expect(sizeOf(parseCidrs(["10.0.0.0/8", "10.0.0.0/9", "2001:db8::/32"]))).toEqual({ ipv4: 2n ** 24n, ipv6: 2n ** 96n });
  });

  it("hold an address exactly when node:net's BlockList does", () => {
    const near = fc.oneof(address, ipv4Cidr.map(base), ipv6Cidr.map(base));
    const check = (cidrs: fc.Arbitrary<string>, family: "ipv4" | "ipv6", isProbe: (text: string) => boolean) =>
      fc.assert(
        fc.property(fc.array(cidrs, { maxLength: 6 }), near.filter(isProbe), (blocks, probe) => {
          const list = new BlockList();
          for (const block of blocks) list.addSubnet(base(block), Number(block.slice(block.indexOf("/") + 1)), family);
          expect(holds(parseCidrs(blocks), probe)).toBe(list.check(probe, isIPv4(probe) ? "ipv4" : "ipv6"));
        }),
        { numRuns: 500 },
      );
    check(ipv4Cidr, "ipv4", () => true);
    check(ipv6Cidr, "ipv6", isIPv6);
  });

  it("agree with lists of single addresses, where the universe is small enough to write down", () => {
    // 64 IPv4 addresses, every other one written as IPv4-mapped.
    const offset = 32;
    const universe = Array.from({ length: 64 }, (_, i) => i);
    const tinyBlock = fc.tuple(fc.integer({ min: 0, max: 63 }), fc.integer({ min: 26, max: 32 }), fc.boolean());
    const tiny = fc.array(tinyBlock, { maxLength: 5 });
    const written = (blocks: readonly (readonly [number, number, boolean])[]) =>
      parseCidrs(
        blocks.map(([host, length, isMapped]) => (isMapped ? `::ffff:10.0.0.${host}/${96 + length}` : `10.0.0.${host}/${length}`)),
      );
    const members = (blocks: readonly (readonly [number, number, boolean])[]) =>
      universe.filter((i) =>
        blocks.some(([host, length]) => Math.floor(i / 2 ** (offset - length)) === Math.floor(host / 2 ** (offset - length))),
      );
    const found = (value: AddressSet) => universe.filter((i) => holds(value, `10.0.0.${i}`));
    fc.assert(
      fc.property(tiny, tiny, (a, b) => {
        const [left, right] = [members(a), members(b)];
        expect(found(written(a))).toEqual(left);
        expect(found(union(written(a), written(b)))).toEqual(universe.filter((i) => left.includes(i) || right.includes(i)));
        expect(found(intersection(written(a), written(b)))).toEqual(left.filter((i) => right.includes(i)));
        expect(found(difference(written(a), written(b)))).toEqual(left.filter((i) => !right.includes(i)));
        expect(isWithin(written(a), written(b))).toBe(left.every((i) => right.includes(i)));
        expect(sizeOf(written(a)).ipv4).toBe(BigInt(left.length));
      }),
    );
  });
});

describe("ranges as text", () => {
  it.each([
    ["a block", ["10.0.0.0/16"], ["10.0.0.0-10.0.255.255"]],
    ["one address", ["10.0.0.7"], ["10.0.0.7-10.0.0.7"]],
    ["adjacent blocks are one range", ["10.0.0.0/16", "10.1.0.0/16"], ["10.0.0.0-10.1.255.255"]],
    [
      "both families, IPv4 first",
      ["2001:db8::/32", "10.0.0.0/8"],
      ["10.0.0.0-10.255.255.255", "2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
    ],
    ["all of IPv4", ["0.0.0.0/0"], ["0.0.0.0-255.255.255.255"]],
  ])("%s", (_rule, cidrs, text) => {
    expect(toRangesText(parseCidrs(cidrs))).toEqual(text);
  });

  it("all of IPv6 is one range, with or without the IPv4 addresses", () => {
    const everything = "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    expect(toRangesText(parseFilterCidrs(["::/0"]))).toEqual([everything]);
    expect(toRangesText(allAddresses)).toEqual(["0.0.0.0-255.255.255.255", everything]);
  });
});

describe("what a packet filter's blocks match", () => {
  it.each([
    ["::/0 matches no IPv4 packet", ["::/0"], "10.0.0.1", false],
    ["::/0 matches IPv6 packets", ["::/0"], "2600::1", true],
    ["0.0.0.0/0 matches no IPv6 packet", ["0.0.0.0/0"], "2600::1", false],
    ["a block beside ::/0 is not lost", ["::/0", "10.0.0.0/8"], "10.0.0.1", true],
    ["a block inside ::ffff:0:0/96 counts as IPv4", ["::ffff:10.0.0.0/104"], "10.0.0.1", true],
  ])("%s", (_rule, cidrs, probe, expected) => {
    expect(holds(parseFilterCidrs(cidrs), probe)).toBe(expected);
  });

  it("refuses text that is no block", () => {
    expect(() => parseFilterCidrs(["::/0", "::/200"])).toThrow(AddressSyntaxError);
  });
});

type Size = ReturnType<typeof sizeOf>;
const base = (block: string): string => block.slice(0, block.indexOf("/"));
