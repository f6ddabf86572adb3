import type { PrefixList } from "../../model/aws.ts";
import type { Fact } from "../../model/fact.ts";
import type { NetworkInterface, RouteTable } from "../../model/vpc.ts";
import type { Pod } from "../../model/workloads.ts";
import { intersection, union } from "../addresses.ts";
import { anywhere, type WayOut, waysOut } from "../reach/egress.ts";
import { interfacesByAddress, whyNoInterface } from "./interfaces.ts";

/**
 * Where the routes of a pod's subnet lead it. VPC CNI sends what leaves the VPC by the address of the node, unless told otherwise,
 * so that the node's subnet may decide as well. Source: aws/amazon-vpc-cni-k8s README.md, AWS_VPC_K8S_CNI_EXTERNALSNAT.
 */
export function podWaysOut(facts: {
  readonly vpcId: string;
  readonly routeTables: Fact<readonly RouteTable[]>;
  readonly prefixLists: Fact<readonly PrefixList[]>;
  readonly networkInterfaces: Fact<readonly NetworkInterface[]>;
}): { readonly subnetsOf: (pod: Pod) => string; readonly of: (pod: Pod) => WayOut } {
  const bySubnet = waysOut(facts);
  const interfaceOf = interfacesByAddress(facts.networkInterfaces);
  const placesOf = ({ podIps, hostIp }: Pod): readonly string[] => {
    if (interfaceOf.state === "unknown") return [];
    const own = podIps[0] === undefined ? undefined : interfaceOf.value(podIps[0]);
    const node = hostIp === undefined ? undefined : interfaceOf.value(hostIp);
    return [...new Set([own, node].flatMap((one) => (one === undefined ? [] : [one.subnetId])))].sort();
  };
  return {
    subnetsOf: (pod) => placesOf(pod).join(" "),
    of: (pod) => {
      if (interfaceOf.state === "unknown") return anywhere(interfaceOf.reason);
      const ways = placesOf(pod).map(bySubnet);
      const [first, ...others] = ways;
      if (first === undefined) return anywhere(whyNoInterface(pod.podIps[0] ?? `of pod ${pod.namespace}/${pod.name}`));
      const doubt = ways.flatMap((way) => way.doubt ?? [])[0] ?? (others.length === 0 ? undefined : twoSubnets);
      const [atLeast, atMost] = [
        others.reduce((set, way) => intersection(set, way.atLeast), first.atLeast),
        others.reduce((set, way) => union(set, way.atMost), first.atMost),
      ];
      return { ...first, atLeast, atMost, ...(doubt === undefined ? {} : { doubt }) };
    },
  };
}

const twoSubnets = {
  code: "not-supported",
  message: "The pod's subnet and its node's lead to different addresses, and which of them decides is not read.",
} as const;
