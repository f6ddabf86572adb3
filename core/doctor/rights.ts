import type { Deployment, DeploymentAccount } from "../model/deployment.ts";
import type { ToDo } from "../model/prerequisite.ts";
import { updateStack, updateStackSet } from "./commands.ts";

/** What to do where whoever reads an account may not make one of the declared reads: the policy is older than the product, or bounded. */
export function howToAllow(
  action: string,
  { roleArn, account }: DeploymentAccount,
  { caller, homeRegion, organization }: Deployment,
): ToDo {
  if (roleArn === undefined) {
    return { text: `Allow ${action} to ${caller.arn}; docs/access/member-policy.json lists all that it needs.`, commands: [] };
  }
  const isManagement = organization?.state === "known" && organization.value.managementAccount === account;
  return {
    text: `The policy of ${roleArn} is older than this product, or a boundary or service control policy narrows it. Bring its stack up to date, ${isManagement ? "with credentials of the management account" : "from the hub"}, with the parameters of docs/rollout.md, so that it allows ${action}:`,
    commands: [isManagement ? updateStack() : updateStackSet(homeRegion)],
  };
}
