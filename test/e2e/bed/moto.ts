import path from "node:path";
import { type Child, startChild } from "./child.ts";
import { bedEnvironment } from "./environment.ts";
import { pythonEnvironment } from "./python.ts";

export interface Moto {
  /** For AWS_ENDPOINT_URL. */
  readonly url: string;
  readonly child: Child;
  stop(): Promise<void>;
}

const folder = path.join(import.meta.dirname, "moto");

/** The `bin` folder of moto's Python environment, which holds botocore too. */
export const motoEnvironment = (): Promise<string> => pythonEnvironment("moto", path.join(folder, "requirements.txt"));

/** Starts moto with the launcher of this bed. */
export async function startMoto(): Promise<Moto> {
  const bin = await motoEnvironment();
  let url = "";
  const child = await startChild({
    name: "moto",
    command: path.join(bin, "python"),
    args: [path.join(folder, "bed.py"), "-H", "127.0.0.1", "-p", "0"],
    env: bedEnvironment({
      PYTHONDONTWRITEBYTECODE: "1",
      PYTHONUNBUFFERED: "1",
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
    }),
    isReady: async (log) => {
      url = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(log)?.[1] ?? "";
      return url !== "" && (await fetch(`${url}/moto-api/`)).ok;
    },
  });
  return { url, child, stop: () => child.stop() };
}
