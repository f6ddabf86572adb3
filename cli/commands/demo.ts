import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { UsageError } from "../errors.ts";
import { type ExitCode, exit } from "../exit.ts";

const file = (path: string): string => fileURLToPath(new URL(`../../sandbox/${path}`, import.meta.url));

/** `demo`: the main job, whole, against the embedded sandbox. Nothing of the surroundings' AWS set-up is used. */
export async function demo({ out }: { readonly out: string }): Promise<ExitCode> {
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
  const sandbox = spawn(process.execPath, [file("main.ts"), file("estates/demo.yaml")], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const { endpoint, credentials } = await started(sandbox);
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      EKS_PERIMETER_ALLOWED_ENDPOINT_HOSTS: "127.0.0.1",
    });
    const state = join(out, "state");
    await rm(state, { recursive: true, force: true });
    const { scan } = await import("./scan.ts");
    await scan({
      cluster: [],
      region: ["all"],
      account: [],
      org: true,
      check: [],
      config: file("estates/demo.config.yaml"),
      json: false,
      out,
      publish: true,
      failOn: "none",
      state,
      verbose: false,
    });
    return exit.ok;
  } finally {
    sandbox.kill();
  }
}

interface Started {
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The first line that the sandbox prints says where it listens. */
async function started(sandbox: ReturnType<typeof spawn>): Promise<Started> {
  if (sandbox.stdout === null) throw new TypeError("The sandbox has no standard output.");
  const lines = createInterface({ input: sandbox.stdout });
  const line = await Promise.race([once(lines, "line"), once(sandbox, "exit").then(() => undefined)]);
  if (line === undefined) throw new UsageError("The sandbox did not start.", { hint: "Its own message stands above." });
  return JSON.parse(line[0] as string) as Started;
}
