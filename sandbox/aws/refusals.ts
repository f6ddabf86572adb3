/** How each family of services words what can go wrong before an operation begins. */
import { AwsError } from "./errors.ts";

export type Refusal =
  | "unsigned"
  | "unknown-key"
  | "wrong-signature"
  | "stale"
  | "expired-token"
  | "closed-region"
  | "denied"
  | "throttled"
  | "invalid"
  | "unknown-operation"
  | "broken";

type Wording = readonly [code: string, message: string, status: number];
export type Refusals = Readonly<Record<Refusal, Wording>>;

const badToken = "The security token included in the request is invalid.";
const badSignature =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
const expired = "The security token included in the request is expired";
const notInternal = "An internal error occurred in the sandbox.";

/** STS and Elastic Load Balancing. */
export const queryRefusals: Refusals = {
  unsigned: ["MissingAuthenticationToken", "Request is missing Authentication Token", 403],
  "unknown-key": ["InvalidClientTokenId", badToken, 403],
  "wrong-signature": ["SignatureDoesNotMatch", badSignature, 403],
  stale: ["SignatureDoesNotMatch", "Signature expired: its time is more than five minutes from the service's.", 403],
  "expired-token": ["ExpiredToken", expired, 403],
  "closed-region": ["InvalidClientTokenId", badToken, 403],
  denied: ["AccessDenied", "", 403],
  throttled: ["Throttling", "Rate exceeded", 400],
  invalid: ["ValidationError", "", 400],
  "unknown-operation": ["InvalidAction", "The action is not valid for this web service.", 400],
  broken: ["InternalFailure", notInternal, 500],
};

const ec2Unknown: Wording = ["AuthFailure", "AWS was not able to validate the provided access credentials", 401];

/** EC2 does not tell an unknown key from a wrong secret. */
export const ec2Refusals: Refusals = {
  unsigned: ["MissingAuthenticationToken", "Request is missing Authentication Token", 400],
  "unknown-key": ec2Unknown,
  "wrong-signature": ec2Unknown,
  stale: ["RequestExpired", "Request has expired.", 400],
  "expired-token": ["RequestExpired", "Request has expired.", 400],
  "closed-region": ec2Unknown,
  denied: ["UnauthorizedOperation", "You are not authorized to perform this operation. ", 403],
  throttled: ["RequestLimitExceeded", "Request limit exceeded.", 503],
  invalid: ["InvalidParameterValue", "", 400],
  "unknown-operation": ["InvalidAction", "The action is not valid for this web service.", 400],
  broken: ["InternalError", notInternal, 500],
};

/** Services with JSON bodies; Organizations answers most of these with status 400. */
export const jsonRefusals: Refusals = {
  unsigned: ["MissingAuthenticationTokenException", "Missing Authentication Token", 403],
  "unknown-key": ["UnrecognizedClientException", badToken, 403],
  "wrong-signature": ["InvalidSignatureException", badSignature, 403],
  stale: ["InvalidSignatureException", "Signature expired: its time is more than five minutes from the service's.", 403],
  "expired-token": ["ExpiredTokenException", expired, 403],
  "closed-region": ["UnrecognizedClientException", badToken, 403],
  denied: ["AccessDeniedException", "", 403],
  throttled: ["ThrottlingException", "Rate exceeded", 429],
  invalid: ["ValidationException", "", 400],
  "unknown-operation": ["UnknownOperationException", "The sandbox does not serve this operation.", 404],
  broken: ["InternalServerException", notInternal, 500],
};

/** The error of a kind, in the words of a family. `detail` follows the family's own words, if it has any. */
export function refuse(refusals: Refusals, kind: Refusal, detail = ""): AwsError {
  const [code, message, status] = refusals[kind];
  return new AwsError(code, `${message}${detail}`, status);
}
