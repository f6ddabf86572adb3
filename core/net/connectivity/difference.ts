import type { Allowed, TextOf } from "./model.ts";
import { sidesOf, without } from "./outside-ends.ts";

export interface Difference {
  readonly added: readonly Allowed[];
  readonly removed: readonly Allowed[];
}

/** What another set of connections adds and removes, to the address and port: of what only changes, that which does. */
export function difference(before: Iterable<Allowed>, after: Iterable<Allowed>, textOf: TextOf): Difference {
  const [old, fresh] = [sidesOf(before, textOf), sidesOf(after, textOf)];
  return { added: without(fresh, old, textOf), removed: without(old, fresh, textOf) };
}
