import { createHash } from "node:crypto";
import pRetry from "p-retry";
import type { ClusterTarget } from "../model/resource.ts";
import { ConditionFailedError, FindingStateError } from "./errors.ts";
import { emptyState, FindingState } from "./finding-state.ts";
import type { Store } from "./store.ts";

/** Where the memory of a cluster's, and of an account's own, findings lies. */
export const stateKeys = {
  cluster: ({ account, region, name }: ClusterTarget) => `findings/clusters/${account}/${region}/${caseSafe(name)}.json`,
  /** What the keys of all clusters there begin with. */
  clustersIn: ({ account, region }: Omit<ClusterTarget, "name">) => `findings/clusters/${account}/${region}/`,
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
      const previous = stored === undefined ? emptyState(subject) : parsed(stored.body, `${store.description}/${key}`);
      if (previous.subject !== subject)
        throw unreadable(`${store.description}/${key}`, `holds the state of ${previous.subject}, not of ${subject}`);
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

/** What is remembered there. @throws {FindingStateError} when it can't be understood */
export async function readState(store: Store, key: string): Promise<FindingState | undefined> {
  const stored = await store.get(key);
  return stored === undefined ? undefined : parsed(stored.body, `${store.description}/${key}`);
}

/** Where all of it lies. */
export const statesPrefix = "findings/";
/** The account that a key of a state is about. */
export const accountOfKey = (key: string): string => key.replace(/^findings\/(?:clusters|accounts)\//, "").slice(0, 12);

function parsed(body: string, place: string): FindingState {
  try {
    return FindingState.parse(JSON.parse(body));
  } catch (cause) {
    throw unreadable(place, "holds no state of findings that this version understands", cause);
  }
}

const unreadable = (place: string, what: string, cause?: unknown): FindingStateError =>
  new FindingStateError(`${place} ${what}.`, {
    hint: "Put an earlier version of it back; deleting it lets every finding there begin anew.",
    cause,
  });
