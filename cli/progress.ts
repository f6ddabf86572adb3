import ora, { type Ora } from "ora";
import type { EndedRead } from "../core/collect/access.ts";
import { PerimeterError } from "../core/model/error.ts";
import type { Log } from "../core/ports.ts";
import { plainLines, plainText } from "../core/report/plain-text.ts";
import { type CallCounter, countCalls } from "./calls.ts";
import { type Advance, clock, progressLine } from "./progress-line.ts";
import { isAnimated } from "./terminal.ts";

/** Tells a person on stderr how far a run is. */
export interface Progress {
  readonly read: (read: EndedRead) => void;
  readonly log: Log;
  /** So many accounts are to be looked at. */
  accounts(accounts: number): void;
  /** An account was looked at. */
  looked(): void;
  /** So many clusters more are to be read. */
  found(clusters: number): void;
  /** A cluster was read. */
  scanned(): void;
  /** How many clusters were read until now, and how many there are. */
  readonly clusters: { readonly done: number; readonly all: number };
  /** Ends it. With `verbose` it says at the end how many reads and calls there were, and which took longest. */
  stop(): void;
}

/** Where progress is told, and by which clock; for tests. */
export interface Surroundings {
  readonly stream: NodeJS.WriteStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
  readonly calls: CallCounter;
}

/** How often a log is told how far a run is: a run that takes less needs no such line. */
const logEveryMs = 30_000;
const showEveryMs = 250;
const slowest = 5;

/** A live line on a terminal; elsewhere a plain line now and then. Warnings, and where asked for each read, stand above it. */
export function startProgress({ verbose }: { readonly verbose?: boolean }, given: Partial<Surroundings> = {}): Progress {
  const { stream = process.stderr, environment = process.env, now = () => performance.now(), calls = countCalls() } = given;
  const spinner = spinnerOn(stream, environment);
  const reads: EndedRead[] = [];
  const count = { accounts: undefined as number | undefined, accountsDone: 0, clusters: 0, clustersDone: 0 };
  const startedAt = now();
  let clustersFrom: number | undefined;
  let isOver = false;

  const advance = (): Advance => {
    const { aws, kubernetes } = calls.counts();
    return { ...count, startedAt, clustersFrom, calls: aws + kubernetes };
  };
  const say = (line: string): void => {
    spinner?.clear();
    stream.write(`${line}\n`);
  };
  const show = (): void => {
    if (spinner !== undefined) spinner.text = progressLine(advance(), now(), (stream.columns || 80) - 3); // the spinner, and no wrap
  };
  show();
  spinner?.start();
  const timer =
    spinner === undefined ? setInterval(() => say(progressLine(advance(), now(), 120)), logEveryMs) : setInterval(show, showEveryMs);
  timer.unref();

  return {
    read: (read) => {
      if (verbose !== true) return;
      reads.push(read);
      say(readLine(read));
    },
    log: {
      info: () => {},
      warn: (message, fields) => say(logLine("warning", message, fields)),
      error: (message, fields) => say(logLine("error", message, fields)),
    },
    accounts: (accounts) => {
      count.accounts = (count.accounts ?? 0) + accounts;
      show();
    },
    looked: () => {
      count.accountsDone += 1;
      show();
    },
    found: (clusters) => {
      if (clusters > 0) clustersFrom ??= now();
      count.clusters += clusters;
      show();
    },
    scanned: () => {
      count.clustersDone += 1;
      show();
    },
    get clusters() {
      return { done: count.clustersDone, all: count.clusters };
    },
    stop: () => {
      if (isOver) return;
      isOver = true;
      clearInterval(timer);
      spinner?.stop();
      calls.end();
      if (verbose === true && reads.length > 0) for (const line of readSummary(reads, calls, now() - startedAt)) stream.write(`${line}\n`);
    },
  };
}

/** Undefined where nothing is to move. */
const spinnerOn = (stream: Surroundings["stream"], environment: Surroundings["environment"]): Ora | undefined =>
  isAnimated(stream, environment) ? ora({ stream, isEnabled: true, discardStdin: false, color: "cyan" }) : undefined;

/** Tells on stderr how many pieces of some work are done. */
export interface Count {
  tell(done: number): void;
  stop(): void;
}

/**
 * For work that leaves timers no turn: it is told with the pieces, as a live line on a terminal, elsewhere as a plain line now and then.
 *
 * @param what the pieces, such as "findings"
 */
export function startCount(all: number, what: string, given: Partial<Omit<Surroundings, "calls">> = {}): Count {
  const { stream = process.stderr, environment = process.env, now = () => performance.now() } = given;
  const spinner = spinnerOn(stream, environment);
  const startedAt = now();
  let toldAt = startedAt;
  return {
    tell: (done) => {
      if (now() - toldAt < (spinner === undefined ? logEveryMs : showEveryMs)) return;
      toldAt = now();
      const line = `${done} of ${all} ${what} · ${clock(toldAt - startedAt)}`;
      if (spinner === undefined) stream.write(`${line}\n`);
      else if (spinner.isSpinning) {
        spinner.text = line;
        spinner.render();
      } else spinner.start(line);
    },
    stop: () => {
      spinner?.stop();
    },
  };
}

const readLine = ({ ms, state, read, about }: EndedRead): string =>
  plainText(`${String(Math.round(ms)).padStart(6)} ms  ${state.padEnd(7)}  ${read}${about === undefined ? "" : `  (${about})`}`);

/** How many reads and calls there were of which kind, and the reads that took longest. */
function readSummary(reads: readonly EndedRead[], calls: CallCounter, elapsedMs: number): readonly string[] {
  const kubernetes = reads.filter(({ read }) => read.startsWith("kubernetes:"));
  const unread = reads.filter(({ state }) => state === "unknown").length;
  const sent = calls.counts();
  const again = sent.again === 0 ? "" : ` (${sent.again} of them again)`;
  const longest = [...reads].sort((a, b) => b.ms - a.ms).slice(0, slowest);
  return [
    "",
    `${reads.length} reads in ${clock(elapsedMs)}, ${unread} without an answer: ${reads.length - kubernetes.length} of AWS, ${kubernetes.length} of Kubernetes.`,
    `${sent.aws + sent.kubernetes} calls: ${sent.aws} to AWS${again}, ${sent.kubernetes} to Kubernetes.`,
    "Slowest reads:",
    ...longest.map(readLine),
  ];
}

/** Of a log's line what a person can use: the message of a refusal first, then what it is about; a run's id is for machines. */
function logLine(
  level: string,
  message: string,
  { runId: _machine, message: why, ...fields }: Readonly<Record<string, unknown>> = {},
): string {
  const about = Object.entries(fields).filter(([, value]) => value !== undefined);
  const trace = about.flatMap(([, value]) =>
    value instanceof Error ? [value instanceof PerimeterError ? value.message : (value.stack ?? value.message)] : [],
  );
  const named = about.flatMap(([key, value]) =>
    value instanceof Error ? [] : [`${key} ${typeof value === "string" ? value : JSON.stringify(value)}`],
  );
  const line = `${level}: ${message}${typeof why === "string" ? `: ${why}` : ""}${named.length === 0 ? "" : ` (${named.join(", ")})`}`;
  return [plainText(line), ...trace.map(plainLines)].join("\n");
}
