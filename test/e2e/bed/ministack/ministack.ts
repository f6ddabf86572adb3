import { execFile } from "node:child_process";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { freePort, startChild } from "../child.ts";
import { bedEnvironment } from "../environment.ts";
import { pythonEnvironment } from "../python.ts";

/** An emulator of AWS that has a Step Functions engine and runs functions in processes of this very Node. */
export interface Ministack {
  /** Calls an operation of a service that speaks JSON over one path, such as Step Functions. */
  call<Answer>(target: string, input: object): Promise<Answer>;
  /** Makes a function of this bundle; answers its ARN. */
  createFunction(name: string, bundle: string, env: Readonly<Record<string, string>>): Promise<string>;
  stop(): Promise<void>;
}

/** The `bin` folder of ministack's Python environment. */
export const ministackEnvironment = (): Promise<string> =>
  pythonEnvironment("ministack", path.join(import.meta.dirname, "requirements.txt"));

/** @param account that everything lies in */
export async function startMinistack(bin: string, account: string, region: string): Promise<Ministack> {
  const [port, folder] = await Promise.all([freePort(), mkdtemp(path.join(tmpdir(), "eks-perimeter-ministack-"))]);
  const url = `http://127.0.0.1:${port}`;
  const child = await startChild({
    name: "ministack",
    command: path.join(bin, "ministack"),
    args: [],
    cwd: folder,
    env: bedEnvironment({
      PATH: `${path.dirname(process.execPath)}:${process.env.PATH}`,
      BIND_HOST: "127.0.0.1", // else it listens on every interface
      GATEWAY_PORT: String(port),
      IOT_MTLS_ENABLED: "0",
      STATE_DIR: path.join(folder, "state"),
      S3_DATA_DIR: path.join(folder, "s3"),
      PYTHONDONTWRITEBYTECODE: "1",
    }),
    isReady: async () => (await fetch(`${url}/_ministack/health`)).ok,
  });
  const send = async <Answer>(service: string, where: string, headers: Readonly<Record<string, string>>, body: object) => {
    const scope = `${account}/20260101/${region}/${service}/aws4_request`; // the key's id is the account; nothing checks the signature
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
    const response = await fetch(`${url}${where}`, { method: "POST", headers: { authorization, ...headers }, body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`ministack refused ${where} ${headers["x-amz-target"] ?? ""}: ${response.status} ${text}\n${child.tail()}`);
    return JSON.parse(text) as Answer;
  };
  return {
    call: (target, input) => send("states", "/", { "content-type": "application/x-amz-json-1.0", "x-amz-target": target }, input),
    async createFunction(FunctionName, bundle, Variables) {
      const made = await send<{ FunctionArn: string }>(
        "lambda",
        "/2015-03-31/functions",
        { "content-type": "application/json" },
        {
          FunctionName,
          Runtime: "nodejs24.x",
          Role: `arn:aws:iam::${account}:role/${FunctionName}`,
          Handler: `${path.basename(bundle, ".mjs")}.handler`,
          Code: { ZipFile: await zipped(bin, bundle) },
          Timeout: 60,
          MemorySize: 1024,
          Environment: { Variables },
        },
      );
      return made.FunctionArn;
    },
    stop: () => child.stop(),
  };
}

async function zipped(bin: string, file: string): Promise<string> {
  const archive = `${file}.zip`;
  await promisify(execFile)(path.join(bin, "python"), ["-m", "zipfile", "-c", archive, file]);
  return (await readFile(archive)).toString("base64");
}
