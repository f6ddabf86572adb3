import type { DeploymentCluster } from "../model/deployment.ts";
import { readersGroup } from "../model/onboarding.ts";
import type { Prerequisite, ToDo } from "../model/prerequisite.ts";
import { command } from "./commands.ts";
import { describeFirst, isReached, placeOf, whereKnown } from "./network.ts";

/**
 * Whether the Kubernetes API lets the scanner read. Its own answers decide: an access entry or a line in aws-auth only says
 * who somebody is, and rights may come from other groups and policies than the product's.
 */
export function judgeAccess(cluster: DeploymentCluster): Prerequisite {
  const { inapplicable, reads, principal } = cluster;
  const about = { area: "access-entry", place: placeOf(cluster) } as const;
  if (inapplicable !== undefined) return { ...about, state: "skipped", seen: inapplicable.message };
  if (cluster.onboarding?.outcome === "created" && cluster.onboarding.principalArn === principal.arn) return justCreated(about);
  const codes = new Set(reads.map(({ reason }) => reason?.code));
  if (codes.has("not-ready")) return { ...about, state: "skipped", seen: "The cluster has no Kubernetes API to ask now." };
  if (!isReached(cluster)) return unasked(cluster);
  if (codes.has("unauthenticated")) {
    const seen = `The Kubernetes API does not know ${principal.arn} (401). ${entryOf(cluster)}`;
    return { ...about, state: "lacks", seen, toDo: howToIntroduce(cluster) };
  }
  const refused = reads.filter(({ reason }) => reason?.code === "forbidden").map(({ read }) => nameOf(read));
  if (refused.length > 0) {
    const seen = `${principal.arn} may not read ${few(refused)} (403 for ${refused.length} of ${reads.length} reads). ${entryOf(cluster)}`;
    return { ...about, state: "lacks", seen, toDo: howToPermit(cluster) };
  }
  const broken = reads.filter(({ state }) => state !== "read");
  const [first] = broken;
  if (first !== undefined) {
    const seen = `${broken.length} of ${reads.length} reads failed, ${nameOf(first.read)} first: ${first.reason?.message ?? "no reason was recorded."}`;
    return { ...about, state: "unknown", seen, toDo: { text: first.remedy ?? "Try again.", commands: [] } };
  }
  return { ...about, state: "ok", seen: `Knows ${principal.arn.split("/").at(-1)}, answers all ${reads.length} reads.` };
}

const justCreated = (about: Pick<Prerequisite, "area" | "place">): Prerequisite => ({
  ...about,
  state: "unknown",
  seen: "Its access entry was created just now. What the Kubernetes API lets it read was not looked at since.",
  toDo: { text: "Look again, once the group of the entry has its rights.", commands: [] },
});

/** "kubernetes:list pods": "list pods". */
const nameOf = (read: string): string => read.replace(/^kubernetes:/, "");

const few = (names: readonly string[]): string =>
  names.length > 4 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");

/** An API that was not reached may know the principal or not; a missing entry is telling where entries alone count. */
function unasked(cluster: DeploymentCluster): Prerequisite {
  const about = { area: "access-entry", place: placeOf(cluster) } as const;
  if (cluster.reads.length === 0) return { ...about, state: "unknown", seen: "Not looked at.", toDo: describeFirst };
  const lacks = whereKnown(cluster.authenticationMode) === "API" && whereKnown(cluster.accessEntry) === null;
  const seen = `${entryOf(cluster)} What the Kubernetes API lets it read was not seen.`;
  if (lacks) return { ...about, state: "lacks", seen, toDo: howToIntroduce(cluster) };
  const text = "See to what keeps the API from being reached first.";
  if (whereKnown(cluster.accessEntry)?.groups.includes(readersGroup))
    return { ...about, state: "unknown", seen, toDo: { text, commands: [] } };
  const hasEntry = (whereKnown(cluster.accessEntry) ?? null) !== null;
  const { text: then, commands } = hasEntry ? howToPermit(cluster) : howToIntroduce(cluster);
  return { ...about, state: "unknown", seen, toDo: { text: `${text} If it then may not read all that a scan does: ${then}`, commands } };
}

