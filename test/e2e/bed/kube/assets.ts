import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { MissingToolError } from "../missing.ts";

/** Where the binaries are, built now if they never were; what the script says goes to stderr. */
export async function kubeAssets(): Promise<{ readonly etcd: string; readonly apiserver: string }> {
  const child = spawn("bash", [path.join(import.meta.dirname, "build.sh")], { stdio: ["ignore", "pipe", "pipe"] });
  let folder = "";
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    folder += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    said = (said + chunk).slice(-4096);
    process.stderr.write(chunk);
  });
  const [code] = await once(child, "close");
  const nothingToBuildWith = 3;
  if (code === nothingToBuildWith) throw new MissingToolError(said.trim());
  if (code !== 0) throw new Error(`kube-apiserver could not be built:\n${said}`);
  return { etcd: path.join(folder.trim(), "etcd"), apiserver: path.join(folder.trim(), "kube-apiserver") };
}
