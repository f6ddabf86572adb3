import { harmless } from "./text.ts";

/** What the list of findings may be narrowed to by a link. */
export interface Narrowing {
  readonly status?: readonly string[];
  readonly severity?: readonly string[];
  readonly account?: string;
  /** The cluster's ARN. */
  readonly cluster?: string;
  readonly namespace?: string;
  readonly owner?: string;
  readonly check?: string;
  /** Such as "cis-eks-1.7.0/5.4.1". */
  readonly requirement?: string;
  readonly change?: string;
}

/** A link to the list of findings, narrowed; the page's script reads it again. */
export function linkTo(narrowing: Narrowing): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(narrowing)) query.set(name, harmless(typeof value === "string" ? value : value.join(",")));
  return `#findings?${query}`;
}
