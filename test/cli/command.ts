import { type ChildProcess, execFile } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sandbox } from "../../sandbox/start.ts";

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the command line as its user does, in a folder of its own, against the sandbox; without one there are no credentials.
 *
 * @param onStart is given the process, for a test that ends it
 * @param cwd where it runs, if that is to be known
 */
export async function run(
  args: readonly string[],
  sandbox?: Sandbox,
  env: Readonly<Record<string, string>> = {},
  onStart: (child: ChildProcess) => void = () => {},
  cwd?: string,
): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), "eks-perimeter-"));
  const credentials =
    sandbox === undefined
      ? {}
      : {
          AWS_ENDPOINT_URL: sandbox.endpoint,
          AWS_ACCESS_KEY_ID: sandbox.credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: sandbox.credentials.secretAccessKey,
        };
  const environment = {
    PATH: process.env.PATH ?? "",
    XDG_STATE_HOME: folder,
    AWS_REGION: "eu-west-1",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    EKS_PERIMETER_ALLOWED_ENDPOINT_HOSTS: "127.0.0.1",
    ...credentials,
    ...env,
  };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(import.meta.dirname, "../../cli/main.ts"), ...args],
      { cwd: cwd ?? folder, env: environment, maxBuffer: 64e6 },
      (error, stdout, stderr) => resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    );
    onStart(child);
  });
}
