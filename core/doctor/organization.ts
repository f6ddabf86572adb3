import type { Deployment } from "../model/deployment.ts";
import type { Prerequisite } from "../model/prerequisite.ts";
import { command } from "./commands.ts";

/**
 * Whether all accounts can be found. Only the management account and a delegated administrator of any service may list them.
 * Source: AWS Organizations API reference, ListAccounts.
 */
export function judgeOrganization({ organization, caller }: Deployment): readonly Prerequisite[] {
  if (organization === undefined) return [];
  const area = { area: "organization", place: { account: caller.account } } as const;
  if (organization.state === "known") {
    return [{ ...area, state: "ok", seen: `The organization's active accounts were listed: ${organization.value.accounts.length}.` }];
  }
  const { code, message } = organization.reason;
  const seen = `${message} Of all accounts only ${caller.account} was looked at.`;
  if (code === "forbidden" || code === "denied-by-policy") {
    const principal = "member.org.stacksets.cloudformation.amazonaws.com";
    return [
      {
        ...area,
        state: "lacks",
        seen,
        toDo: {
          text: `Let ${caller.arn} call organizations:ListAccounts, and make account ${caller.account} a delegated administrator, with credentials of the management account:`,
          commands: [
            command(
              ...["aws", "organizations", "register-delegated-administrator"],
              ...["--account-id", caller.account, "--service-principal", principal],
            ),
          ],
        },
      },
    ];
  }
  if (code === "not-enabled") {
    const text = "Use credentials of an account that is in an organization, or name the accounts with --account.";
    return [{ ...area, state: "lacks", seen, toDo: { text, commands: [] } }];
  }
  return [{ ...area, state: "unknown", seen, toDo: { text: "Try again; name accounts with --account meanwhile.", commands: [] } }];
}
