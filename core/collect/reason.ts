import { constants } from "node:os";
import type { Reason, ReasonCode } from "../model/fact.ts";
import { ReadError, RoleNotAssumedError } from "./errors.ts";

/** Why a read failed, and what to do about it. */
export interface Failure {
  readonly reason: Reason;
  readonly remedy: string;
}

/**
 * The failure behind an error of a read; undefined for a bug. Nothing of what the other side wrote is repeated but the
 * names of its error, of the action and of the host: its text may hold credentials, encoded policies, or anything.
 *
 * @param read the name of the read in coverage, such as "eks:ListClusters"
 */
export function failureOf(error: unknown, read?: string): Failure | undefined {
  if (error instanceof ReadError) return { reason: error.reason, remedy: error.hint };
  if (error instanceof RoleNotAssumedError) {
    const code = failureOf(error.cause)?.reason.code ?? "forbidden";
    return { reason: { code, message: error.message }, remedy: error.hint };
  }
  if (!(error instanceof Error)) return undefined;
  const reason = reasonOfError(error, read);
  return reason && { reason, remedy: remedyFor(reason.code, read) };
}

/** The reason behind an error of a read; undefined for a bug. */
export const reasonOf = (error: unknown, read?: string): Reason | undefined => failureOf(error, read)?.reason;

/** What to do about a read that failed for this kind of reason. */
export function remedyFor(code: ReasonCode, read?: string): string {
  const remedy = remedies[code];
  return typeof remedy === "function" ? remedy(read ?? "the read") : remedy;
}

const remedies: Readonly<Record<ReasonCode, string | ((read: string) => string)>> = {
  forbidden: (read) => `Allow ${read} to the role that reads, in its own policies and in every boundary around them.`,
  "denied-by-policy": (read) => `Exempt the role that reads from the service control policy that denies ${read}, or leave the Region out.`,
  unauthenticated: "Renew the credentials; where they are valid elsewhere, enable the Region for the account or leave it out.",
  "not-enabled": "Enable the Region or the service for the account, or leave it out.",
  dns: "Check the Region's name, AWS_ENDPOINT_URL, and that the scanner can resolve the host.",
  timeout: "Check the network path from the scanner to the host, then scan again, with more time where the account is large.",
  refused: "Check routes, security groups and proxies between the scanner and the host.",
  tls: "Check for a proxy that breaks TLS open, and the authorities that the scanner trusts.",
  throttled: "Scan again later, or raise the account's API rate.",
  "server-error": "Scan again later.",
  malformed: "Check what answers at the endpoint (a proxy, an emulator), and scan again.",
  "too-large": "Report the size of the account: it is beyond what this product reads.",
  "not-found": "Scan again: what was asked for went away, or never was in this account and Region.",
  "blocked-host": "Check the endpoint: a token goes to EKS hosts alone.",
  "not-supported": "Nothing is to be done.",
  "depends-on-unknown": "See to the read that it depends on.",
  "not-ready": "Scan again when the cluster is ready.",
  internal: "Look at the log for the cause.",
};

function reasonOfError(error: Error, read: string | undefined): Reason | undefined {
  // Ours by the deadline, or the SDK's word for the same.
  if (error.name === "AbortError") return { code: "timeout", message: "The time for reading ran out before the answer came." };
  if (isServiceError(error)) return reasonOfAnswer(error, read ?? "The call");
  if (hasResponse(error)) {
    // The SDK met something that is no answer of the service: HTML, half a document, another protocol.
    return { code: "malformed", message: `${read ?? "The call"} was answered in a form that cannot be read (HTTP ${statusOf(error)}).` };
  }
  if (credentialErrors.has(error.name)) return { code: "unauthenticated", message: "No usable AWS credentials were found." };
  return reasonOfConnection(error);
}

