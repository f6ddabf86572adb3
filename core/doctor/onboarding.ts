import type { DeploymentCluster } from "../model/deployment.ts";
import { type Onboarding, onboardingRoleName, readersGroup } from "../model/onboarding.ts";
import type { Prerequisite, ToDo } from "../model/prerequisite.ts";
import { applyRole, mappingOf } from "./access.ts";
import { command } from "./commands.ts";
import { placeOf, whereKnown } from "./network.ts";

/** Whether the access entry of the member role is to be created in a cluster: "create", or what there is to say instead. */
export function onboardingOf(cluster: DeploymentCluster): Onboarding | { readonly outcome: "create"; readonly principalArn: string } {
  const { inapplicable, authenticationMode, principal } = cluster;
  const { arn: principalArn, accessEntry } = cluster.member ?? { arn: principal.arn, accessEntry: cluster.accessEntry };
  const left = (why: string) => ({ outcome: "left", principalArn, why }) as const;
  if (inapplicable !== undefined) return left(inapplicable.message);
  if (authenticationMode.state === "unknown") return { outcome: "unknown", principalArn, why: authenticationMode.reason.message };
  if (authenticationMode.value === "CONFIG_MAP")
    return left("The cluster goes by its aws-auth ConfigMap alone, and takes no access entry.");
  if (accessEntry.state === "unknown") return { outcome: "unknown", principalArn, why: accessEntry.reason.message };
  if (accessEntry.value !== null) return { outcome: "existed", principalArn };
  // Where a role stands in both, the entry counts: a line in aws-auth that lets it read would be undone.
  // Source: EKS User Guide, "Migrating existing aws-auth ConfigMap entries to access entries".
  if (cluster.member === undefined && isKnown(cluster)) return left("The Kubernetes API knows it without an access entry, by aws-auth.");
  return { outcome: "create", principalArn };
}

/** Whether the Kubernetes API took the principal for somebody: it answered, or forbade. */
const isKnown = ({ reads }: DeploymentCluster): boolean =>
  reads.some(({ state, reason }) => state === "read" || reason?.code === "forbidden");

/** What became of the access entry, where that was asked for. */
export function judgeOnboarding(cluster: DeploymentCluster): readonly Prerequisite[] {
  const { onboarding } = cluster;
  if (onboarding === undefined) return [];
  const about = { area: "onboarding", place: placeOf(cluster) } as const;
  const { outcome, principalArn, why = "" } = onboarding;
  switch (outcome) {
    case "created":
      return [
        {
          ...about,
          state: "ok",
          seen: `Created the access entry of ${principalArn} with the group ${readersGroup}.`,
          toDo: giveRights(cluster),
        },
      ];
    case "existed":
      return [{ ...about, state: "ok", seen: `${principalArn} has an access entry, which was left as it is.` }];
    case "left":
      return [{ ...about, state: "skipped", seen: `Nothing was written: ${why}`, ...howToMap(cluster, principalArn) }];
    case "unknown":
      return [
        {
          ...about,
          state: "unknown",
          seen: `Nothing was written: ${why}`,
          toDo: { text: "See to what could not be read, and try again.", commands: [] },
        },
      ];
    case "refused":
      return [
        {
          ...about,
          state: "lacks",
          seen: `The access entry of ${principalArn} was not created: ${why}`,
          toDo: howToCreate(cluster, principalArn),
        },
      ];
  }
}

const giveRights = (cluster: DeploymentCluster): ToDo => ({
  text: `The access entry alone lets nobody read. Give the group ${readersGroup} its rights, where that was not done:`,
  commands: applyRole(cluster),
});

/** A line of aws-auth is nobody's to write but a person's: where it is unknown whether there is one, it is told. */
function howToMap(cluster: DeploymentCluster, principalArn: string): { readonly toDo?: ToDo } {
  const isRead = cluster.member === undefined && cluster.reads.every(({ state }) => state === "read");
  if (whereKnown(cluster.authenticationMode) !== "CONFIG_MAP" || isRead) return {};
  return { toDo: mappingOf(cluster, principalArn) };
}

function howToCreate(cluster: DeploymentCluster, principalArn: string): ToDo {
  const create = command(
    ...["aws", "eks", "create-access-entry", "--cluster-name", cluster.name, "--region", cluster.region],
    ...["--principal-arn", principalArn, "--kubernetes-groups", readersGroup],
  );
  const opt =
    cluster.member === undefined
      ? `Let the account opt in: OnboardAccessEntries=true in the stack of the member role, and the caller among OperatorRoleArns, make the role ${onboardingRoleName}.`
      : "Allow eks:CreateAccessEntry to the caller.";
  return { text: `${opt} Or, with other credentials of the account:`, commands: [create] };
}
