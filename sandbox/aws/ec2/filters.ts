/** EC2's filters: each names an attribute and the values that it may have. */
import * as z from "zod";
import { literally } from "../../pattern.ts";
import type { Item } from "../../world/network.ts";
import { AwsError } from "../errors.ts";

export const Filters = z.array(z.object({ Name: z.string(), Value: z.array(z.string()).default([]) })).default([]);

/** The values of an item that a filter compares, by the filter's name. */
export type FilterTable = Readonly<Record<string, (item: Item) => readonly unknown[]>>;

interface Tag {
  readonly key: string;
  readonly value: string;
}

// Written by the world itself, as a list of such pairs.
const tagsOf = (item: Item): readonly Tag[] => (item.tagSet ?? []) as readonly Tag[];

/** `*` stands for any characters, `?` for one. */
const matches = (pattern: string, value: unknown): boolean => {
  if (!/[*?]/.test(pattern)) return pattern === String(value);
  const source = literally(pattern).replaceAll("\\*", ".*").replaceAll("\\?", ".");
  return new RegExp(`^${source}$`, "s").test(String(value));
};

function valuesOf(name: string, table: FilterTable): (item: Item) => readonly unknown[] {
  const own = table[name];
  if (own !== undefined) return own;
  if (name === "tag-key") return (item) => tagsOf(item).map(({ key }) => key);
  if (name.startsWith("tag:")) {
    const wanted = name.slice("tag:".length);
    return (item) => tagsOf(item).flatMap(({ key, value }) => (key === wanted ? [value] : []));
  }
  throw new AwsError("InvalidParameterValue", `The filter '${name}' is invalid`);
}

/** All filters must fit; of one filter any value. */
export function applyFilters(items: readonly Item[], filters: z.infer<typeof Filters>, table: FilterTable): readonly Item[] {
  return filters.reduce((left, { Name, Value }) => {
    const values = valuesOf(Name, table);
    return left.filter((item) => values(item).some((value) => Value.some((pattern) => matches(pattern, value))));
  }, items);
}
