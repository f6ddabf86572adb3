/**
 * Every connection that the policies of a cluster allow. Cost grows with the classes of pods that the policies tell apart and
 * with their rules; a pair of classes costs two look-ups.
 */
import type { AddressRange } from "../addresses.ts";
import { Classes } from "./classes.ts";
import { Decisions } from "./decisions.ts";
import type { PodClass, PolicyModel } from "./model.ts";
import { isNone, type PortSet } from "./port-set.ts";
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
 * point by code point. A workload's connections to itself are left out; outside addresses are the coarsest ranges that its
 * rules tell apart.
 *
 * @param textOf how an end is written
 */
export function* connections(model: PolicyModel, workloads: readonly Workload[], textOf: (end: End) => string): Generator<Connection> {
  const classes = new Classes(model);
  const ends: readonly Placed[] = workloads
    .map((workload) => ({ end: workload, text: textOf(workload), classes: classes.of(workload.pods) }))
    .sort(byText);
  const decisions = new Decisions();
  const egress = new Table(model, classes, "egress", decisions);
  const ingress = new Table(model, classes, "ingress", decisions);

  const outside = (table: Table, numbers: readonly number[]): readonly Towards[] =>
    mergedAtoms(classes, (atom) => eitherOf(numbers, (number) => table.towardsAtom(number, atom), decisions))
      .filter(({ decision }) => !isNone(decisions.get(decision).atMost))
      .map(({ external, decision }) => ({ end: external, text: textOf(external), decision }));

  const entering = ends
    .flatMap((to) => outside(ingress, to.classes).map(({ end, text, decision }) => ({ text, from: end, to: to.end, decision })))
    .sort(byText); // stable: of one range, destinations stay in order
  let entered = 0;
  for (const from of ends) {
    for (let one = entering[entered]; one !== undefined && one.text < from.text; one = entering[++entered])
      yield connection(one, decisions);
    const leaving = [...outside(egress, from.classes)].sort(byText);
    let left = 0;
    for (const to of ends) {
      for (let one = leaving[left]; one !== undefined && one.text < to.text; one = leaving[++left]) {
        yield connection({ from: from.end, to: one.end, decision: one.decision }, decisions);
      }
      if (to === from) continue;
      const decision = between(from.classes, to.classes, egress, ingress, decisions);
      if (!isNone(decisions.get(decision).atMost)) yield connection({ from: from.end, to: to.end, decision }, decisions);
    }
    for (const one of leaving.slice(left)) yield connection({ from: from.end, to: one.end, decision: one.decision }, decisions);
  }
  for (const one of entering.slice(entered)) yield connection(one, decisions);
}

interface Placed {
  readonly end: Workload;
  readonly text: string;
  readonly classes: readonly number[];
}
/** An end, and the number of what is decided towards it. */
interface Towards {
  readonly end: External;
  readonly text: string;
  readonly decision: number;
}

const byText = (a: { readonly text: string }, b: { readonly text: string }): number => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0);

function connection(one: { readonly from: End; readonly to: End; readonly decision: number }, decisions: Decisions): Connection {
  const { atLeast, atMost } = decisions.get(one.decision);
  return { from: one.from, to: one.to, ports: atMost, certain: atLeast };
}

function between(from: readonly number[], to: readonly number[], egress: Table, ingress: Table, decisions: Decisions): number {
  return eitherOf(
    from,
    (source) =>
      eitherOf(
        to,
        (destination) => decisions.common(egress.towardsClass(source, destination), ingress.towardsClass(destination, source)),
        decisions,
      ),
    decisions,
  );
}

function eitherOf(numbers: readonly number[], decisionOf: (number: number) => number, decisions: Decisions): number {
  const [first = 0] = numbers;
  let decision = decisionOf(first);
  for (let i = 1; i < numbers.length; i++) decision = decisions.either(decision, decisionOf(numbers[i] ?? first));
  return decision;
}

/** The outside addresses with what is decided for them; neighbours with the same answer are one range. */
function mergedAtoms(
  classes: Classes,
  decisionOf: (atom: number) => number,
): readonly { readonly external: External; readonly decision: number }[] {
  const merged: { external: External; decision: number }[] = [];
  for (const [number, { family, range }] of classes.atoms.entries()) {
    const decision = decisionOf(number);
    const before = merged.at(-1);
    const adjoins = before?.external.family === family && before.decision === decision && follows(family, before.external.range, range);
    if (adjoins && before !== undefined) before.external = { family, range: { first: before.external.range.first, last: range.last } };
    else merged.push({ external: { family, range }, decision });
  }
  return merged;
}

/** IPv6 runs on behind the block of IPv4-mapped addresses, which are IPv4. */
function follows(family: External["family"], before: AddressRange, range: AddressRange): boolean {
  return before.last + 1n === range.first || (family === "ipv6" && before.last === mappedFirst - 1n && range.first === mappedLast + 1n);
}
const mappedFirst = 0xffff_0000_0000n;
const mappedLast = 0xffff_ffff_ffffn;
