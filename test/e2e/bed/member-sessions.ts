import { XMLParser } from "fast-xml-parser";
import type { AwsRequest, Exchange, Reply } from "./door.ts";
import type { KnownKey } from "./token-judge.ts";

/** The parameters of a request of STS; none where it goes elsewhere. */
const asksSts = ({ service, body }: AwsRequest): URLSearchParams => new URLSearchParams(service === "sts" ? body : "");

/** The account whose role a request asks for; undefined for any other request. */
export function assumedAccount(request: AwsRequest): string | undefined {
  const asked = asksSts(request);
  return asked.get("Action") === "AssumeRole" ? asked.get("RoleArn")?.split(":")[4] : undefined;
}

/** The keys that STS gave out in an exchange. */
export function keysIn({ request, reply }: Exchange): readonly KnownKey[] {
  if (assumedAccount(request) === undefined || reply.status !== 200) return [];
  const { AssumeRoleResult } = new XMLParser({ parseTagValue: false }).parse(reply.body).AssumeRoleResponse;
  const { AccessKeyId, SecretAccessKey, SessionToken } = AssumeRoleResult.Credentials;
  const { Arn } = AssumeRoleResult.AssumedRoleUser;
  return [{ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken, arn: Arn }];
}

/** As STS refuses a role that does not exist, or does not trust the caller. */
export const roleRefusal: Reply = {
  status: 403,
  headers: { "content-type": "text/xml" },
  body: '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User is not authorized to perform: sts:AssumeRole</Message></Error><RequestId>1</RequestId></ErrorResponse>',
};

/** Account management's answer to which Regions are enabled, which moto lacks. */
export const regionsAnswer = (regions: readonly string[]): Reply => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ Regions: regions.map((RegionName) => ({ RegionName, RegionOptStatus: "ENABLED_BY_DEFAULT" })) }),
});

export const asksRegions = ({ service, path }: AwsRequest): boolean => service === "account" && path === "/listRegions";
