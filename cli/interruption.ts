import { InterruptedError } from "./errors.ts";
import { exit } from "./exit.ts";

const signals = ["SIGINT", "SIGTERM"] as const;
/** The signal of the work that is being done, which work within it shares. */
let enclosing: AbortSignal | undefined;
/** How long work may take to end once it was told to. */
const graceMs = 5_000;

/**
 * Does work that Ctrl-C or SIGTERM ends: the first tells the work to stop, and waits for it a little, so that nothing is left half
 * written; the second ends the process at once.
 *
 * @param kept says at that moment what became of the work so far, in whole sentences; within other such work, that one's is said
 * @throws {InterruptedError} once it was ended, whatever the work throws for it
 */
export async function interruptible<T>(kept: () => string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  if (enclosing !== undefined) {
    enclosing.throwIfAborted();
    return work(enclosing);
  }
  const interruption = new AbortController();
  enclosing = interruption.signal;
  const given = Promise.withResolvers<never>();
  given.promise.catch(() => undefined); // nobody may be waiting any more
  const onSignal = (signal: (typeof signals)[number]): void => {
    if (interruption.signal.aborted) process.exit(signal === "SIGINT" ? exit.interrupted : exit.terminated);
    interruption.abort(new InterruptedError(signal, kept()));
    setTimeout(() => given.reject(interruption.signal.reason), graceMs).unref();
  };
  for (const signal of signals) process.on(signal, onSignal);
  try {
    const answer = await Promise.race([work(interruption.signal), given.promise]);
    interruption.signal.throwIfAborted();
    return answer;
  } catch (error) {
    interruption.signal.throwIfAborted();
    throw error;
  } finally {
    enclosing = undefined;
    for (const signal of signals) process.off(signal, onSignal);
  }
}
