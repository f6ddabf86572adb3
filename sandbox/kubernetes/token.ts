import { createHash, createHmac } from "node:crypto";
import { allowsHost } from "./sts-hosts.ts";

/** What AWS knows of an access key. */
export interface Secret {
  readonly secretAccessKey: string;
  /** Only for temporary credentials, whose requests must carry it. */
  readonly sessionToken?: string;
  /** As GetCallerIdentity answers it, such as arn:aws:sts::111122223333:assumed-role/scanner/session. */
  readonly arn: string;
}

export interface VerifierOptions {
  /** The name of the cluster, which the caller must have signed. */
  readonly clusterId: string;
  readonly now: Date;
  /** Undefined for a key that does not exist, or whose session is over. */
  secretOf(accessKeyId: string): Secret | undefined;
  /** "aws" by default. */
  readonly partition?: string;
}

export type Verdict =
  | { readonly ok: true; readonly arn: string; readonly accessKeyId: string }
  | { readonly ok: false; readonly why: string };

const prefix = "k8s-aws-v1.";
const maxTokenBytes = 4096;
const lifetimeMs = 15 * 60_000;
const maxSkewMs = 5 * 60_000;
const maxExpiresSeconds = 900;
const clusterHeader = "x-k8s-aws-id";
const allowedParameters = new Set([
  "action",
  "version",
  "x-amz-algorithm",
  "x-amz-credential",
  "x-amz-date",
  "x-amz-expires",
  "x-amz-security-token",
  "x-amz-signature",
  "x-amz-signedheaders",
]);

/** A rule that the token breaks, in the words of the authenticator or of STS. */
class Refused extends Error {
  override readonly name = "Refused";
}
const malformed = (why: string): Refused => new Refused(`input token was not properly formatted: ${why}`);
const sts = (why: string): Refused => new Refused(`sts getCallerIdentity failed: ${why}`);

interface Presigned {
  readonly host: string;
  /** As they stand in the URL, decoded. */
  readonly parameters: readonly (readonly [key: string, value: string])[];
  /** By lower-case key. */
  readonly values: ReadonlyMap<string, string>;
  /** When it was signed, ms since the epoch. */
  readonly signedAt: number;
}

/**
 * Whether a bearer token would be let in by the cluster, rule by rule as aws-iam-authenticator checks it, and then as STS
 * checks the request that the authenticator sends on. Sources: kubernetes-sigs/aws-iam-authenticator pkg/token/token.go
 * Verify; AWS Signature Version 4, "Create a signed AWS API request".
 */
export async function verifyToken(token: string, options: VerifierOptions): Promise<Verdict> {
  try {
    const presigned = readToken(token, options);
    return { ok: true, ...callerIdentity(presigned, options) };
  } catch (cause) {
    if (cause instanceof Refused) return { ok: false, why: cause.message };
    throw cause;
  }
}

function readToken(token: string, { now, partition = "aws" }: VerifierOptions): Presigned {
  if (Buffer.byteLength(token) > maxTokenBytes) throw malformed("token is too large");
  if (!token.startsWith(prefix)) throw malformed(`token is missing expected "${prefix}" prefix`);
  const payload = token.slice(prefix.length);
  if (!/^[A-Za-z0-9_-]*$/.test(payload) || payload.length % 4 === 1) throw malformed("illegal base64 data");
  // Read by hand: the URL class would forgive a port, upper case and dots in the path.
  const url = Buffer.from(payload, "base64url").toString();
  const [, scheme, authority = "", path = "", query = ""] = /^([^:/?#]+):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?/.exec(url) ?? [];
  if (scheme === undefined) throw malformed("not a URL");
  if (scheme !== "https") throw malformed(`unexpected scheme "${scheme}" in pre-signed URL`);
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  if (!allowsHost(host, partition)) throw malformed(`unexpected hostname "${host}" in pre-signed URL`);
  if (path !== "/") throw malformed("unexpected path in pre-signed URL");
  // URLSearchParams would leave such an escape as it stands.
  if (/%(?![0-9A-Fa-f]{2})/.test(query)) throw malformed("malformed query parameter");
  const parameters = [...new URLSearchParams(query)];
  const values = readParameters(parameters);
  return { host, parameters, values, signedAt: readTimes(values, now) };
}

function readParameters(parameters: Presigned["parameters"]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [key, value] of parameters) {
    const lower = key.toLowerCase();
    if (!allowedParameters.has(lower)) throw malformed(`non-whitelisted query parameter "${key}"`);
    if (values.has(lower)) throw malformed("query parameter with multiple values not supported");
    values.set(lower, value);
  }
  if (values.get("action") !== "GetCallerIdentity") throw malformed("unexpected action parameter in pre-signed URL");
  const signed = (values.get("x-amz-signedheaders") ?? "").toLowerCase().split(";");
  if (!signed.includes(clusterHeader)) throw malformed(`client did not sign the ${clusterHeader} header in the pre-signed URL`);
  return values;
}

/** Checks how long the token says it lives and how old it is; answers when it was signed. */
function readTimes(values: ReadonlyMap<string, string>, now: Date): number {
  const expires = values.get("x-amz-expires") ?? "";
  if (!/^[+-]?\d+$/.test(expires) || Number(expires) < 0 || Number(expires) > maxExpiresSeconds) {
    throw malformed(`invalid X-Amz-Expires parameter in pre-signed URL: ${expires}`);
  }
  const date = values.get("x-amz-date");
  if (date === undefined || date === "") throw malformed("X-Amz-Date parameter must be present in pre-signed URL");
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const [year, month, day, hour, minute, second] = parts;
  const signedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(signedAt)) throw malformed(`error parsing X-Amz-Date parameter ${date}`);
  if (now.getTime() > signedAt + lifetimeMs) throw malformed(`X-Amz-Date parameter is expired (15 minute expiration) ${date}`);
  return signedAt;
}

