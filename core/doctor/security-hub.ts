import type { Deployment, DeploymentAccount, SecurityHubState } from "../model/deployment.ts";
import type { Prerequisite } from "../model/prerequisite.ts";
import { command } from "./commands.ts";
import { howToAllow } from "./rights.ts";

/** Whether findings can be delivered, in each Region that has clusters, and in the product's own for those about the account. */
export function judgeSecurityHub(seen: DeploymentAccount, deployment: Deployment): readonly Prerequisite[] {
  if (seen.isCentral !== true) return seen.hubs.map((hub) => judgeHub(hub, seen, deployment));
  const central = "Its findings go to the Security Hub of the product's own account (securityHub.centralAccounts).";
  return [{ area: "security-hub", place: { account: seen.account }, state: "skipped", seen: central }];
}

function judgeHub({ region, isOn }: SecurityHubState, seen: DeploymentAccount, deployment: Deployment): Prerequisite {
  const about = { area: "security-hub", place: { account: seen.account, region } } as const;
  if (isOn.state === "known") {
    if (isOn.value) return { ...about, state: "ok", seen: "Security Hub CSPM is on." };
    return {
      ...about,
      state: "lacks",
      seen: "Security Hub CSPM is off: findings stand in the reports alone.",
      toDo: {
        text: "Turn it on by a central configuration policy, or with credentials of the account; the product needs none of its standards:",
        commands: [command("aws", "securityhub", "enable-security-hub", "--no-enable-default-standards", "--region", region)],
      },
    };
  }
  const { code, message } = isOn.reason;
  if (code === "denied-by-policy") return { ...about, state: "skipped", seen: "Closed by a service control policy." };
  if (code !== "forbidden") return { ...about, state: "unknown", seen: message, toDo: { text: "Try again.", commands: [] } };
  return { ...about, state: "unknown", seen: message, toDo: howToAllow("securityhub:DescribeHub", seen, deployment) };
}
