import type { Verdict } from "../../model/check.ts";
import type { Resource } from "../../model/resource.ts";
import type { Listing } from "../../net/policy/inventory.ts";

/** One verdict for the cluster where there may be policies that were not listed. */
export function unreadPolicies({ unread }: Listing, resource: Resource): readonly Verdict[] {
  const [reason] = unread;
  if (reason === undefined) return [];
  const message = `Cluster ${resource.name} was not judged whole, it may have more policies: ${reason.message}`;
  return [{ resource, status: "unknown", reason, message, evidence: { listsNotRead: unread.length } }];
}
