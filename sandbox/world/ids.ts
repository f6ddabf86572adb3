import { createHash } from "node:crypto";

/** Hexadecimal digits that stay the same for the same words: ids that an estate does not spell out. */
export const hex = (length: number, ...words: readonly string[]): string =>
  createHash("sha256").update(words.join("\n")).digest("hex").slice(0, length);

/** Decimal digits that stay the same for the same words. */
export const digits = (length: number, ...words: readonly string[]): string =>
  BigInt(`0x${hex(24, ...words)}`)
    .toString()
    .padStart(length, "1")
    .slice(0, length);

/** 8-4-4-4-12, as EKS writes it into the names of what it makes for a cluster. */
export const uuid = (...words: readonly string[]): string => hex(32, ...words).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
