/** The kubelets of a cluster's nodes, as few classes of them: of one class all are guarded by the same rules. */
import { type Fact, known, type Reason } from "../../model/fact.ts";
import type { NetworkInterface } from "../../model/vpc.ts";
import type { Node, Pod } from "../../model/workloads.ts";
import { isCidr } from "../address-text.ts";
import { type AddressSet, difference, intersection, noAddresses, parseCidrs, union } from "../addresses.ts";
import { indexInstances, instanceIdOf, platformOf } from "../nodes/node-identity.ts";
import type { Place } from "../reach/within-vpc.ts";
import { interfacesByAddress, whyNoInterface } from "../workloads/interfaces.ts";

export interface NodeClass {
  /** Absent where the nodes' addresses are on no interface of the VPC; `unplaced` says why. */
  readonly place?: Place;
  readonly unplaced?: Reason;
  readonly nodes: readonly Node[];
  /** status.addresses of type InternalIP: kubelets answer there. */
  readonly certain: AddressSet;
  /** Every address of the interfaces that is not a pod's: kubelets listen on all of the machine's. */
  readonly possible: AddressSet;
  /**
   * Those of them that are secondary addresses of interfaces and no Node tells of. VPC CNI and Cilium keep them for pods, and give
   * the machine none. Source: aws/amazon-vpc-cni-k8s pkg/networkutils/network.go (setupENINetwork).
   */
  readonly spare: AddressSet;
}

/** Nodes that were not read. */
export const unreadNodes = (unplaced: Reason): NodeClass => ({
  unplaced,
  nodes: [],
  certain: noAddresses,
  possible: noAddresses,
  spare: noAddresses,
});

interface Growing {
  readonly place?: Place;
  readonly unplaced?: Reason;
  readonly nodes: Map<string, Node>;
  readonly certain: string[];
  readonly possible: string[];
  readonly secondary: string[];
}

/** Every node stands in one class for each of the interfaces that it has. */
export function nodeClasses(
  nodes: readonly Node[],
  networkInterfaces: Fact<readonly NetworkInterface[]>,
  pods: readonly Pod[],
): readonly NodeClass[] {
  const interfaceOf = interfacesByAddress(networkInterfaces);
  const attached = attachedTo(networkInterfaces);
  const classes = new Map<string, Growing>();
  const add = (
    node: Node,
    its: NetworkInterface | Reason,
    texts: { readonly certain?: string; readonly possible: readonly string[] },
  ): void => {
    const isPlaced = "subnetId" in its;
    // A node without an address shares no class with one that has: what an engine does to addresses says nothing of it.
    const key = isPlaced ? [its.subnetId, its.groupIds.toSorted().join()].join(" ") : texts.possible.length > 0 ? "elsewhere" : "nowhere";
    const place = isPlaced ? { place: { subnetId: its.subnetId, groupIds: its.groupIds.toSorted() } } : { unplaced: its };
    const found: Growing = classes.get(key) ?? { ...place, nodes: new Map(), certain: [], possible: [], secondary: [] };
    classes.set(key, found);
    found.nodes.set(node.name, node);
    if (texts.certain !== undefined) found.certain.push(texts.certain);
    found.possible.push(...texts.possible);
    if (isPlaced) found.secondary.push(...secondaryOf(its));
  };
  for (const node of nodes) {
    const addresses = node.internalIps.filter(isCidr);
    if (addresses.length === 0) add(node, { code: "not-found", message: `Node ${node.name} has no internal address.` }, { possible: [] });
    for (const certain of addresses) {
      const its = interfaceOf.state === "known" ? interfaceOf.value(certain) : undefined;
      const why = interfaceOf.state === "known" ? whyNoInterface(certain) : interfaceOf.reason;
      add(node, its ?? why, { certain, possible: its === undefined ? [certain] : addressesOf(its) });
    }
    for (const its of attached(node)) add(node, its, { possible: addressesOf(its) });
  }
  const podAddresses = parseCidrs(pods.filter(({ spec }) => !spec.hostNetwork).flatMap(({ podIps }) => podIps.filter(isCidr)));
  return [...classes.values()].map(({ nodes: members, certain, possible, secondary, ...place }) => {
    const internal = parseCidrs(certain);
    const all = union(internal, difference(parseCidrs(possible), podAddresses));
    return {
      ...place,
      nodes: [...members.values()],
      certain: internal,
      possible: all,
      spare: intersection(all, difference(parseCidrs(secondary), internal)),
    };
  });
}

/** Prefixes are delegated for pods: no machine answers at an address of one. */
const addressesOf = ({ privateIpv4, ipv6 }: NetworkInterface): readonly string[] =>
  [...privateIpv4, ...ipv6].filter((text) => !text.includes("/"));

const secondaryOf = ({ privateIpv4 }: NetworkInterface): readonly string[] => privateIpv4.slice(1).filter((text) => !text.includes("/"));

/** Interfaces of the instance that a node is, those of single pods aside. */
function attachedTo(networkInterfaces: Fact<readonly NetworkInterface[]>): (node: Node) => readonly NetworkInterface[] {
  const index = indexInstances({ networkInterfaces, instances: known([]) });
  return (node) => {
    const instanceId = platformOf(node) === "ec2" ? instanceIdOf(node, index) : undefined;
    const its = instanceId === undefined ? undefined : index.interfaces(instanceId);
    return its?.state === "known" ? its.value.filter(({ type }) => type !== "branch") : [];
  };
}
