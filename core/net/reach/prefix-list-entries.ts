import type { PrefixList } from "../../model/aws.ts";
import { type Fact, unknown } from "../../model/fact.ts";

/** The entries of a prefix list, by its id. */
export function entriesOf(prefixLists: Fact<readonly PrefixList[]>): (id: string) => Fact<readonly string[]> {
  if (prefixLists.state === "unknown") return () => prefixLists;
  const byId = new Map(prefixLists.value.map(({ id, cidrs }) => [id, cidrs]));
  return (id) => byId.get(id) ?? unknown("not-found", `The entries of prefix list ${id} were not read.`);
}
