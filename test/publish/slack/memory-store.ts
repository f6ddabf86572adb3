import { ConditionFailedError } from "../../../core/publish/errors.ts";
import type { Store } from "../../../core/publish/store.ts";

/** A store in memory, which can be made to fail. */
export function memoryStore(
  beforeCall: (what: "get" | "put" | "list", key: string) => void = () => {},
): Store & { readonly objects: Map<string, string> } {
  const objects = new Map<string, string>();
  const etags = new Map<string, string>();
  let writes = 0;
  return {
    description: "memory",
    objects,
    get: async (key) => {
      beforeCall("get", key);
      const body = objects.get(key);
      return body === undefined ? undefined : { body, etag: etags.get(key) ?? "" };
    },
    put: async (key, body, condition) => {
      beforeCall("put", key);
      const etag = etags.get(key);
      if (condition !== undefined && ("absent" in condition ? etag !== undefined : etag !== condition.etag))
        throw new ConditionFailedError(key);
      const next = `e${++writes}`;
      objects.set(key, body);
      etags.set(key, next);
      return { etag: next };
    },
    async *list(prefix) {
      beforeCall("list", prefix);
      for (const key of [...objects.keys()].sort()) if (key.startsWith(prefix)) yield key;
    },
  };
}
