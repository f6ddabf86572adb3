import type { External } from "../policy/connections.ts";
import { joined } from "../policy/outside.ts";
import { allPorts, isNone, type PortSet, portsWithout } from "../policy/port-set.ts";
import { intersect, subtract } from "../ranges.ts";
import { type Allowed, sorted, type TextOf } from "./model.ts";

/** Connections by their ends: of two ends inside, or of one inside and addresses outside in one family. */
export interface Sides {
  readonly inside: ReadonlyMap<string, Allowed>;
  readonly outside: ReadonlyMap<string, Outside>;
}

interface Outside {
  readonly one: Allowed;
  readonly direction: "entering" | "leaving";
  readonly ranges: readonly Reached[];
}
interface Reached {
  readonly end: External;
  readonly ports: PortSet;
}

export function sidesOf(all: Iterable<Allowed>, textOf: TextOf): Sides {
  const inside = new Map<string, Allowed>();
  const outside = new Map<string, Outside & { readonly ranges: Reached[] }>();
  for (const one of all) {
    const { from, to, ports } = one;
    if ("family" in from) keep(outside, `${from.family} ${textOf(to)}`, one, "entering", { end: from, ports });
    else if ("family" in to) keep(outside, `${textOf(from)} ${to.family}`, one, "leaving", { end: to, ports });
    else inside.set(`${textOf(from)} ${textOf(to)}`, one);
  }
  return { inside, outside };
}

function keep(
  outside: Map<string, Outside & { readonly ranges: Reached[] }>,
  key: string,
  one: Allowed,
  direction: Outside["direction"],
  reached: Reached,
): void {
  const known = outside.get(key);
  if (known === undefined) outside.set(key, { one, direction, ranges: [reached] });
  else known.ranges.push(reached);
}

/** Neighbouring ranges with the same ports as one. */
export function merged(all: Iterable<Allowed>, textOf: TextOf): readonly Allowed[] {
  const { inside, outside } = sidesOf(all, textOf);
  return sorted([...inside.values(), ...[...outside.values()].flatMap(listed)], textOf);
}

/** What is in the one and not in the other, to the address and port. */
export function without(all: Sides, other: Sides, textOf: TextOf): readonly Allowed[] {
  const inside = [...all.inside].map(([key, one]) => {
    const there = other.inside.get(key);
    return there === undefined ? one : { ...one, ports: portsWithout(one.ports, there.ports) };
  });
  const outside = [...all.outside].flatMap(([key, one]) => {
    const there = other.outside.get(key)?.ranges ?? [];
    return listed({ ...one, ranges: one.ranges.flatMap((range) => rest(range, there)) });
  });
  return sorted(
    [...inside, ...outside].filter(({ ports }) => !isNone(ports)),
    textOf,
  );
}

/** A range in pieces, each with the ports that it does not have there. */
function rest({ end, ports }: Reached, there: readonly Reached[]): readonly Reached[] {
  const { family, range } = end;
  const untouched = subtract(
    [range],
    there.map((one) => one.end.range).sort((a, b) => (a.first < b.first ? -1 : 1)),
  );
  return [
    ...untouched.map((part) => ({ end: { family, range: part }, ports })),
    ...there.flatMap((one) =>
      intersect([range], [one.end.range]).map((part) => ({ end: { family, range: part }, ports: portsWithout(ports, one.ports) })),
    ),
  ];
}

function listed({ one, direction, ranges }: Outside): readonly Allowed[] {
  const numbers = new Map<string, number>();
  const sets: PortSet[] = [];
  const numberOf = (ports: PortSet): number => {
    const number = numbers.get(ports.key) ?? sets.push(ports) - 1;
    numbers.set(ports.key, number);
    return number;
  };
  const stretches = ranges
    .filter(({ ports }) => !isNone(ports))
    .map(({ end, ports }) => ({ ...end, decision: numberOf(ports) }))
    .sort((a, b) => (a.range.first < b.range.first ? -1 : 1));
  return joined(stretches).map(({ family, range, decision }) => {
    const end = { family, range };
    const ports = sets[decision] ?? allPorts;
    return direction === "entering" ? { from: end, to: one.to, ports } : { from: one.from, to: end, ports };
  });
}
