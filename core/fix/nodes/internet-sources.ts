/** Closing ports to the internet: the widest sources go first, narrow ones stay. */
import { exposuresIn } from "../../checks/nodes/ports-not-public.ts";
import type { ClusterFacts } from "../../model/cluster.ts";
import type { Settings } from "../../model/settings.ts";
import type { NetworkInterface } from "../../model/vpc.ts";
import { type AddressSet, parseFilterCidrs, sizeOf, union } from "../../net/addresses.ts";
import { globallyReachable, isInternet } from "../../net/internet.ts";
import type { Machine } from "../../net/nodes/machines.ts";
import type { Ports } from "../../net/security-group.ts";
import type { Source } from "../narrowed-rules.ts";
import type { Closing } from "./closed-pool.ts";

/** Private addresses reach nodes by other ways than the internet. Source: RFC 1918, RFC 6598, RFC 4193. */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];

export const closingToInternet = ({ internet, trustedCidrs }: Settings, ports: (machine: Machine) => readonly Ports[]): Closing => ({
  ports,
  openOn: (facts: ClusterFacts) => {
    const exposureOf = exposuresIn(facts, { internet });
    return (machine): NetworkInterface | undefined => {
      const exposure = exposureOf(machine, ports(machine));
      return exposure.state === "open" ? exposure.networkInterface : undefined;
    };
  },
  strangers: (sources) => widest(sources, { internet }),
  // What the organization calls its own stays, unless that is the internet itself.
  keep: parseFilterCidrs([...privateRanges, ...(isInternet(parseFilterCidrs(trustedCidrs), internet) ? [] : trustedCidrs)]),
});

/** Those without which the rest is no internet: of each family the widest, one after the other. */
function widest(sources: readonly Source[], { internet }: Pick<Settings, "internet">): readonly Source[] {
  const out = new Set<Source>();
  for (const family of ["ipv4", "ipv6"] as const) {
    const only = (set: AddressSet): AddressSet => ({ ipv4: [], ipv6: [], [family]: set[family] });
    const sized = sources
      .map((source) => ({ source, addresses: only(source.addresses), size: sizeOf(globallyReachable(source.addresses))[family] }))
      .toSorted((a, b) => (a.size < b.size ? 1 : a.size > b.size ? -1 : 0));
    while (isInternet(union(...sized.map(({ addresses }) => addresses)), internet)) {
      const next = sized.shift();
      if (next === undefined) break;
      out.add(next.source);
    }
  }
  return [...out];
}
