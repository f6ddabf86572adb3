/** One object of the run store says which run is in progress, so that two never read and publish at once. */
import * as z from "zod";
import { ConditionFailedError } from "./publish/errors.ts";
import type { Store, Stored } from "./publish/store.ts";

export const lockKey = "lock.json";

const Lock = z.strictObject({
  runId: z.string(),
  /** The execution of the workflow, where one began the run. */
  execution: z.string().exactOptional(),
  /** Who has not given the lock back by then is gone. */
  until: z.iso.datetime(),
});
export type Lock = z.infer<typeof Lock>;

/** Who asks for the lock. The same run under another execution is a second start of it, and not its holder. */
export interface Holder {
  readonly runId: string;
  readonly execution?: string;
}

/** How often the lock is tried when others write it at the same time; each time somebody has got it or given it back. */
const attempts = 5;

/**
 * Takes the lock, if it is free, expired, or already the holder's own.
 *
 * @returns the lock that stands in the way, or undefined where the holder has it now
 */
export async function takeLock(store: Store, holder: Holder, now: Date, lastsMs: number): Promise<Lock | undefined> {
  const mine: Lock = { ...holder, until: new Date(now.getTime() + lastsMs).toISOString() };
  for (let attempt = 1; ; attempt++) {
    const stored = await store.get(lockKey);
    const other = lockIn(stored);
    if (other !== undefined && !isSame(other, holder) && now.getTime() < Date.parse(other.until)) return other;
    try {
      await store.put(lockKey, JSON.stringify(mine), stored === undefined ? { absent: true } : { etag: stored.etag });
      return undefined;
    } catch (error) {
      if (!(error instanceof ConditionFailedError) || attempt === attempts) throw error;
    }
  }
}

/** Gives the lock back, if this run still holds it: after its expiry another may. The store deletes nothing, so it expires now. */
export async function releaseLock(store: Store, runId: string, now: Date): Promise<void> {
  const stored = await store.get(lockKey);
  const held = lockIn(stored);
  if (stored === undefined || held === undefined || held.runId !== runId) return;
  try {
    await store.put(lockKey, JSON.stringify({ ...held, until: now.toISOString() } satisfies Lock), { etag: stored.etag });
  } catch (error) {
    if (!(error instanceof ConditionFailedError)) throw error; // taken by another run, whose lock it is now
  }
}

/** What can't be understood as a lock holds nobody back: two runs at once cost calls, no run at all costs the sight. */
function lockIn(stored: Stored | undefined): Lock | undefined {
  if (stored === undefined) return undefined;
  try {
    return Lock.parse(JSON.parse(stored.body));
  } catch {
    return undefined;
  }
}

const isSame = (lock: Lock, { runId, execution }: Holder): boolean => lock.runId === runId && lock.execution === execution;
