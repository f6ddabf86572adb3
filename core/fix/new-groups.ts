/** Security groups that a plan makes, by what those who carry them were before. */
import type { ClusterFacts } from "../model/cluster.ts";
import { interfacesByAddress } from "../net/workloads/interfaces.ts";

/** The groups that each of a group's members had before, every set of them once; undefined where that of one is not known. */
export type Before = readonly (readonly string[])[] | undefined;

/** Of every group that an interface has afterwards and that was not there before. */
export function membersOfNewGroups(before: ClusterFacts, after: ClusterFacts): ReadonlyMap<string, Before> {
  const { securityGroups: old, networkInterfaces } = after;
  const found = new Map<string, Before>();
  if (before.securityGroups.state === "unknown" || old.state === "unknown" || networkInterfaces.state === "unknown") return found;
  const were = new Set(before.securityGroups.value.map(({ id }) => id));
  const fresh = old.value.filter(({ id }) => !were.has(id));
  if (fresh.length === 0) return found;
  const interfaceOf = interfacesByAddress(before.networkInterfaces);
  for (const { id } of fresh) {
    const members = networkInterfaces.value.filter(({ groupIds }) => groupIds.includes(id));
    if (members.length === 0) continue;
    // Its interfaces are none that are read of a load balancer that is made.
    const isOfOthers =
      after.loadBalancers.state === "known" && after.loadBalancers.value.some(({ securityGroupIds }) => securityGroupIds.includes(id));
    if (isOfOthers) {
      found.set(id, undefined);
      continue;
    }
    const had = members.flatMap(({ privateIpv4, ipv6 }) => {
      const addresses = [...privateIpv4, ...ipv6];
      if (addresses.length === 0 || interfaceOf.state === "unknown") return [undefined];
      return addresses.map((address) => interfaceOf.value(address)?.groupIds.toSorted());
    });
    const sets = new Map(had.map((ids) => [ids?.join(" "), ids]));
    const every = [...sets.values()];
    found.set(id, every.every((ids) => ids !== undefined && ids.length > 0) ? every.filter((ids) => ids !== undefined) : undefined);
  }
  return found;
}
