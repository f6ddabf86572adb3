import type { AnyCheck } from "../model/check.ts";

/** Every check, in the order in which reports list them. */
export const checks: readonly AnyCheck[] = [];

/** The check with this id. */
export const checkById = (id: string): AnyCheck | undefined => checks.find((check) => check.id === id);
