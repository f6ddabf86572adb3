import { ListAccountsCommand, type OrganizationsClient } from "@aws-sdk/client-organizations";
import * as z from "zod";
import type { Organization } from "../model/deployment.ts";
import { allPages } from "./answer.ts";

const AccountPage = z.object({
  // `Status` is the older field; either may be left out, not both.
  Accounts: z.array(
    z
      .object({
        Id: z.string().regex(/^\d{12}$/),
        Arn: z.string().optional(),
        State: z.string().optional(),
        Status: z.string().optional(),
      })
      .refine(({ State, Status }) => State !== undefined || Status !== undefined, { path: ["State"] }),
  ),
  NextToken: z.string().optional(),
});

/**
 * The ids of all ACTIVE accounts of the organization, and who manages it. Pages without accounts are legal.
 *
 * @throws the SDK's errors: only the management account and a delegated administrator may ask
 */
export async function readOrganization(client: OrganizationsClient, signal: AbortSignal): Promise<Organization> {
  const all = await allPages({
    shape: AccountPage,
    ask: (NextToken) => client.send(new ListAccountsCommand({ NextToken }), { abortSignal: signal }),
    items: ({ Accounts }) => Accounts,
    next: ({ NextToken }) => NextToken,
    signal,
  });
  const accounts = all.filter(({ State, Status }) => (State ?? Status) === "ACTIVE").map(({ Id }) => Id);
  const [managementAccount] = all.flatMap(({ Arn = "" }) => managementOf.exec(Arn)?.[1] ?? []);
  return { accounts, ...(managementAccount === undefined ? {} : { managementAccount }) };
}

/** The ARN of an account is one of the management account. Source: Service Authorization Reference, AWS Organizations. */
const managementOf = /^arn:[\w-]+:organizations::(\d{12}):account\//;

/** The accounts alone. */
export const listAccounts = async (client: OrganizationsClient, signal: AbortSignal): Promise<readonly string[]> =>
  (await readOrganization(client, signal)).accounts;
