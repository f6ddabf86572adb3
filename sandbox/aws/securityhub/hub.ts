/** Security Hub in one account and Region: what it holds, and how fast it may be asked. */
import type { Finding } from "./asff.ts";

export interface StoredFinding {
  readonly finding: Finding;
  /** Top-level attributes that a customer has set; imports leave these alone. */
  readonly customers: ReadonlySet<string>;
}

interface Bucket {
  tokens: number;
  at: number;
}

export interface Hub {
  /** Switched on by EnableSecurityHub, beside what the estate says. */
  enabledAt?: Date;
  /** By ProductArn and Id, in the order of their creation. */
  readonly findings: Map<string, StoredFinding>;
  readonly buckets: Map<string, Bucket>;
}

export interface SecurityHubs {
  of(account: string, region: string): Hub;
  /** Everything held anywhere. */
  all(): readonly { readonly account: string; readonly region: string; readonly finding: Finding }[];
}

export function createSecurityHubs(): SecurityHubs {
  const hubs = new Map<string, { account: string; region: string; hub: Hub }>();
  return {
    of: (account, region) => {
      const key = `${account}/${region}`;
      const entry = hubs.get(key) ?? { account, region, hub: { findings: new Map(), buckets: new Map() } };
      hubs.set(key, entry);
      return entry.hub;
    },
    all: () =>
      [...hubs.values()].flatMap(({ account, region, hub }) =>
        [...hub.findings.values()].map(({ finding }) => ({ account, region, finding })),
      ),
  };
}

export const keyOf = (productArn: unknown, id: unknown): string => `${productArn}\n${id}`;

/** Calls a second and burst, by operation. Source: Security Hub API reference, "Welcome", limits. */
const rates: Readonly<Record<string, readonly [perSecond: number, burst: number]>> = { GetFindings: [3, 6] };
const usualRate = [10, 30] as const;

/** Takes a token of the operation's bucket; false where there is none left. */
export function takeToken(hub: Hub, operation: string, now: Date): boolean {
  const [perSecond, burst] = rates[operation] ?? usualRate;
  const bucket = hub.buckets.get(operation) ?? { tokens: burst, at: now.getTime() };
  bucket.tokens = Math.min(burst, bucket.tokens + ((now.getTime() - bucket.at) / 1000) * perSecond);
  bucket.at = now.getTime();
  hub.buckets.set(operation, bucket);
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}
