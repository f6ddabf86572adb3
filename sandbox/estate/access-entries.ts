/** The access entries of a cluster, with those that it has unless it says otherwise. */

import type { Estate } from "../estate.ts";
import type { AccessEntry } from "../kubernetes/access.ts";
import type { Cluster, AccessEntry as Entry } from "./cluster.ts";

/** The user that each account has beside those of the estate: whoever made the clusters. */
export const accountUser = "admin";

/** @param account the cluster's */
export function accessEntriesOf(cluster: Cluster, account: string, { hub, memberRole, partition }: Estate): readonly AccessEntry[] {
  const readers = [`role/${memberRole}`, ...(account === hub.account ? [`user/${hub.user}`] : [])];
  const entries: readonly Entry[] = cluster.accessEntries ?? [
    ...readers.map((principal) => ({ principal, groups: ["eks-perimeter"] })),
    { principal: `user/${accountUser}`, groups: ["system:masters"] },
  ];
  return entries.map(({ principal, groups, username }) => ({
    principalArn: principal.startsWith("arn:") ? principal : `arn:${partition}:iam::${account}:${principal}`,
    groups,
    ...(username !== undefined && { username }),
  }));
}
