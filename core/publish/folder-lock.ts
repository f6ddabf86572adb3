import { randomUUID } from "node:crypto";
import { link, open, readFile, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { StoreError } from "./errors.ts";

/** A lock is held for milliseconds; one this old belongs to a process that is gone, or on a machine that can't be asked. */
const staleAfterMs = 30_000;
const giveUpAfterMs = 60_000;

/**
 * Does the work while no other process holds the lock of this file. A lock whose holder died is broken.
 *
 * @throws {StoreError} after a minute of waiting
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = join(dirname(path), `.${basename(path).slice(0, 200)}.lock`);
  const started = performance.now();
  while (!(await taken(lock))) {
    await breakIfStale(lock);
    if (performance.now() - started > giveUpAfterMs) {
      throw new StoreError(`${path} is locked by another process.`, { hint: `If no other scan is running, delete ${lock}.` });
    }
    await sleep(2 + Math.random() * 10);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function taken(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, "wx", 0o600);
    await file.writeFile(`${hostname()} ${process.pid} ${randomUUID()}`);
    await file.close();
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

async function breakIfStale(lock: string): Promise<void> {
  try {
    const before = await stat(lock);
    const holder = await readFile(lock, "utf8");
    if (!isGone(holder) && Date.now() - before.mtimeMs < staleAfterMs) return;
    // Moved aside first: of several that find it stale, one moves it. What a slow one moved by mistake goes back.
    const aside = `${lock}.${randomUUID()}`;
    await rename(lock, aside);
    if ((await readFile(aside, "utf8")) !== holder) await link(aside, lock).catch(() => undefined); // taken again: its new holder keeps it
    await rm(aside, { force: true });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error; // released meanwhile
  }
}

/** Whether the holder was a process of this machine that no longer runs. */
function isGone(holder: string): boolean {
  const [host, pid] = holder.split(" ");
  if (host !== hostname() || pid === undefined) return false;
  try {
    process.kill(Number(pid), 0); // signal 0 asks only
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}
