import { type ClusterTarget, clusterArn } from "../model/resource.ts";
import type { FindingState } from "./finding-state.ts";
import { readState, stateKeys } from "./state-store.ts";
import type { Store } from "./store.ts";

/** Where an account's clusters were looked for, and what was found. */
export interface Listed {
  readonly account: string;
  /** The Regions that answered with every cluster that they have. */
  readonly regions: readonly string[];
  readonly clusters: readonly ClusterTarget[];
}

/**
 * The clusters of which something is remembered as failing, or owed to Security Hub, and that their Region listed no more. Where a
 * Region did not answer, none of its clusters is taken for gone.
 *
 * @param onUnreadable told what can't be understood, which hides no other one
 */
export async function goneClusters(
  { account, regions, clusters }: Listed,
  store: Store,
  onUnreadable: (error: unknown) => void,
): Promise<readonly ClusterTarget[]> {
  const present = new Set(clusters.map(stateKeys.cluster));
  const gone: ClusterTarget[] = [];
  for (const region of new Set(regions)) {
    for await (const key of store.list(stateKeys.clustersIn({ account, region }))) {
      if (present.has(key)) continue;
      try {
        const state = await readState(store, key);
        if (state !== undefined && isOwedAnEnd(state)) gone.push({ account, region, name: nameIn(state, { account, region }) });
      } catch (error) {
        onUnreadable(error);
      }
    }
  }
  return gone;
}

const isOwedAnEnd = ({ findings }: FindingState): boolean =>
  Object.values(findings).some(({ closedAt, mayBeActive }) => closedAt === undefined || mayBeActive);

const nameIn = ({ subject }: FindingState, place: Omit<ClusterTarget, "name">): string =>
  subject.slice(clusterArn({ ...place, name: "" }).length);
