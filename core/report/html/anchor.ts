import { createHash } from "node:crypto";

/** Hexadecimal digits of a finding's anchor: 48 bits, which 20,000 findings share once in a million reports. */
const digits = 12;

/** Where a finding stands in its page, after the `#`: short, and the same in every run. */
export const findingAnchor = (id: string): string => `finding-${anchorDigits(id)}`;

/** The part of a finding's anchor that is its own. */
export const anchorDigits = (id: string): string => createHash("sha256").update(id).digest("hex").slice(0, digits);
