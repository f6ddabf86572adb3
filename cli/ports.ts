import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { xdgState } from "xdg-basedir";
import { SharedReads } from "../core/collect/shared-reads.ts";
import type { Settings } from "../core/model/settings.ts";
import type { Ports } from "../core/ports.ts";
import type { Store } from "../core/publish/store.ts";
import { version } from "../core/version.ts";
import { accountAccess, allowedEndpointHosts, common, securityHub } from "../functions/clients.ts";
import { UsageError } from "./errors.ts";
import type { Progress } from "./progress.ts";

/** How long reading one cluster may take on the command line. */
const readTimeoutMs = 120_000;

export interface PortOptions {
  readonly settings: Settings;
  readonly roleName: string | undefined;
  readonly externalId: string | undefined;
  readonly state: string | undefined;
  readonly publish: boolean;
  /** The Region to fall back on where the AWS configuration names none. */
  readonly region: string | undefined;
  readonly progress: Progress;
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
  const homeRegion = (await configuredRegion()) ?? options.region;
  if (homeRegion === undefined) {
    throw new UsageError("No Region is configured.", { hint: "Set AWS_REGION, or name one with --region." });
  }
  const account = await callerAccount(homeRegion);
  const state = options.state ?? join(xdgState ?? ".", "eks-perimeter");
  if (!state.startsWith("s3://")) await mkdir(state, { recursive: true, mode: 0o700 });
  const now = () => new Date();
  const ports: Ports = {
    access: accountAccess({
      homeRegion,
      roleName: options.roleName ?? options.settings.memberRoleName,
      ...(options.externalId === undefined ? {} : { externalId: options.externalId }),
      ownAccount: account,
      now,
    }),
    now,
    readTimeoutMs,
    allowedEndpointHosts: allowedEndpointHosts(),
    shared: new SharedReads(now),
    onRead: options.progress.read,
    store: await storeAt(state, homeRegion),
    settings: options.settings,
    version,
    homeRegion,
    ...(options.publish ? { securityHub } : {}),
    log: options.progress.log,
  };
  return { account, homeRegion, ports };
}

/** The Region of the standard chain, if it names one. */
async function configuredRegion(): Promise<string | undefined> {
  try {
    return await new STSClient(common).config.region();
  } catch {
    return undefined; // the SDK has no other way to say that no Region is configured
  }
}

async function callerAccount(region: string): Promise<string> {
  const sts = new STSClient({ ...common, maxAttempts: 3, region });
  try {
    const { Account } = await sts.send(new GetCallerIdentityCommand({}));
    if (Account !== undefined) return Account;
  } catch (cause) {
    const why = cause instanceof Error ? cause.name : "unknown error";
    throw new UsageError(`No usable AWS credentials: STS did not say who they belong to (${why}).`, {
      hint: "Log in, or set AWS_PROFILE; `aws sts get-caller-identity` must answer.",
      cause,
    });
  }
  throw new UsageError("STS answered without an account.", { hint: "Check AWS_ENDPOINT_URL." });
}

/** A store at a folder, or at s3://BUCKET/PREFIX; the S3 client is only loaded where it is needed. */
async function storeAt(location: string, region: string): Promise<Store> {
  if (!location.startsWith("s3://")) return (await import("../core/publish/folder-store.ts")).folderStore(location);
  const [{ S3Client }, { s3Store }] = await Promise.all([import("@aws-sdk/client-s3"), import("../core/publish/s3-store.ts")]);
  return s3Store(new S3Client({ ...common, region }), location);
}
