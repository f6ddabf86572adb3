import type { ClusterVersion, VersionSupport } from "../../model/aws.ts";
import type { Fact } from "../../model/fact.ts";
import { known } from "../../model/fact.ts";
import { minorOf, versionTable, versionTableDate } from "../kubernetes-versions.ts";

/** In what support a version is, and who says so. */
export interface Support extends VersionSupport {
  readonly source: "eks:DescribeClusterVersions" | `table of ${string}`;
}

/** What EKS answered of the version's support; where it did not, what the product's own dated table says as of `now`. */
export function supportOf({ kubernetes, support }: ClusterVersion, now: Date): Fact<Support> {
  if (support.state === "known") return known({ ...support.value, source: "eks:DescribeClusterVersions" });
  const source = `table of ${versionTableDate}` as const;
  const minor = minorOf(kubernetes);
  const oldest = minorOf(versionTable[0]?.version ?? "");
  if (minor !== undefined && oldest !== undefined && minor < oldest) return known({ status: "UNSUPPORTED", source });
  const row = versionTable.find(({ version }) => version === kubernetes);
  if (row === undefined) return support;
  const { endOfStandardSupport, endOfExtendedSupport } = row;
  return known({ status: statusAt(now, row), endOfStandardSupport, endOfExtendedSupport, source });
}

const statusAt = (
  now: Date,
  dates: { readonly endOfStandardSupport: string; readonly endOfExtendedSupport: string },
): VersionSupport["status"] => {
  if (now.getTime() < Date.parse(dates.endOfStandardSupport)) return "STANDARD_SUPPORT";
  return now.getTime() < Date.parse(dates.endOfExtendedSupport) ? "EXTENDED_SUPPORT" : "UNSUPPORTED";
};
