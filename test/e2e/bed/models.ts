import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { Exchange } from "./door.ts";
import { bedEnvironment } from "./environment.ts";
import { motoEnvironment } from "./moto.ts";

/** What AWS's service models say of what was heard at a door. */
export interface ModelJudgement {
  /** Those that were met, such as "eks:DescribeCluster". */
  readonly operations: readonly string[];
  readonly problems: readonly string[];
}

/** Holds requests and answers against the service models that botocore ships. */
export async function judgeByModels(heard: readonly Exchange[]): Promise<ModelJudgement> {
  const python = path.join(await motoEnvironment(), "python");
  const child = spawn(python, [path.join(import.meta.dirname, "models", "walk.py")], {
    env: bedEnvironment({ PYTHONDONTWRITEBYTECODE: "1" }),
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(JSON.stringify(heard));
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    said += chunk;
  });
  await once(child, "close");
  return JSON.parse(said) as ModelJudgement;
}
