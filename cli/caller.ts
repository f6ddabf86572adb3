import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { reasonOf } from "../core/collect/reason.ts";
import type { Caller } from "../core/model/deployment.ts";
import type { Reason, ReasonCode } from "../core/model/fact.ts";
import { common } from "../functions/clients.ts";
import { UsageError } from "./errors.ts";

/**
 * Who the credentials of the standard AWS chain belong to, by STS, which answers whoever is known to it.
 *
 * @throws {UsageError} where there are none, they are not accepted, or STS can't be reached; it says what to do about it
 */
export async function askCaller(region: string, signal: AbortSignal): Promise<Caller> {
  const sts = new STSClient({ ...common, maxAttempts: 3, region });
  try {
    const { Account: account, Arn: arn } = await sts.send(new GetCallerIdentityCommand({}), { abortSignal: signal });
    if (account !== undefined && arn !== undefined) return { account, arn };
  } catch (cause) {
    signal.throwIfAborted();
    throw refusal(cause, region);
  }
  throw new UsageError("STS answered without an account and its caller.", { hint: "Check AWS_ENDPOINT_URL." });
}

function refusal(cause: unknown, region: string): UsageError {
  const reason = reasonOf(cause, "sts:GetCallerIdentity");
  const name = cause instanceof Error ? cause.name : "unknown error";
  const isAboutCredentials = reason === undefined || ["unauthenticated", "forbidden"].includes(reason.code);
  if (!isAboutCredentials) {
    const hint = whereNotReached[reason.code]?.(region) ?? "Try again later.";
    return new UsageError(`STS did not say who the AWS credentials belong to: ${reason.message}`, { hint, cause });
  }
  return new UsageError(`No usable AWS credentials: STS did not say who they belong to (${name}).`, {
    hint: renewal(cause, reason),
    cause,
  });
}

const whereNotReached: Readonly<Partial<Record<ReasonCode, (region: string) => string>>> = {
  dns: (region) => `Check that ${region} is a Region, AWS_ENDPOINT_URL, and that this computer can resolve names.`,
  timeout: () => "Check the network, HTTPS_PROXY and AWS_ENDPOINT_URL, then try again.",
  refused: () => "Check the network, HTTPS_PROXY and AWS_ENDPOINT_URL, then try again.",
  tls: () => "A proxy may break TLS open: name its authority in NODE_EXTRA_CA_CERTS.",
  throttled: () => "Wait a minute and try again.",
  malformed: () => "Check AWS_ENDPOINT_URL, and what answers there.",
  "not-enabled": (region) => `Enable ${region} for the account, or name another Region with --region or AWS_REGION.`,
};

/** What the SDK says of credentials that it can't have. It has no codes for that, only these sentences (@aws-sdk/credential-provider-*). */
const sentences: readonly (readonly [RegExp, (profile: string) => string])[] = [
  [/\bSSO\b|sso_session/i, (profile) => `The sign-in has ended: run \`aws sso login${profile}\` and try again.`],
  [/using aws login\b/, (profile) => `The sign-in has ended: run \`aws login${profile}\` and try again.`],
  [/multi-factor/, () => "The profile asks for MFA: take temporary credentials with `aws sts get-session-token`, and set them."],
];

const afterRefusal: Readonly<Record<string, string>> = {
  ExpiredToken: "The session has expired: log in again, then repeat the command.",
  ExpiredTokenException: "The session has expired: log in again, then repeat the command.",
  RequestExpired: "Set this computer's clock, then repeat the command.",
  SignatureDoesNotMatch: "Check the secret access key, and this computer's clock.",
  InvalidClientTokenId: "The access key is not known, or off, or the Region is not enabled: log in again, or set AWS_PROFILE.",
};

function renewal(cause: unknown, reason: Reason | undefined): string {
  const name = process.env.AWS_PROFILE ?? "";
  const profile = name === "" ? "" : ` --profile ${name}`;
  const { name: code, message } = cause instanceof Error ? cause : { name: "", message: "" };
  const isProvider = reason?.code === "unauthenticated" && /Provider/.test(code);
  const said = isProvider ? sentences.find(([pattern]) => pattern.test(message))?.[1](profile) : afterRefusal[code];
  if (said !== undefined) return said;
  if (name === "") return "Log in, or set AWS_PROFILE; `aws sts get-caller-identity` must answer.";
  return `Log in to the profile ${name}, or set AWS_PROFILE to one that \`aws configure list-profiles\` names.`;
}
