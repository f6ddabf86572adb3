import type { Coverage } from "./cluster.ts";
import type { Fact } from "./fact.ts";
import type { ClusterTarget, Resource } from "./resource.ts";

/** Everything that a run tried to learn about one account. */
export interface AccountFacts {
  /** The outcome of assuming the role, of listing the Regions, and of listing the clusters of each Region. */
  readonly reads: Fact<readonly Coverage[]>;
}

/** One account as a run saw it, and the clusters found in it. */
export interface Account {
  readonly resource: Resource;
  readonly account: string;
  readonly facts: AccountFacts;
  readonly clusters: readonly ClusterTarget[];
}
