/** The address space that is not globally reachable, as data. */

/** One block of a registry. */
export interface SpecialBlock {
  readonly block: string;
  readonly name: string;
  /** Parts of the block that the registry calls globally reachable. */
  readonly reachable?: readonly string[];
}

/**
 * Blocks whose "Globally Reachable" is False in the IANA special-purpose address registries, with multicast and the space
 * that is reserved or unassigned. Blocks that the registries call "N/A" (6to4, Teredo, the 6to4 relay anycast) stay reachable:
 * when in doubt, a range is not called harmless.
 * Sources, as of 2025-10-09: iana.org/assignments/iana-ipv4-special-registry, iana-ipv6-special-registry,
 * ipv4-address-space (multicast), ipv6-address-space (all but 2000::/3 is reserved, local or multicast).
 */
export const notGloballyReachable: readonly SpecialBlock[] = [
  { block: "0.0.0.0/8", name: "this network" },
  { block: "10.0.0.0/8", name: "private use" },
  { block: "100.64.0.0/10", name: "shared address space" },
  { block: "127.0.0.0/8", name: "loopback" },
  { block: "169.254.0.0/16", name: "link-local" },
  { block: "172.16.0.0/12", name: "private use" },
  { block: "192.0.0.0/24", name: "IETF protocol assignments", reachable: ["192.0.0.9/32", "192.0.0.10/32"] },
  { block: "192.0.2.0/24", name: "documentation" },
  { block: "192.168.0.0/16", name: "private use" },
  { block: "198.18.0.0/15", name: "benchmarking" },
  { block: "198.51.100.0/24", name: "documentation" },
  { block: "203.0.113.0/24", name: "documentation" },
  { block: "224.0.0.0/4", name: "multicast" },
  { block: "240.0.0.0/4", name: "reserved, and limited broadcast" },

  { block: "::/3", name: "reserved, loopback, local-use translation, discard-only", reachable: ["64:ff9b::/96"] },
  {
    block: "2001::/23",
    name: "IETF protocol assignments",
    reachable: [
      "2001::/32",
      "2001:1::1/128",
      "2001:1::2/128",
      "2001:1::3/128",
      "2001:3::/32",
      "2001:4:112::/48",
      "2001:20::/28",
      "2001:30::/28",
    ],
  },
  { block: "2001:db8::/32", name: "documentation" },
  { block: "3fff::/20", name: "documentation" },
  { block: "4000::/2", name: "reserved, and segment routing" },
  { block: "8000::/1", name: "reserved, unique local, link-local, multicast" },
];
