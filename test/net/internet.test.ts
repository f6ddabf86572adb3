import fc from "fast-check";
import { expect, it } from "vitest";
import {
  type AddressSet,
  intersection,
  isEmpty,
  isWithin,
  parseCidrs,
  parseFilterCidrs,
  sizeOf,
  toCidrs,
} from "../../core/net/addresses.ts";
import { globallyReachable, isInternet } from "../../core/net/internet.ts";
import { notGloballyReachable } from "../../core/net/special-purpose.ts";
import { cidr } from "./arbitrary.ts";

const limits = { ipv4Prefix: 8, ipv6Prefix: 19 };
const quarters = ["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"];

it.each<readonly [string, readonly string[], boolean]>([
  ["the internet: 0.0.0.0/0", ["0.0.0.0/0"], true],
  ["the internet: halves", ["0.0.0.0/1", "128.0.0.0/1"], true],
  ["the internet: one half", ["128.0.0.0/1"], true],
  ["the internet: quarters", quarters, true],
  ["the internet: a quarter", ["64.0.0.0/2"], true],
  [
    "the internet: six scattered blocks of a /9, together three times a /8",
    Array.from({ length: 6 }, (_, i) => `${20 + 2 * i}.0.0.0/9`),
    true,
  ],
  ["the internet: ::/0", ["::/0"], true],
  ["the internet: 2000::/3", ["2000::/3"], true],
  ["the internet: halves of IPv6", ["::/1", "8000::/1"], true],
  ["the internet: IPv4 mapped into IPv6", ["::ffff:0:0/96"], true],
  ["the internet: IPv4 mapped, in dotted form", ["::ffff:0.0.0.0/96"], true],
  ["the internet: a half mapped, the other plain", ["::ffff:0.0.0.0/97", "128.0.0.0/1"], true],
  ["the internet: 6to4, which wraps all of IPv4", ["2002::/16"], true],
  ["the internet: a /8 plus one address", ["8.0.0.0/8", "9.9.9.9/32"], true],
  ["the internet: a /19 plus one address", ["2a00::/19", "2600::1/128"], true],
  ["not: exactly a /8", ["8.0.0.0/8"], false],
  ["not: a /8 as halves, written twice", ["8.0.0.0/9", "8.128.0.0/9", "8.0.0.0/8"], false],
  ["not: exactly a /19", ["2a00::/19"], false],
  ["not: a /8 of each family's limit", ["8.0.0.0/8", "2a00::/19"], false],
  ["not: a /8 plus any number of private addresses", ["8.0.0.0/8", "10.0.0.0/8", "192.168.0.0/16", "100.64.0.0/10"], false],
  ["not: private addresses alone", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"], false],
  ["not: 0.0.0.0/8 and 127.0.0.0/8", ["0.0.0.0/8", "127.0.0.0/8"], false],
  ["not: multicast and reserved space", ["224.0.0.0/3"], false],
  ["not: 8000::/1, where nothing is assigned that is reachable", ["8000::/1"], false],
  ["not: unique local addresses", ["fc00::/7"], false],
  ["not: 6to4 within a /19", ["2002::/19"], false],
  ["not: one address", ["8.8.8.8"], false],
  ["not: nothing", [], false],
])("%s", (_rule, cidrs, expected) => {
  expect(isInternet(parseCidrs(cidrs), limits)).toBe(expected);
});

it.each([
  [{ ipv4Prefix: 16, ipv6Prefix: 32 }, ["8.8.0.0/16"], false],
  [{ ipv4Prefix: 16, ipv6Prefix: 32 }, ["8.8.0.0/16", "9.9.9.9"], true],
  [{ ipv4Prefix: 16, ipv6Prefix: 32 }, ["2600:1f18::/32"], false],
  [{ ipv4Prefix: 16, ipv6Prefix: 32 }, ["2600:1f18::/31"], true],
  [{ ipv4Prefix: 0, ipv6Prefix: 0 }, ["0.0.0.0/0", "::/0"], false],
  [{ ipv4Prefix: 32, ipv6Prefix: 128 }, ["8.8.8.8"], false],
  [{ ipv4Prefix: 32, ipv6Prefix: 128 }, ["8.8.8.8/31"], true],
] as const)("the limits decide: %j, %j", (own, cidrs, expected) => {
  expect(isInternet(parseCidrs(cidrs), own)).toBe(expected);
});

it.each<readonly [string, readonly string[], readonly string[]]>([
  ["private", ["10.1.2.3", "172.31.255.255", "192.168.0.1"], []],
  ["just outside private", ["9.255.255.255", "172.32.0.0", "192.167.255.255"], ["9.255.255.255/32", "172.32.0.0/32", "192.167.255.255/32"]],
  ["shared", ["100.64.0.0/10", "100.128.0.0/32"], ["100.128.0.0/32"]],
  ["link-local, loopback", ["169.254.169.254", "127.0.0.1", "::1", "fe80::1"], []],
  ["documentation", ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"], []],
  ["benchmarking", ["198.18.0.0/15", "2001:2::/48"], []],
  ["the two reachable addresses of 192.0.0.0/24", ["192.0.0.0/24"], ["192.0.0.9/32", "192.0.0.10/32"]],
  ["the reachable parts of 2001::/23", ["2001:20::1", "2001:30::1", "2001:10::1"], ["2001:20::1/128", "2001:30::1/128"]],
  ["discard-only, local-use translation, segment routing", ["100::1", "64:ff9b:1::1", "5f00::1"], []],
  ["the well-known translation prefix", ["64:ff9b::/96"], ["64:ff9b::/96"]],
  ["mapped private addresses", ["::ffff:10.0.0.1"], []],
  ["mapped public addresses", ["::ffff:8.8.8.8"], ["8.8.8.8/32"]],
  ["an EKS customer's own address", ["54.240.0.1", "2600:1f18::1"], ["54.240.0.1/32", "2600:1f18::1/128"]],
])("globally reachable of %s", (_what, cidrs, reachable) => {
  expect(toCidrs(globallyReachable(parseCidrs(cidrs)))).toEqual(reachable);
});

it("counts what the registries leave of the IPv4 space", () => {
  // 2^32 less 0/8, 10/8, 127/8, 224/3, 100.64/10, 172.16/12, 198.18/15, 169.254/16, 192.168/16, four /24, but for two addresses.
  const special = 3 * 2 ** 24 + 2 ** 29 + 2 ** 22 + 2 ** 20 + 2 ** 17 + 2 * 2 ** 16 + 4 * 2 ** 8 - 2;
  expect(sizeOf(globallyReachable(parseCidrs(["0.0.0.0/0"]))).ipv4).toBe(BigInt(2 ** 32 - special));
});

it("the table's blocks do not overlap, and what is reachable in a block lies in it", () => {
  for (const [index, { block, reachable }] of notGloballyReachable.entries()) {
    const others: AddressSet = parseFilterCidrs(notGloballyReachable.filter((_, other) => other !== index).map((other) => other.block));
    expect(isEmpty(intersection(parseFilterCidrs([block]), others))).toBe(true);
    expect(isWithin(parseFilterCidrs(reachable ?? []), parseFilterCidrs([block]))).toBe(true);
  }
});

it("one more range never makes the internet smaller", () => {
  fc.assert(
    fc.property(fc.array(cidr, { maxLength: 6 }), cidr, (cidrs, more) => {
      if (isInternet(parseCidrs(cidrs), limits)) expect(isInternet(parseCidrs([...cidrs, more]), limits)).toBe(true);
    }),
  );
});
