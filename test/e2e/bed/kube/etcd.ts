import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort, startChild } from "../child.ts";
import { kubeAssets } from "./assets.ts";

export interface Etcd {
  readonly url: string;
  /** Forgets every revision before this one. */
  compact(revision: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one etcd, which any number of API servers share by prefix. */
export async function startEtcd(): Promise<Etcd> {
  const { etcd } = await kubeAssets();
  const data = await mkdtemp(path.join(tmpdir(), "eks-perimeter-etcd-"));
  const url = `http://127.0.0.1:${await freePort()}`;
  const peer = `http://127.0.0.1:${await freePort()}`;
  const child = await startChild({
    name: "etcd",
    command: etcd,
    args: [
      ["--data-dir", data],
      ["--unsafe-no-fsync"],
      ["--listen-client-urls", url],
      ["--advertise-client-urls", url],
      ["--listen-peer-urls", peer],
      ["--initial-advertise-peer-urls", peer],
      ["--initial-cluster", `default=${peer}`],
    ].flat(),
    isReady: async () => (await fetch(`${url}/readyz`)).ok,
  });
  return {
    url,
    async compact(revision) {
      const response = await fetch(`${url}/v3/kv/compaction`, { method: "POST", body: JSON.stringify({ revision, physical: true }) });
      if (!response.ok) throw new Error(`etcd refused to compact: ${response.status} ${await response.text()}`);
    },
    async stop() {
      await child.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}
