/** The text that is closest to the given one, where one is close at all; by the number of edits (Levenshtein). */
export function nearest(text: string, all: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(3, Math.floor(text.length / 3));
  for (const other of all) {
    if (Math.abs(other.length - text.length) > least) continue;
    const edits = editsBetween(text, other);
    if (edits < least) [best, least] = [other, edits];
  }
  return best;
}

function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
