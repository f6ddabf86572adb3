import type { Resource } from "../model/resource.ts";
import { plainText } from "./plain-text.ts";
import type { ReportCluster } from "./report.ts";

/** Where something is: a cluster, and what it is about there. */
export interface Place {
  /** What the cluster is called. */
  readonly cluster: string;
  readonly resource: Resource;
}

/** What each cluster of a run is called, by its ARN: its name, with its Region and account where others have that name too. */
export function clusterNames(clusters: readonly ReportCluster[]): ReadonlyMap<string, string> {
  const ways: readonly ((cluster: ReportCluster) => string)[] = [
    ({ name }) => name,
    ({ name, region }) => `${name} ${region}`,
    ({ name, region, account }) => `${name} ${region} ${account}`,
  ];
  const counts = ways.map((way) => Map.groupBy(clusters, way));
  return new Map(
    clusters.map((cluster) => {
      const own = ways.find((way, at) => counts[at]?.get(way(cluster))?.length === 1);
      return [cluster.arn, plainText((own ?? (({ arn }) => arn))(cluster))];
    }),
  );
}

/** The places, cluster by cluster, in the fullest way that fits: with what it is about, with how many, or the first few clusters. */
export function placesText(places: readonly Place[], fits: (text: string) => boolean): string {
  const byCluster = [...Map.groupBy(places, ({ cluster }) => cluster)].sort(([, a], [, b]) => b.length - a.length);
  const full = byCluster.map(([cluster, own]) => withNames(cluster, own));
  const counted = byCluster.map(([cluster, own]) => (own.length === 1 ? cluster : `${cluster} (${own.length})`));
  const whole = [full, counted].map((parts) => parts.join(", ")).find(fits);
  return whole ?? fewOf(counted, fits);
}

/** What it is about is said where that is not the cluster itself. */
function withNames(cluster: string, own: readonly Place[]): string {
  const names = new Set(
    own.flatMap(({ resource: { kind, namespace, name } }) =>
      kind === "Cluster" ? [] : [plainText(namespace === undefined ? name : `${namespace}/${name}`)],
    ),
  );
  return names.size === 0 ? cluster : `${cluster} (${[...names].join(", ")})`;
}

function fewOf(all: readonly string[], fits: (text: string) => boolean): string {
  for (let count = all.length - 1; count > 0; count -= 1) {
    const text = `${all.slice(0, count).join(", ")} and ${all.length - count} more`;
    if (fits(text)) return text;
  }
  return all.length === 1 ? (all[0] ?? "") : `${all.length} clusters`;
}
