import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { bedEnvironment } from "./environment.ts";
import { pythonEnvironment } from "./python.ts";

const run = promisify(execFile);

/** The path of the `aws` command of the AWS CLI, in an environment of its own: it pins another botocore than moto does. */
export const awsCli = async (): Promise<string> =>
  path.join(await pythonEnvironment("awscli", path.join(import.meta.dirname, "awscli", "requirements.txt")), "aws");

export interface TokenRequest {
  readonly cluster: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
}

/** The bearer token that `aws eks get-token` makes. It asks nobody. */
export async function getToken(aws: string, { cluster, region, credentials }: TokenRequest): Promise<string> {
  const env = bedEnvironment({
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  });
  const { stdout } = await run(aws, ["eks", "get-token", "--cluster-name", cluster, "--region", region], { env });
  return (JSON.parse(stdout) as { status: { token: string } }).status.token;
}
