import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { ConditionFailedError, StoreError, StoreLocationError } from "./errors.ts";
import { withLock } from "./folder-lock.ts";
import { checkedKey, checkedPrefix, type PutCondition, type Store, type Stored } from "./store.ts";

/**
 * A store in a folder, which is made when something is first written, for its owner alone. Writers of several processes
 * may share it: each object appears at once and whole, and conditions are decided under a lock beside the object.
 *
 * @throws {StoreLocationError} for the address of something that is no folder, such as "gs://bucket"
 */
export function folderStore(location: string): Store {
  if (location === "" || /^[a-z][a-z0-9+.-]*:\/\//i.test(location)) {
    throw new StoreLocationError(`${JSON.stringify(location)} is no place for the state.`, {
      hint: "Name a folder, or s3://BUCKET/PREFIX.",
    });
  }
  const root = resolve(location.replace(/^~(?=\/|$)/, homedir()));
  const pathOf = (key: string) => join(root, ...checkedKey(key).split("/"));
  return {
    description: root,
    get: (key) => said(root, read(pathOf(key))),
    put: (key, body, condition) => said(root, write(pathOf(key), key, body, condition)),
    list: (prefix) => listed(root, checkedPrefix(prefix)),
  };
}

const etagOf = (body: string | Buffer): string => createHash("sha256").update(body).digest("hex");

async function read(path: string): Promise<Stored | undefined> {
  try {
    const body = await readFile(path);
    return { body: body.toString("utf8"), etag: etagOf(body) };
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

async function write(path: string, key: string, body: string, condition: PutCondition | undefined): Promise<{ readonly etag: string }> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomUUID()}`);
  try {
    await writeThrough(temporary, body);
    await withLock(path, async () => {
      const before = condition === undefined ? undefined : await read(path);
      if (condition !== undefined && !holds(condition, before)) throw new ConditionFailedError(key);
      await rename(temporary, path);
    });
  } finally {
    await rm(temporary, { force: true });
  }
  return { etag: etagOf(body) };
}

const holds = (condition: PutCondition, before: Stored | undefined): boolean =>
  "absent" in condition ? before === undefined : before?.etag === condition.etag;

/** The bytes are on the disk before the name is, so that a power cut leaves the old object or the new one. */
async function writeThrough(path: string, body: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(body);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Folder by folder; a folder counts with its "/", since that is what its keys have there. */
async function* listed(root: string, prefix: string, folder = ""): AsyncGenerator<string> {
  const entries = await said(root, readdir(join(root, folder), { withFileTypes: true }).catch(absentAs([])));
  const keys = entries
    .filter(({ name }) => !name.startsWith("."))
    .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? "/" : ""}`)
    .sort(); // ASCII alone, so the order of code units is that of code points
  for (const key of keys) {
    if (!key.endsWith("/")) {
      if (key.startsWith(prefix)) yield key;
    } else if (key.startsWith(prefix) || prefix.startsWith(key)) {
      yield* listed(root, prefix, key);
    }
  }
}

/** What the file system refuses, as an error of the store. */
async function said<T>(root: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (!(cause instanceof Error) || !("code" in cause)) throw cause;
    throw new StoreError(`The folder ${root} could not be used: ${cause.message}.`, {
      hint: "Check that it is a folder that you may write to, and that the disk has room; --state names another one.",
      cause,
    });
  }
}

const isAbsence = (error: unknown): boolean =>
  error instanceof Error && "code" in error && ["ENOENT", "ENOTDIR", "EISDIR"].includes(String(error.code));
const absentAs =
  <T>(value: T) =>
  (error: unknown): T => {
    if (isAbsence(error)) return value;
    throw error;
  };
