import { ConditionFailedError } from "../../core/publish/errors.ts";
import type { Store } from "../../core/publish/store.ts";
import type { Around } from "./hub-in-process.ts";

/** A store of the process's own, for tests of what is written to one, in which order, and what a crash in between leaves. */
export function memoryStore() {
  const objects = new Map<string, { readonly body: string; readonly etag: string }>();
  let version = 0;
  const write = (key: string, body: string, condition: Parameters<Store["put"]>[2]) => {
    const etag = objects.get(key)?.etag;
    const holds = condition === undefined || ("absent" in condition ? etag === undefined : etag === condition.etag);
    if (!holds) throw new ConditionFailedError(`${key} has changed.`);
    objects.set(key, { body, etag: String(++version) });
    return { etag: String(version) };
  };
  return {
    objects,
    /** The same objects, as one process sees them. */
    seenBy: (around: Around): Store => ({
      description: "memory",
      get: (key) => around(async () => objects.get(key)),
      put: (key, body, condition) => around(async () => write(key, body, condition)),
      list: async function* (prefix) {
        for (const key of [...objects.keys()].sort()) if (key.startsWith(prefix)) yield key;
      },
    }),
  };
}
