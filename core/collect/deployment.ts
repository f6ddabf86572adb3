/** Reads what `doctor` judges: a deployment as its scans would meet it, without reading what they read. */
import type { OrganizationsClient } from "@aws-sdk/client-organizations";
import type { SecurityHubClient } from "@aws-sdk/client-securityhub";
import pMap from "p-map";
import type { FactName } from "../model/check.ts";
import type { Coverage } from "../model/cluster.ts";
import {
  type Caller,
  type Deployment,
  type DeploymentAccount,
  type DeploymentCluster,
  type Organization,
  principalOf,
} from "../model/deployment.ts";
import { type Fact, known, mapFact, type Reason } from "../model/fact.ts";
import type { ClusterTarget } from "../model/resource.ts";
import type { AccountAccess, CollectPorts } from "./access.ts";
import { type AccountScope, collectAccount } from "./account.ts";
import { readAccessEntry, readAuthenticationMode } from "./authentication.ts";
import { describeCluster } from "./describe-cluster.ts";
import { clientLimits } from "./kubernetes/limits.ts";
import { readKubernetes } from "./kubernetes.ts";
import { readOrganization } from "./organization.ts";
import { Reading } from "./reading.ts";
import { kubernetesFactNames } from "./reads.ts";
import { isSecurityHubOn } from "./security-hub.ts";

export interface DeploymentScope extends AccountScope {
  /** "organization": every active account of it; where that can't be listed, the caller's. */
  readonly accounts: "organization" | readonly string[];
  /** Accounts of the organization that are none of the product's business. */
  readonly excluded: readonly string[];
  /** Accounts that need no Security Hub of their own. Absent: none. */
  readonly central?: readonly string[];
}

export interface DeploymentPorts extends CollectPorts {
  readonly caller: Caller;
  /** How long one account or cluster may take, in milliseconds. */
  readonly readTimeoutMs: number;
  readonly organizations: () => OrganizationsClient;
  readonly securityHub: (access: AccountAccess, region: string) => SecurityHubClient;
  /** The ARN of the member role in an account; absent where it does not matter while the caller's own credentials act there. */
  readonly memberRole?: (account: string) => string;
  /** Told of how many accounts it is about, and each that was looked at; then the same of clusters. */
  readonly onAccounts?: (accounts: number) => void;
  readonly onLooked?: () => void;
  readonly onFound?: (clusters: number) => void;
  readonly onDone?: () => void;
}

/** How many accounts, and how many clusters, are looked at at once: as many as a scan reads. */
const concurrency = { accounts: 8, clusters: 8 };

/** @throws only for bugs, and once the signal ends it: what was refused is a fact */
export async function collectDeployment(scope: DeploymentScope, ports: DeploymentPorts, signal: AbortSignal): Promise<Deployment> {
  const organization = scope.accounts === "organization" ? await askOrganization(ports, signal) : undefined;
  const accounts = accountsOf(scope, organization, ports);
  ports.onAccounts?.(accounts.length);
  const visit = async (account: string): Promise<SeenAccount> => {
    const seen = await lookAtAccount(account, scope, ports, signal);
    ports.onLooked?.();
    return seen;
  };
  const found = await pMap(accounts, visit, { concurrency: concurrency.accounts });
  signal.throwIfAborted();
  const targets = found.flatMap(({ targets }) => targets);
  ports.onFound?.(targets.length);
  const look = async (target: ClusterTarget): Promise<DeploymentCluster> => {
    signal.throwIfAborted();
    const cluster = await lookAtCluster(target, ports, signal);
    ports.onDone?.();
    return cluster;
  };
  const clusters = Map.groupBy(await pMap(targets, look, { concurrency: concurrency.clusters }), ({ account }) => account);
  signal.throwIfAborted();
  return {
    caller: ports.caller,
    homeRegion: ports.homeRegion,
    ...(organization === undefined ? {} : { organization }),
    accounts: found.map(({ seen }) => ({ ...seen, clusters: clusters.get(seen.account) ?? [] })),
  };
}

const untilDeadline = ({ readTimeoutMs }: DeploymentPorts, signal: AbortSignal): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(readTimeoutMs)]);

function askOrganization(ports: DeploymentPorts, signal: AbortSignal): Promise<Fact<Organization>> {
  const deadline = untilDeadline(ports, signal);
  return new Reading(ports).attempt("organizations:ListAccounts", () => readOrganization(ports.organizations(), deadline));
}

function accountsOf(scope: DeploymentScope, organization: Fact<Organization> | undefined, { caller }: DeploymentPorts): readonly string[] {
  if (organization?.state === "known") return organization.value.accounts.filter((account) => !scope.excluded.includes(account));
  return scope.accounts === "organization" ? [caller.account] : scope.accounts;
}

