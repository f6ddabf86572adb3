/** `npm run docs`: writes the pages that are made from the code. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pages } from "./pages.ts";

// A page of a check that is gone would stay.
rmSync(join(import.meta.dirname, "checks"), { recursive: true, force: true });
for (const [path, text] of Object.entries(pages)) {
  const file = join(import.meta.dirname, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text());
}
