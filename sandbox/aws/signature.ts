/** Signature Version 4 from the service's side: whose request is it, and was it signed with that one's secret? */
import { createHash, createHmac, type Hash, type Hmac, timingSafeEqual } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Checksum, SourceData } from "@smithy/types";
import type { CredentialStore, IssuedCredentials, Principal } from "./credentials.ts";
import type { WireRequest } from "./http.ts";
import type { Refusal } from "./refusals.ts";

/** What the Authorization header says before anything of it is believed. */
export interface Claim {
  readonly accessKeyId: string;
  /** yyyymmdd */
  readonly date: string;
  readonly region: string;
  /** The signing name of the service. */
  readonly service: string;
  readonly signedHeaders: ReadonlySet<string>;
  readonly signature: string;
}

const form =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** Undefined for a request that is not signed by such a header. */
export function readClaim(request: WireRequest): Claim | undefined {
  const [, accessKeyId, date, region, service, signedHeaders, signature] = form.exec(request.headers.authorization ?? "") ?? [];
  if (accessKeyId === undefined || date === undefined || region === undefined || service === undefined) return undefined;
  return { accessKeyId, date, region, service, signedHeaders: new Set(signedHeaders?.split(";")), signature: signature ?? "" };
}

class Sha256 implements Checksum {
  #hash: Hash | Hmac;
  constructor(secret?: SourceData) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", toBytes(secret));
  }
  update(data: SourceData): void {
    this.#hash.update(toBytes(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

function toBytes(data: SourceData): string | Uint8Array {
  if (typeof data === "string") return data;
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}

const toleranceMs = 5 * 60_000;

function signingDate(text: string | undefined): Date | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? "") ?? [];
  return year === undefined ? undefined : new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

async function expectedSignature(
  request: WireRequest,
  claim: Claim,
  credentials: IssuedCredentials,
  date: Date,
): Promise<string | undefined> {
  const { host = "", ...rest } = request.headers;
  const headers: Record<string, string> = { host };
  for (const [name, value] of Object.entries(rest)) if (claim.signedHeaders.has(name)) headers[name] = value;
  // The hash that a client states is only as good as the body that came with it.
  const payloadHash = createHash("sha256").update(request.body).digest("hex");
  if (rest["x-amz-content-sha256"] !== undefined && rest["x-amz-content-sha256"] !== payloadHash) return undefined;
  const query: Record<string, string[]> = {};
  for (const name of new Set(request.query.keys())) query[name] = request.query.getAll(name);
  const signer = new SignatureV4({
    service: claim.service,
    region: claim.region,
    credentials: { accessKeyId: credentials.accessKeyId, secretAccessKey: credentials.secretAccessKey },
    sha256: Sha256,
    applyChecksum: false,
  });
  const signed = await signer.sign(
    { method: request.method, protocol: "http:", hostname: host, path: request.path, query, headers, body: request.body },
    { signingDate: date, signableHeaders: new Set(claim.signedHeaders) },
  );
  return /Signature=([0-9a-f]{64})$/.exec(signed.headers.authorization ?? "")?.[1];
}

/** Whom the request acts for, or why it is refused. */
export async function authenticate(
  request: WireRequest,
  claim: Claim | undefined,
  store: CredentialStore,
  now: Date,
): Promise<Principal | Refusal> {
  if (claim === undefined) return "unsigned";
  const credentials = store.find(claim.accessKeyId);
  if (credentials === undefined) return "unknown-key";
  if (request.headers["x-amz-security-token"] !== credentials.sessionToken) return "unknown-key";
  const date = signingDate(request.headers["x-amz-date"]);
  if (date === undefined || Math.abs(date.getTime() - now.getTime()) > toleranceMs) return "stale";
  if (credentials.expiration !== undefined && credentials.expiration <= now) return "expired-token";
  const expected = await expectedSignature(request, claim, credentials, date);
  const matches = expected !== undefined && timingSafeEqual(Buffer.from(expected), Buffer.from(claim.signature));
  return matches ? credentials.principal : "wrong-signature";
}