/** What a service answered, by the SDK: https://smithy.io/2.0/ts-ssdk/error-handling.html. */
interface ServiceError extends Error {
  readonly $fault: "client" | "server";
  readonly $retryable?: { readonly throttling?: boolean };
}
const isServiceError = (error: Error): error is ServiceError => "$fault" in error;
const hasResponse = (error: Error): boolean => "$response" in error && error.$response !== undefined;
const credentialErrors = new Set(["CredentialsProviderError", "ProviderError", "TokenProviderError"]);

function statusOf(error: Error): number | undefined {
  const metadata = "$metadata" in error ? (error.$metadata as { readonly httpStatusCode?: number } | undefined) : undefined;
  return metadata?.httpStatusCode;
}

/**
 * What error codes mean. The services have no common list; sources: "Common Errors" of each API reference, "Error codes for
 * the Amazon EC2 API", and the retry tables of @smithy/core. Codes of the form …NotFound are read as such below.
 */
const codes: ReadonlyMap<string, ReasonCode> = new Map<string, ReasonCode>([
  ...each("forbidden", "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "NotAuthorized"),
  ...each("forbidden", "NotAuthorizedException", "UnauthorizedException", "AccessDeniedForDependencyException", "OperationNotPermitted"),
  ...each("unauthenticated", "ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidToken", "InvalidAccessKeyId"),
  // These are also what a Region answers that the account has not enabled; the code alone cannot tell.
  ...each("unauthenticated", "InvalidClientTokenId", "UnrecognizedClientException"),
  ...each("unauthenticated", "SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "IncompleteSignatureException"),
  ...each("unauthenticated", "MissingAuthenticationToken", "MissingAuthenticationTokenException", "RequestTimeTooSkewed"),
  ...each("unauthenticated", "RequestInTheFuture"),
  ...each("not-enabled", "OptInRequired", "SubscriptionRequiredException", "SubscriptionRequired", "RegionDisabledException"),
  ...each("not-enabled", "AWSOrganizationsNotInUseException", "PendingVerification", "Blocked"),
  ...each("throttled", "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException"),
  ...each("throttled", "RequestLimitExceeded", "TooManyRequestsException", "BandwidthLimitExceeded", "EC2ThrottledException", "SlowDown"),
  ...each("throttled", "PriorRequestNotComplete", "LimitExceededException"),
  ...each("server-error", "InternalFailure", "InternalError", "InternalServerError", "InternalServerException", "ServerException"),
  ...each("server-error", "ServiceUnavailable", "ServiceUnavailableException", "Unavailable", "ServiceException"),
  ...each("timeout", "RequestTimeout", "RequestTimeoutException"),
]);

function each(code: ReasonCode, ...names: readonly string[]): readonly (readonly [string, ReasonCode])[] {
  return names.map((name) => [name, code]);
}

function reasonOfAnswer(error: ServiceError, call: string): Reason {
  const name = /^[A-Za-z][\w.]{0,79}$/.test(error.name) ? error.name : "no error code";
  const status = statusOf(error);
  const code = codeOf(error, status);
  switch (code) {
    case "forbidden":
      return refusalOf(error.message, name, call);
    case "unauthenticated":
      return { code, message: `${call} was refused: AWS does not accept the credentials (${name}).` };
    case "not-enabled":
      return { code, message: `${call} was refused: the Region or the service is not enabled for the account (${name}).` };
    case "not-found":
      return { code, message: `${call} was answered that there is no such resource (${name}).` };
    case "throttled":
      return { code, message: `${call} was throttled again and again (${name}).` };
    case "server-error":
    case "timeout":
      return { code, message: `${call} failed on AWS's side (${name}${status === undefined ? "" : `, HTTP ${status}`}).` };
    default:
      return { code, message: `${call} was not understood or not answered in the service's form (${name}, HTTP ${status}).` };
  }
}

function codeOf(error: ServiceError, status: number | undefined): ReasonCode {
  // EC2's one code for credentials that it does not know and for missing rights; its status tells them apart.
  if (error.name === "AuthFailure") return status === 403 ? "forbidden" : "unauthenticated";
  const known = codes.get(error.name);
  if (known !== undefined) return known;
  if (error.$retryable?.throttling === true || status === 429) return "throttled";
  // Only a named error says that something does not exist: a bare 404 may come from anything at the endpoint.
  if (/NotFound(Exception)?$/.test(error.name)) return "not-found";
  if (status === 401) return "unauthenticated";
  if (status === 403) return "forbidden";
  return status !== undefined && status >= 500 ? "server-error" : "malformed";
}

/**
 * AWS has no code for the kind of policy that refused, only the text documented in "Troubleshoot access denied error
 * messages" of the IAM User Guide.
 */
const documentedCause =
  /(with an explicit deny in an?|because no) (identity-based policy|resource-based policy|permissions boundary|session policy|service control policy|resource control policy|VPC endpoint policy)\b/;

function refusalOf(text: string, name: string, call: string): Reason {
  const action = /not authorized to perform: ([a-z][a-z0-9-]*:[A-Za-z]+)\b/.exec(text)?.[1] ?? call;
  const [, how, policy] = documentedCause.exec(text) ?? [];
  if (policy === undefined) return { code: "forbidden", message: `The role may not call ${action} (${name}): grant it that action.` };
  if (how === "because no") {
    return { code: "forbidden", message: `The role may not call ${action} (${name}): no ${policy} allows it.` };
  }
  const code = policy === "service control policy" ? "denied-by-policy" : "forbidden";
  return {
    code,
    message: `The role may not call ${action} (${name}): a ${policy} explicitly denies it.`.replace("a identity", "an identity"),
  };
}

/** Failures of name resolution and of connections. Source: Node.js, "Common system errors" and node:dns. */
const connectionCodes: ReadonlyMap<string, readonly [ReasonCode, string]> = new Map([
  ["ENOTFOUND", ["dns", "could not be resolved"]],
  ["ENODATA", ["dns", "could not be resolved"]],
  ["EAI_AGAIN", ["dns", "could not be resolved"]],
  ["EAI_FAIL", ["dns", "could not be resolved"]],
  ["ECONNREFUSED", ["refused", "refused the connection"]],
  ["ECONNRESET", ["refused", "reset the connection"]],
  ["EPIPE", ["refused", "closed the connection"]],
  ["EHOSTUNREACH", ["refused", "cannot be reached: there is no route"]],
  ["ENETUNREACH", ["refused", "cannot be reached: there is no route"]],
  ["EADDRNOTAVAIL", ["refused", "cannot be reached: there is no route"]],
  ["ETIMEDOUT", ["timeout", "did not answer in time"]],
  ["EPROTO", ["tls", "does not speak TLS"]],
]);
/** Certificate errors of OpenSSL and of node:tls. */
const tlsCode = /^(ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH_EXCEEDED)/;

function reasonOfConnection(error: Error): Reason | undefined {
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const host = hostOf(error);
  if (code !== undefined) {
    const known = connectionCodes.get(code);
    if (known !== undefined) return { code: known[0], message: `${host} ${known[1]} (${code}).` };
    if (tlsCode.test(code)) return { code: "tls", message: `${host} did not show a certificate that can be trusted (${code}).` };
    // Any other failure of the operating system, such as EMFILE.
    if (code in constants.errno) return { code: "refused", message: `${host} cannot be reached (${code}).` };
  }
  if (error.name === "TimeoutError") return { code: "timeout", message: `${host} did not answer in time.` };
  // What failed may be wrapped, by the SDK or by a credential provider.
  return error.cause instanceof Error ? reasonOfConnection(error.cause) : undefined;
}

function hostOf(error: Error): string {
  const host = "hostname" in error ? error.hostname : "address" in error ? error.address : undefined;
  return typeof host === "string" && /^[\w.:-]{1,253}$/.test(host) ? host : "The endpoint";
}
