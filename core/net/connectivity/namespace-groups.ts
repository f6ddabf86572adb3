/** A square of answers, one for each namespace towards each, as a smaller square of those that are alike. */

/** How much of what one group may send to another gets there. */
export type Reached =
  /** Every pod reaches every pod, on every port. */
  | "all"
  /** Some pods do, on some ports. */
  | "some"
  /** It hangs on what was not read or is not defined. */
  | "perhaps"
  | "nothing";

export interface Answer {
  readonly reached: Reached;
  /** Of `some`: on which ports any of them does, such as "TCP 8080"; absent where that is long. */
  readonly ports?: string;
}

/** Of single namespaces, by their places in a list. */
export interface Square {
  readonly size: number;
  readonly between: (from: number, to: number) => Answer;
  readonly fromInternet: (at: number) => Reached;
  readonly toInternet: (at: number) => Reached;
}

/** Namespaces by their places in the list. */
export interface Group {
  readonly members: readonly number[];
  /** Each of them reaches, and is reached, as the others are; else what is said holds for all of them together. */
  readonly isAlike: boolean;
  /** Among the pods of one namespace. */
  readonly within: Answer;
  /** From one of them to another; absent where it is one alone. */
  readonly among?: Answer;
  readonly fromInternet: Reached;
  readonly toInternet: Reached;
}

export interface Grouped {
  readonly groups: readonly Group[];
  /** From the group at the first place to the one at the second, which is another. */
  readonly between: (from: number, to: number) => Answer;
}

/**
 * Namespaces that nothing tells apart stand together, the largest groups first. Where that leaves more than `most` groups, ports
 * are not told apart; where that does not help, those that reach and are reached least stand together as one.
 */
export function grouped(square: Square, most: number): Grouped {
  const exact = alike(square);
  if (exact.length <= most) return groupedAs(square, exact, true);
  const coarse = withoutPorts(square);
  const without = alike(coarse);
  if (without.length <= most) return groupedAs(coarse, without, true);
  const order = [...without].sort((a, b) => b.length - a.length || openness(coarse, b[0] ?? 0) - openness(coarse, a[0] ?? 0));
  return groupedAs(coarse, [...order.slice(0, most - 1), order.slice(most - 1).flat()], false);
}

function groupedAs(square: Square, classes: readonly (readonly number[])[], isLastAlike: boolean): Grouped {
  const groups = classes.map((members, i): Group => {
    const isAlike = isLastAlike || i < classes.length - 1;
    const [first = 0, second] = members;
    if (isAlike) {
      return {
        members,
        isAlike,
        within: square.between(first, first),
        ...(second === undefined ? {} : { among: square.between(first, second) }),
        fromInternet: square.fromInternet(first),
        toInternet: square.toInternet(first),
      };
    }
    const pairs = members.flatMap((one) => members.filter((other) => other !== one).map((other) => square.between(one, other)));
    return {
      members,
      isAlike,
      within: together(members.map((one) => square.between(one, one))),
      among: together(pairs),
      fromInternet: togetherReached(members.map(square.fromInternet)),
      toInternet: togetherReached(members.map(square.toInternet)),
    };
  });
  const between = (from: number, to: number): Answer => {
    const [sources = [], targets = []] = [groups[from]?.members, groups[to]?.members];
    const one = (i: number): readonly number[] =>
      groups[i]?.isAlike ? (groups[i]?.members.slice(0, 1) ?? []) : (groups[i]?.members ?? []);
    if (groups[from]?.isAlike && groups[to]?.isAlike) return square.between(sources[0] ?? 0, targets[0] ?? 0);
    return together(one(from).flatMap((source) => one(to).map((target) => square.between(source, target))));
  };
  return { groups, between };
}

/** Classes of namespaces such that swapping two of one changes no answer. */
function alike(square: Square): readonly (readonly number[])[] {
  const keyOf = keys(square);
  const places = Array.from({ length: square.size }, (_, i) => i);
  // Those that may be swapped have the same answers in some order, so that few are left to be compared one by one.
  const likely = Map.groupBy(places, (at) => {
    let sum = 0;
    for (const other of places) if (other !== at) sum += scattered(keyOf(at, other) * 65_537 + keyOf(other, at));
    return `${keyOf(at, at)} ${square.fromInternet(at)} ${square.toInternet(at)} ${sum}`;
  });
  const classes = [...likely.values()].flatMap((candidates) => {
    const found: number[][] = [];
    for (const at of candidates) {
      const same = found.find(([first = 0]) => isSwappable(first, at, places, keyOf));
      if (same === undefined) found.push([at]);
      else same.push(at);
    }
    return found;
  });
  return classes.sort((a, b) => b.length - a.length || (a[0] ?? 0) - (b[0] ?? 0));
}

/** Another number for each, so that sums of few are seldom alike by chance. */
const scattered = (number: number): number => Math.imul(number ^ (number >>> 15), 0x2c1b3c6d) >>> 0;

const isSwappable = (a: number, b: number, places: readonly number[], keyOf: (from: number, to: number) => number): boolean =>
  keyOf(a, b) === keyOf(b, a) &&
  places.every((other) => other === a || other === b || (keyOf(a, other) === keyOf(b, other) && keyOf(other, a) === keyOf(other, b)));

/** Equal answers have equal numbers. */
function keys({ size, between }: Square): (from: number, to: number) => number {
  const numbers = new Map<string, number>();
  const table = new Uint32Array(size * size);
  for (let from = 0; from < size; from++) {
    for (let to = 0; to < size; to++) {
      const { reached, ports } = between(from, to);
      const key = `${reached} ${ports ?? ""}`;
      const number = numbers.get(key) ?? numbers.size;
      numbers.set(key, number);
      table[from * size + to] = number;
    }
  }
  return (from, to) => table[from * size + to] ?? 0;
}

const withoutPorts = (square: Square): Square => {
  const plain = {
    all: { reached: "all" },
    some: { reached: "some" },
    perhaps: { reached: "perhaps" },
    nothing: { reached: "nothing" },
  } as const;
  return { ...square, between: (from, to) => plain[square.between(from, to).reached] };
};

/** How many namespaces it reaches and is reached by, and the internet more than any of them. */
function openness({ size, between, fromInternet, toInternet }: Square, at: number): number {
  const weight = { all: 3, some: 2, perhaps: 1, nothing: 0 } as const;
  let sum = (weight[fromInternet(at)] + weight[toInternet(at)]) * size;
  for (let other = 0; other < size; other++) sum += weight[between(at, other).reached] + weight[between(other, at).reached];
  return sum;
}

/** What holds of all of them together. */
const together = (answers: readonly Answer[]): Answer => ({ reached: togetherReached(answers.map(({ reached }) => reached)) });

export function togetherReached(all: readonly Reached[]): Reached {
  const [first = "nothing"] = all;
  if (all.every((one) => one === first)) return first;
  return all.some((one) => one === "all" || one === "some") ? "some" : "perhaps";
}
