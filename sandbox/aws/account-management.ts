/** Account Management: the Regions of an account. */
import * as z from "zod";
import { defaultRegions, optInRegions } from "../estate/regions.ts";
import { AwsError } from "./errors.ts";
import { pageOf } from "./pages.ts";
import { restProtocol } from "./protocol/json.ts";
import { jsonRefusals, type Refusals, refuse } from "./refusals.ts";
import { type Call, operation, type Service } from "./service.ts";

const refusals: Refusals = { ...jsonRefusals, throttled: ["TooManyRequestsException", "Too Many Requests", 429] };

const ListRegions = z.object({
  AccountId: z.string().optional(),
  MaxResults: z.int().min(1).max(50).default(50),
  NextToken: z.string().optional(),
  RegionOptStatusContains: z.array(z.enum(["ENABLED", "ENABLING", "DISABLING", "DISABLED", "ENABLED_BY_DEFAULT"])).optional(),
});

/** Another account's Regions may be asked for by the management account or a delegated administrator; the former can't name itself. */
function subject({ account, state: { world } }: Call, named: string | undefined) {
  if (named === undefined) return account;
  const { organization } = world.estate;
  const mayName = account.id === world.managementAccount || organization?.delegatedAdministrators.includes(account.id) === true;
  if (!mayName || named === world.managementAccount)
    throw new AwsError("AccessDeniedException", "You don't have permissions to access this resource.", 403);
  const other = world.accounts.get(named);
  if (other === undefined) throw refuse(refusals, "invalid", `The account ${named} is not a member of your organization.`);
  return other;
}

function listRegions(call: Call, input: z.infer<typeof ListRegions>): object {
  const { id, enabledRegions } = subject(call, input.AccountId);
  const statusOf = (region: string) =>
    !enabledRegions.has(region) ? "DISABLED" : defaultRegions.includes(region) ? "ENABLED_BY_DEFAULT" : "ENABLED";
  const known = [...new Set([...defaultRegions, ...optInRegions, ...enabledRegions])].sort();
  const wanted = input.RegionOptStatusContains;
  const regions = known
    .map((RegionName) => ({ RegionName, RegionOptStatus: statusOf(RegionName) }))
    .filter(({ RegionOptStatus }) => wanted === undefined || (wanted as readonly string[]).includes(RegionOptStatus));
  const page = pageOf(regions, {
    call: ["account:ListRegions", call.principal.account, id, wanted],
    size: input.MaxResults,
    longest: call.state.world.estate.longestPage,
    token: input.NextToken,
  });
  if (page === undefined) throw refuse(refusals, "invalid", "The NextToken is not valid.");
  return { Regions: page.items, ...(page.next !== undefined && { NextToken: page.next }) };
}

export const accountManagement: Service = {
  name: "account",
  signingName: "account",
  actionPrefix: "account",
  global: true,
  protocol: restProtocol([["POST", "/listRegions", "ListRegions"]]),
  refusals,
  operations: {
    ListRegions: operation({
      input: ListRegions,
      resource: ({ state, account }) => `arn:${state.world.partition}:account::${account.id}:account`,
      answer: listRegions,
    }),
  },
};