/** How the cluster would know the principal, in a sentence. */
function entryOf({ authenticationMode, accessEntry, principal }: DeploymentCluster): string {
  if (whereKnown(authenticationMode) === "CONFIG_MAP") return "The cluster goes by its aws-auth ConfigMap alone.";
  if (accessEntry.state === "unknown") return `Its access entry was not read: ${accessEntry.reason.message}`;
  if (accessEntry.value === null) {
    const besides = whereKnown(authenticationMode) === "API" ? "" : "; aws-auth may name it";
    return `No access entry names ${principal.arn}${besides}.`;
  }
  const { groups } = accessEntry.value;
  return groups.length === 0 ? "Its access entry has no groups." : `Its access entry has the groups ${groups.join(", ")}.`;
}

/** Who only saw a session does not know whether the role has a path, which belongs to its ARN. */
const principalWord = ({ principal }: DeploymentCluster): string =>
  principal.sessionOf === undefined
    ? command(principal.arn)
    : `"$(aws iam get-role --role-name ${command(principal.sessionOf)} --query Role.Arn --output text)"`;

const entryCommand = (verb: string, cluster: DeploymentCluster, ...words: readonly string[]): string =>
  [
    command("aws", "eks", `${verb}-access-entry`, "--cluster-name", cluster.name, "--region", cluster.region),
    `--principal-arn ${principalWord(cluster)}`,
    ...(words.length > 0 ? [command(...words)] : []),
  ].join(" ");

/** How the group gets its rights. */
export const applyRole = ({ name, region }: DeploymentCluster): readonly string[] => [
  command("aws", "eks", "update-kubeconfig", "--name", name, "--region", region),
  "kubectl apply -f docs/access/cluster-role.yaml",
];

/** Where the API does not know the principal. */
function howToIntroduce(cluster: DeploymentCluster): ToDo {
  if (whereKnown(cluster.authenticationMode) === "CONFIG_MAP") return mappingOf(cluster, cluster.principal.arn);
  const create = entryCommand("create", cluster, "--kubernetes-groups", readersGroup);
  const entry = whereKnown(cluster.accessEntry);
  if (entry === undefined || entry === null) {
    return { text: "Give it an access entry, and the group its rights:", commands: [create, ...applyRole(cluster)] };
  }
  return {
    text: "The entry may be that of an earlier role of the same name, which counts as another. Make it anew:",
    commands: [entryCommand("delete", cluster), create, ...applyRole(cluster)],
  };
}

const editAwsAuth = "kubectl edit configmap aws-auth --namespace kube-system";

/** The line of aws-auth by which a cluster knows a principal. */
export function mappingOf(cluster: DeploymentCluster, principalArn: string): ToDo {
  const [list, key] = principalArn.includes(":user/") ? ["mapUsers", "userarn"] : ["mapRoles", "rolearn"];
  const line = `{ ${key}: ${principalArn}, username: eks-perimeter, groups: [${readersGroup}] }`;
  return { text: `Give the group its rights, and add to ${list} of aws-auth: - ${line}`, commands: [...applyRole(cluster), editAwsAuth] };
}

/** Where the API knows the principal, and does not let it read. */
function howToPermit(cluster: DeploymentCluster): ToDo {
  const entry = whereKnown(cluster.accessEntry);
  if (entry !== undefined && entry !== null && !entry.groups.includes(readersGroup)) {
    const groups = [...entry.groups, readersGroup];
    return {
      text: "Add the product's group to the access entry, and give the group its rights:",
      commands: [entryCommand("update", cluster, "--kubernetes-groups", ...groups), ...applyRole(cluster)],
    };
  }
  if (whereKnown(cluster.authenticationMode) === "CONFIG_MAP") {
    const text = `Give the group ${readersGroup} its rights, and see that aws-auth maps ${cluster.principal.arn} to it:`;
    return { text, commands: [...applyRole(cluster), editAwsAuth] };
  }
  return { text: `Give the group ${readersGroup} the rights of this version of the product:`, commands: applyRole(cluster) };
}
