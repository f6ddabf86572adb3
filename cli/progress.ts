import ora from "ora";
import type { CollectPorts } from "../core/collect/access.ts";
import type { Log } from "../core/ports.ts";

/** Tells a person on stderr how far a run is. */
export interface Progress {
  readonly read: NonNullable<CollectPorts["onRead"]>;
  readonly log: Log;
  found(clusters: number): void;
  scanned(): void;
  stop(): void;
}

/** A live line on a terminal; elsewhere nothing but warnings and, where asked for, each read. */
export function startProgress({ verbose }: { readonly verbose?: boolean }): Progress {
  const live = process.stderr.isTTY && verbose !== true && process.env.NO_COLOR === undefined;
  const spinner = live ? ora({ text: "Looking for clusters", stream: process.stderr }).start() : undefined;
  const count = { clusters: 0, scanned: 0, reads: 0 };
  const say = (line: string): void => {
    spinner?.clear();
    process.stderr.write(`${line}\n`);
  };
  const show = (): void => {
    if (spinner !== undefined) spinner.text = `${count.scanned} of ${count.clusters} clusters scanned, ${count.reads} reads`;
  };
  return {
    read: ({ read, ms, state }) => {
      count.reads += 1;
      if (verbose === true) say(`${String(Math.round(ms)).padStart(6)} ms  ${state.padEnd(7)}  ${read}`);
      show();
    },
    log: {
      info: () => {},
      warn: (message, fields) => say(`warning: ${message} ${line(fields)}`),
      error: (message, fields) => say(`error: ${message} ${line(fields)}`),
    },
    found: (clusters) => {
      count.clusters += clusters;
      show();
    },
    scanned: () => {
      count.scanned += 1;
      show();
    },
    stop: () => void spinner?.stop(),
  };
}

const line = (fields: Readonly<Record<string, unknown>> = {}): string =>
  Object.entries(fields)
    .map(([key, value]) => `${key}=${value instanceof Error ? (value.stack ?? value.message) : JSON.stringify(value)}`)
    .join(" ");
