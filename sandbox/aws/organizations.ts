/** Organizations: the accounts there are. */
import * as z from "zod";
import { AwsError } from "./errors.ts";
import { readToken, writeToken } from "./pages.ts";
import { targetProtocol } from "./protocol/json.ts";
import { jsonRefusals, type Refusals } from "./refusals.ts";
import { type Call, operation, type Service } from "./service.ts";

const refusals: Refusals = {
  ...jsonRefusals,
  unsigned: ["MissingAuthenticationTokenException", "Missing Authentication Token", 400],
  "unknown-key": ["UnrecognizedClientException", "The security token included in the request is invalid.", 400],
  denied: ["AccessDeniedException", "", 400],
  throttled: [
    "TooManyRequestsException",
    "AWS Organizations can't complete your request because too many requests were made at the same time.",
    400,
  ],
  invalid: ["InvalidInputException", "", 400],
  "unknown-operation": ["UnknownOperationException", "", 400],
};

const ListAccounts = z.object({ MaxResults: z.int().min(1).max(20).default(20), NextToken: z.string().optional() });

function listAccounts({ state: { world }, principal }: Call, { MaxResults, NextToken }: z.infer<typeof ListAccounts>): object {
  const { organization, accounts } = world.estate;
  if (organization === null) throw new AwsError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.");
  const management = world.managementAccount ?? "";
  if (principal.account !== management && !organization.delegatedAdministrators.includes(principal.account)) {
    throw new AwsError("AccessDeniedException", "You don't have permissions to access this resource.");
  }
  const call = ["organizations:ListAccounts", principal.account];
  const cursor = readToken(call, NextToken);
  if (cursor === undefined) throw new AwsError("InvalidInputException", "You specified an invalid value for NextToken.");
  // A cursor counts halves: at an even one the page may be an empty one before the real one.
  const offset = cursor >> 1;
  if (organization.emptyPages && cursor % 2 === 0) return { Accounts: [], NextToken: writeToken(call, cursor + 1) };
  const end = offset + Math.min(MaxResults, world.estate.longestPage ?? MaxResults);
  return {
    Accounts: accounts.slice(offset, end).map(({ id, name, state }) => ({
      Id: id,
      Arn: `arn:${world.partition}:organizations::${management}:account/${organization.id}/${id}`,
      Email: `aws+${id}@example.com`,
      Name: name ?? id,
      // The older field has no word for the states before and after.
      Status: state === "PENDING_ACTIVATION" || state === "CLOSED" ? "SUSPENDED" : state,
      State: state,
      JoinedMethod: "CREATED",
      JoinedTimestamp: 1_700_000_000,
    })),
    ...(end < accounts.length && { NextToken: writeToken(call, end << 1) }),
  };
}

export const organizations: Service = {
  name: "organizations",
  signingName: "organizations",
  actionPrefix: "organizations",
  global: true,
  protocol: targetProtocol("AWSOrganizationsV20161128"),
  refusals,
  operations: { ListAccounts: operation({ input: ListAccounts, resource: () => "*", answer: listAccounts }) },
};
