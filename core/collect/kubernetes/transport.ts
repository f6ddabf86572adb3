import type { ReasonCode } from "../../model/fact.ts";
import { ReadError } from "../errors.ts";

/** How far a request came: each stage fails in its own ways. */
export type Stage = "name" | "connect" | "handshake" | "answer" | "body";

/** Why no answer came. */
export interface TransportFailure {
  readonly error: ReadError;
  /** Worth another try. */
  readonly transient: boolean;
  /** Whether the server itself was met, so that another request may fare better. */
  readonly reached: boolean;
}

type Row = readonly [code: ReasonCode, say: (host: string) => string, transient?: "transient"];

const outside = "A private endpoint is reached from its VPC alone, a public one from the ranges it admits.";
const untrusted: Row = ["tls", (host) => `The certificate of ${host} is not from the cluster's certificate authority.`];
const noRoute: Row = ["refused", (host) => `There is no route to ${host}. ${outside}`];
const unresolved = (host: string) => `The name ${host} could not be resolved.`;

/**
 * What an error code of the connection means. Sources: Node.js, "Common system errors", and the certificate error codes of node:tls.
 */
const meanings: Readonly<Record<string, Row>> = {
  ENOTFOUND: ["dns", unresolved],
  ENODATA: ["dns", unresolved],
  EAI_AGAIN: ["dns", unresolved, "transient"],
  EAI_FAIL: ["dns", unresolved],
  ECONNREFUSED: ["refused", (host) => `${host} refused the connection.`],
  EHOSTUNREACH: noRoute,
  ENETUNREACH: noRoute,
  EADDRNOTAVAIL: noRoute,
  ETIMEDOUT: ["timeout", (host) => `${host} did not answer in time. ${outside}`],
  ECONNRESET: ["refused", (host) => `The connection to ${host} was reset before an answer came.`, "transient"],
  EPIPE: ["refused", (host) => `The connection to ${host} was closed before an answer came.`, "transient"],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  CERT_SIGNATURE_FAILURE: untrusted,
  CERT_UNTRUSTED: untrusted,
  ERR_TLS_CERT_ALTNAME_INVALID: ["tls", (host) => `The certificate that was shown does not name ${host}.`],
  CERT_HAS_EXPIRED: ["tls", (host) => `The certificate of ${host} has expired.`],
  CERT_NOT_YET_VALID: ["tls", (host) => `The certificate of ${host} is not valid yet.`],
};

/** The failure behind an error of node:https. An error without a code is a bug and is thrown. */
export function failureOf(cause: unknown, stage: Stage, host: string): TransportFailure {
  const code = codeOf(cause);
  if (code === undefined) throw cause;
  const [reason, say, transient] = meaningOf(code, stage);
  const error = new ReadError({ code: reason, message: say(host) }, { cause, hint: hints[reason] ?? "Scan again." });
  return { error, transient: transient === "transient", reached: stage === "answer" || stage === "body" };
}

function meaningOf(code: string, stage: Stage): Row {
  if (stage === "body") return ["malformed", (host) => `The answer of ${host} ended before it was complete.`, "transient"];
  if (code.startsWith("HPE_")) return ["malformed", (host) => `${host} did not answer in HTTP.`];
  const known = meanings[code];
  if (known !== undefined) return known;
  return stage === "handshake"
    ? ["tls", (host) => `No secure connection to ${host} could be agreed on (${code}).`]
    : ["refused", (host) => `The connection to ${host} failed (${code}).`];
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;

const late: Readonly<Record<Stage, (host: string) => string>> = {
  name: (host) => `The name ${host} was not resolved`,
  connect: (host) => `No connection to ${host} came about`,
  handshake: (host) => `${host} accepted the connection, but no TLS handshake was completed`,
  answer: (host) => `${host} did not answer`,
  body: (host) => `${host} did not finish its answer`,
};

/** The failure of a request that took too long at some stage. */
export function timeoutAt(stage: Stage, host: string, ms: number): TransportFailure {
  const code = stage === "name" ? "dns" : "timeout";
  const message = `${late[stage](host)} within ${ms} ms.${stage === "connect" ? ` ${outside}` : ""}`;
  return {
    error: new ReadError({ code, message }, { hint: hints[code] ?? "" }),
    transient: false,
    reached: stage === "answer" || stage === "body",
  };
}

const page = 'docs/rollout.md, "Private endpoints", says what is reached from where.';

/** What to do about each reason why no answer came. */
const hints: Readonly<Partial<Record<ReasonCode, string>>> = {
  dns: `Let the scanner resolve the name: a private endpoint of a connected VPC needs DNS forwarding or a shared hosted zone. ${page}`,
  timeout: `Run the scanner in the cluster's VPC or one connected to it, or admit its address to the public endpoint. ${page}`,
  refused: `Look at routes, security groups and firewalls between the scanner and the endpoint. ${page}`,
  tls: "Look for a proxy that breaks TLS open, and at certificateAuthority in the answer of `aws eks describe-cluster`.",
  malformed: "Look for a proxy between the scanner and the endpoint, and scan again.",
};
