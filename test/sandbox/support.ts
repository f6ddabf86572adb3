/** Estates and clients for the tests of the sandbox: real SDK clients, told nothing but an endpoint. */
import { AccountClient } from "@aws-sdk/client-account";
import { EC2Client } from "@aws-sdk/client-ec2";
import { EKSClient } from "@aws-sdk/client-eks";
import { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { SecurityHubClient } from "@aws-sdk/client-securityhub";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentity } from "@smithy/types";
import { afterAll } from "vitest";
import { type EstateInput, parseEstate } from "../../sandbox/estate.ts";
import { type Sandbox, startSandbox } from "../../sandbox/start.ts";

export const hub = "111111111111";
export const member = "222222222222";
export const home = "eu-west-1";

/** A hub and a member with one cluster, unless the test says more. */
export const anEstate = (over: Partial<EstateInput> = {}) =>
  parseEstate({
    hub: { account: hub },
    accounts: [{ id: hub }, { id: member, regions: { [home]: { clusters: [{ name: "prod" }] } } }],
    ...over,
  });

const open: Sandbox[] = [];
afterAll(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()));
});

/** Starts a sandbox that ends with the test file. */
export async function started(over: Partial<EstateInput> = {}, now?: () => Date): Promise<Sandbox> {
  const sandbox = await startSandbox(anEstate(over), now === undefined ? {} : { now });
  open.push(sandbox);
  return sandbox;
}

/** One client of each service; no retries, so that a test sees each answer. */
export function clients({ endpoint }: Sandbox, credentials: AwsCredentialIdentity, region = home) {
  const options = { endpoint, region, credentials, maxAttempts: 1 };
  return {
    sts: new STSClient(options),
    organizations: new OrganizationsClient(options),
    account: new AccountClient(options),
    eks: new EKSClient(options),
    ec2: new EC2Client(options),
    elb: new ElasticLoadBalancingClient(options),
    elbv2: new ElasticLoadBalancingV2Client(options),
    securityHub: new SecurityHubClient(options),
  };
}

/** Credentials of a session of the member role. */
export async function assumed(sandbox: Sandbox, account = member, role = "eks-perimeter-member"): Promise<AwsCredentialIdentity> {
  const { sts } = clients(sandbox, sandbox.credentials);
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/${role}`, RoleSessionName: "scan" }),
  );
  return {
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken ?? "",
  };
}

/** Clients that act in the member account. */
export const memberClients = async (sandbox: Sandbox, region = home) => clients(sandbox, await assumed(sandbox), region);

/** What the promise was rejected with; the test fails where it was not. */
export const rejection = (promise: Promise<unknown>): Promise<Error & { readonly $metadata?: { readonly httpStatusCode?: number } }> =>
  promise.then(
    () => {
      throw new Error("The call was answered.");
    },
    (error) => error,
  );
