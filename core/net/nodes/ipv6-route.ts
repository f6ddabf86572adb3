/** Whether a subnet's IPv6 addresses are on the internet. */
import type { PrefixList } from "../../model/aws.ts";
import type { Fact, Reason } from "../../model/fact.ts";
import type { RouteTable } from "../../model/vpc.ts";
import { globallyReachable } from "../internet.ts";
import { entriesOf } from "../reach/prefix-list-entries.ts";
import { behindInternetGateway, routeTableOf } from "../reach/routes.ts";

export type Ipv6Route =
  | { readonly state: "gateway"; readonly routeTable: string }
  | { readonly state: "none" }
  | { readonly state: "unknown"; readonly reason: Reason };

/** Whether some public IPv6 address is exchanged packets with through an internet gateway, by subnet. Egress-only gateways do not count. */
export function ipv6RouteOf({
  vpcId,
  routeTables,
  prefixLists,
}: {
  readonly vpcId: string;
  readonly routeTables: Fact<readonly RouteTable[]>;
  readonly prefixLists: Fact<readonly PrefixList[]>;
}): (subnetId: string) => Ipv6Route {
  const prefixList = entriesOf(prefixLists);
  const worked = new Map<string, Ipv6Route>();
  const work = (subnetId: string): Ipv6Route => {
    if (routeTables.state === "unknown") return { state: "unknown", reason: routeTables.reason };
    const table = routeTableOf(subnetId, vpcId, routeTables.value);
    if (table === undefined) {
      return { state: "unknown", reason: { code: "not-found", message: `No route table was read for subnet ${subnetId}.` } };
    }
    const { atLeast, atMost, unread } = behindInternetGateway(table, prefixList);
    if (globallyReachable(atLeast).ipv6.length > 0) return { state: "gateway", routeTable: table.id };
    if (globallyReachable(atMost).ipv6.length === 0 || unread === undefined) return { state: "none" };
    return { state: "unknown", reason: unread };
  };
  return (subnetId) => {
    const found = worked.get(subnetId) ?? work(subnetId);
    worked.set(subnetId, found);
    return found;
  };
}
