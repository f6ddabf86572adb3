import { createHash } from "node:crypto";
import pRetry from "p-retry";
import type { ClusterTarget } from "../model/resource.ts";
import { ConditionFailedError, FindingStateError } from "./errors.ts";
import { emptyState, FindingState } from "./finding-state.ts";
import type { Store } from "./store.ts";

/** Where the memory of a cluster's, and of an account's own, findings lies. */
export const stateKeys = {
  cluster: ({ account, region, name }: ClusterTarget) => `findings/clusters/${account}/${region}/${caseSafe(name)}.json`,
  account: (account: string) => `findings/accounts/${account}.json`,
} as const;

/** Two names that differ in case alone are two files, also where the file system does not tell them apart. */
const caseSafe = (name: string): string =>
  name === name.toLowerCase() ? name : `${name}~${createHash("sha256").update(name).digest("hex").slice(0, 12)}`;

/** How often an update that met another one is made anew. */
const conflictRetries = 12;

/**
 * Changes what is remembered, by a function of what is remembered now: called again when someone else was faster, so that
 * no update is lost.
 *
 * @throws {FindingStateError} when what lies there can't be understood
 */
export function updateState<T extends { readonly state: FindingState }>(
  store: Store,
  key: string,
  subject: string,
  change: (previous: FindingState) => T,
): Promise<T> {
  return pRetry(
    async () => {
      const stored = await store.get(key);
      const previous = stored === undefined ? emptyState(subject) : parsed(stored.body, `${store.description}/${key}`, subject);
      const result = change(previous);
      const body = JSON.stringify(result.state);
      if (body === JSON.stringify(previous)) return result;
      await store.put(key, body, stored === undefined ? { absent: true } : { etag: stored.etag });
      return result;
    },
    {
      retries: conflictRetries,
      minTimeout: 10,
      maxTimeout: 1_000,
      randomize: true,
      shouldRetry: ({ error }) => error instanceof ConditionFailedError,
    },
  );
}

function parsed(body: string, place: string, subject: string): FindingState {
  const unreadable = (what: string, cause?: unknown) =>
    new FindingStateError(`${place} ${what}.`, {
      hint: "Put an earlier version of it back; deleting it lets every finding there begin anew.",
      cause,
    });
  let state: FindingState;
  try {
    state = FindingState.parse(JSON.parse(body));
  } catch (cause) {
    throw unreadable("holds no state of findings that this version understands", cause);
  }
  if (state.subject !== subject) throw unreadable(`holds the state of ${state.subject}, not of ${subject}`);
  return state;
}
