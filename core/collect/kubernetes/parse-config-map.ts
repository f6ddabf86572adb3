import * as z from "zod";
import type { NamedSettings } from "../../model/pod-network.ts";

/** v1 ConfigMap: the values of the named keys. Whatever else it holds may be a secret, and is dropped. */
export const namedSettingsObject = (keys: readonly string[]): z.ZodType<NamedSettings> =>
  z
    .object({ kind: z.literal("ConfigMap"), apiVersion: z.literal("v1"), data: z.record(z.string(), z.unknown()).nullish() })
    .transform(({ data }) => Object.fromEntries(keys.filter((key) => Object.hasOwn(data ?? {}, key)).map((key) => [key, data?.[key]])))
    .pipe(z.record(z.string(), z.string()))
    .transform((values) => ({ isPresent: true, values }));
