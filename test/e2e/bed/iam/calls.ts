/** What a role really called, held against what its policies grant. */
import type { Exchange } from "../door.ts";
import type { IamJudge, PolicyDocument } from "./judge.ts";
import { type Asked, askedOfIam } from "./request.ts";

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

/** Whose calls are judged: a role of the account, and its policies. */
export interface Caller {
  readonly arn: string;
  readonly policies: readonly PolicyDocument[];
}

/** By whose key a request is signed; "" where it is not. */
export const keyOf = ({ request }: Exchange): string => /Credential=([^/]+)\//.exec(request.headers.authorization ?? "")?.[1] ?? "";

/** What was asked of IAM in these exchanges, each once. S3 answers 404 for an object to whoever may list its bucket alone. */
export function callsIn(exchanges: readonly Exchange[], account: string): readonly Asked[] {
  const all = exchanges.flatMap(({ request, reply }): readonly Asked[] => {
    const asked = askedOfIam(request, account);
    const isMissing = asked.action === "s3:GetObject" && reply.status === 404;
    return isMissing ? [asked, { action: "s3:ListBucket", resource: asked.resource.split("/")[0] ?? "" }] : [asked];
  });
  return [...new Map(all.map((asked) => [named(asked), asked])).values()];
}

const named = ({ action, resource }: Asked): string => `${action} on ${resource}`;

/** Calls that the role's policies do not allow. */
export async function callsBeyond(judge: IamJudge, caller: Caller, calls: readonly Asked[]): Promise<readonly string[]> {
  const beyond: string[] = [];
  for (const call of calls) if (!(await allows(judge, caller, call))) beyond.push(named(call));
  return beyond;
}

/** What the role's policies grant, each action on each resource by itself, and none of these calls used. */
export async function grantsUnused(judge: IamJudge, { arn, policies }: Caller, calls: readonly Asked[]): Promise<readonly string[]> {
  const unused: string[] = [];
  for (const { Action, Resource } of policies.flatMap(({ Statement: all }) => all as readonly Statement[])) {
    for (const grant of [Action].flat().flatMap((action) => [Resource].flat().map((resource) => ({ action, resource })))) {
      const alone = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: grant.action, Resource: grant.resource }] };
      const judged = calls.filter(({ action }) => action === grant.action);
      const used = await Promise.all(judged.map((call) => allows(judge, { arn, policies: [alone] }, call)));
      if (!used.includes(true)) unused.push(named(grant));
    }
  }
  return unused;
}

/** By the identity's policies alone, as if whatever is called lay in the caller's own account. */
const allows = async (judge: IamJudge, { arn, policies }: Caller, { action, resource }: Asked): Promise<boolean> =>
  (await judge.judge({ principal: arn, action, resource, identityPolicies: policies })) === "Allowed";
