import { setTimeout as sleep } from "node:timers/promises";

/** How often an API may be called: so many calls a second, after a burst of calls that were saved up. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** The calls of one client to one API, spread in time so that the API has no reason to refuse any. */
export interface Pace {
  /** Waits until the next call may be made, in the order of asking. @throws the signal's reason when it ends the wait */
  turn(signal: AbortSignal): Promise<void>;
  /** The API refused a call as one too many: someone else uses up its rate as well. */
  slower(): void;
  /** The API answered a call. */
  faster(): void;
}

/** The least share of the rate that is kept while the API refuses calls. */
const leastShare = 0.1;

/** What a refusal leaves of the rate, and what an answer gives back of it. */
const afterRefusal = 0.7;
const afterAnswer = 0.05;

/** A bucket of tokens that fills at the API's own rate. Each refusal empties it and lowers the rate for the time being. */
export function createPace({ perSecond, burst }: Rate, now: () => number = () => performance.now()): Pace {
  let share = 1;
  let tokens = burst;
  let at = now();
  const refill = () => {
    const time = now();
    tokens = Math.min(burst, tokens + ((time - at) / 1_000) * perSecond * share);
    at = time;
  };
  return {
    turn: async (signal) => {
      refill();
      tokens -= 1; // below zero: a debt, paid by waiting
      const waitMs = (-tokens / (perSecond * share)) * 1_000;
      if (waitMs > 0) await sleep(waitMs, undefined, { signal });
    },
    slower: () => {
      refill();
      share = Math.max(leastShare, share * afterRefusal);
      tokens = Math.min(tokens, 0);
    },
    faster: () => {
      refill();
      share = Math.min(1, share + afterAnswer);
    },
  };
}
