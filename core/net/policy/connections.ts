/**
 * Every connection that the policies of a cluster allow. Cost grows with the classes of pods that the policies tell apart and
 * with their rules; a pair of classes costs two look-ups.
 */
import { type AddressRange, type AddressSet, isEmpty, noAddresses, toRangesText, unionOf } from "../addresses.ts";
import { Classes } from "./classes.ts";
import { anything, Decisions, nothing } from "./decisions.ts";
import type { Direction, PodClass, PolicyModel } from "./model.ts";
import { overlaid, patched, type Stretch, stretchesOf } from "./outside.ts";
import type { PortSet } from "./port-set.ts";
import { Table } from "./table.ts";

/** Pods that belong together: those of a top controller, or a bare pod. Some of them may differ in labels or addresses. */
export interface Workload {
  readonly namespace: string;
  readonly name: string;
  readonly kind: string;
  readonly pods: readonly PodClass[];
}

/** Addresses outside the cluster. */
export interface External {
  readonly family: "ipv4" | "ipv6";
  readonly range: AddressRange;
}

export type End = Workload | External;

export interface Connection {
  readonly from: End;
  readonly to: End;
  /** Every port that may be let through. */
  readonly ports: PortSet;
  /** Those that certainly are: fewer where it hangs on what policies say beyond addresses and ports. */
  readonly certain: PortSet;
}

/**
 * The connections between all workloads, and between them and the addresses outside, sorted by the texts of their ends, code
 * point by code point. Of a workload with several pods, what any of them may. A workload's connections to itself are left out;
 * outside addresses are the coarsest ranges for which its own rules differ.
 *
 * @param textOf how an end is written
 * @param nodes their addresses stand among those outside, with what is decided for nodes; of a workload whose pods run on the node,
 *   for the own one
 */
export function* connections(
  model: PolicyModel,
  workloads: readonly Workload[],
  textOf: (end: End) => string,
  nodes: AddressSet = noAddresses,
): Generator<Connection> {
  const { ends, decisions, between, outside } = prepared(model, workloads, textOf, nodes);
  const connection = (from: End, to: End, number: number): Connection => {
    const { atLeast, atMost } = decisions.get(number);
    return { from, to, ports: atMost, certain: atLeast };
  };
  const entering = ends.flatMap((to) => outside(to, "ingress").map((one) => ({ ...one, to: to.end }))).sort(byText); // stable: from one range, destinations stay in order
  let entered = 0;
  for (const from of ends) {
    for (let one = entering[entered]; one !== undefined && one.text < from.text; one = entering[++entered]) {
      yield connection(one.end, one.to, one.decision);
    }
    const leaving = [...outside(from, "egress")].sort(byText);
    let left = 0;
    for (const to of ends) {
      if (to === from) continue;
      const decision = between(from.classes, to.classes);
      if (decision === nothing) continue;
      for (let one = leaving[left]; one !== undefined && one.text < to.text; one = leaving[++left]) {
        yield connection(from.end, one.end, one.decision);
      }
      yield connection(from.end, to.end, decision);
    }
    for (const one of leaving.slice(left)) yield connection(from.end, one.end, one.decision);
  }
  for (const one of entering.slice(entered)) yield connection(one.end, one.to, one.decision);
}

/** Pods of one class, and the addresses of the nodes that they run on. */
interface ClassOnNodes {
  readonly podClass: number;
  readonly nodeAddresses: AddressSet;
  /** All of them run on one node. */
  readonly isOneNode: boolean;
}

interface Placed {
  readonly end: Workload;
  readonly text: string;
  readonly classes: readonly number[];
  readonly onNodes: readonly ClassOnNodes[];
}

const byText = (a: { readonly text: string }, b: { readonly text: string }): number => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0);

function prepared(model: PolicyModel, workloads: readonly Workload[], textOf: (end: End) => string, nodes: AddressSet) {
  const classes = new Classes(model);
  const ends: readonly Placed[] = workloads
    .map((workload) => ({
      end: workload,
      text: textOf(workload),
      classes: classes.of(workload.pods),
      onNodes: isEmpty(nodes) ? [] : onNodes(workload.pods, classes),
    }))
    .filter((end) => end.classes.length > 0)
    .sort(byText);
  const decisions = new Decisions();
  const tables = {
    egress: new Table(model, classes, "egress", decisions),
    ingress: new Table(model, classes, "ingress", decisions),
  };
  const single = (from: number, to: number): number => {
    const left = tables.egress.towardsClass(from, to);
    return left === nothing ? nothing : decisions.common(left, tables.ingress.towardsClass(to, from));
  };
  const either = (a: number, b: number): number => decisions.either(a, b);

  /** What any pod of the one may send to any of the other. */
  const between = (from: readonly number[], to: readonly number[]): number => {
    const [source, destination] = [from[0], to[0]];
    // Nearly always: the pods of a workload are alike.
    if (from.length === 1 && to.length === 1 && source !== undefined && destination !== undefined) return single(source, destination);
    let decision = nothing;
    for (const one of from) for (const other of to) decision = either(decision, single(one, other));
    return decision;
  };

  /** What is decided for all addresses; nodes are told from the others only where some rule does. */
  const ofClass = (podClass: number, direction: Direction, place: ClassOnNodes | undefined): readonly Stretch[] => {
    const stretches = tables[direction].stretches;
    const base = stretches(podClass, "outside");
    if (place === undefined) return base;
    const others = patched(base, nodes, stretches(podClass, "other"), (_, there) => there);
    const own = direction === "ingress" && model.ownNodeEnters !== undefined ? everywhere : stretches(podClass, "own");
    return patched(others, place.nodeAddresses, own, place.isOneNode ? (_, there) => there : either);
  };

  /** The addresses outside with which any of the pods may speak. */
  const outside = (one: Placed, direction: Direction) =>
    overlaid(
      one.classes.map((podClass) =>
        ofClass(
          podClass,
          direction,
          one.onNodes.find((place) => place.podClass === podClass),
        ),
      ),
      either,
    )
      .filter(({ decision }) => decision !== nothing)
      .map(({ family, range, decision }) => {
        const end = { family, range };
        return { end, text: textOf(end), decision };
      });
  return { ends, decisions, between, outside };
}

const everywhere: readonly Stretch[] = stretchesOf([], () => anything);

function onNodes(pods: readonly PodClass[], classes: Classes): readonly ClassOnNodes[] {
  return [...Map.groupBy(pods, (pod) => classes.of([pod])[0] ?? 0)].map(([podClass, its]) => {
    const sets = new Map(its.map(({ nodeAddresses = noAddresses }) => [toRangesText(nodeAddresses).join(), nodeAddresses]));
    return { podClass, nodeAddresses: unionOf([...sets.values()]), isOneNode: sets.size === 1 };
  });
}
