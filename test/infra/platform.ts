import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";

/** SST's component source and its Pulumi, as `sst install` lays them out. */
export const platform = resolve(".sst/platform");

/** Installs the platform where it is missing: npm alone is needed. */
export async function installPlatform(): Promise<void> {
  if (existsSync(resolve(platform, "node_modules/@pulumi/aws/package.json"))) return;
  const environment = { SST_SKIP_DEPENDENCY_CHECK: "1", SST_NO_BUN: "1", SST_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };
  await promisify(execFile)("npx", ["sst", "install", "--stage", "dev"], { env: { ...process.env, ...environment } });
}
