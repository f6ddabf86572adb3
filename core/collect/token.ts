import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider, Checksum, SourceData } from "@smithy/types";
import { partitionOf } from "../model/partition.ts";
import { ReadError } from "./errors.ts";

/** The longest token that the verifier takes, in bytes. Source: kubernetes-sigs/aws-iam-authenticator pkg/token/token.go, maxTokenLenBytes. */
export const maxTokenBytes = 4_096;

/** Whom a token is for, and who asks. */
export interface TokenRequest {
  /** The cluster's name; for a local cluster on Outposts its id. */
  readonly cluster: string;
  readonly region: string;
  readonly credentials: AwsCredentialIdentity | AwsCredentialIdentityProvider;
  /** The time of signing: the token holds for 15 minutes from it. */
  readonly now: Date;
}

/**
 * The bearer token for a cluster's Kubernetes API: a presigned STS GetCallerIdentity, which the cluster's authenticator
 * sends on to learn who asks. Nothing is sent anywhere here. The host is always the Region's own STS host, whatever
 * endpoint is configured for the SDK: the verifier takes no other.
 *
 * The result is a credential: it goes to the cluster's endpoint alone, and into no log, error or report.
 *
 * @throws {ReadError} `too-large` for a token that no verifier would take
 */
export async function eksToken({ cluster, region, credentials, now }: TokenRequest): Promise<string> {
  const hostname = `sts.${region}.${partitionOf(region).domain}`;
  const signer = new SignatureV4({ service: "sts", region, credentials, sha256: Sha256 });
  const { query = {} } = await signer.presign(
    {
      method: "GET",
      protocol: "https:",
      hostname,
      path: "/",
      query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
      headers: { host: hostname, "x-k8s-aws-id": cluster }, // signed, but not part of the URL: binds the token to the cluster
    },
    { signingDate: now, expiresIn: 60 },
  );
  const search = Object.entries(query).map(([key, value]) => `${escapeUri(key)}=${escapeUri(String(value))}`);
  const token = `k8s-aws-v1.${Buffer.from(`https://${hostname}/?${search.join("&")}`).toString("base64url")}`;
  if (token.length > maxTokenBytes) {
    throw new ReadError(
      {
        code: "too-large",
        message: `The token for the Kubernetes API would have ${token.length} bytes; the cluster's authenticator takes at most ${maxTokenBytes}.`,
      },
      { hint: "The session token of these credentials is too long: use a role session with fewer session tags and no session policy." },
    );
  }
  return token;
}

/** RFC 3986: everything but unreserved characters is escaped. */
const escapeUri = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** SHA-256, or its HMAC where there is a secret, as the signer wants it. */
class Sha256 implements Checksum {
  #secret: SourceData | undefined;
  #hash: Hash | Hmac;
  constructor(secret?: SourceData) {
    this.#secret = secret;
    this.#hash = start(secret);
  }
  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }
  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }
  reset(): void {
    this.#hash = start(this.#secret);
  }
}

const start = (secret: SourceData | undefined): Hash | Hmac =>
  secret === undefined ? createHash("sha256") : createHmac("sha256", bytesOf(secret));

function bytesOf(data: SourceData): Uint8Array | string {
  if (typeof data === "string") return data;
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}
