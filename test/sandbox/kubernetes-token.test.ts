import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { SourceData } from "@smithy/types";
import { describe, expect, it } from "vitest";
import { canonicalArn, createAuthenticator } from "../../sandbox/kubernetes/access.ts";
import { allowsHost } from "../../sandbox/kubernetes/sts-hosts.ts";
import { type Verdict, verifyToken } from "../../sandbox/kubernetes/token.ts";

const now = new Date("2026-11-24T18:00:00Z");
const accessKeyId = "ASIAEXAMPLE";
const secretAccessKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const sessionToken = "tok/+==";
const arn = "arn:aws:sts::111122223333:assumed-role/scanner/session-1";
const secretOf = (id: string) => (id === accessKeyId ? { secretAccessKey, sessionToken, arn } : undefined);

class Sha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;
  constructor(secret?: SourceData) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret as Uint8Array);
  }
  update(chunk: Uint8Array) {
    this.#hash.update(chunk);
  }
  async digest() {
    return new Uint8Array(this.#hash.digest());
  }
  reset() {}
}

interface Minting {
  readonly cluster?: string;
  readonly host?: string;
  readonly region?: string;
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signedAt?: Date;
  readonly expiresIn?: number;
  readonly secret?: string;
  readonly keyId?: string;
  /** Null leaves it out. */
  readonly session?: string | null;
  /** Null leaves it out. */
  readonly version?: null;
  readonly edit?: (url: string) => string;
  readonly encode?: (url: string) => string;
}

