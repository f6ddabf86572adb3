import type { Endpoint } from "../model/aws.ts";
import type { Coverage } from "../model/cluster.ts";
import type { Deployment, DeploymentAccount, DeploymentCluster } from "../model/deployment.ts";
import type { Fact, ReasonCode } from "../model/fact.ts";
import type { Place, Prerequisite, ToDo } from "../model/prerequisite.ts";
import { command } from "./commands.ts";
import { howToAllow } from "./rights.ts";

/** Reasons for which no answer of the Kubernetes API came at all. */
const notReached: ReadonlySet<ReasonCode> = new Set<ReasonCode>(["dns", "timeout", "refused", "tls", "blocked-host"]);

/** Whether some read of the Kubernetes API was answered, be it by a refusal. */
export const isReached = ({ reads }: DeploymentCluster): boolean =>
  reads.some(({ state, reason }) => state === "read" || (reason !== undefined && isAnswer(reason.code)));
const isAnswer = (code: ReasonCode): boolean => !notReached.has(code) && !isNotAsked(code);
/** DescribeCluster told of no API to ask. */
const isNotAsked = (code: ReasonCode): boolean => code === "not-ready" || code === "depends-on-unknown";

export const placeOf = ({ account, region, name }: DeploymentCluster): Place => ({ account, region, cluster: name });

/** Where DescribeCluster was not answered. */
export const describeFirst: ToDo = { text: "See to it that the cluster can be described, then look again.", commands: [] };

/** Whether the Kubernetes API is reached from where the caller works. */
export function judgeNetwork(cluster: DeploymentCluster, seen: DeploymentAccount, deployment: Deployment): Prerequisite {
  const { inapplicable, endpoint, reads } = cluster;
  const about = { area: "network", place: placeOf(cluster) } as const;
  if (inapplicable !== undefined) return { ...about, state: "skipped", seen: inapplicable.message };
  if (isReached(cluster)) return { ...about, state: "ok", seen: "The Kubernetes API answers." };
  const [first] = reads.filter(({ state }) => state !== "read");
  if (endpoint.state === "unknown" || first?.reason === undefined) {
    const { code, message } = endpoint.state === "unknown" ? endpoint.reason : { code: "internal", message: "It was not asked." };
    const toDo = code === "forbidden" ? howToAllow("eks:DescribeCluster", seen, deployment) : describeFirst;
    return { ...about, state: "unknown", seen: message, toDo };
  }
  const { code, message } = first.reason;
  if (code === "not-ready") return { ...about, state: "skipped", seen: message };
  if (!notReached.has(code))
    return { ...about, state: "unknown", seen: message, toDo: { text: first.remedy ?? "Try again.", commands: [] } };
  return { ...about, state: "lacks", seen: `${message} ${doorOf(endpoint.value)}`, toDo: howToReach(cluster, endpoint.value, first) };
}

function doorOf({ publicAccess, privateAccess, publicCidrs }: Endpoint): string {
  if (!publicAccess) return "Its endpoint is private.";
  return `Its endpoint is public for ${publicCidrs.join(", ") || "no range"}${privateAccess ? ", and private." : "."}`;
}

/** An endpoint that admits everybody is open to whoever asks by that family. */
const isOpen = ({ publicAccess, publicCidrs }: Endpoint): boolean =>
  publicAccess && publicCidrs.some((cidr) => /^(0\.0\.0\.0|::)\/0$/.test(cidr));

const ofConnections: ReadonlySet<ReasonCode> = new Set<ReasonCode>(["dns", "timeout", "refused"]);

function howToReach({ region, name }: DeploymentCluster, endpoint: Endpoint, { reason, remedy = "Try again." }: Coverage): ToDo {
  if (reason === undefined || !ofConnections.has(reason.code) || isOpen(endpoint)) return { text: remedy, commands: [] };
  const attach = "Attach the function scan to subnets that lead to it, as docs/rollout.md says under Private endpoints";
  const deploy = "EKS_PERIMETER_SUBNETS=subnet-... EKS_PERIMETER_SECURITY_GROUPS=sg-... npx sst deploy --stage production";
  if (!endpoint.publicAccess) return { text: `${attach}. ${remedy}`, commands: [deploy] };
  const ranges = ["YOUR.ADDRESS/32", ...endpoint.publicCidrs].join(",");
  return {
    text: `${attach}, or admit the address that the scanner comes from:`,
    commands: [
      deploy,
      command(
        "aws",
        "eks",
        "update-cluster-config",
        "--name",
        name,
        "--region",
        region,
        "--resources-vpc-config",
        `publicAccessCidrs=${ranges}`,
      ),
    ],
  };
}

/** The fact's value, where it is known. */
export const whereKnown = <T>(fact: Fact<T>): T | undefined => (fact.state === "known" ? fact.value : undefined);
