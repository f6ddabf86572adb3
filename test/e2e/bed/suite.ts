import { describe } from "vitest";
import type { Had } from "./missing.ts";

type Parts = Readonly<Record<string, Had<unknown>>>;
type Values<P extends Parts> = { readonly [K in keyof P]: Extract<P[K], { had: unknown }>["had"] };

/**
 * A suite that needs these parts of the bed. Where one cannot be had, the suite is skipped and its name says why; with
 * `CI=true` the set-up has failed long before.
 */
export function suite<const P extends Parts>(name: string, parts: P, tests: (values: Values<P>) => void): void {
  const missing = Object.values(parts).flatMap((part) => ("missing" in part ? [part.missing] : []));
  if (missing.length > 0) {
    describe.skipIf(true)(`${name} (skipped: ${missing.join("; ")})`, () => tests({} as Values<P>)); // its tests never run
    return;
  }
  const values = Object.fromEntries(Object.entries(parts).map(([key, part]) => [key, "had" in part ? part.had : undefined]));
  describe(name, () => tests(values as Values<P>)); // each part was had
}
