const shown = 5;
const kept = 20;

/** The items in a sentence: "a, b, c", with the number of those left out where there are many. */
export function listed(items: readonly string[]): string {
  const rest = items.length - shown;
  // One more costs no more room than saying that it was left out.
  return rest <= 1 ? items.join(", ") : `${items.slice(0, shown).join(", ")} and ${rest} more`;
}

/** For evidence, which stays small: of a long list the first, and how many more there are. */
export const few = <T>(list: readonly T[]): readonly (T | string)[] =>
  list.length > kept ? [...list.slice(0, kept), `and ${list.length - kept} more`] : list;
