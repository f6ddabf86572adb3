/** The one place that builds SDK clients and reads the environment; functions and the command line use it alike. */
import { AccountClient } from "@aws-sdk/client-account";
import { EC2Client } from "@aws-sdk/client-ec2";
import { EKSClient } from "@aws-sdk/client-eks";
import { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { SecurityHubClient } from "@aws-sdk/client-securityhub";
import { STSClient } from "@aws-sdk/client-sts";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { AwsCredentialIdentityProvider } from "@smithy/types";
import type { AccountAccess, AwsClients } from "../core/collect/access.ts";
import { assumedCredentials, memberRoleArn } from "../core/collect/role.ts";
import { partitionOf } from "../core/model/partition.ts";
import { MisconfiguredError } from "./errors.ts";

/** One pool of connections for all clients of the process. */
const requestHandler = new NodeHttpHandler({
  connectionTimeout: 3_000,
  requestTimeout: 15_000,
  throwOnRequestTimeout: true,
  httpsAgent: { keepAlive: true, maxSockets: 50 },
});
/** Adaptive retry slows a client down while its account and Region are throttled; the state lives in the client. */
export const common = { retryMode: "adaptive", maxAttempts: 6, requestHandler } as const;

/** How other accounts are reached. */
export interface AccessOptions {
  readonly homeRegion: string;
  readonly roleName: string;
  readonly externalId?: string;
  /** An account that the process's own credentials act in, so that no role is assumed for it. */
  readonly ownAccount?: string;
  readonly now: () => Date;
}

/** The way into each account: one role session per account, one set of clients per account and Region. */
export function accountAccess(options: AccessOptions): (account: string) => AccountAccess {
  const sts = homeSts(options.homeRegion);
  return memo((account) => {
    if (account === options.ownAccount) {
      const own: AwsCredentialIdentityProvider = () => sts.config.credentials();
      return { account, credentials: own, clients: memo((region) => clientsOf(region, own)) };
    }
    const role = { account, partition: partitionOf(options.homeRegion).name, roleName: options.roleName };
    const credentials = assumedCredentials({
      ...role,
      sts,
      ...(options.externalId === undefined ? {} : { externalId: options.externalId }),
      sessionName: "eks-perimeter",
      durationSeconds: 1_800,
      now: options.now,
    });
    return { account, roleArn: memberRoleArn(role), credentials, clients: memo((region) => clientsOf(region, credentials)) };
  });
}

/** STS of the Region that the product runs in: a member's opt-in Region may be closed to the hub. */
export const homeSts = (region: string): STSClient => new STSClient({ ...common, region });

function clientsOf(region: string, credentials: AwsCredentialIdentityProvider): AwsClients {
  const config = { ...common, region, credentials };
  return {
    eks: new EKSClient(config),
    ec2: new EC2Client(config),
    elb: new ElasticLoadBalancingClient(config),
    elbv2: new ElasticLoadBalancingV2Client(config),
    account: new AccountClient(config),
  };
}

/**
 * The Security Hub that findings of an account and Region go to, called with that account's own credentials. One client for both,
 * since its calls are paced together; publishing tries again by itself.
 */
export function securityHub(access: AccountAccess, region: string): SecurityHubClient {
  const clients =
    hubs.get(access) ??
    memo((place) => new SecurityHubClient({ ...common, maxAttempts: 1, region: place, credentials: access.credentials }));
  hubs.set(access, clients);
  return clients(region);
}
const hubs = new WeakMap<AccountAccess, (region: string) => SecurityHubClient>();

/** The Security Hub of the process's own account, called with the credentials that the process has: no role is assumed. */
export const ownSecurityHub = memo((region) => new SecurityHubClient({ ...common, maxAttempts: 1, region }));

/** Hosts beside EKS's own that a bearer token may be sent to. */
export const allowedEndpointHosts = (): readonly string[] =>
  (process.env.EKS_PERIMETER_ALLOWED_ENDPOINT_HOSTS ?? "").split(",").filter((host) => host !== "");

/** @throws {MisconfiguredError} */
export function required(name: string): string {
  const value = process.env[name];
  if (value !== undefined && value !== "") return value;
  throw new MisconfiguredError(`The environment variable ${name} is not set.`, { hint: "Deploy the function with it." });
}

/** The same value for the same key, made once. */
export function memo<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}
