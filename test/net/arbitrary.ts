import fc from "fast-check";

/** IPv6 addresses near the places where arithmetic goes wrong: the IPv4-mapped block, the ends, and anywhere. */
const ipv6 = fc.oneof(
  fc.ipV6(),
  fc.ipV4().map((address) => `::ffff:${address}`),
  fc.constantFrom("::", "::fffe:ffff:ffff", "::ffff:0:0", "::ffff:ffff:ffff", "::1:0:0:0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
);

export const ipv4Cidr = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([address, length]) => `${address}/${length}`);
export const ipv6Cidr = fc.tuple(ipv6, fc.integer({ min: 0, max: 128 })).map(([address, length]) => `${address}/${length}`);
/** A block of either family. */
export const cidr = fc.oneof(ipv4Cidr, ipv6Cidr);
/** An address of either family. */
export const address = fc.oneof(fc.ipV4(), ipv6);
