import { DescribeClusterVersionsCommand } from "@aws-sdk/client-eks";
import * as z from "zod";
import type { ClusterVersion, VersionSupport } from "../model/aws.ts";
import { type Fact, known, unknown } from "../model/fact.ts";
import { allPages } from "./answer.ts";
import type { AwsPlane } from "./aws-plane.ts";

const VersionPage = z.object({
  clusterVersions: z.array(
    z.object({
      clusterVersion: z.string(),
      clusterType: z.string().optional(),
      versionStatus: z.string().optional(),
      endOfStandardSupportDate: z.date().optional(),
      endOfExtendedSupportDate: z.date().optional(),
    }),
  ),
  nextToken: z.string().optional(),
});
type Row = z.output<typeof VersionPage>["clusterVersions"][number];

/** The cluster's version with what EKS says of its support: unknown where EKS lists no such version. */
export async function withSupport(
  version: Fact<Omit<ClusterVersion, "support">>,
  isOnOutpost: boolean,
  plane: AwsPlane,
): Promise<Fact<ClusterVersion>> {
  if (version.state === "unknown") return version;
  const { kubernetes } = version.value;
  const rows = await plane.reading.attempt("eks:DescribeClusterVersions", () => listVersions(plane));
  return known({ ...version.value, support: rows.state === "unknown" ? rows : supportOf(kubernetes, isOnOutpost, rows.value) });
}

const listVersions = ({ clients: { eks }, shared }: AwsPlane): Promise<readonly Row[]> =>
  shared("cluster-versions", (signal) =>
    allPages({
      shape: VersionPage,
      // Without includeAll versions out of support are left out.
      ask: (nextToken) => eks.send(new DescribeClusterVersionsCommand({ includeAll: true, nextToken }), { abortSignal: signal }),
      items: ({ clusterVersions }) => clusterVersions,
      next: ({ nextToken }) => nextToken,
      signal,
    }),
  );

const statuses: readonly VersionSupport["status"][] = ["STANDARD_SUPPORT", "EXTENDED_SUPPORT", "UNSUPPORTED"];

function supportOf(kubernetes: string, isOnOutpost: boolean, rows: readonly Row[]): Fact<VersionSupport> {
  // The type of clusters in the Region is "eks"; local clusters have versions of their own.
  const row = rows.find(
    ({ clusterVersion, clusterType }) => clusterVersion === kubernetes && ((clusterType ?? "eks") === "eks") === !isOnOutpost,
  );
  if (row === undefined) return unknown("not-found", `EKS lists no support of Kubernetes ${kubernetes}.`);
  const status = statuses.find((known) => known === row.versionStatus);
  if (status === undefined) return unknown("malformed", `EKS names no support status that is known of Kubernetes ${kubernetes}.`);
  return known({
    status,
    ...(row.endOfStandardSupportDate === undefined ? {} : { endOfStandardSupport: row.endOfStandardSupportDate.toISOString() }),
    ...(row.endOfExtendedSupportDate === undefined ? {} : { endOfExtendedSupport: row.endOfExtendedSupportDate.toISOString() }),
  });
}
