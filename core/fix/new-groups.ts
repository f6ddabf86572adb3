/** Security groups that a plan puts something into, by what those who carry them from then on were before. */
import type { ClusterFacts } from "../model/cluster.ts";
import type { NetworkInterface } from "../model/vpc.ts";
import { interfacesByAddress } from "../net/workloads/interfaces.ts";

/** The groups that each of a group's new members had before, every set of them once; undefined where that of one is not known. */
export type Before = readonly (readonly string[])[] | undefined;

/** Of every group that an interface has afterwards and did not have before. */
export function newMembersOfGroups(before: ClusterFacts, after: ClusterFacts): ReadonlyMap<string, Before> {
  const { networkInterfaces } = after;
  const found = new Map<string, Before>();
  if (before.networkInterfaces === networkInterfaces || networkInterfaces.state === "unknown") return found;
  const were = new Map((before.networkInterfaces.state === "known" ? before.networkInterfaces.value : []).map((one) => [one.id, one]));
  const interfaceOf = interfacesByAddress(before.networkInterfaces);
  const addressesOf = ({ privateIpv4, ipv6 }: NetworkInterface): readonly string[] => [...privateIpv4, ...ipv6];
  const hadBy = (one: NetworkInterface): readonly (readonly string[] | undefined)[] => {
    const addresses = addressesOf(one);
    if (addresses.length === 0 || interfaceOf.state === "unknown") return [undefined];
    return addresses.map((address) => interfaceOf.value(address)?.groupIds.toSorted());
  };
  const members = networkInterfaces.value.flatMap((one) => {
    const { groupIds = [] } = were.get(one.id) ?? {};
    const fresh = one.groupIds.filter((id) => !groupIds.includes(id));
    if (fresh.length === 0) return [];
    const had = hadBy(one);
    // What had the group by each of its addresses is no new member.
    return fresh.filter((id) => !had.every((ids) => ids?.includes(id))).map((id) => ({ id, had }));
  });
  // Its interfaces are none that are read of a load balancer that is made.
  const ofLoadBalancers = new Set(
    after.loadBalancers.state === "known" ? after.loadBalancers.value.flatMap(({ securityGroupIds }) => securityGroupIds) : [],
  );
  for (const [id, its] of Map.groupBy(members, (one) => one.id)) {
    const sets = new Map(its.flatMap(({ had }) => had).map((ids) => [ids?.join(" "), ids]));
    const every = [...sets.values()];
    const isKnown = !ofLoadBalancers.has(id) && every.every((ids) => ids !== undefined && ids.length > 0);
    found.set(id, isKnown ? every.filter((ids) => ids !== undefined) : undefined);
  }
  return found;
}
