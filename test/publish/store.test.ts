import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConditionFailedError, StoreError, StoreKeyError, StoreLocationError } from "../../core/publish/errors.ts";
import { folderStore } from "../../core/publish/folder-store.ts";
import { s3Store } from "../../core/publish/s3-store.ts";
import type { Store } from "../../core/publish/store.ts";
import { type S3StandIn, startS3 } from "./s3-stand-in.ts";

let folder: string;
let s3: S3StandIn;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "store-"));
  s3 = await startS3();
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await s3.close();
});

async function keysOf(store: Store, prefix = ""): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const key of store.list(prefix)) keys.push(key);
  return keys;
}

describe.each<[string, () => Store]>([
  ["a folder", () => folderStore(join(folder, "state"))],
  ["a bucket's prefix", () => s3Store(s3.client, "s3://bucket/some/prefix/")],
  ["a whole bucket", () => s3Store(s3.client, "s3://bucket")],
])("a store in %s", (_place, open) => {
  it("answers undefined for what was never written", async () => {
    expect(await open().get("runs/1/run.json")).toBeUndefined();
    expect(await keysOf(open())).toEqual([]);
  });

  it("answers what was last written, under the ETag that writing answered", async () => {
    const store = open();
    await store.put("a/b.json", "first");
    const { etag } = await store.put("a/b.json", "zweitens: ü 🦊");
    expect(await store.get("a/b.json")).toEqual({ body: "zweitens: ü 🦊", etag });
  });

  it("writes where nothing is, once", async () => {
    const store = open();
    await store.put("a.json", "first", { absent: true });
    await expect(store.put("a.json", "second", { absent: true })).rejects.toThrow(ConditionFailedError);
    expect((await store.get("a.json"))?.body).toBe("first");
  });

  it("replaces the object that the writer read, and no other", async () => {
    const store = open();
    const { etag } = await store.put("a.json", "first");
    await store.put("a.json", "second", { etag });
    await expect(store.put("a.json", "third", { etag })).rejects.toThrow(ConditionFailedError);
    await expect(store.put("never.json", "third", { etag })).rejects.toThrow(ConditionFailedError);
    expect((await store.get("a.json"))?.body).toBe("second");
    expect(await store.get("never.json")).toBeUndefined();
  });

  it("loses no update of many writers at once", async () => {
    const store = open();
    await store.put("count", "0");
    const add = async (): Promise<void> => {
      const { body = "", etag = "" } = (await store.get("count")) ?? {};
      await store.put("count", String(Number(body) + 1), { etag }).catch((error) => {
        if (!(error instanceof ConditionFailedError)) throw error;
        return add();
      });
    };
    await Promise.all(Array.from({ length: 12 }, add));
    expect((await store.get("count"))?.body).toBe("12");
  });

  it("lists every key with the prefix, over pages, in code point order", async () => {
    const store = open();
    const keys = ["a/b/1", "a/b/2", "a/b-c/1", "a/bc", "a-b", "B", "b", "_"];
    for (const key of keys) await store.put(key, key);
    expect(await keysOf(store)).toEqual(["B", "_", "a-b", "a/b-c/1", "a/b/1", "a/b/2", "a/bc", "b"]);
    expect(await keysOf(store, "a/b/")).toEqual(["a/b/1", "a/b/2"]);
    expect(await keysOf(store, "a/b")).toEqual(["a/b-c/1", "a/b/1", "a/b/2", "a/bc"]);
    expect(await keysOf(store, "c/")).toEqual([]);
  });

  it.each(["", "/a", "a/", "a//b", "..", "a/../b", "../a", ".hidden", "a/.lock", "a\\b", "a b", "ä", "a\0b", "x".repeat(901)])(
    "refuses the key %j",
    async (key) => {
      await expect(async () => open().get(key)).rejects.toThrow(StoreKeyError);
      await expect(async () => open().put(key, "")).rejects.toThrow(StoreKeyError);
    },
  );
});

describe("a folder", () => {
  it("holds its owner's files alone, and no trace of writing", async () => {
    const store = folderStore(join(folder, "state"));
    await store.put("a/b.json", "x");
    await store.put("a/b.json", "y", { absent: true }).catch(() => undefined);
    expect(await readdir(join(folder, "state", "a"))).toEqual(["b.json"]);
    expect((await stat(join(folder, "state"))).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, "state", "a", "b.json"))).mode & 0o777).toBe(0o600);
  });

  it.each([
    ["of a process that is gone", async (lock: string) => writeFile(lock, `${hostname()} 4194305 x`)],
    [
      "of long ago on another machine",
      async (lock: string) => {
        await writeFile(lock, "elsewhere 1 x");
        await utimes(lock, new Date(0), new Date(0));
      },
    ],
  ])("breaks the lock %s", async (_whose, leave) => {
    const store = folderStore(folder);
    await leave(join(folder, ".a.json.lock"));
    await store.put("a.json", "x", { absent: true });
    expect(await readdir(folder)).toEqual(["a.json"]);
  });

  it("waits for the lock of a process that lives", async () => {
    const store = folderStore(folder);
    const lock = join(folder, ".a.json.lock");
    await writeFile(lock, `${hostname()} ${process.pid} x`);
    let written = false;
    const writing = store.put("a.json", "x").then(() => {
      written = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(written).toBe(false);
    await rm(lock);
    await writing;
  });

  it("loses no update of several processes", async () => {
    await folderStore(folder).put("count", "0");
    const countUp = () => promisify(execFile)(process.execPath, [join(import.meta.dirname, "count-up.ts"), folder, "20"]);
    await Promise.all([countUp(), countUp(), countUp()]);
    expect((await folderStore(folder).get("count"))?.body).toBe("60");
  });

  it("says what is wrong with a place that can't be used", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(folderStore(join(folder, "file")).put("a/b", "x")).rejects.toThrow(StoreError);
    expect(() => folderStore("gs://bucket")).toThrow(StoreLocationError);
    expect(() => folderStore("")).toThrow(StoreLocationError);
  });
});

describe("a bucket", () => {
  it("tries again when a write meets another at the same time (409)", async () => {
    s3.faults.push("conflict", "conflict");
    await s3Store(s3.client, "s3://bucket").put("a", "x", { absent: true });
    expect(s3.requests).toEqual(["PUT a", "PUT a", "PUT a"]);
  });

  it("knows its own write again when the answer was lost and the retry finds the object there", async () => {
    const store = s3Store(s3.client, "s3://bucket");
    s3.faults.push("lost");
    const { etag } = await store.put("a", "x", { absent: true });
    expect(await store.get("a")).toEqual({ body: "x", etag });
    expect(s3.requests.filter((request) => request === "PUT a")).toHaveLength(2);
  });

  it("says what was refused", async () => {
    await expect(s3Store(s3.client, "s3://bucket").get("secret")).rejects.toThrow(/^s3:\/\/bucket could not be used: AccessDenied/);
    expect(() => s3Store(s3.client, "s3://B/x")).toThrow(StoreLocationError);
    expect(() => s3Store(s3.client, "s3://bucket/../x")).toThrow(StoreKeyError);
  });
});
