import { createHash, createHmac } from "node:crypto";

/** A pair of keys that the judge knows, as STS would. */
export interface KnownKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly arn: string;
}
export type Judgement = { readonly accepted: { readonly arn: string } } | { readonly refused: string };

/** Where STS answers, by Region, for the Regions of the bed. */
const stsHosts = /^sts\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com$/;
const allowedKeys = new Set([
  "Action",
  "Version",
  "X-Amz-Algorithm",
  "X-Amz-Credential",
  "X-Amz-Date",
  "X-Amz-Expires",
  "X-Amz-Security-Token",
  "X-Amz-Signature",
  "X-Amz-SignedHeaders",
]);
const lifeMs = 15 * 60_000;
const emptyPayload = createHash("sha256").digest("hex");

/**
 * Judges an EKS bearer token as aws-iam-authenticator and STS together do: its form by the authenticator's list, its
 * signature by signing the request again from its parts. Nothing of the product's own signing is used here.
 *
 * Sources: kubernetes-sigs/aws-iam-authenticator pkg/token/token.go; AWS Signature Version 4, "Create a signed AWS API request".
 */
export function judgeToken(token: string, cluster: string, keys: readonly KnownKey[], now: Date): Judgement {
  if (token.length > 4096) return { refused: "longer than 4096 characters" };
  const encoded = /^k8s-aws-v1\.([A-Za-z0-9_-]+)$/.exec(token)?.[1];
  if (encoded === undefined) return { refused: "no k8s-aws-v1. followed by unpadded base64url" };
  const text = Buffer.from(encoded, "base64url").toString("utf8");
  if (Buffer.from(text).toString("base64url") !== encoded) return { refused: "not canonical base64url of UTF-8" };
  if (!URL.canParse(text)) return { refused: "no URL" };
  const url = new URL(text);
  const region = stsHosts.exec(url.host)?.[1];
  if (url.protocol !== "https:" || region === undefined) return { refused: `not an STS endpoint: ${url.origin}` };
  if (url.pathname !== "/" || url.username !== "" || url.hash !== "") return { refused: "a path, a user or a fragment" };

  // The query as it was sent: URLSearchParams would read "+" as a space.
  const pairs = url.search
    .slice(1)
    .split("&")
    .map((pair) => pair.split("=").map(decodeURIComponent));
  const query = new Map(pairs.map(([name = "", value = ""]) => [name, value]));
  if (query.size !== pairs.length) return { refused: "a parameter twice" };
  const odd = [...query.keys()].find((name) => !allowedKeys.has(name));
  if (odd !== undefined) return { refused: `parameter ${odd}` };
  if (query.get("Action") !== "GetCallerIdentity" || query.get("Version") !== "2011-06-15") return { refused: "another action" };
  if (query.get("X-Amz-Algorithm") !== "AWS4-HMAC-SHA256") return { refused: "another algorithm" };
  if (query.get("X-Amz-SignedHeaders") !== "host;x-k8s-aws-id") return { refused: "signed headers other than host;x-k8s-aws-id" };
  const expires = Number(query.get("X-Amz-Expires") ?? Number.NaN);
  if (!(expires >= 0 && expires <= 900)) return { refused: "X-Amz-Expires outside 0 to 900" };
  const date = query.get("X-Amz-Date") ?? "";
  const signedAt = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (!(Math.abs(now.getTime() - signedAt) < lifeMs)) return { refused: "a date more than 15 minutes away" };

  const [accessKeyId, ...scope] = (query.get("X-Amz-Credential") ?? "").split("/");
  if (scope.join("/") !== `${date.slice(0, 8)}/${region}/sts/aws4_request`) return { refused: `scope ${scope.join("/")}` };
  const key = keys.find((known) => known.accessKeyId === accessKeyId);
  if (key === undefined) return { refused: "InvalidClientTokenId" };
  if (query.get("X-Amz-Security-Token") !== key.sessionToken) return { refused: "another session token" };

  const canonicalQuery = [...query]
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort() // ASCII, so code units are bytes
    .join("&");
  const canonicalRequest = `GET\n/\n${canonicalQuery}\nhost:${url.host}\nx-k8s-aws-id:${cluster}\n\nhost;x-k8s-aws-id\n${emptyPayload}`;
  const toSign = `AWS4-HMAC-SHA256\n${date}\n${scope.join("/")}\n${createHash("sha256").update(canonicalRequest).digest("hex")}`;
  const signingKey = scope.reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${key.secretAccessKey}`);
  const signature = hmac(signingKey, toSign).toString("hex");
  return signature === query.get("X-Amz-Signature") ? { accepted: { arn: key.arn } } : { refused: "SignatureDoesNotMatch" };
}

const hmac = (key: string | Buffer, data: string): Buffer => createHmac("sha256", key).update(data).digest();

/** RFC 3986 as Signature Version 4 wants it: everything but unreserved characters, upper-case hexadecimal. */
function encode(text: string): string {
  const bytes = [...Buffer.from(text)];
  return bytes
    .map((byte) =>
      /[A-Za-z0-9\-._~]/.test(String.fromCharCode(byte))
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    )
    .join("");
}
