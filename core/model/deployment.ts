/** What a deployment rests on, as far as `doctor` could see it: facts, and no word about whether they suffice. */
import type { Endpoint } from "./aws.ts";
import type { Coverage } from "./cluster.ts";
import type { Fact, Reason } from "./fact.ts";
import type { Onboarding } from "./onboarding.ts";
import type { ClusterTarget } from "./resource.ts";

export interface Deployment {
  readonly caller: Caller;
  /** Where the caller works; findings about accounts are delivered there. */
  readonly homeRegion: string;
  /** Absent where single accounts were asked for. */
  readonly organization?: Fact<Organization>;
  readonly accounts: readonly DeploymentAccount[];
}

/** Whose credentials the calls begin with, as STS says. */
export interface Caller {
  readonly account: string;
  readonly arn: string;
}

export interface Organization {
  /** The ids of all active accounts. */
  readonly accounts: readonly string[];
  /** Absent where no account's ARN told it. */
  readonly managementAccount?: string;
}

export interface DeploymentAccount {
  readonly account: string;
  /** The member role; absent where the caller's own credentials act in the account. */
  readonly roleArn?: string;
  /** The outcomes of assuming the role, of listing the Regions, and of looking for clusters in each. */
  readonly reads: readonly Coverage[];
  /** None are looked at where another account's holds its findings. */
  readonly hubs: readonly SecurityHubState[];
  /** Its findings are held by the Security Hub of the product's own account. */
  readonly isCentral?: boolean;
  readonly clusters: readonly DeploymentCluster[];
}

/** Security Hub CSPM in one Region of an account. */
export interface SecurityHubState {
  readonly region: string;
  readonly isOn: Fact<boolean>;
}

export interface DeploymentCluster extends ClusterTarget {
  /** Why it has no Kubernetes API to ask. */
  readonly inapplicable?: Reason;
  readonly endpoint: Fact<Endpoint>;
  readonly principal: Principal;
  /** accessConfig.authenticationMode: CONFIG_MAP, API_AND_CONFIG_MAP or API. */
  readonly authenticationMode: Fact<string>;
  /** The principal's access entry; null where it has none. */
  readonly accessEntry: Fact<AccessEntry | null>;
  /** The outcomes of the reads of the Kubernetes API, each that a scan makes. */
  readonly reads: readonly Coverage[];
  /** The member role and its access entry, where the caller is somebody else and both were asked for. */
  readonly member?: { readonly arn: string; readonly accessEntry: Fact<AccessEntry | null> };
  /** Absent where it was not asked for. */
  readonly onboarding?: Onboarding;
}

export interface AccessEntry {
  readonly groups: readonly string[];
}

/** Whom a cluster would have to know: an IAM role or user. */
export interface Principal {
  readonly arn: string;
  /** The role's name, where only a session of it was seen: its ARN may have a path besides, which sessions do not show. */
  readonly sessionOf?: string;
}

/** The role or user behind the ARN of a caller. Source: IAM User Guide, "IAM identifiers". */
export function principalOf(callerArn: string): Principal {
  const [, partition, account, role] = /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/.exec(callerArn) ?? [];
  if (role === undefined) return { arn: callerArn };
  return { arn: `arn:${partition}:iam::${account}:role/${role}`, sessionOf: role };
}
