import { type Deployment, type DeploymentAccount, principalOf } from "../model/deployment.ts";
import type { Prerequisite, ToDo } from "../model/prerequisite.ts";
import { createStack, listStackInstances } from "./commands.ts";

/** Whether the member role lets the caller in. */
export function judgeRole({ account, roleArn, reads }: DeploymentAccount, deployment: Deployment): Prerequisite {
  const about = { area: "role", place: { account } } as const;
  if (roleArn === undefined) {
    const seen = "The caller's own credentials act here; the member role, by which a deployment reads it, was not tried.";
    return { ...about, state: "skipped", seen };
  }
  const outcome = reads.find(({ read }) => read === "sts:AssumeRole");
  if (outcome?.state === "read") return { ...about, state: "ok", seen: `The role ${roleArn.split("/").at(-1)} was assumed.` };
  const { code, message } = outcome?.reason ?? { code: "internal", message: `Whether the role ${roleArn} can be assumed was not told.` };
  if (outcome?.state === "skipped") return { ...about, state: "skipped", seen: message };
  if (code !== "forbidden") {
    return { ...about, state: "unknown", seen: message, toDo: { text: outcome?.remedy ?? "Try again.", commands: [] } };
  }
  return { ...about, state: "lacks", seen: message, toDo: howToOpen(account, deployment) };
}

/** StackSets with service-managed permissions leave the management account out. Source: CloudFormation User Guide, StackSets and Organizations. */
function howToOpen(account: string, { caller, homeRegion, organization }: Deployment): ToDo {
  const trust = `If the role is there, it may admit the deployed functions alone: add ${principalOf(caller.arn).arn} to its stack's parameter OperatorRoleArns, and bring its external id where it has one.`;
  const management = organization?.state === "known" ? organization.value.managementAccount : undefined;
  if (account === management) {
    return {
      text: `${trust} If not: this is the management account, which no StackSet reaches. Make the stack there, with its credentials and the parameters of docs/rollout.md:`,
      commands: [createStack()],
    };
  }
  const byHand = management === undefined ? " A StackSet never reaches the management account: there the stack is made by hand." : "";
  return {
    text: `${trust} If not, see in the hub why the StackSet of docs/rollout.md did not make it.${byHand}`,
    commands: [listStackInstances(account, homeRegion)],
  };
}
