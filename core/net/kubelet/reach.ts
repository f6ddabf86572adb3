/**
 * Which pods reach which kubelets, layer by layer: the VPC where the path crosses it, and the policy engine. A path is blocked
 * where one layer on it provably denies, and open where all of them provably allow.
 */
import type { Reason } from "../../model/fact.ts";
import type { Node, Pod } from "../../model/workloads.ts";
import { isCidr } from "../address-text.ts";
import { type AddressSet, allAddresses, holds, intersection, isEmpty, isWithin, noAddresses, unionOf } from "../addresses.ts";
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
import type { EngineLayer, OwnBounds } from "./engine.ts";
import type { PodClass } from "./sources.ts";
import type { NodeClass } from "./targets.ts";

/** The kubelet's API, and its read-only port. Source: kubernetes/kubernetes pkg/cluster/ports/ports.go. */
export const kubeletPorts = [10250, 10255] as const;

/** A pod and the node whose kubelet it reaches. */
export interface Witness {
  readonly pod: Pod;
  readonly node: string;
  readonly address: string;
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
  const machines = machinesOf(nodes);
  return pods.flatMap((podClass) => {
    const others = nodes.flatMap((nodeClass) => {
      if (!hasOtherNode(podClass, nodeClass)) return [];
      const onEachPort = routes.map(({ port, cross }) =>
        pathTo(podClass, nodeClass, {
          port,
          cross: acrossVpc(podClass, nodeClass, cross),
          toNodes: engine.toNodes(podClass.engineClass, port),
        }),
      );
      return worstOf(onEachPort);
    });
    return [...ownNodePaths(podClass, machines, engine), ...others];
  });
}

/** One node as its own pods find it. */
interface Machine {
  readonly node: Node;
  /** What it may be reached at; none where that was not read. */
  readonly possible: AddressSet;
}

/** Nodes by name. What stands for one is all that its classes may be reached at, which is no less than its own. */
function machinesOf(classes: readonly NodeClass[]): ReadonlyMap<string, Machine> {
  const machines = new Map<string, { node: Node; of: NodeClass[] }>();
  for (const one of classes) {
    for (const node of one.nodes) {
      const found = machines.get(node.name) ?? { node, of: [] };
      machines.set(node.name, found);
      found.of.push(one);
    }
  }
  const joined = new Map<string, AddressSet>();
  const possibleOf = (of: readonly NodeClass[]): AddressSet => {
    const key = of.map((one) => classes.indexOf(one)).join();
    const set =
      joined.get(key) ?? (of.some(({ possible }) => isEmpty(possible)) ? noAddresses : unionOf(of.map(({ possible }) => possible)));
    joined.set(key, set);
    return set;
  };
  return new Map([...machines].map(([name, { node, of }]) => [name, { node, possible: possibleOf(of) }]));
}

/** A class with a branch interface in strict mode reaches its own node like all others, so that no path of its own is left. */
function ownNodePaths(pods: PodClass, machines: ReadonlyMap<string, Machine>, engine: EngineLayer): readonly Path[] {
  if (pods.ownNode === "vpc") return [];
  return worstOf(kubeletPorts.map((port) => ownNodePath(pods, machines, { port, bounds: engine.toOwnNode(pods.engineClass, port) })));
}

function ownNodePath(
  pods: PodClass,
  machines: ReadonlyMap<string, Machine>,
  { port, bounds: { atLeast, atMost, doubt, isOneEnd } }: { readonly port: number; readonly bounds: OwnBounds },
): Path {
  const path = { pods, way: "own node", vpc: "not on the path", unread: [] } as const;
  const own = [...pods.nodes].map((name) => machines.get(name));
  const sets = new Set(own.map((machine) => machine?.possible ?? noAddresses));
  // A node that was not read is somewhere.
  const isKept = (possible: AddressSet): boolean => !isEmpty(possible) && isEmpty(intersection(possible, atMost));
  if (sets.size > 0 && [...sets].every(isKept)) return { ...path, state: "blocked" };
  if (pods.ownNode === "unsure") return { ...path, vpc: "unsure", state: "unsure", reason: pods.unplaced ?? pods.modeUntold ?? undecided };
  // Of a node that is one end to the engine, what is let through at one address may be denied for another.
  const isTold = isOneEnd !== true || [...sets].every((possible) => isWithin(possible, atLeast));
  const witness = isTold ? ownWitness(pods, machines, port, atLeast) : undefined;
  return witness === undefined ? { ...path, state: "unsure", reason: doubt ?? undecided } : { ...path, state: "open", witness };
}

/** A pod that certainly reaches an address of its node in a family that it has itself. */
function ownWitness(pods: PodClass, machines: ReadonlyMap<string, Machine>, port: number, through: AddressSet): Witness | undefined {
  if (isEmpty(through)) return undefined;
  const open = new Map<string, readonly string[]>();
  for (const name of pods.nodes) {
    const its = machines.get(name)?.node.internalIps ?? [];
    open.set(
      name,
      its.filter((address) => isCidr(address) && holds(through, address)),
    );
  }
  for (const pod of pods.pods) {
    const node = pod.nodeName ?? "";
    const address = open.get(node)?.find((one) => pod.podIps.some((its) => its.includes(":") === one.includes(":")));
    if (address !== undefined) return { pod, node, address, port };
  }
  return undefined;
}

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
      const address = node?.internalIps.find((one) => isIn(to, family, one));
      if (node !== undefined && address !== undefined) return { pod, node: node.name, address, port };
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
