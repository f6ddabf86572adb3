/** What holds for a stage as a whole, as SST asks the configuration for it. */
import { resolve } from "node:path";
import { expect, it } from "vitest";

interface App {
  readonly name: string;
  readonly removal: string;
  readonly protect: boolean;
  readonly home: string;
}

async function appOf(stage: string): Promise<App> {
  Object.assign(globalThis, { $config: (config: unknown) => config });
  const { default: config } = await import(/* @vite-ignore */ resolve("sst.config.ts"));
  return config.app({ stage });
}

it("production is protected from removal, and retains what it holds", async () => {
  expect(await appOf("production")).toMatchObject({ name: "eks-perimeter", home: "aws", removal: "retain", protect: true });
});

it.each(["dev", "production-2"])("%s is removed without a trace", async (stage) => {
  expect(await appOf(stage)).toMatchObject({ removal: "remove", protect: false });
});
