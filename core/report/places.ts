import type { Finding } from "../model/finding.ts";
import type { Report } from "./report.ts";

/** Where what a finding is about is. */
export interface FindingPlace {
  /** Empty, as the Region is, for what is in no account. */
  readonly account: string;
  readonly region: string;
  /** Absent for a finding about an account. */
  readonly clusterName?: string;
}

/**
 * Where the findings of a report belong.
 *
 * @param homeRegion the Region of findings about accounts
 */
export function placesIn({ clusters }: Pick<Report, "clusters">, homeRegion: string): (finding: Finding) => FindingPlace {
  const byArn = new Map(clusters.map((cluster) => [cluster.arn, cluster]));
  return ({ cluster: arn, resource }) => {
    const cluster = arn === undefined ? undefined : byArn.get(arn);
    if (cluster !== undefined) return { account: cluster.account, region: cluster.region, clusterName: cluster.name };
    return { account: resource.id.split(":")[4] ?? resource.name, region: homeRegion };
  };
}
