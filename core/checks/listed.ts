const shown = 5;

/** The items in a sentence: "a, b, c", with the number of those left out where there are many. */
export function listed(items: readonly string[]): string {
  const rest = items.length - shown;
  // One more costs no more room than saying that it was left out.
  return rest <= 1 ? items.join(", ") : `${items.slice(0, shown).join(", ")} and ${rest} more`;
}
