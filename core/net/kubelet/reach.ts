/**
 * Which pods reach which kubelets, layer by layer: the VPC where the path crosses it, and the policy engine. A path is blocked
 * where one layer on it provably denies, and open where all of them provably allow.
 */
import type { Reason } from "../../model/fact.ts";
import type { Pod } from "../../model/workloads.ts";
import { isCidr } from "../address-text.ts";
import { type AddressSet, allAddresses, holds, intersection, isEmpty, noAddresses } from "../addresses.ts";
import {
  anythingUnlessKnown,
  type Bounds,
  both,
  type Crossing,
  crossings,
  everything,
  type InsideVpc,
  type Place,
} from "../reach/within-vpc.ts";
import type { Answer, EngineLayer } from "./engine.ts";
import type { PodClass } from "./sources.ts";
import type { NodeClass } from "./targets.ts";

/** The kubelet's API, and its read-only port. Source: kubernetes/kubernetes pkg/cluster/ports/ports.go. */
export const kubeletPorts = [10250, 10255] as const;

/** A pod and the node whose kubelet it reaches. */
export interface Witness {
  readonly pod: Pod;
  readonly node: string;
  readonly port: number;
}

/** Connections of one class of pods on one way: to the node they run on, or to a class of other nodes. */
export interface Path {
  readonly pods: PodClass;
  readonly way: "own node" | "other nodes";
  /** What security groups and network ACLs say, the engine aside. */
  readonly vpc: "denies" | "admits" | "unsure" | "not on the path";
  readonly state: "blocked" | "open" | "unsure";
  readonly reason?: Reason;
  readonly witness?: Witness;
  /** A pair that security groups and network ACLs admit. */
  readonly vpcWitness?: Witness;
  /** Protections that were not read: the path may be closed by them. */
  readonly unread: readonly Reason[];
}

/** Every path from the classes of pods to those of nodes. */
export function kubeletPaths(
  pods: readonly PodClass[],
  nodes: readonly NodeClass[],
  { vpc, engine }: { readonly vpc: InsideVpc; readonly engine: EngineLayer },
): readonly Path[] {
  const routes = kubeletPorts.map((port) => ({ port, cross: crossings({ protocol: "tcp", from: port, to: port }, vpc) }));
  return pods.flatMap((podClass) => {
    const toNodes = engine.toNodes(podClass.engineClass);
    const others = nodes.flatMap((nodeClass) => {
      if (!hasOtherNode(podClass, nodeClass)) return [];
      const onEachPort = routes.map(({ port, cross }) =>
        pathTo(podClass, nodeClass, { port, cross: acrossVpc(podClass, nodeClass, cross), toNodes }),
      );
      return worstOf(onEachPort);
    });
    return [...ownNodePaths(podClass, engine), ...others];
  });
}

/** A class with a branch interface in strict mode reaches its own node like all others, so that no path of its own is left. */
function ownNodePaths(pods: PodClass, engine: EngineLayer): readonly Path[] {
  if (pods.ownNode === "vpc") return [];
  const answer: Answer = engine.toOwnNode(pods.engineClass);
  const path = { pods, way: "own node", vpc: "not on the path", unread: [] } as const;
  if (answer.state === "denies") return [{ ...path, state: "blocked" }];
  if (pods.ownNode === "unsure") {
    const reason = pods.unplaced ?? branchModeUnclear;
    return [{ ...path, vpc: "unsure", state: "unsure", reason }];
  }
  if (answer.state === "unsure") return [{ ...path, state: "unsure", reason: answer.reason }];
  const pod = pods.pods.find(({ nodeName }) => nodeName !== undefined);
  return [{ ...path, state: "open", ...(pod === undefined ? {} : { witness: { pod, node: pod.nodeName ?? "", port: kubeletPorts[0] } }) }];
}

const branchModeUnclear: Reason = { code: "depends-on-unknown", message: "How VPC CNI treats branch interfaces could not be told." };

function hasOtherNode(pods: PodClass, { nodes }: NodeClass): boolean {
  // No node in the class: which there are was not read.
  return pods.ownNode === "vpc" || pods.nodes.size !== 1 || nodes.length === 0 || nodes.some(({ name }) => !pods.nodes.has(name));
}

