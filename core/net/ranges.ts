/** Arithmetic on lists of whole-number ranges. Results are normal: sorted, disjoint, and adjacent ranges merged. */

/** The numbers from the first to the last, both included. */
export interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** Ranges in any order, overlapping or not, made normal. */
export function normal(ranges: readonly Range[]): readonly Range[] {
  const merged: { first: bigint; last: bigint }[] = [];
  for (const { first, last } of [...ranges].sort((a, b) => compare(a.first, b.first))) {
    const open = merged.at(-1);
    if (open === undefined || first > open.last + 1n) merged.push({ first, last });
    else if (last > open.last) open.last = last;
  }
  return merged;
}

/** What two normal lists share; one walk over both. */
export function intersect(a: readonly Range[], b: readonly Range[]): readonly Range[] {
  const shared: Range[] = [];
  let i = 0;
  let j = 0;
  for (let left = a[i], right = b[j]; left !== undefined && right !== undefined; left = a[i], right = b[j]) {
    const first = compare(left.first, right.first) > 0 ? left.first : right.first;
    const last = compare(left.last, right.last) < 0 ? left.last : right.last;
    if (first <= last) shared.push({ first, last });
    if (left.last < right.last) i++;
    else j++;
  }
  return shared;
}

/** What is left of a normal list without another. */
export function subtract(from: readonly Range[], taken: readonly Range[]): readonly Range[] {
  const gaps: Range[] = [];
  let first = 0n;
  for (const range of taken) {
    gaps.push({ first, last: range.first - 1n });
    first = range.last + 1n;
  }
  gaps.push({ first, last: from.at(-1)?.last ?? 0n });
  // A gap may be empty, its last number before its first: it shares nothing with anything.
  return intersect(from, gaps);
}
