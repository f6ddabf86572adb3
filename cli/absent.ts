import type { Coverage } from "../core/model/cluster.ts";
import { UsageError } from "./errors.ts";

/**
 * Refuses what was asked of clusters that are nowhere: an answer about none of them would read as one without findings.
 *
 * @param found the names of the clusters that there are
 * @param reads of every account that was asked, and what became of each
 * @throws {UsageError} for a name of which every account and Region that may be asked answered that it does not exist
 */
export function refuseAbsent(names: readonly string[], found: readonly string[], reads: readonly Pick<Coverage, "state">[]): void {
  const absent = names.filter((name) => !found.includes(name));
  if (absent.length === 0 || reads.some(({ state }) => state === "unknown")) return;
  const closed = reads.filter(({ state }) => state === "skipped").length;
  const but = closed === 0 ? "" : `; ${closed} of ${reads.length} reads were left out, as a policy of the organization denies them`;
  throw new UsageError(`No cluster is called ${absent.join(", ")} in the selected accounts and Regions${but}.`, {
    hint: "Check the name, --region and --account.",
  });
}
