import type { SecurityHubClient } from "@aws-sdk/client-securityhub";
import type { AccountAccess, CollectPorts } from "./collect/access.ts";
import type { Figures } from "./figures.ts";
import type { Settings } from "./model/settings.ts";
import type { Slack } from "./publish/slack/client.ts";
import type { Store } from "./publish/store.ts";

/** What the four steps are given: everything that reaches outside the process. */
export interface Ports extends CollectPorts {
  readonly store: Store;
  readonly settings: Settings;
  /** How long reading one cluster or account may take, in milliseconds; what is not read by then is unknown. */
  readonly readTimeoutMs: number;
  /** The product's version. */
  readonly version: string;
  /** The Region that the product runs in: findings about an account go to its Security Hub there. */
  readonly homeRegion: string;
  /** The Security Hub of an account and Region. Absent: nothing is published. */
  readonly securityHub?: (access: AccountAccess, region: string) => SecurityHubClient;
  /** The Security Hub of the product's own account in the home Region. Absent: findings of central accounts are not published. */
  readonly centralHub?: () => CentralHub;
  /** The way into Slack, found when a run is over. Absent: nobody is told of changes. */
  readonly slack?: (signal: AbortSignal) => Promise<Slack>;
  readonly log: Log;
  /** Takes what operators watch. Absent: nobody does. */
  readonly measure?: (figures: Figures) => void;
}

/** A Security Hub that is called with the product's own credentials, and whose it is. */
export interface CentralHub {
  readonly account: string;
  readonly client: SecurityHubClient;
}

/** What `plan` is given besides: every active account of the organization. */
export interface PlanPorts extends Ports {
  listAccounts(signal: AbortSignal): Promise<readonly string[]>;
  /**
   * For how long, in milliseconds, a run keeps others from beginning unless it ends before. Absent: runs may overlap, as whoever
   * starts one by hand expects; each cluster's state of findings is still written by one at a time.
   */
  readonly lockMs?: number;
}

/** Structured lines for operators; never a token, a credential or a whole event. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}
