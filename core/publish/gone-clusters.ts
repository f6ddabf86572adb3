import pMap from "p-map";
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

/** How many memories are read at once: one of a cluster that was deleted long ago stays where it is. */
const concurrency = 16;

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
  const absent: { readonly key: string; readonly region: string }[] = [];
  for (const region of new Set(regions))
    for await (const key of store.list(stateKeys.clustersIn({ account, region }))) if (!present.has(key)) absent.push({ key, region });
  const gone = await pMap(
    absent,
    async ({ key, region }) => {
      try {
        const state = await readState(store, key);
        return state !== undefined && isOwedAnEnd(state) ? [{ account, region, name: nameIn(state, { account, region }) }] : [];
      } catch (error) {
        onUnreadable(error);
        return [];
      }
    },
    { concurrency },
  );
  return gone.flat();
}

const isOwedAnEnd = ({ findings }: FindingState): boolean =>
  Object.values(findings).some(({ closedAt, mayBeActive }) => closedAt === undefined || mayBeActive);

const nameIn = ({ subject }: FindingState, place: Omit<ClusterTarget, "name">): string =>
  subject.slice(clusterArn({ ...place, name: "" }).length);
