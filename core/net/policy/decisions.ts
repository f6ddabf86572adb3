import type { Decision } from "./decide.ts";
import { commonPorts, eitherPorts } from "./port-set.ts";

/** Decisions by number: equal ones share a number, and two of them are combined once. */
export class Decisions {
  readonly #numbers = new Map<string, number>();
  readonly #all: Decision[] = [];
  readonly #common = new Map<number, number>();

  numberOf(decision: Decision): number {
    const key = decision.atLeast === decision.atMost ? decision.atMost.key : `${decision.atLeast.key}/${decision.atMost.key}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#all.push(decision) - 1;
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
    if (a === b) return a;
    const pair = a < b ? a * 0x400_0000 + b : b * 0x400_0000 + a;
    const known = this.#common.get(pair);
    if (known !== undefined) return known;
    const [one, other] = [this.get(a), this.get(b)];
    const number = this.numberOf({
      atLeast: commonPorts(one.atLeast, other.atLeast),
      atMost: commonPorts(one.atMost, other.atMost),
    });
    this.#common.set(pair, number);
    return number;
  }

  /** What either lets through: of workloads with pods of several classes. */
  either(a: number, b: number): number {
    if (a === b) return a;
    const [one, other] = [this.get(a), this.get(b)];
    return this.numberOf({ atLeast: eitherPorts(one.atLeast, other.atLeast), atMost: eitherPorts(one.atMost, other.atMost) });
  }
}