/** Without a place nothing is known of the rules between: an overlay may send by its node's own address. */
function acrossVpc(pods: PodClass, nodes: NodeClass, cross: (from: Place, to: Place) => Crossing): Crossing {
  const reason = pods.unplaced ?? nodes.unplaced;
  if (pods.place === undefined || nodes.place === undefined || reason !== undefined) {
    const anything = reason === undefined ? everything : anythingUnlessKnown(reason);
    return { sources: anything, destinations: anything, unread: [] };
  }
  return cross(pods.place, nodes.place);
}

interface Way {
  readonly port: number;
  readonly cross: Crossing;
  readonly toNodes: Bounds;
}

function pathTo(pods: PodClass, nodes: NodeClass, { port, cross, toNodes }: Way): Path {
  const { sources, destinations, unread } = cross;
  const path = { pods, way: "other nodes", unread } as const;
  if (!mayCross(pods, nodes, cross, allAddresses)) return { ...path, vpc: "denies", state: "blocked" };
  const certainly = { port, sources: sources.atLeast, destinations: destinations.atLeast };
  const vpcWitness = witnessOf(pods, nodes, certainly);
  const admits = vpcWitness === undefined ? ({ ...path, vpc: "unsure" } as const) : ({ ...path, vpc: "admits", vpcWitness } as const);
  if (!mayCross(pods, nodes, cross, toNodes.atMost)) return { ...admits, state: "blocked" };
  const passed = both(destinations, toNodes);
  const witness = witnessOf(pods, nodes, { ...certainly, destinations: passed.atLeast });
  if (witness !== undefined) return { ...admits, state: "open", witness };
  return { ...admits, state: "unsure", reason: sources.doubt ?? passed.doubt ?? undecided };
}

const undecided: Reason = {
  code: "not-supported",
  message: "Nodes have addresses of a family that the pods have none of, or rules that hold for some of the pods or nodes alone.",
};

const families = ["ipv4", "ipv6"] as const;

/**
 * Whether any connection may cross. Pods without an address of a family may still send in it by their node's address, by
 * ways that no rule of theirs is about (VPC CNI ENABLE_V4_EGRESS, overlays).
 */
function mayCross(pods: PodClass, nodes: NodeClass, { sources, destinations }: Crossing, engine: AddressSet): boolean {
  // A node without an address is somewhere.
  if (isEmpty(nodes.possible)) return !isEmpty(engine);
  const from = intersection(pods.addresses, sources.atMost);
  const to = intersection(nodes.possible, engine);
  const toByOwnRules = intersection(to, destinations.atMost);
  return families.some((family) =>
    pods.addresses[family].length === 0 ? to[family].length > 0 : from[family].length > 0 && toByOwnRules[family].length > 0,
  );
}

interface Certainly {
  readonly port: number;
  readonly sources: AddressSet;
  readonly destinations: AddressSet;
}

/** A pod and another node, both with an address of one family that all rules certainly let through. */
function witnessOf(pods: PodClass, nodes: NodeClass, { port, sources, destinations }: Certainly): Witness | undefined {
  const from = intersection(pods.addresses, sources);
  const to = intersection(nodes.certain, destinations);
  for (const family of families) {
    if (from[family].length === 0 || to[family].length === 0) continue;
    const reached = nodes.nodes.filter(({ internalIps }) => internalIps.some((address) => isIn(to, family, address)));
    for (const pod of pods.pods) {
      if (!pod.podIps.some((address) => isIn(from, family, address))) continue;
      const node = reached.find(({ name }) => pods.ownNode === "vpc" || name !== pod.nodeName);
      if (node !== undefined) return { pod, node: node.name, port };
    }
  }
  return undefined;
}

const isIn = (set: AddressSet, family: (typeof families)[number], address: string): boolean =>
  isCidr(address) && holds({ ...noAddresses, [family]: set[family] }, address);

const stateRank = ["open", "unsure", "blocked"] as const;
const vpcRank = ["admits", "unsure", "denies", "not on the path"] as const;

/** The same path on several ports: it is as open as on the worst of them. */
function worstOf(paths: readonly Path[]): readonly Path[] {
  const [worst] = paths.toSorted((a, b) => stateRank.indexOf(a.state) - stateRank.indexOf(b.state));
  const [widest] = paths.toSorted((a, b) => vpcRank.indexOf(a.vpc) - vpcRank.indexOf(b.vpc));
  return worst === undefined || widest === undefined ? [] : [{ ...widest, ...worst, vpc: widest.vpc }];
}
