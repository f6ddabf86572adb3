/** What EKS says of Kubernetes versions, for where its API could not be asked. */

/** When support of one minor version ends. A day's support ends as the day begins, UTC. */
export interface VersionDates {
  readonly version: string;
  readonly endOfStandardSupport: string;
  readonly endOfExtendedSupport: string;
}

/** When the table was last compared with its source. */
export const versionTableDate = "2026-04-24";

/** Source: Amazon EKS User Guide, "Understand the Kubernetes version lifecycle on EKS", release calendar. The oldest first. */
export const versionTable: readonly VersionDates[] = [
  { version: "1.23", endOfStandardSupport: "2023-10-11", endOfExtendedSupport: "2024-10-11" },
  { version: "1.24", endOfStandardSupport: "2024-01-31", endOfExtendedSupport: "2025-01-31" },
  { version: "1.25", endOfStandardSupport: "2024-05-01", endOfExtendedSupport: "2025-05-01" },
  { version: "1.26", endOfStandardSupport: "2024-06-11", endOfExtendedSupport: "2025-06-11" },
  { version: "1.27", endOfStandardSupport: "2024-07-24", endOfExtendedSupport: "2025-07-24" },
  { version: "1.28", endOfStandardSupport: "2024-11-26", endOfExtendedSupport: "2025-11-26" },
  { version: "1.29", endOfStandardSupport: "2025-03-23", endOfExtendedSupport: "2026-03-23" },
  { version: "1.30", endOfStandardSupport: "2025-07-23", endOfExtendedSupport: "2026-07-23" },
  { version: "1.31", endOfStandardSupport: "2025-11-26", endOfExtendedSupport: "2026-11-26" },
  { version: "1.32", endOfStandardSupport: "2026-03-23", endOfExtendedSupport: "2027-03-23" },
  { version: "1.33", endOfStandardSupport: "2026-07-29", endOfExtendedSupport: "2027-07-29" },
  { version: "1.34", endOfStandardSupport: "2026-12-02", endOfExtendedSupport: "2027-12-02" },
  { version: "1.35", endOfStandardSupport: "2027-03-27", endOfExtendedSupport: "2028-03-27" },
];

/** The number behind "1.", such as 36; undefined for text that is no such version. Versions compare by it, never as decimals. */
export function minorOf(version: string): number | undefined {
  const minor = /^1\.(0|[1-9]\d{0,2})$/.exec(version)?.[1];
  return minor === undefined ? undefined : Number(minor);
}
