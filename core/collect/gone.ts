import { reasonOf } from "./reason.ts";

/** What `work` answers, or nothing where AWS says that what it asks for, which was listed a moment ago, is not there. */
export const unlessGone = <T>(work: Promise<T>): Promise<T | undefined> =>
  work.catch((error: unknown) => {
    if (reasonOf(error)?.code === "not-found") return undefined;
    throw error;
  });
