import type { Decision } from "./decide.ts";
import { allPorts, commonPorts, eitherPorts, noPorts } from "./port-set.ts";

/** Nothing is let through. */
export const nothing = 0;
/** Everything is. */
export const anything = 1;

/** Decisions by number: equal ones share a number, and two of them are combined once. */
export class Decisions {
  readonly #numbers = new Map<string, number>();
  readonly #all: Decision[] = [];
  readonly #common = new Map<number, number>();
  readonly #either = new Map<number, number>();

  constructor() {
    this.numberOf({ atLeast: noPorts, atMost: noPorts });
    this.numberOf({ atLeast: allPorts, atMost: allPorts });
  }

  numberOf({ atLeast, atMost }: Decision): number {
    const key = `${atLeast.key}/${atMost.key}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#all.push({ atLeast, atMost }) - 1;
    this.#numbers.set(key, number);
    return number;
  }

  /** @throws {RangeError} for a number that this has not given */
  get(number: number): Decision {
    const decision = this.#all[number];
    if (decision === undefined) throw new RangeError(`No decision has the number ${number}.`);
    return decision;
  }

  /** What both let through: one side's egress and the other's ingress. */
  common(a: number, b: number): number {
    if (a === b || a === nothing || b === anything) return a;
    if (b === nothing || a === anything) return b;
    return combined(this.#common, a, b, () => {
      const [one, other] = [this.get(a), this.get(b)];
      return this.numberOf({ atLeast: commonPorts(one.atLeast, other.atLeast), atMost: commonPorts(one.atMost, other.atMost) });
    });
  }

  /** What either lets through: of workloads with pods of several classes. */
  either(a: number, b: number): number {
    if (a === b || a === anything || b === nothing) return a;
    if (b === anything || a === nothing) return b;
    return combined(this.#either, a, b, () => {
      const [one, other] = [this.get(a), this.get(b)];
      return this.numberOf({ atLeast: eitherPorts(one.atLeast, other.atLeast), atMost: eitherPorts(one.atMost, other.atMost) });
    });
  }
}

/** The number for a pair in either order, worked out once. */
function combined(known: Map<number, number>, a: number, b: number, work: () => number): number {
  const pair = a < b ? a * 0x400_0000 + b : b * 0x400_0000 + a;
  const number = known.get(pair) ?? work();
  known.set(pair, number);
  return number;
}
