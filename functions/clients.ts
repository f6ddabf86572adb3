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
import { checkedSettings } from "../core/config.ts";
import { partitionOf } from "../core/model/partition.ts";
import { defaultSettings, type Settings } from "../core/model/settings.ts";
import type { Ports } from "../core/ports.ts";
import type { Store } from "../core/publish/store.ts";
import { version } from "../core/version.ts";
import { log, measure } from "./entry-point.ts";
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

/** The Security Hub that findings of an account and Region go to, called with that account's own credentials. */
export const securityHub = (access: AccountAccess, region: string): SecurityHubClient =>
  new SecurityHubClient({ ...common, region, credentials: access.credentials });

/** Hosts beside EKS's own that a bearer token may be sent to. */
export const allowedEndpointHosts = (): readonly string[] =>
  (process.env.EKS_PERIMETER_ALLOWED_ENDPOINT_HOSTS ?? "").split(",").filter((host) => host !== "");

/** A store at a folder, or at s3://BUCKET/PREFIX; the S3 client is only loaded where it is needed. */
export async function storeAt(location: string, region: string): Promise<Store> {
  if (!location.startsWith("s3://")) return (await import("../core/publish/folder-store.ts")).folderStore(location);
  const [{ S3Client }, { s3Store }] = await Promise.all([import("@aws-sdk/client-s3"), import("../core/publish/s3-store.ts")]);
  return s3Store(new S3Client({ ...common, region }), location);
}

/** The ports of a deployed function, kept from one invocation to the next: sessions and connections stay open. */
const deployed = memo(async () => {
  const homeRegion = required("AWS_REGION");
  const store = await storeAt(required("EKS_PERIMETER_STORE"), homeRegion);
  const externalId = process.env.EKS_PERIMETER_EXTERNAL_ID;
  return { homeRegion, store, ...(externalId === undefined ? {} : { externalId }) };
});

/** @throws {MisconfiguredError} */
export async function deployedPorts(readTimeoutMs: number): Promise<Ports> {
  const { homeRegion, store, externalId } = await deployed("");
  const settings = await settingsIn(store);
  const now = () => new Date();
  return {
    access: accessOf(JSON.stringify([homeRegion, settings.memberRoleName, externalId ?? ""])),
    now,
    readTimeoutMs,
    allowedEndpointHosts: allowedEndpointHosts(),
    store,
    settings,
    version,
    homeRegion,
    securityHub,
    log,
    measure,
  };
}

const accessOf = memo((key: string) => {
  const [homeRegion = "", roleName = "", externalId = ""] = JSON.parse(key) as string[];
  return accountAccess({ homeRegion, roleName, ...(externalId === "" ? {} : { externalId }), now: () => new Date() });
});

/** The deployed configuration lies in the store beside the runs, so that a change of it is no change of code. */
async function settingsIn(store: Store): Promise<Settings> {
  const stored = await store.get("config.json");
  return stored === undefined ? defaultSettings : checkedSettings(JSON.parse(stored.body), `${store.description}/config.json`);
}

function required(name: string): string {
  const value = process.env[name];
  if (value !== undefined && value !== "") return value;
  throw new MisconfiguredError(`The environment variable ${name} is not set.`, { hint: "Deploy the function with it." });
}

function memo<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}
