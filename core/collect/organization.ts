import { ListAccountsCommand, type OrganizationsClient } from "@aws-sdk/client-organizations";
import * as z from "zod";
import { allPages } from "./answer.ts";

const AccountPage = z.object({
  // `Status` is the older field; either may be left out, not both.
  Accounts: z.array(
    z
      .object({ Id: z.string().regex(/^\d{12}$/), State: z.string().optional(), Status: z.string().optional() })
      .refine(({ State, Status }) => State !== undefined || Status !== undefined, { path: ["State"] }),
  ),
  NextToken: z.string().optional(),
});

/**
 * The ids of all ACTIVE accounts of the organization. Pages without accounts are legal.
 *
 * @throws the SDK's errors: only the management account and a delegated administrator may ask
 */
export async function listAccounts(client: OrganizationsClient, signal: AbortSignal): Promise<readonly string[]> {
  const accounts = await allPages({
    shape: AccountPage,
    ask: (NextToken) => client.send(new ListAccountsCommand({ NextToken }), { abortSignal: signal }),
    items: ({ Accounts }) => Accounts,
    next: ({ NextToken }) => NextToken,
    signal,
  });
  return accounts.filter(({ State, Status }) => (State ?? Status) === "ACTIVE").map(({ Id }) => Id);
}
