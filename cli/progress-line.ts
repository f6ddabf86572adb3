/** How far a run is, in words. Pure: the time is an argument. */
import { clipped } from "../core/report/plain-text.ts";

/** What is known of a run that is on its way; times in milliseconds since any one moment. */
export interface Advance {
  readonly startedAt: number;
  /** Absent before it is known how many there are. */
  readonly accounts: number | undefined;
  readonly accountsDone: number;
  readonly clusters: number;
  readonly clustersDone: number;
  /** When the first clusters were found, which is when they began to be read. */
  readonly clustersFrom: number | undefined;
  /** Requests that were sent to AWS and to Kubernetes, those that were repeated included. */
  readonly calls: number;
}

/** How many clusters are read at once, at most. */
const atOnce = 8;

/**
 * For how much longer, at the pace so far, in milliseconds. Undefined where that would be a guess: while more clusters may be found, and
 * before as many have ended as are read at once, or half of them.
 */
export function timeLeft({ accounts, accountsDone, clusters, clustersDone, clustersFrom }: Advance, now: number): number | undefined {
  const isCounted = accounts !== undefined && accountsDone >= accounts;
  const hasPace = clustersDone >= Math.min(atOnce, Math.ceil(clusters / 2)) && clustersDone > 0;
  if (!isCounted || !hasPace || clustersFrom === undefined || clustersDone >= clusters) return undefined;
  return ((now - clustersFrom) / clustersDone) * (clusters - clustersDone);
}

/** One line of at most so many columns: the longest way of saying it that fits. */
export function progressLine(advance: Advance, now: number, columns: number): string {
  const { accounts, accountsDone, clusters, clustersDone, calls, startedAt } = advance;
  const left = timeLeft(advance, now);
  const elapsed = clock(now - startedAt);
  const hasAccounts = accounts !== undefined && accounts > 1;
  const isLooking = clusters === 0;
  const long = [
    ...(isLooking ? ["Looking for clusters"] : []),
    ...(hasAccounts ? [`${accountsDone} of ${accounts} accounts`] : []),
    ...(isLooking ? [] : [`${clustersDone} of ${clusters} clusters`]),
    plural(calls, "call"),
    elapsed,
    ...(left === undefined ? [] : [`about ${duration(left)} left`]),
  ];
  const short = [
    ...(isLooking ? ["Looking"] : []),
    ...(hasAccounts && clustersDone === 0 ? [`${accountsDone}/${accounts} accounts`] : []),
    ...(isLooking ? [] : [`${clustersDone}/${clusters} clusters`]),
    elapsed,
    ...(left === undefined ? [] : [`~${duration(left)} left`]),
  ];
  const ways = [long, long.filter((part) => part !== plural(calls, "call")), short].map((parts) => parts.join(" · "));
  return ways.find((way) => way.length <= columns) ?? clipped(ways.at(-1) ?? "", Math.max(columns, 1));
}

/** "0:07", "12:05", "1:02:03". */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number): string => String(value).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** As exactly as an estimate deserves: "10 s", "2 min", "1 h 20 min". */
function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds <= 55) return `${Math.max(5, Math.ceil(seconds / 5) * 5)} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rounded = Math.ceil(minutes / 10) * 10;
  return rounded % 60 === 0 ? `${rounded / 60} h` : `${Math.floor(rounded / 60)} h ${rounded % 60} min`;
}

const plural = (count: number, noun: string): string => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