/** What STS says to the presigned request once the authenticator has put its own cluster's name into the header. */
function callerIdentity(presigned: Presigned, options: VerifierOptions): { readonly arn: string; readonly accessKeyId: string } {
  const { values, host, signedAt } = presigned;
  const [accessKeyId = "", date, region, service, end, ...rest] = (values.get("x-amz-credential") ?? "").split("/");
  if (values.get("version") !== "2011-06-15") throw sts("InvalidAction: Could not find operation GetCallerIdentity for this version");
  if (values.get("x-amz-algorithm") !== "AWS4-HMAC-SHA256") throw sts("IncompleteSignature: unsupported algorithm");
  const scoped = rest.length === 0 && date === values.get("x-amz-date")?.slice(0, 8) && service === "sts" && end === "aws4_request";
  if (!scoped || region !== signingRegion(host))
    throw sts("SignatureDoesNotMatch: Credential should be scoped to a valid region, service and date");
  if (signedAt > options.now.getTime() + maxSkewMs) throw sts("SignatureDoesNotMatch: Signature not yet current");
  const secret = options.secretOf(accessKeyId);
  if (secret === undefined || (values.get("x-amz-security-token") ?? "") !== (secret.sessionToken ?? "")) {
    throw sts("InvalidClientTokenId: The security token included in the request is invalid");
  }
  if (signatureOf(presigned, secret, options.clusterId) !== values.get("x-amz-signature")) {
    throw sts("SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided");
  }
  return { arn: secret.arn, accessKeyId };
}

/** The Region in whose name STS at this host wants requests signed; the global host is us-east-1. */
const signingRegion = (host: string): string | undefined => (host === "sts.amazonaws.com" ? "us-east-1" : host.split(".")[1]);

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
/** RFC 3986: encodeURIComponent leaves five more characters than that. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** Signature Version 4 in query parameters, by hand: the second opinion on whatever the product signs with. */
function signatureOf({ host, parameters, values }: Presigned, { secretAccessKey }: Secret, clusterId: string): string {
  const sent: Readonly<Record<string, string>> = { host, [clusterHeader]: clusterId, accept: "application/json" };
  const signedHeaders = values.get("x-amz-signedheaders") ?? "";
  const headers = signedHeaders.split(";").map((name) => `${name}:${sent[name] ?? ""}\n`);
  const query = parameters
    .filter(([key]) => key.toLowerCase() !== "x-amz-signature")
    .map(([key, value]) => [encode(key), encode(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join("&");
  const canonical = ["GET", "/", query, headers.join(""), signedHeaders, sha256("")].join("\n");
  const [, date = "", region = "", service = "", end = ""] = (values.get("x-amz-credential") ?? "").split("/");
  const scope = [date, region, service, end].join("/");
  const toSign = ["AWS4-HMAC-SHA256", values.get("x-amz-date"), scope, sha256(canonical)].join("\n");
  const key = [region, service, end].reduce<Buffer>(hmac, hmac(`AWS4${secretAccessKey}`, date));
  return hmac(key, toSign).toString("hex");
}