interface SeenAccount {
  readonly seen: Omit<DeploymentAccount, "clusters">;
  readonly targets: readonly ClusterTarget[];
}

async function lookAtAccount(account: string, scope: DeploymentScope, ports: DeploymentPorts, signal: AbortSignal): Promise<SeenAccount> {
  const deadline = untilDeadline(ports, signal);
  const { facts, clusters: targets } = await collectAccount(account, scope, ports, deadline);
  const access = ports.access(account);
  const reads = facts.reads.state === "known" ? facts.reads.value : [];
  const isClosed = reads.some(({ read, state }) => read === "sts:AssumeRole" && state !== "read");
  const isCentral = scope.central?.includes(account) === true;
  const regions = isClosed || isCentral ? [] : [...new Set([ports.homeRegion, ...targets.map(({ region }) => region)])];
  const reading = new Reading(ports, account);
  const hubs = await pMap(regions, async (region) => ({
    region,
    isOn: await reading.attempt("securityhub:DescribeHub", () => isSecurityHubOn(ports.securityHub(access, region), deadline), region),
  }));
  const how = { ...(access.roleArn === undefined ? {} : { roleArn: access.roleArn }), ...(isCentral ? { isCentral } : {}) };
  return { seen: { account, ...how, reads, hubs }, targets };
}

async function lookAtCluster(target: ClusterTarget, ports: DeploymentPorts, signal: AbortSignal): Promise<DeploymentCluster> {
  const deadline = untilDeadline(ports, signal);
  const { account, region, name } = target;
  const { clients, credentials, roleArn } = ports.access(account);
  const { eks } = clients(region);
  const place = `${account} ${region} ${name}`;
  const reading = new Reading(ports, place);
  const principal = roleArn === undefined ? principalOf(ports.caller.arn) : { arn: roleArn };
  const described = await reading.attempt("eks:DescribeCluster", () => describeCluster(eks, name, deadline));
  const about = { ...target, principal };
  if (described.state === "unknown") return { ...about, endpoint: described, ...notAsked(described.reason) };
  const { inapplicable, endpoint, kubernetes } = described.value;
  if (inapplicable !== undefined) return { ...about, inapplicable, endpoint, ...notAsked(inapplicable) };
  const api = mapFact(kubernetes, (answered) => ({ ...answered, region, credentials }));
  const apiReading = new Reading(ports, place);
  const memberArn = roleArn === undefined ? ports.memberRole?.(account) : undefined;
  const asked = { eks, name, reading, signal: deadline };
  const [{ authenticationMode, accessEntry }, member] = await Promise.all([
    howItKnows({ ...asked, principalArn: principal.arn }),
    memberArn === undefined ? undefined : howItKnows({ ...asked, reading: new Reading(ports, place), principalArn: memberArn }),
    readKubernetes(api, everyKubernetesFact, apiReading, ports, deadline, oneObjectEach),
  ]);
  const ofMember = memberArn === undefined || member === undefined ? {} : { member: { arn: memberArn, accessEntry: member.accessEntry } };
  return { ...about, endpoint, authenticationMode, accessEntry, ...ofMember, reads: apiReading.outcomes.map(asAnswered) };
}

interface Asked {
  readonly eks: Parameters<typeof readAccessEntry>[0];
  readonly name: string;
  readonly principalArn: string;
  readonly reading: Reading;
  readonly signal: AbortSignal;
}

async function howItKnows({
  eks,
  name,
  principalArn,
  reading,
  signal,
}: Asked): Promise<Pick<DeploymentCluster, "authenticationMode" | "accessEntry">> {
  const authenticationMode = await reading.attempt("eks:DescribeCluster", () => readAuthenticationMode(eks, name, signal));
  if (authenticationMode.state === "known" && authenticationMode.value === "CONFIG_MAP") {
    return { authenticationMode, accessEntry: known(null) };
  }
  const asked = { cluster: name, principalArn };
  return { authenticationMode, accessEntry: await reading.attempt("eks:DescribeAccessEntry", () => readAccessEntry(eks, asked, signal)) };
}

const everyKubernetesFact: ReadonlySet<FactName> = new Set(kubernetesFactNames);

/** Whether a list may be read is told by its first object; the rest is left for a scan. */
const oneObjectEach = { ...clientLimits, pageSize: 1, pagesPerList: 1 };

/** A list that goes on after its first object is beyond the limit that was set here, and was answered. */
const asAnswered = (outcome: Coverage): Coverage =>
  outcome.reason?.code === "too-large" ? { read: outcome.read, state: "read" } : outcome;

const notAsked = (reason: Reason): Pick<DeploymentCluster, "authenticationMode" | "accessEntry" | "reads"> => {
  const left = { state: "unknown", reason } as const;
  return { authenticationMode: left, accessEntry: left, reads: [] };
};
