/** Sets of rules by number, where many ends of connections share few sets. Rules are added in ascending order. */
export class Signatures {
  readonly #sets: (readonly number[])[] = [[]];
  readonly #next = new Map<number, number>();
  readonly #rules: number;

  /** @param rules how many rules there are */
  constructor(rules: number) {
    this.#rules = rules;
  }

  /** The number of the set with one more rule; 0 is the empty set. */
  with(set: number, rule: number): number {
    const members = this.#sets[set] ?? [];
    if (members.at(-1) === rule) return set;
    const step = set * this.#rules + rule;
    const known = this.#next.get(step);
    if (known !== undefined) return known;
    const number = this.#sets.push([...members, rule]) - 1;
    this.#next.set(step, number);
    return number;
  }

  rulesOf = (set: number): readonly number[] => this.#sets[set] ?? [];
}
