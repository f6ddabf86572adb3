/** moto's check of signatures and identity policies, which is off until it is asked for, and holds for all that one moto serves. */
import type { AwsCredentialIdentity } from "@smithy/types";
import type { PolicyDocument } from "./iam/judge.ts";

export interface MotoRole {
  /** Replaces what the role may do. Everything but this is checked from then on. */
  permit(policy: PolicyDocument): Promise<void>;
}

/**
 * Makes a role in the account of the credentials. A session of it may begin before.
 *
 * @throws {Error} for what moto refuses
 */
export async function motoRole(endpoint: string, name: string, { accessKeyId }: AwsCredentialIdentity): Promise<MotoRole> {
  const iam = async (action: string, parameters: Readonly<Record<string, string>>) => {
    const scope = `Credential=${accessKeyId}/20260101/us-east-1/iam/aws4_request`; // by which moto tells service and account
    await posted(
      `${endpoint}/`,
      new URLSearchParams({ Action: action, Version: "2010-05-08", RoleName: name, ...parameters }),
      `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=none`,
    );
  };
  /** So many requests pass unchecked. */
  const uncheckedRequests = (count: number) => posted(`${endpoint}/moto-api/reset-auth`, String(count));
  await iam("CreateRole", { AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [] }) });
  return {
    async permit(policy) {
      await uncheckedRequests(1);
      await iam("PutRolePolicy", { PolicyName: "reads", PolicyDocument: JSON.stringify(policy) });
    },
  };
}

async function posted(url: string, body: string | URLSearchParams, authorization?: string): Promise<void> {
  const answer = await fetch(url, { method: "POST", body, ...(authorization === undefined ? {} : { headers: { authorization } }) });
  if (!answer.ok) throw new Error(`moto answers ${answer.status} to ${String(body).slice(0, 60)}: ${await answer.text()}`);
}
