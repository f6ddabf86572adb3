import type { Classes } from "./classes.ts";
import { decide, matchesPeer, type Selected, type Side } from "./decide.ts";
import type { Decisions } from "./decisions.ts";
import type { Direction, Peer, Policy, PolicyModel } from "./model.ts";

/** What the pods of one profile, those that the same policies select, are let: by number of a decision, for each class and atom. */
interface Row {
  readonly towardsClass: Int32Array;
  readonly towardsAtom: Int32Array;
}

/** One direction's decisions of every class towards every other end. A row is shared by all classes that the same policies select. */
export class Table {
  readonly #rows: Row[];

  constructor(model: PolicyModel, classes: Classes, direction: Direction, decisions: Decisions) {
    const profiles = new Map<string, Row>();
    const order = new Map<Policy, number>(model.tiers.flatMap(({ policies }) => policies).map((policy, i) => [policy, i]));
    this.#rows = classes.samples.map((_sample, subject) => {
      const selected = model.tiers
        .map((tier) => ({
          tier,
          policies: tier.policies.filter((policy) => policy[direction] !== undefined && classes.matches(policy.subject, subject)),
        }))
        .filter(({ policies }) => policies.length > 0);
      // An ingress rule may name ports of the subject itself.
      const names = direction === "ingress" ? classes.portsKey(subject) : "";
      const key = `${selected.flatMap(({ policies }) => policies.map((policy) => order.get(policy))).join()}|${names}`;
      const known = profiles.get(key);
      if (known !== undefined) return known;
      const row = rowOf(model, classes, direction, subject, selected, decisions);
      profiles.set(key, row);
      return row;
    });
  }

  /** The number of the decision of one class towards another. */
  towardsClass = (subject: number, other: number): number => this.#rows[subject]?.towardsClass[other] ?? 0;
  /** The number of the decision of one class towards an atom of the outside addresses. */
  towardsAtom = (subject: number, atom: number): number => this.#rows[subject]?.towardsAtom[atom] ?? 0;
}

function rowOf(
  model: PolicyModel,
  classes: Classes,
  direction: Direction,
  subject: number,
  selected: readonly Selected[],
  decisions: Decisions,
): Row {
  const own = classes.samples[subject]?.namedPorts ?? [];
  const side = (isPeer: (peer: Peer) => boolean, named: Side["namedPorts"]): Side => ({
    direction,
    selected,
    isPeer,
    namedPorts: direction === "ingress" ? own : named,
  });
  // Most classes match no peer of the profile at all: they share one answer.
  const stranger = decisions.numberOf(decide(side(() => false, [])));
  const towardsClass = new Int32Array(classes.count).fill(stranger);
  for (const other of noticed(model, classes, direction, selected)) {
    const pod = classes.samples[other];
    if (pod === undefined) continue;
    const isPeer = (peer: Peer): boolean =>
      "pods" in peer ? classes.matches(peer.pods, other) : matchesPeer(peer, { pod }, model.addressesMatchPods);
    towardsClass[other] = decisions.numberOf(decide(side(isPeer, pod.namedPorts)));
  }
  const towardsAtom = Int32Array.from(classes.atoms, ({ addresses }) =>
    decisions.numberOf(decide(side((peer) => matchesPeer(peer, { addresses }, model.addressesMatchPods), []))),
  );
  return { towardsClass, towardsAtom };
}

/** The classes that some rule of the profile may tell from a stranger. */
function noticed(model: PolicyModel, classes: Classes, direction: Direction, selected: readonly Selected[]): Iterable<number> {
  const rules = selected.flatMap(({ policies }) => policies.flatMap((policy) => policy[direction] ?? []));
  const ranges = model.addressesMatchPods && rules.some(({ peers = [] }) => peers.some((peer) => "addresses" in peer));
  // A rule for any peer with a port by name differs with every destination.
  const names =
    direction === "egress" && rules.some(({ peers, ports = [] }) => peers === undefined && ports.some((match) => "name" in match));
  if (ranges || names) return classes.samples.keys();
  return new Set(rules.flatMap(({ peers = [] }) => peers.flatMap((peer) => ("pods" in peer ? classes.membersOf(peer) : []))));
}
