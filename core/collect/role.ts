import { AssumeRoleCommand, type STSClient } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from "@smithy/types";
import * as z from "zod";
import { parsed } from "./answer.ts";
import { RoleNotAssumedError } from "./errors.ts";
import { failureOf } from "./reason.ts";

export interface RoleOptions {
  /**
   * A client of the Region that the product runs in: STS of a member's opt-in Region may be closed to the product's own
   * account, while the token of any regional endpoint holds in every Region.
   */
  readonly sts: STSClient;
  /** 12 digits. */
  readonly account: string;
  readonly partition: string;
  readonly roleName: string;
  readonly externalId?: string;
  /** For CloudTrail; characters that AWS does not take become hyphens. */
  readonly sessionName: string;
  /** 900 to 3,600: a role that was itself assumed may not ask for more than an hour. */
  readonly durationSeconds: number;
  readonly now: () => Date;
}

/** The SDK asks again for credentials that expire within five minutes, so a session is renewed a little before that. */
const renewBeforeMs = 6 * 60_000;
/** So that the many clients of an account do not all knock at a closed door. */
const refusalHoldsMs = 30_000;

export const memberRoleArn = ({ partition, account, roleName }: Pick<RoleOptions, "partition" | "account" | "roleName">): string =>
  `arn:${partition}:iam::${account}:role/${roleName}`;

/**
 * Credentials that act in one account: the role is assumed on first use, once however many ask, and again shortly before
 * the session expires. A refusal holds for half a minute.
 *
 * @throws {RoleNotAssumedError} from the provider
 */
export function assumedCredentials(options: RoleOptions): AwsCredentialIdentityProvider {
  const now = (): number => options.now().getTime();
  let current: { until: number; readonly session: Promise<AwsCredentialIdentity> } | undefined;
  return () => {
    if (current !== undefined && now() < current.until) return current.session;
    const begun = { until: Number.POSITIVE_INFINITY, session: assume(options) };
    current = begun;
    begun.session.then(
      ({ expiration }) => {
        begun.until = (expiration?.getTime() ?? 0) - renewBeforeMs;
      },
      () => {
        begun.until = now() + refusalHoldsMs;
      },
    );
    return begun.session;
  };
}

const AssumedRole = z.object({
  Credentials: z.object({ AccessKeyId: z.string(), SecretAccessKey: z.string(), SessionToken: z.string(), Expiration: z.date() }),
});

async function assume(options: RoleOptions): Promise<AwsCredentialIdentity> {
  const { sts, externalId, sessionName, durationSeconds } = options;
  try {
    const answer = await sts.send(
      new AssumeRoleCommand({
        RoleArn: memberRoleArn(options),
        RoleSessionName: validSessionName(sessionName),
        DurationSeconds: durationSeconds,
        ...(externalId === undefined ? {} : { ExternalId: externalId }),
      }),
    );
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = parsed(AssumedRole, answer).Credentials;
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken, expiration: Expiration };
  } catch (cause) {
    throw notAssumed(options, cause);
  }
}

/** 2 to 64 characters of those that STS takes: the service model says so, the SDK does not check. */
export const validSessionName = (text: string): string =>
  text
    .replaceAll(/[^\w+=,.@-]/g, "-")
    .slice(0, 64)
    .padEnd(2, "-");

function notAssumed(options: RoleOptions, cause: unknown): unknown {
  const failure = failureOf(cause, "sts:AssumeRole");
  if (failure === undefined) return cause;
  const { reason, remedy } = failure;
  const role = memberRoleArn(options);
  if (reason.code !== "forbidden")
    return new RoleNotAssumedError(`The role ${role} could not be assumed: ${reason.message}`, { cause, hint: remedy });
  // STS does not tell a role that is not there from one that does not let the caller in.
  const why = "it does not exist, does not trust the scanner, or the scanner may not call sts:AssumeRole on it.";
  const external = options.externalId === undefined ? "" : " with the external id that the scanner sends";
  return new RoleNotAssumedError(`The role ${role} could not be assumed: ${why}`, {
    cause,
    hint: `Deploy the role ${options.roleName} in account ${options.account}, with a trust policy that names the scanner's role${external}.`,
  });
}
