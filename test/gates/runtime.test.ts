import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

it("runs on Node 24, the Lambda runtime's major version, whatever Node started npm", () => {
  expect(process.version).toMatch(/^v24\./);
});

it("every dependency has an exact version", () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)));
  expect(loose).toEqual([]);
});