/** A token signed by AWS's own library, with one thing different. */
async function mint(options: Minting = {}): Promise<string> {
  const {
    cluster = "c1",
    region = "eu-west-1",
    host = `sts.${region}.amazonaws.com`,
    path = "/",
    query = {},
    signedAt = now,
    session,
  } = options;
  const credentials = {
    accessKeyId: options.keyId ?? accessKeyId,
    secretAccessKey: options.secret ?? secretAccessKey,
    ...(session === null ? {} : { sessionToken: session ?? sessionToken }),
  };
  const signer = new SignatureV4({ service: "sts", region, credentials, sha256: Sha256 });
  const signed = await signer.presign(
    {
      method: "GET",
      protocol: "https:",
      hostname: host,
      path,
      query: { Action: "GetCallerIdentity", ...(options.version === null ? {} : { Version: "2011-06-15" }), ...query },
      headers: { host, ...(options.headers ?? { "x-k8s-aws-id": cluster }) },
    },
    { expiresIn: options.expiresIn ?? 60, signingDate: signedAt },
  );
  const search = Object.entries(signed.query ?? {}).map(
    ([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`,
  );
  const url = `https://${host}${path}?${search.join("&")}`;
  const encode = options.encode ?? ((text) => `k8s-aws-v1.${Buffer.from(text).toString("base64url")}`);
  return encode(options.edit?.(url) ?? url);
}

const verify = (token: string, partition?: string): Promise<Verdict> =>
  verifyToken(token, { clusterId: "c1", now, secretOf, ...(partition === undefined ? {} : { partition }) });
const minutes = (count: number) => new Date(now.getTime() + count * 60_000);

describe("the verifier lets in", () => {
  it("what `aws eks get-token` (AWS CLI 1.46.3) made at that instant", async () => {
    const parameters = [
      "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256",
      "X-Amz-Credential=ASIAEXAMPLE%2F20261124%2Feu-west-1%2Fsts%2Faws4_request&X-Amz-Date=20261124T175041Z",
      "X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Security-Token=tok%2F%2B%3D%3D",
      "X-Amz-Signature=a642131c68c383a666e8f5e448a9f4b05e2415f4d1e03713f7ff4f163099c63b",
    ];
    const url = `https://sts.eu-west-1.amazonaws.com/?${parameters.join("&")}`;
    expect(await verify(`k8s-aws-v1.${Buffer.from(url).toString("base64url")}`)).toEqual({ ok: true, arn, accessKeyId });
  });

  it.each<readonly [string, Minting]>([
    ["a good token", {}],
    ["one of 14 minutes", { signedAt: minutes(-14) }],
    ["one of exactly 15 minutes", { signedAt: minutes(-15) }],
    ["one of the next minutes: only STS looks, and bears a clock that goes fast", { signedAt: minutes(4) }],
    ["one that says it lives 900 s", { expiresIn: 900 }],
    ["one that says it lives 0 s, which is ignored", { expiresIn: 0 }],
    ["one that says it lives 60 s, after 14 minutes", { signedAt: minutes(-14), expiresIn: 60 }],
    ["one for a Region that does not exist, in the commercial domain", { region: "nowhere-1" }],
    ["more signed headers than it needs", { headers: { "x-k8s-aws-id": "c1", accept: "application/json" } }],
    ["one of another Region than the cluster's", { region: "us-east-2" }],
    ["the global host, signed for us-east-1", { host: "sts.amazonaws.com", region: "us-east-1" }],
    ["a FIPS host", { host: "sts-fips.us-east-1.amazonaws.com", region: "us-east-1" }],
    ["a dual-stack host", { host: "sts.us-west-2.api.aws", region: "us-west-2" }],
    ["parameters in another order", { edit: (url) => url.replace(/\?(Action=[^&]*)&(.*)$/, "?$2&$1") }],
  ])("%s", async (_rule, options) => {
    expect(await verify(await mint(options))).toEqual({ ok: true, arn, accessKeyId });
  });

  it("the partition's own hosts", async () => {
    const china = await mint({ region: "cn-north-1", host: "sts.cn-north-1.amazonaws.com.cn" });
    expect(await verify(china, "aws-cn")).toMatchObject({ ok: true });
    expect(await verify(china)).toMatchObject({ ok: false, why: expect.stringContaining("unexpected hostname") });
  });
});

const replace = (from: string | RegExp, to: string) => (url: string) => {
  const edited = url.replace(from, to);
  if (edited === url) throw new Error(`${from} is not in ${url}`);
  return edited;
};

describe("the verifier refuses", () => {
  it.each<readonly [string, Minting, string]>([
    ["no Version: optional to the verifier, which asks STS, and not to STS", { version: null }, "sts getCallerIdentity failed"],
    ["more than 4096 bytes", { session: "s".repeat(4000) }, "token is too large"],
    [
      "another prefix",
      { encode: (url) => `k8s-aws-v2.${Buffer.from(url).toString("base64url")}` },
      'missing expected "k8s-aws-v1." prefix',
    ],
    ["padding", { encode: (url) => `k8s-aws-v1.${Buffer.from(url).toString("base64url")}=` }, "illegal base64"],
    ["the other base64 alphabet", { encode: (url) => `k8s-aws-v1.${Buffer.from(`${url}???`).toString("base64")}/` }, "illegal base64"],
    ["what is no URL", { edit: () => "nonsense" }, "not a URL"],
    ["http", { edit: replace("https:", "http:") }, 'unexpected scheme "http"'],
    ["the empty payload", { encode: () => "k8s-aws-v1." }, "not a URL"],
    ["the prefix in another case", { encode: (url) => `K8S-AWS-V1.${Buffer.from(url).toString("base64url")}` }, "missing expected"],
    ["another host", { host: "sts.eu-west-1.amazonaws.com.evil.example" }, "unexpected hostname"],
    ["a Region's host in another partition's domain", { region: "cn-north-1" }, "unexpected hostname"],
    ["the global host of another partition", { host: "sts.amazonaws.com.cn", region: "cn-north-1" }, "unexpected hostname"],
    ["another service's host", { host: "iam.eu-west-1.amazonaws.com" }, "unexpected hostname"],
    ["a loopback host", { host: "127.0.0.1" }, "unexpected hostname"],
    ["a port", { host: "sts.eu-west-1.amazonaws.com:443" }, "unexpected hostname"],
    ["a path", { path: "/x" }, "unexpected path"],
    ["no path", { edit: replace(".com/?", ".com?") }, "unexpected path"],
    ["one more parameter", { query: { "X-Amz-Content-Sha256": "x" } }, 'non-whitelisted query parameter "X-Amz-Content-Sha256"'],
    ["x-id, which some signers add", { query: { "x-id": "GetCallerIdentity" } }, 'non-whitelisted query parameter "x-id"'],
    ["a user agent, which some signers add", { query: { "X-Amz-User-Agent": "x" } }, 'non-whitelisted query parameter "X-Amz-User-Agent"'],
    ["a query that is not encoded", { edit: (url) => `${url}&version=%gh` }, "malformed query parameter"],
    ["a parameter twice", { edit: (url) => `${url}&Action=GetCallerIdentity` }, "multiple values"],
    ["a parameter twice in another case", { edit: (url) => `${url}&action=GetCallerIdentity` }, "multiple values"],
    ["no action", { edit: replace("Action=GetCallerIdentity&", "") }, "unexpected action"],
    [
      "keys in another case: one to the verifier, and not what was signed to STS",
      { edit: replace("X-Amz-Expires", "x-amz-expires") },
      "SignatureDoesNotMatch",
    ],
    ["another action", { query: { Action: "AssumeRole" } }, "unexpected action"],
    ["an action in another case", { query: { Action: "getcalleridentity" } }, "unexpected action"],
    ["a cluster name that is not signed", { headers: {} }, "client did not sign the x-k8s-aws-id header"],
    ["a header that only begins like it", { headers: { "x-k8s-aws-id-2": "c1" } }, "client did not sign the x-k8s-aws-id header"],
    ["a header that only ends like it", { headers: { "my-x-k8s-aws-id": "c1" } }, "client did not sign the x-k8s-aws-id header"],
    ["no word on signed headers", { edit: replace(/&X-Amz-SignedHeaders=[^&]+/, "") }, "client did not sign the x-k8s-aws-id header"],
    [
      "the header in another case: signed to the verifier, and not to STS",
      { edit: replace("x-k8s-aws-id", "X-K8S-AWS-ID") },
      "SignatureDoesNotMatch",
    ],
    ["a life below 0", { edit: replace("Expires=60", "Expires=-1") }, "invalid X-Amz-Expires"],
    ["a life of half a second", { edit: replace("Expires=60", "Expires=0.5") }, "invalid X-Amz-Expires"],
    ["an empty life", { edit: replace("Expires=60", "Expires=") }, "invalid X-Amz-Expires"],
    ["a life of 901 s", { expiresIn: 901 }, "invalid X-Amz-Expires"],
    ["no life", { edit: replace(/&X-Amz-Expires=60/, "") }, "invalid X-Amz-Expires"],
    ["a life that is no number", { edit: replace("Expires=60", "Expires=soon") }, "invalid X-Amz-Expires"],
    ["no date", { edit: replace(/&X-Amz-Date=\w+/, "") }, "X-Amz-Date parameter must be present"],
    ["a date in another form", { edit: replace(/X-Amz-Date=\w+/, "X-Amz-Date=2026-11-24") }, "error parsing X-Amz-Date"],
    ["a date without its zone", { edit: replace("T180000Z", "T180000") }, "error parsing X-Amz-Date"],
    ["an empty date", { edit: replace(/X-Amz-Date=\w+/, "X-Amz-Date=") }, "X-Amz-Date parameter must be present"],
    ["one of 15 minutes and a second", { signedAt: minutes(-15 - 1 / 60) }, "X-Amz-Date parameter is expired"],
    ["one of 16 minutes", { signedAt: minutes(-16) }, "X-Amz-Date parameter is expired"],
    ["one of 16 minutes that says it lives longer", { signedAt: minutes(-16), expiresIn: 900 }, "X-Amz-Date parameter is expired"],
    ["one of the future", { signedAt: minutes(10) }, "Signature not yet current"],
    ["a key that does not exist", { keyId: "AKIAOTHER" }, "InvalidClientTokenId"],
    ["no session token for a temporary key", { session: null }, "InvalidClientTokenId"],
    ["another session's token", { session: "other" }, "InvalidClientTokenId"],
    ["another secret", { secret: "wrong" }, "SignatureDoesNotMatch"],
    ["a token for another cluster", { cluster: "c2" }, "SignatureDoesNotMatch"],
    ["another signature", { edit: replace(/Signature=.{8}/, "Signature=00000000") }, "SignatureDoesNotMatch"],
    ["a changed date", { edit: replace("T180000Z", "T180001Z") }, "SignatureDoesNotMatch"],
    ["a Region in the scope that is not the host's", { host: "sts.us-east-1.amazonaws.com" }, "scoped to a valid region"],
    ["another service", { edit: replace("%2Fsts%2F", "%2Fs3%2F") }, "scoped to a valid region, service"],
    ["another algorithm", { edit: replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256") }, "IncompleteSignature"],
  ])("%s", async (_rule, options, why) => {
    expect(await verify(await mint(options))).toEqual({ ok: false, why: expect.stringContaining(why) });
  });
});

it("the verifier lets in 4096 bytes, and refuses one more", async () => {
  // Whatever it is of: the length comes first.
  const of = (bytes: number) => verify(`k8s-aws-v1.${"A".repeat(bytes - "k8s-aws-v1.".length)}`);
  expect(await of(4097)).toMatchObject({ why: expect.stringContaining("token is too large") });
  expect(await of(4096)).toMatchObject({ why: expect.not.stringContaining("token is too large") });
  const wide = `k8s-aws-v1.${"é".repeat(2048)}`;
  expect(await verify(wide)).toMatchObject({ why: expect.stringContaining("token is too large") });
});

describe("hosts that the verifier of a partition lets a token name", () => {
  const dualStack = { aws: "api.aws", "aws-cn": "api.amazonwebservices.com.cn", "aws-eusc": "api.amazonwebservices.eu" };
  it.each([
    ["aws", "eu-west-1", "amazonaws.com"],
    ["aws-us-gov", "us-gov-west-1", "amazonaws.com"],
    ["aws-cn", "cn-north-1", "amazonaws.com.cn"],
    ["aws-iso", "us-iso-east-1", "c2s.ic.gov"],
    ["aws-iso-b", "us-isob-east-1", "sc2s.sgov.gov"],
    ["aws-iso-e", "eu-isoe-west-1", "cloud.adc-e.uk"],
    ["aws-iso-f", "us-isof-south-1", "csp.hci.ic.gov"],
    ["aws-eusc", "eusc-de-east-1", "amazonaws.eu"],
  ])("%s: STS of %s in %s, and in no other partition's name", (partition, region, domain) => {
    const host = `sts.${region}.${domain}`;
    expect(allowsHost(host, partition)).toBe(true);
    const others = ["aws", "aws-cn", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"].filter((one) => one !== partition);
    // Commercial Regions and GovCloud share their domains.
    const strangers = domain === "amazonaws.com" ? others.filter((one) => one !== "aws") : others;
    expect(strangers.filter((one) => allowsHost(host, one))).toEqual([]);
    const twice = Object.entries(dualStack).find(([name]) => name === partition)?.[1];
    if (twice !== undefined) expect(allowsHost(`sts.${region}.${twice}`, partition)).toBe(true);
  });

  it.each([
    ["yes: the global host of the commercial partition", "aws", "sts.amazonaws.com", true],
    ["no: the global host elsewhere: China", "aws-cn", "sts.amazonaws.com", false],
    ["no: the global host elsewhere: GovCloud, which has the same domain", "aws-us-gov", "sts.amazonaws.com", false],
    ["no: the global host elsewhere: an isolated partition", "aws-iso", "sts.amazonaws.com", false],
    ["no: the global host of a partition that does not exist", "aws-not-a-partition", "sts.amazonaws.com", false],
    ["yes: a Region that does not exist, in the commercial domain", "aws", "sts.not-a-region.amazonaws.com", true],
    ["no: a Region that does not exist, in China's domain", "aws-cn", "sts.not-a-region.amazonaws.com.cn", false],
    ["no: a commercial Region in China's domain", "aws-cn", "sts.us-west-2.amazonaws.com.cn", false],
    ["no: an isolated Region in China's domain", "aws-cn", "sts.us-isob-east-1.amazonaws.com.cn", false],
    ["no: China's host to the commercial verifier", "aws", "sts.cn-north-1.api.amazonwebservices.com.cn", false],
    ["yes: FIPS", "aws", "sts-fips.us-east-1.amazonaws.com", true],
    ["yes: FIPS in any commercial Region", "aws", "sts-fips.eu-west-1.amazonaws.com", true],
    ["yes: FIPS and dual-stack", "aws", "sts-fips.us-east-1.api.aws", true],
    ["yes: GovCloud's own host, which is FIPS already", "aws-us-gov", "sts.us-gov-east-1.amazonaws.com", true],
    ["no: GovCloud has no other FIPS host", "aws-us-gov", "sts-fips.us-gov-east-1.amazonaws.com", false],
    ["yes: GovCloud, dual-stack and FIPS", "aws-us-gov", "sts-fips.us-gov-east-1.api.aws", true],
    ["no: a FIPS host of another partition", "aws-cn", "sts-fips.us-east-1.amazonaws.com", false],
    ["no: another service", "aws", "website.amazonaws.com", false],
    ["no: a port", "aws", "sts.us-east-1.amazonaws.com:443", false],
    ["no: another case", "aws", "STS.us-east-1.amazonaws.com", false],
    ["no: a dot at the end", "aws", "sts.us-east-1.amazonaws.com.", false],
    ["no: nothing before it", "aws", ".us-east-1.amazonaws.com", false],
  ])("%s", (_rule, partition, host, expected) => {
    expect(allowsHost(host, partition)).toBe(expected);
  });
});

describe("access entries", () => {
  const authenticate = (principalArn: string, username?: string) =>
    createAuthenticator({
      clusterId: "c1",
      now: () => now,
      secretOf,
      entries: () => [
        { principalArn: "arn:aws:iam::111122223333:role/other", groups: ["system:masters"] },
        { principalArn, groups: ["readers"], ...(username === undefined ? {} : { username }) },
      ],
    });

  it.each([
    ["let in by its role", "arn:aws:iam::111122223333:role/scanner", undefined, { username: arn, groups: ["readers"] }],
    [
      "let in by its role with a path",
      "arn:aws:iam::111122223333:role/audit/eks/scanner",
      "scan",
      { username: "scan", groups: ["readers"] },
    ],
    ["not known: the same role of another account", "arn:aws:iam::444455556666:role/scanner", undefined, undefined],
    ["not known: the session itself", arn, undefined, undefined],
  ])("a role session is %s", async (_rule, principalArn, username, user) => {
    expect(await authenticate(principalArn, username)(await mint())).toEqual(user);
  });

  it("a token that does not verify is nobody's", async () => {
    expect(await authenticate("arn:aws:iam::111122223333:role/scanner")(await mint({ cluster: "c2" }))).toBeUndefined();
  });

  it.each([
    ["arn:aws:sts::111122223333:assumed-role/scanner/i-0abc", "arn:aws:iam::111122223333:role/scanner"],
    ["arn:aws-cn:sts::111122223333:assumed-role/scanner/x", "arn:aws-cn:iam::111122223333:role/scanner"],
    ["arn:aws:iam::111122223333:user/jane", "arn:aws:iam::111122223333:user/jane"],
  ])("%s is %s", (caller, principal) => {
    expect(canonicalArn(caller)).toBe(principal);
  });
});
