import type { Classes } from "./classes.ts";
import { decide, type Selected } from "./decide.ts";
import type { Decisions } from "./decisions.ts";
import type { Direction, NamedPort, Policy, PolicyModel, Rule, Zone } from "./model.ts";
import { type Stretch, stretchesOf } from "./outside.ts";
import { Signatures } from "./signatures.ts";

/** What the pods of one profile, those that the same policies select, are let: by number of a decision, for each class and address. */
interface Row {
  readonly towardsClass: Int32Array;
  readonly stretches: (zone: Zone) => readonly Stretch[];
}

/** One direction's decisions of every class towards every other end. A row is shared by all classes that the same policies select. */
export class Table {
  readonly #rows: readonly Row[];

  constructor(model: PolicyModel, classes: Classes, direction: Direction, decisions: Decisions) {
    const profiles = new Map<string, Row>();
    const order = new Map<Policy, number>(model.tiers.flatMap(({ policies }) => policies).map((policy, i) => [policy, i]));
    const selections = selectionsOf(model, classes, direction);
    this.#rows = classes.samples.map((sample, subject) => {
      const selected = selections[subject] ?? [];
      // An ingress rule may name ports of the subject itself.
      const names = direction === "ingress" ? classes.portsKey(subject) : "";
      const key = `${selected.flatMap(({ policies }) => policies.map((policy) => order.get(policy))).join()}|${names}`;
      const known = profiles.get(key);
      if (known !== undefined) return known;
      const row = rowOf({ classes, direction, selected, decisions, own: direction === "ingress" ? sample.namedPorts : undefined });
      profiles.set(key, row);
      return row;
    });
  }

  /** The number of the decision of one class towards another. */
  towardsClass = (subject: number, other: number): number => this.#rows[subject]?.towardsClass[other] ?? 0;
  /** What is decided for the addresses of a zone. */
  stretches = (subject: number, zone: Zone): readonly Stretch[] => this.#rows[subject]?.stretches(zone) ?? [];
}

/** By class: the policies that select it in a direction, in order. */
export function selectionsOf(model: PolicyModel, classes: Classes, direction: Direction): readonly (readonly Selected[])[] {
  const selections: { tier: Selected["tier"]; policies: Policy[] }[][] = classes.samples.map(() => []);
  for (const tier of model.tiers) {
    for (const policy of tier.policies) {
      if (policy[direction] === undefined) continue;
      for (const subject of classes.membersOf(policy.subject)) {
        const open = selections[subject]?.at(-1);
        if (open?.tier === tier) open.policies.push(policy);
        else selections[subject]?.push({ tier, policies: [policy] });
      }
    }
  }
  return selections;
}

interface RowOptions {
  readonly classes: Classes;
  readonly direction: Direction;
  readonly selected: readonly Selected[];
  readonly decisions: Decisions;
  /** The ports by name of the destination, where that is the subject itself. */
  readonly own: readonly NamedPort[] | undefined;
}

function rowOf({ classes, direction, selected, decisions, own }: RowOptions): Row {
  const rules = selected.flatMap(({ policies }) => policies.flatMap((policy) => policy[direction] ?? []));
  const decisionOf = (isMeant: (rule: Rule) => boolean, namedPorts: readonly NamedPort[]): number =>
    decisions.numberOf(decide({ direction, selected, isMeant, namedPorts: own ?? namedPorts }));

  const signatures = new Signatures(rules.length);
  const meaning = new Int32Array(classes.count);
  for (const [i, { peers }] of rules.entries()) {
    for (const selector of peers?.pods ?? []) {
      for (const other of classes.membersOf(selector)) meaning[other] = signatures.with(meaning[other] ?? 0, i);
    }
  }
  const looksUpNames = own === undefined && rules.some(({ ports }) => ports !== undefined && ports.names.length > 0);
  const decided = new Map<number | string, number>();
  const towardsClass = meaning.map((set, other) => {
    const key = looksUpNames ? `${set}/${classes.portsKey(other)}` : set;
    const known = decided.get(key);
    if (known !== undefined) return known;
    const meant = new Set(signatures.rulesOf(set).map((i) => rules[i]));
    const decision = decisionOf((rule) => rule.peers === undefined || meant.has(rule), classes.samples[other]?.namedPorts ?? []);
    decided.set(key, decision);
    return decision;
  });
  return { towardsClass, stretches: stretchesBy(rules, { direction, selected, decisions, own }) };
}

/** Apart from all that a row is worked out with, which would stay as long as it. */
function stretchesBy(
  rules: readonly Rule[],
  { direction, selected, decisions, own = [] }: Omit<RowOptions, "classes">,
): (zone: Zone) => readonly Stretch[] {
  const known = new Map<Zone, readonly Stretch[]>();
  return (zone) => {
    const made =
      known.get(zone) ??
      stretchesOf(rules, (isMeant) => decisions.numberOf(decide({ direction, selected, isMeant, namedPorts: own })), zone);
    known.set(zone, made);
    return made;
  };
}
