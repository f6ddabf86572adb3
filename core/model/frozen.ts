/** The value with everything in it frozen: facts are read by many checks and changed by none. */
export function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  // Also where the value itself is frozen already: a schema freezes what it made, and perhaps not what lies in it.
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
