import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { STSClient } from "@aws-sdk/client-sts";
import { xdgState } from "xdg-basedir";
import type { AccountAccess, CollectPorts } from "../core/collect/access.ts";
import type { DeploymentPorts } from "../core/collect/deployment.ts";
import { memberRoleArn } from "../core/collect/role.ts";
import { SharedReads } from "../core/collect/shared-reads.ts";
import type { Caller } from "../core/model/deployment.ts";
import { onboardingRoleName } from "../core/model/onboarding.ts";
import { partitionOf } from "../core/model/partition.ts";
import type { Settings } from "../core/model/settings.ts";
import type { Log, Ports } from "../core/ports.ts";
import type { Slack } from "../core/publish/slack/client.ts";
import type { Store } from "../core/publish/store.ts";
import { version } from "../core/version.ts";
import { accountAccess, allowedEndpointHosts, common, ownSecurityHub, securityHub } from "../functions/clients.ts";
import { organizations } from "../functions/organization.ts";
import { askCaller } from "./caller.ts";
import { UsageError } from "./errors.ts";
import type { Progress } from "./progress.ts";

/** How long reading one cluster may take on the command line. */
const readTimeoutMs = 120_000;

/** How accounts and clusters are read. */
export interface ReadOptions {
  readonly settings: Settings;
  readonly roleName: string | undefined;
  readonly externalId: string | undefined;
  /** The Region to fall back on where the AWS configuration names none. */
  readonly region: string | undefined;
  readonly progress: Progress;
  /** Ends the question who is asking. */
  readonly signal?: AbortSignal;
}

export interface PortOptions extends ReadOptions {
  readonly state: string | undefined;
  readonly publish: boolean;
  /** Absent: Slack is told nothing. */
  readonly slack?: Slack;
}

/** Who is asking, and the ports to go on with. */
export interface Session {
  readonly account: string;
  readonly homeRegion: string;
  readonly ports: Ports;
}

/**
 * Finds credentials and Region by the standard AWS chain and asks STS who they belong to.
 *
 * @throws {UsageError} where there are none, or they are not accepted
 */
export async function openSession(options: PortOptions): Promise<Session> {
  const { caller, homeRegion, ...reading } = await openReading(options);
  const state = options.state ?? join(xdgState ?? ".", "eks-perimeter");
  if (!state.startsWith("s3://")) await makeFolder(state);
  const ports: Ports = {
    ...reading,
    homeRegion,
    shared: new SharedReads(reading.now),
    store: await storeAt(state, homeRegion),
    settings: options.settings,
    version,
    ...(options.publish ? { securityHub, centralHub: () => ({ account: caller.account, client: ownSecurityHub(homeRegion) }) } : {}),
    ...withSlack(options.slack),
    log: untilAborted(options.progress.log, options.signal),
  };
  return { account: caller.account, homeRegion, ports };
}

/** A run that was ended has no more to say of what went wrong in it: its end did. */
function untilAborted(log: Log, signal: AbortSignal | undefined): Log {
  const unless =
    (say: Log["info"]): Log["info"] =>
    (...line) => {
      if (signal?.aborted !== true) say(...line);
    };
  return { info: unless(log.info), warn: unless(log.warn), error: unless(log.error) };
}

/** @throws {UsageError} */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`${path} can't be made, in which runs are kept (${cause.code}).`, {
      hint: "Name another folder with --state.",
      cause,
    });
  });
}

/** What reading takes, and who reads; nothing is kept or delivered. */
type ReadPorts = CollectPorts & { readonly readTimeoutMs: number; readonly caller: Caller };

/** @throws {UsageError} as `openSession` */
async function openReading(options: ReadOptions): Promise<ReadPorts> {
  const homeRegion = (await configuredRegion()) ?? options.region;
  if (homeRegion === undefined) {
    throw new UsageError("No Region is configured.", {
      hint: "Name one with --region, set AWS_REGION, or choose a profile that has one with AWS_PROFILE.",
    });
  }
  const caller = await askCaller(homeRegion, options.signal ?? new AbortController().signal);
  const now = () => new Date();
  return {
    access: accountAccess({
      homeRegion,
      roleName: options.roleName ?? options.settings.memberRoleName,
      ...(options.externalId === undefined ? {} : { externalId: options.externalId }),
      ownAccount: caller.account,
      now,
    }),
    now,
    readTimeoutMs,
    allowedEndpointHosts: allowedEndpointHosts(),
    onRead: options.progress.read,
    homeRegion,
    caller,
  };
}

/** What `doctor` looks with, and the way into each account for what it writes where it is asked to. */
interface Doctor {
  readonly ports: DeploymentPorts;
  readonly onboarding: (account: string) => AccountAccess;
}

/**
 * The ports of `doctor`.
 *
 * @throws {UsageError} as `openSession`
 */
export async function openDeployment(options: ReadOptions & { readonly onboard: boolean }): Promise<Doctor> {
  const reading = await openReading(options);
  const { homeRegion, caller, now } = reading;
  const { externalId, settings } = options;
  const roleName = options.roleName ?? settings.memberRoleName;
  const ports = {
    ...reading,
    organizations: () => organizations(reading.homeRegion),
    securityHub,
    onAccounts: options.progress.accounts,
    onLooked: options.progress.looked,
    onFound: options.progress.found,
    onDone: options.progress.scanned,
    ...(options.onboard
      ? { memberRole: (account: string) => memberRoleArn({ account, roleName, partition: partitionOf(homeRegion).name }) }
      : {}),
  };
  const onboarding = accountAccess({
    homeRegion,
    roleName: onboardingRoleName,
    ...(externalId === undefined ? {} : { externalId }),
    ownAccount: caller.account,
    now,
  });
  return { ports, onboarding };
}

const withSlack = (slack: Slack | undefined): Pick<Ports, "slack"> => (slack === undefined ? {} : { slack: () => Promise.resolve(slack) });

/** The Region of the standard chain, if it names one. */
async function configuredRegion(): Promise<string | undefined> {
  try {
    return await new STSClient(common).config.region();
  } catch {
    return undefined; // the SDK has no other way to say that no Region is configured
  }
}

/** A store at a folder, or at s3://BUCKET/PREFIX; the S3 client is only loaded where it is needed. */
async function storeAt(location: string, region: string): Promise<Store> {
  if (!location.startsWith("s3://")) return (await import("../core/publish/folder-store.ts")).folderStore(location);
  const [{ S3Client }, { s3Store }] = await Promise.all([import("@aws-sdk/client-s3"), import("../core/publish/s3-store.ts")]);
  return s3Store(new S3Client({ ...common, region }), location);
}
