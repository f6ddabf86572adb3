/** An estate: one organization with everything in it, as one readable file says it. */
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import * as z from "zod";
import { EstateError } from "./errors.ts";
import { Account, AccountId, Denials } from "./estate/account.ts";
import { defaultRegions } from "./estate/regions.ts";
import { eksVersions } from "./estate/versions.ts";
import { Fault } from "./faults.ts";

const day = z.iso.date();

export const Estate = z
  .strictObject({
    partition: z.enum(["aws", "aws-cn", "aws-us-gov"]).default("aws"),
    /** Absent or null: the accounts stand alone, and there is no organization to list. */
    organization: z
      .strictObject({
        id: z.string().startsWith("o-").default("o-a1b2c3d4e5"),
        /** Default: the hub account. */
        managementAccount: AccountId.optional(),
        delegatedAdministrators: z.array(AccountId).default([]),
        /** Each page of accounts comes after an empty one with a token, which is legal. */
        emptyPages: z.boolean().default(false),
      })
      .nullable()
      .prefault({}),
    /** Where the product runs. Its user is the one whose credentials the sandbox hands out. */
    hub: z.strictObject({ account: AccountId, user: z.string().default("eks-perimeter"), denied: Denials }),
    /** The role that each account has unless it says otherwise. */
    memberRole: z.string().default("eks-perimeter-member"),
    /** Regions that every account has unless it says otherwise. */
    enabledRegions: z.array(z.string()).default([...defaultRegions]),
    /** What DescribeClusterVersions knows; support states follow from the dates and the clock. */
    versions: z
      .array(z.strictObject({ version: z.string(), released: day, endOfStandardSupport: day, endOfExtendedSupport: day }))
      .default([...eksVersions]),
    /** No list, of AWS or Kubernetes, answers with a longer page, whatever was asked for: APIs may send fewer. */
    longestPage: z.int().min(1).optional(),
    /** Security Hub's token buckets: 10 calls a second, 3 of GetFindings. */
    securityHubRateLimits: z.boolean().default(false),
    /** The workspace that the organization reads; the first channel is the webhook's. */
    slack: z
      .strictObject({
        channels: z.array(z.strictObject({ id: z.string().regex(/^C[0-9A-Z]+$/), name: z.string().regex(/^[a-z0-9_-]{1,80}$/) })).min(1),
      })
      .optional(),
    faults: z.array(Fault).default([]),
    accounts: z.array(Account).min(1),
  })
  .superRefine((estate, context) => {
    const ids = estate.accounts.map(({ id }) => id);
    const issue = (path: PropertyKey[], message: string) => context.addIssue({ code: "custom", path, message });
    for (const [i, id] of ids.entries()) if (ids.indexOf(id) !== i) issue(["accounts", i, "id"], `account ${id} stands here twice`);
    if (!ids.includes(estate.hub.account)) issue(["hub", "account"], `account ${estate.hub.account} is not one of the accounts`);
    for (const [i, account] of estate.accounts.entries()) {
      const enabled = account.enabledRegions ?? estate.enabledRegions;
      for (const region of Object.keys(account.regions)) {
        if (!enabled.includes(region)) issue(["accounts", i, "regions", region], "this Region is not enabled for the account");
      }
    }
  });
export type Estate = z.infer<typeof Estate>;
/** As it stands in a file, defaults left out. */
export type EstateInput = z.input<typeof Estate>;

/**
 * Checks what a file or a test says and fills what it leaves out.
 *
 * @throws {EstateError} with one line per mistake
 */
export function parseEstate(input: unknown): Estate {
  const result = Estate.safeParse(input);
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ path, message }) => `${path.join(".") || "estate"}: ${message}`);
  throw new EstateError(lines.join("\n"), { cause: result.error });
}

/** Reads an estate from a YAML file; anchors and merge keys may be used. */
export async function loadEstate(path: string): Promise<Estate> {
  let input: unknown;
  try {
    input = parse(await readFile(path, "utf8"), { merge: true, maxAliasCount: -1 });
  } catch (cause) {
    throw new EstateError(`${path}: ${cause instanceof Error ? cause.message : "not readable"}`, { cause });
  }
  return parseEstate(input);
}
