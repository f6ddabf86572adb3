import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A server of the bed that ended, or never became ready. The message ends with the tail of its log. */
export class ChildDiedError extends Error {
  override readonly name = "ChildDiedError";
}

export interface Child {
  readonly pid: number;
  /** The last lines that it wrote, both streams. */
  tail(): string;
  /** Ends it, by its process id, and waits until it is gone. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  /** For people. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Is given all that it writes, both streams. */
  hears?(text: string): void;
  /** Asked again and again, with the log so far, until it says yes. What it throws means not yet. */
  isReady(log: string): Promise<boolean> | boolean;
  readonly readyWithinMs?: number;
}

const keptCharacters = 65_536;
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a server and answers once it is ready. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, command, args, isReady, readyWithinMs = 90_000 } = options;
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let log = "";
  const keep = (chunk: string) => {
    log = (log + chunk).slice(-keptCharacters);
    options.hears?.(chunk);
  };
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(`ended with ${signal ?? code}`));
  });
  running.add(child);
  void ended.then(() => running.delete(child));

  const tail = () => log.trimEnd().split("\n").slice(-30).join("\n");
  const stop = async () => {
    if (!running.has(child)) return;
    child.kill("SIGTERM");
    const forced = setTimeout(() => child.kill("SIGKILL"), 5_000);
    await ended;
    clearTimeout(forced);
  };

  let end: string | undefined;
  void ended.then((how) => {
    end = how;
  });
  const deadline = performance.now() + readyWithinMs;
  for (;;) {
    if (end !== undefined) throw new ChildDiedError(`${name} ${end} before it was ready\n${tail()}`);
    const ready = await Promise.resolve()
      .then(() => isReady(log))
      .catch(() => false);
    if (ready && child.pid !== undefined) return { pid: child.pid, tail, stop };
    if (performance.now() > deadline) {
      await stop();
      throw new ChildDiedError(`${name} was not ready within ${readyWithinMs / 1000} s\n${tail()}`);
    }
    await sleep(50);
  }
}

/** A port of 127.0.0.1 that nothing listens on just now, for servers that cannot choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has an address with a port");
  return address.port;
}
