import path from "node:path";
import { built } from "../built.ts";

/** Where the binaries are, built now if they never were. */
export async function kubeAssets(): Promise<{ readonly etcd: string; readonly apiserver: string }> {
  const folder = await built(path.join(import.meta.dirname, "build.sh"));
  return { etcd: path.join(folder, "etcd"), apiserver: path.join(folder, "kube-apiserver") };
}
