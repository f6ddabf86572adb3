import type { Coverage } from "../model/cluster.ts";
import type { Deployment, DeploymentAccount } from "../model/deployment.ts";
import type { ReasonCode } from "../model/fact.ts";
import type { Place, Prerequisite } from "../model/prerequisite.ts";
import { howToAllow } from "./rights.ts";

/** Whether clusters can be looked for wherever the account may have some. A Region that is closed on purpose lacks nothing. */
export function judgeRegions(seen: DeploymentAccount, deployment: Deployment): readonly Prerequisite[] {
  const { account, reads, clusters } = seen;
  const looks = reads.filter(({ read }) => read !== "sts:AssumeRole");
  const open = looks.filter(({ read, state }) => state === "read" && !read.startsWith("account:"));
  const found = `Regions that answered: ${new Set(open.map(({ read }) => regionOf(read))).size}, clusters found there: ${clusters.length}.`;
  const answered: Prerequisite = { area: "regions", place: { account }, state: "ok", seen: found };
  return [
    ...(open.length > 0 ? [answered] : []),
    ...[...closures].flatMap(([code, why]) => skipped(why, code, looks, account)),
    ...looks.flatMap((outcome) => refused(outcome, seen, deployment)),
  ];
}

/** Why a Region is left out, in one row however many there are. */
const closures: ReadonlyMap<ReasonCode, string> = new Map<ReasonCode, string>([
  ["denied-by-policy", "Closed by a service control policy"],
  ["not-enabled", "Not enabled for the account"],
]);

function skipped(why: string, code: ReasonCode, looks: readonly Coverage[], account: string): readonly Prerequisite[] {
  const regions = new Set(
    looks.flatMap(({ read, state, reason }) => (state === "skipped" && reason?.code === code ? [regionOf(read)] : [])),
  );
  if (regions.size === 0) return [];
  return [{ area: "regions", place: { account }, state: "skipped", seen: `${why}: ${[...regions].join(", ")}.` }];
}

/** "eks:ListClusters eu-west-1", "eks:DescribeCluster eu-west-1 prod". */
const regionOf = (read: string): string | undefined => read.split(" ")[1];

function refused({ read, state, reason, remedy }: Coverage, seen: DeploymentAccount, deployment: Deployment): readonly Prerequisite[] {
  if (state !== "unknown") return [];
  const region = regionOf(read);
  const place: Place = { account: seen.account, ...(region === undefined ? {} : { region }) };
  const { code, message } = reason ?? { code: "internal", message: "No reason was recorded." };
  const action = read.split(" ")[0] ?? read;
  if (code === "forbidden") return [{ area: "regions", place, state: "lacks", seen: message, toDo: howToAllow(action, seen, deployment) }];
  return [{ area: "regions", place, state: "unknown", seen: message, toDo: { text: remedy ?? "Try again.", commands: [] } }];
}
