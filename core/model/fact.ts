import * as z from "zod";

/** Why something was not seen. The code is for machines, the message for the person who can change it. */
export const reasonCodes = [
  "forbidden",
  "unauthenticated",
  "not-enabled",
  "dns",
  "timeout",
  "refused",
  "tls",
  "throttled",
  "server-error",
  "malformed",
  "too-large",
  "not-found",
  "blocked-host",
  "not-supported",
  "depends-on-unknown",
  "not-ready",
  "denied-by-policy",
  "internal",
] as const;
export type ReasonCode = (typeof reasonCodes)[number];

export const Reason = z.strictObject({ code: z.enum(reasonCodes), message: z.string() }).readonly();
export type Reason = z.infer<typeof Reason>;

/** What a read answered, or why it did not answer. "Read and empty" and "not read" are different answers. */
export type Fact<T> = { readonly state: "known"; readonly value: T } | { readonly state: "unknown"; readonly reason: Reason };

/** The schema of a fact whose value has the given schema. */
export const factOf = <S extends z.ZodType>(value: S) =>
  z.discriminatedUnion("state", [
    z.strictObject({ state: z.literal("known"), value }).readonly(),
    z.strictObject({ state: z.literal("unknown"), reason: Reason }).readonly(),
  ]);

export const known = <T>(value: T): Fact<T> => ({ state: "known", value });
export const unknown = (code: ReasonCode, message: string): Fact<never> => ({ state: "unknown", reason: { code, message } });
/** A fact of the value that was made from another fact's; a refusal stays as it is. */
export const mapFact = <T, U>(fact: Fact<T>, change: (value: T) => U): Fact<U> =>
  fact.state === "known" ? known(change(fact.value)) : fact;
