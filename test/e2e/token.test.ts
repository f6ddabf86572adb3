import { expect, inject, it } from "vitest";
import { eksToken } from "../../core/collect/token.ts";
import { getToken } from "./bed/aws-cli.ts";
import { suite } from "./bed/suite.ts";
import { judgeToken } from "./bed/token-judge.ts";

/** A session token with every character that a careless encoder loses. */
const session = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", sessionToken: "tok/+==" };
const { sessionToken: _, ...permanent } = session;
const arn = "arn:aws:iam::123456789012:user/scanner";

const cases = [
  ["a commercial Region", "eu-west-1", "c1", session],
  ["the oldest Region", "us-east-1", "c1", session],
  ["keys without a session token", "eu-west-1", "c1", permanent],
  ["a name with every allowed character", "ap-southeast-2", "Prod_Shop-01", session],
  ["China", "cn-north-1", "c1", session],
  ["GovCloud", "us-gov-west-1", "c1", session],
  ["an isolated partition", "eu-isoe-west-1", "c1", session],
  ["the European sovereign cloud", "eusc-de-east-1", "c1", session],
] as const;

/** Where the token leads and what it says there, in whatever order. */
function partsOf(token: string) {
  const url = new URL(Buffer.from(token.replace(/^k8s-aws-v1\./, ""), "base64url").toString());
  return { origin: url.origin, path: url.pathname, parameters: Object.fromEntries(url.searchParams) };
}

suite("EKS token", { aws: inject("aws") }, ({ aws }) => {
  it.concurrent.each(cases)("is signed as by `aws eks get-token`: %s", async (_name, region, cluster, credentials) => {
    const theirs = partsOf(await getToken(aws, { cluster, region, credentials }));
    const date = theirs.parameters["X-Amz-Date"] ?? "";
    const now = new Date(date.replace(/(....)(..)(..T..)(..)(..Z)/, "$1-$2-$3:$4:$5"));
    const ours = partsOf(await eksToken({ cluster, region, credentials, now }));
    expect(ours).toEqual(theirs);
  });

  it.each([
    ["accepted: session keys", "c1", session, {}],
    ["accepted: permanent keys", "c1", permanent, {}],
    ["refused: signed for another cluster", "c2", session, {}],
    ["refused: signed with another secret", "c1", session, { secretAccessKey: "another" }],
    ["refused: an unknown key", "c1", session, { accessKeyId: "unknown" }],
    ["refused: another session token", "c1", session, { sessionToken: "tok/ ==" }],
  ] as const)("the bed's own judge of tokens of the AWS CLI: %s", async (name, cluster, credentials, wrong) => {
    const token = await getToken(aws, { cluster, region: "eu-west-1", credentials });
    const judgement = judgeToken(token, "c1", [{ ...credentials, ...wrong, arn }], new Date());
    expect(Object.keys(judgement), JSON.stringify(judgement)).toEqual([name.split(":")[0]]);
  });

  it("the bed's own judge of tokens of the AWS CLI: refused: one that is 16 minutes old", async () => {
    const token = await getToken(aws, { cluster: "c1", region: "eu-west-1", credentials: session });
    const later = new Date(Date.now() + 16 * 60_000);
    expect(judgeToken(token, "c1", [{ ...session, arn }], later)).toEqual({ refused: "a date more than 15 minutes away" });
  });
});
