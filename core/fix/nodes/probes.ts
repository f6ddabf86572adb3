/** Whether kubelets reach pods that are behind a security group of their own: until then no rule stood between the two. */
import type { ClusterFacts } from "../../model/cluster.ts";
import type { Node, Pod } from "../../model/workloads.ts";
import { holds, isCidr } from "../../net/addresses.ts";
import { crossings, type Place } from "../../net/reach/within-vpc.ts";
import { indexGroups } from "../../net/security-group.ts";
import { interfacesByAddress } from "../../net/workloads/interfaces.ts";

/** The first port that a container names and its node does not reach, in a sentence. What probes ask for is not read. */
export function unreachedByNodes(after: ClusterFacts, pods: readonly Pod[], nodes: ReadonlyMap<string, Node>): string | undefined {
  const interfaceOf = interfacesByAddress(after.networkInterfaces);
  if (interfaceOf.state === "unknown") return interfaceOf.reason.message;
  const vpc = { groups: indexGroups(after.securityGroups, after.prefixLists), networkAcls: after.networkAcls };
  const placeAt = (address: string): Place | undefined => interfaceOf.value(address);
  const asked = new Map<string, boolean>();
  const crossers = new Map<number, ReturnType<typeof crossings>>();
  for (const pod of pods) {
    const to = placeAt(pod.podIps[0] ?? "");
    const address = nodes.get(pod.nodeName ?? "")?.internalIps.find((one) => isCidr(one) && isOfFamily(one, pod));
    const from = address === undefined ? undefined : placeAt(address);
    if (to === undefined || from === undefined || address === undefined)
      return `Node ${pod.nodeName} of pod ${pod.namespace}/${pod.name} has no address on an interface of the VPC from which its kubelet could probe the pod.`;
    for (const { protocol, containerPort } of pod.spec.containers.flatMap(({ ports }) => ports)) {
      if (protocol !== "TCP") continue;
      const cross = crossers.get(containerPort) ?? crossings({ protocol: "tcp", from: containerPort, to: containerPort }, vpc);
      crossers.set(containerPort, cross);
      const key = [from.subnetId, from.groupIds.join(), address, to.subnetId, to.groupIds.join(), pod.podIps[0], containerPort].join(" ");
      const { sources, destinations } = cross(from, to);
      const isThrough = asked.get(key) ?? (holds(sources.atLeast, address) && holds(destinations.atLeast, pod.podIps[0] ?? ""));
      asked.set(key, isThrough);
      if (!isThrough)
        return `Node ${pod.nodeName} would not be let in to port ${containerPort} of pod ${pod.namespace}/${pod.name}, which its kubelet may probe: no rule of the pods' security groups admits nodes there.`;
    }
  }
  return undefined;
}

const isOfFamily = (address: string, { podIps }: Pod): boolean => podIps.some((one) => one.includes(":") === address.includes(":"));
