import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { bundled } from "../../../../infra/bundle.ts";
import { startChild } from "../child.ts";
import { bedEnvironment, motoAccount } from "../environment.ts";
import { type Invoked, startRuntimeApi } from "./runtime-api.ts";

export interface LambdaOptions {
  /** The entry of the runtime client. */
  readonly client: string;
  /** The file in functions/, without its ending. */
  readonly name: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
}

/** One instance of a deployed function, in a process of its own. */
export interface LambdaFunction {
  invoke(event: unknown): Promise<Invoked>;
  /** Everything that it wrote, both streams. */
  log(): string;
  stop(): Promise<void>;
}

/** Starts the function's bundle, made as the deployment makes it, under AWS's own runtime client. */
export async function startFunction({ client, name, env, timeoutMs }: LambdaOptions): Promise<LambdaFunction> {
  const folder = await mkdtemp(path.join(tmpdir(), `eks-perimeter-${name}-`));
  await writeFile(path.join(folder, `${name}.mjs`), await bundled(name));
  const api = await startRuntimeApi(`arn:aws:lambda:eu-west-1:${motoAccount}:function:${name}`, timeoutMs);
  let log = "";
  const child = await startChild({
    name: `function ${name}`,
    command: process.execPath,
    args: [client],
    cwd: folder,
    env: bedEnvironment({
      AWS_LAMBDA_RUNTIME_API: api.host,
      _HANDLER: `${name}.handler`,
      LAMBDA_TASK_ROOT: folder,
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1024",
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: "instance",
      AWS_LAMBDA_LOG_FORMAT: "JSON",
      ...env,
    }),
    hears: (text) => {
      log += text;
    },
    isReady: () => api.isAsked(),
    readyWithinMs: 30_000,
  });
  return {
    invoke: (event) => api.invoke(event),
    log: () => log,
    async stop() {
      await child.stop();
      await api.stop();
    },
  };
}
