import { createHash, createHmac } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { ReadError } from "../../core/collect/errors.ts";
import { eksToken, maxTokenBytes } from "../../core/collect/token.ts";
import { verifyToken } from "../../sandbox/kubernetes/token.ts";

const now = new Date("2026-11-24T09:08:07.654Z");
/** Has every character in it that a careless encoder loses. */
const session = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", sessionToken: "tok/+==/a+b" };
const { sessionToken: _, ...permanent } = session;

const urlOf = (token: string) => new URL(Buffer.from(token.slice("k8s-aws-v1.".length), "base64url").toString());

/** AWS Signature Version 4, query form, worked out by hand: the canonical request, the string to sign, the derived key. */
function signatureByHand(host: string, cluster: string, query: Readonly<Record<string, string>>, secret: string): string {
  const percentEncoded = (text: string) =>
    [...Buffer.from(text)]
      .map((byte) =>
        /[\w.~-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, "0").toUpperCase()}`,
      )
      .join("");
  const canonicalQuery = Object.entries(query)
    .map(([key, value]) => `${percentEncoded(key)}=${percentEncoded(value)}`)
    .sort()
    .join("&");
  const emptyBody = createHash("sha256").update("").digest("hex");
  const request = `GET\n/\n${canonicalQuery}\nhost:${host}\nx-k8s-aws-id:${cluster}\n\nhost;x-k8s-aws-id\n${emptyBody}`;
  const [, date = "", region = "", service = "", end = ""] = query["X-Amz-Credential"]?.split("/") ?? [];
  const toSign = `AWS4-HMAC-SHA256\n${query["X-Amz-Date"]}\n${date}/${region}/${service}/${end}\n${createHash("sha256").update(request).digest("hex")}`;
  let key: Buffer = Buffer.from(`AWS4${secret}`);
  for (const part of [date, region, service, end, toSign]) key = createHmac("sha256", key).update(part).digest();
  return key.toString("hex");
}

describe("the query holds what the verifier allows and nothing else", () => {
  const always = [
    "Action",
    "Version",
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
  ];
  it.each([
    ["with a session token", session, [...always, "X-Amz-Security-Token"]],
    ["without one", permanent, always],
  ] as const)("%s", async (_name, credentials, keys) => {
    const url = urlOf(await eksToken({ cluster: "prod", region: "eu-west-1", credentials, now }));
    expect([...url.searchParams.keys()].sort()).toEqual([...keys].sort());
  });

  it("says what is asked, by whom, when and for how long", async () => {
    const url = urlOf(await eksToken({ cluster: "prod", region: "eu-west-1", credentials: async () => session, now }));
    const { "X-Amz-Signature": signature, ...rest } = Object.fromEntries(url.searchParams);
    expect(signature).toMatch(/^[0-9a-f]{64}$/);
    expect([url.protocol, url.pathname, rest]).toEqual([
      "https:",
      "/",
      {
        Action: "GetCallerIdentity",
        Version: "2011-06-15",
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": "AKIDEXAMPLE/20261124/eu-west-1/sts/aws4_request",
        "X-Amz-Date": "20261124T090807Z",
        "X-Amz-Expires": "60",
        "X-Amz-SignedHeaders": "host;x-k8s-aws-id",
        "X-Amz-Security-Token": session.sessionToken,
      },
    ]);
  });
});

it.each([
  ["eu-west-1", "sts.eu-west-1.amazonaws.com"],
  ["us-east-1", "sts.us-east-1.amazonaws.com"],
  ["us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"],
  ["cn-north-1", "sts.cn-north-1.amazonaws.com.cn"],
  ["us-iso-east-1", "sts.us-iso-east-1.c2s.ic.gov"],
  ["us-isob-east-1", "sts.us-isob-east-1.sc2s.sgov.gov"],
  ["eu-isoe-west-1", "sts.eu-isoe-west-1.cloud.adc-e.uk"],
  ["us-isof-south-1", "sts.us-isof-south-1.csp.hci.ic.gov"],
  ["eusc-de-east-1", "sts.eusc-de-east-1.amazonaws.eu"],
])("%s: host %s, and the signature that was worked out by hand", async (region, host) => {
  for (const [cluster, credentials] of [
    ["prod", session],
    ["Prod_Shop-01", permanent],
  ] as const) {
    const url = urlOf(await eksToken({ cluster, region, credentials, now }));
    const { "X-Amz-Signature": signature, ...query } = Object.fromEntries(url.searchParams);
    expect([url.host, signature]).toEqual([host, signatureByHand(host, cluster, query, credentials.secretAccessKey)]);
  }
});

describe("a token as it is minted meets each rule of the verifier", () => {
  const arn = "arn:aws:sts::111122223333:assumed-role/scanner/session-1";
  const verify = (token: string, clusterId: string, partition: string, at = now, secret: object = session) =>
    verifyToken(token, {
      clusterId,
      partition,
      now: at,
      secretOf: (id) => (id === session.accessKeyId ? { ...session, arn, ...secret } : undefined),
    });
  const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);

  it.each([
    ["eu-west-1", "aws"],
    ["us-east-1", "aws"],
    ["cn-north-1", "aws-cn"],
    ["us-gov-west-1", "aws-us-gov"],
    ["us-iso-east-1", "aws-iso"],
    ["us-isob-east-1", "aws-iso-b"],
    ["eu-isoe-west-1", "aws-iso-e"],
    ["us-isof-south-1", "aws-iso-f"],
    ["eu-isof-north-1", "aws-iso-f"],
    ["eusc-de-east-1", "aws-eusc"],
  ])("let in: %s by the verifier of %s, a name and the id of a local cluster alike", async (region, partition) => {
    for (const cluster of ["Prod_Shop-01", "0a1b2c3d-0123-4567-89ab-0123456789ab"]) {
      const token = await eksToken({ cluster, region, credentials: session, now });
      expect(await verify(token, cluster, partition)).toEqual({ ok: true, arn, accessKeyId: session.accessKeyId });
    }
  });

  it.each([
    ["let in: at once", later(0), true],
    ["let in: after 10 minutes, when a new one is made", later(10), true],
    ["let in: after 14 minutes", later(14), true],
    ["refused: after 16 minutes", later(16), false],
    ["let in: by a clock that is 4 minutes behind", later(-4), true],
  ])("%s", async (_rule, at, ok) => {
    const token = await eksToken({ cluster: "prod", region: "eu-west-1", credentials: session, now });
    expect(await verify(token, "prod", "aws", at)).toMatchObject({ ok });
  });

  it.each([
    ["another cluster of the account", "prod2", "aws"],
    ["the verifier of another partition", "prod", "aws-cn"],
  ])("refused: by %s", async (_rule, clusterId, partition) => {
    const token = await eksToken({ cluster: "prod", region: "eu-west-1", credentials: session, now });
    expect(await verify(token, clusterId, partition)).toMatchObject({ ok: false });
  });

  it("let in: keys without a session token", async () => {
    const token = await eksToken({ cluster: "prod", region: "eu-west-1", credentials: permanent, now });
    expect(await verify(token, "prod", "aws", now, { sessionToken: undefined })).toMatchObject({ ok: true });
  });
});

it("is bound to the cluster: another name, another signature", async () => {
  const of = (cluster: string) => eksToken({ cluster, region: "eu-west-1", credentials: session, now });
  expect(await of("prod")).not.toBe(await of("prod2"));
  expect(await of("prod")).toBe(await of("prod"));
});

describe("an endpoint configured for the SDK", () => {
  afterEach(() => {
    delete process.env.AWS_ENDPOINT_URL;
    delete process.env.AWS_ENDPOINT_URL_STS;
  });
  it("does not become the token's host", async () => {
    process.env.AWS_ENDPOINT_URL = "http://127.0.0.1:5000";
    process.env.AWS_ENDPOINT_URL_STS = "http://127.0.0.1:5001";
    expect(urlOf(await eksToken({ cluster: "prod", region: "eu-west-1", credentials: session, now })).origin).toBe(
      "https://sts.eu-west-1.amazonaws.com",
    );
  });
});

describe("size and alphabet", () => {
  const tokenOf = (sessionToken: string) =>
    eksToken({ cluster: "prod", region: "eu-west-1", credentials: { ...permanent, sessionToken }, now });

  it("is base64url without padding after its prefix, whatever the length", async () => {
    for (let length = 1; length <= 6; length += 1) expect(await tokenOf("+".repeat(length))).toMatch(/^k8s-aws-v1\.[A-Za-z0-9_-]+$/);
  });

  it("escapes all that RFC 3986 reserves, so that whoever canonicalizes the URL signs the same", async () => {
    const { search } = urlOf(await tokenOf("!'()*"));
    expect(search).toMatch(/^\?([\w.~-]|%[0-9A-F]{2}|[=&])+$/);
    expect(search).toContain("%21%27%28%29%2A");
  });

  it("is given out up to the verifier's limit, and refused from one byte more, without a part of it in the error", async () => {
    const bare = (await tokenOf("x")).length - 1;
    let longest = "";
    let error: unknown;
    for (let length = Math.floor(((maxTokenBytes - bare) * 3) / 4) - 8; error === undefined; length += 1) {
      try {
        longest = await tokenOf("x".repeat(length));
      } catch (thrown) {
        error = thrown;
      }
    }
    expect(longest.length).toBeLessThanOrEqual(4_096); // the verifier's number, not ours
    expect(longest.length).toBeGreaterThan(maxTokenBytes - 3);
    expect(error).toBeInstanceOf(ReadError);
    expect((error as ReadError).reason.code).toBe("too-large");
    expect(`${(error as ReadError).message} ${(error as ReadError).hint}`).not.toMatch(/xxx|k8s-aws-v1|AKID/);
  });
});
