import type { Report } from "./report.ts";

/** What was looked at, such as "2 clusters in 1 account scanned": no cluster where only manifests were. */
export function scopeWords({ accounts, clusters }: Pick<Report, "accounts" | "clusters">): string {
  const where = accounts.length === 0 ? "" : ` in ${counted(accounts.length, "account")}`;
  if (clusters.length === 0) return `No cluster was found${where}`;
  const isOfManifests = clusters.every(({ arn }) => !arn.startsWith("arn:"));
  if (isOfManifests) return `${counted(clusters.length, "folder")} of manifests judged, as if it were all of a cluster`;
  return `${counted(clusters.length, "cluster")}${where} scanned`;
}

const counted = (count: number, noun: string): string => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
