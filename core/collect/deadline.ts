import { ReadError } from "./errors.ts";

/**
 * What `work` answers, or, once the time for reading is over, a ReadError `timeout`: also where the work itself cannot be
 * stopped, as a credential provider or another cluster's read.
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(timeIsUp(signal));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

const timeIsUp = (signal: AbortSignal): ReadError =>
  new ReadError(
    { code: "timeout", message: "The time for reading ran out before the answer came." },
    { cause: signal.reason, hint: "Scan again with more time, or fewer clusters at once; look for reads that were throttled." },
  );
