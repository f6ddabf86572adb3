import { CreateAccountCommand, CreateOrganizationCommand, OrganizationsClient } from "@aws-sdk/client-organizations";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentity } from "@smithy/types";
import { testCredentials } from "./environment.ts";

export type SessionCredentials = Required<Pick<AwsCredentialIdentity, "accessKeyId" | "secretAccessKey" | "sessionToken">>;

/** A session of a role in any account: moto gives one without asking for role or trust. */
export async function sessionIn(endpoint: string, account: string, role: string): Promise<SessionCredentials> {
  const sts = new STSClient({ endpoint, region: "eu-west-1", credentials: testCredentials });
  const RoleArn = `arn:aws:iam::${account}:role/${role}`;
  const { Credentials = {} } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "bed" }));
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials as Record<string, string | undefined>;
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** Makes the hub's account the head of an organization with so many members; answers their ids. */
export async function createOrganization(
  endpoint: string,
  hub: AwsCredentialIdentity,
  members: readonly string[],
): Promise<readonly string[]> {
  const organizations = new OrganizationsClient({ endpoint, region: "us-east-1", credentials: hub });
  await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
  const ids: string[] = [];
  for (const name of members) {
    const made = await organizations.send(new CreateAccountCommand({ AccountName: name, Email: `${name}@example.com` }));
    ids.push(made.CreateAccountStatus?.AccountId ?? "");
  }
  return ids;
}
