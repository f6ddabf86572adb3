/** STS: who am I, and may I be someone else for a while. */
import * as z from "zod";
import { type Principal, sessionOf } from "./credentials.ts";
import { queryProtocol } from "./protocol/query.ts";
import { queryRefusals, refuse } from "./refusals.ts";
import { type Call, operation, type Service } from "./service.ts";

const AssumeRole = z.object({
  RoleArn: z.string().min(20).max(2048),
  RoleSessionName: z.string().regex(/^[\w+=,.@-]{2,64}$/, "must match [\\w+=,.@-]* and be 2 to 64 characters long"),
  DurationSeconds: z.coerce.number().int().min(900).max(43_200).default(3600),
  ExternalId: z.string().min(2).max(1224).optional(),
});

const roleArnForm = /^arn:([\w-]+):iam::(\d{12}):role\/(?:.+\/)?([\w+=,.@-]+)$/;

/** Principals as a trust policy names them: an account, its root, a user, a role (which stands for its sessions) or one session. */
function isTrusted(principal: Principal, trusted: string, partition: string): boolean {
  const { account, kind, name, arn } = principal;
  const own = `arn:${partition}:iam::${account}:${kind === "user" ? "user" : "role"}/${name}`;
  return (
    trusted === "*" || trusted === account || trusted === `arn:${partition}:iam::${account}:root` || trusted === own || trusted === arn
  );
}

/** The account and name of a role that lets this principal in; otherwise AWS says no in one and the same way. */
function demandRole({ state, principal }: Call, input: z.infer<typeof AssumeRole>) {
  const { partition, accounts, estate } = state.world;
  const [, arnPartition, account = "", name = ""] = roleArnForm.exec(input.RoleArn) ?? [];
  if (arnPartition === undefined) throw refuse(queryRefusals, "invalid", `${input.RoleArn} is invalid`);
  const target = accounts.get(account);
  const role = target?.estate.state === "ACTIVE" ? target.roles.get(name) : undefined;
  const trusts = role?.trusts ?? [estate.hub.account];
  const admitted =
    role !== undefined &&
    arnPartition === partition &&
    trusts.some((trusted) => isTrusted(principal, trusted, partition)) &&
    (role.externalId === undefined || role.externalId === input.ExternalId);
  if (admitted) return { account, name, role };
  throw refuse(
    queryRefusals,
    "denied",
    `User: ${principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn}`,
  );
}

function assumeRole(call: Call, input: z.infer<typeof AssumeRole>): object {
  const { account, name, role } = demandRole(call, input);
  if (call.principal.kind === "session" && input.DurationSeconds > 3600) {
    throw refuse(
      queryRefusals,
      "invalid",
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
    );
  }
  if (input.DurationSeconds > role.maxSessionDuration) {
    throw refuse(queryRefusals, "invalid", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  const session = sessionOf(call.state.world.partition, account, name, input.RoleSessionName);
  const issued = call.state.credentials.issueToSession(session, new Date(call.now.getTime() + input.DurationSeconds * 1000));
  return {
    Credentials: {
      AccessKeyId: issued.accessKeyId,
      SecretAccessKey: issued.secretAccessKey,
      SessionToken: issued.sessionToken,
      Expiration: `${issued.expiration.toISOString().slice(0, 19)}Z`,
    },
    AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.arn },
  };
}

export const sts: Service = {
  name: "sts",
  signingName: "sts",
  actionPrefix: "sts",
  // In an opted-out Region it answers as the others do, but Region denies leave it alone.
  global: false,
  protocol: queryProtocol("https://sts.amazonaws.com/doc/2011-06-15/"),
  refusals: queryRefusals,
  operations: {
    AssumeRole: operation({ input: AssumeRole, resource: (_call, { RoleArn }) => RoleArn, answer: assumeRole }),
    GetCallerIdentity: operation({
      input: z.object({}),
      answer: ({ principal }) => ({ Arn: principal.arn, UserId: principal.userId, Account: principal.account }),
    }),
  },
};
