import type { ClusterTarget } from "../../core/model/resource.ts";
import { connectivityFacts } from "../../core/net/connectivity/estate.ts";
import { UsageError } from "../errors.ts";
import { type ClusterScope, readClusters } from "../live.ts";
import { loadSettings } from "../settings.ts";
import { fromFacts, type Input } from "./input.ts";
import type { Messages } from "./messages.ts";

/**
 * Reads the one cluster of the scope.
 *
 * @throws {UsageError} where the scope holds none or several, or too little of it could be read
 */
export async function fromCluster(scope: ClusterScope, messages: Messages): Promise<Input> {
  const { clusters } = await readClusters(scope, {
    settings: await loadSettings(scope.config),
    facts: new Set(connectivityFacts),
    interrupted: "No connection was told.",
    choose: (found) => [onlyOne(found)],
  });
  const [cluster] = clusters;
  if (cluster === undefined) throw new TypeError("A cluster was chosen and not read.");
  return fromFacts(cluster.facts, `Cluster ${cluster.name}`, messages);
}

function onlyOne(clusters: readonly ClusterTarget[]): ClusterTarget {
  const [target, ...more] = clusters;
  if (target === undefined) throw new TypeError("Nobody chooses among no clusters.");
  if (more.length > 0) {
    const names = clusters.slice(0, 10).map(({ account, region, name }) => `${account}/${region}/${name}`);
    throw new UsageError(`The scope holds ${clusters.length} clusters: ${names.join(", ")}.`, { hint: "Name one with --cluster." });
  }
  return target;
}
