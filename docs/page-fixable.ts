import { checks } from "../core/checks/index.ts";
import { hasFix } from "../core/fix/index.ts";

/** `core/checks/fixable.ts`: what the page says of fixes, without the fixes, which no deployed function carries. */
export function fixableChecks(): string {
  const ids = checks.map(({ id }) => id).filter(hasFix);
  return [
    "/** Made by `npm run docs` from core/fix: ids of the checks for whose fails `fix` may have something to type. */",
    "export const fixable: ReadonlySet<string> = new Set([",
    ...ids.map((id) => `  "${id}",`),
    "]);",
    "",
  ].join("\n");
}
