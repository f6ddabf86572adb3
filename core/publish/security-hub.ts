import { type AwsSecurityFinding, BatchImportFindingsCommand, type SecurityHubClient } from "@aws-sdk/client-securityhub";
import pRetry from "p-retry";
import { bytesOf } from "../report/asff.ts";
import { isPassing, isThrottled, type Problem, problemOf } from "./answers.ts";
import { createPace, type Pace, type Rate } from "./pace.ts";

/** A finding that Security Hub did not take, in its own words. */
export interface Refused extends Problem {
  readonly id: string;
}

export interface Imported {
  readonly accepted: number;
  readonly refused: readonly Refused[];
}

/** Waiting between attempts at what failed for a passing reason; doubled each time, and jittered. */
export interface Backoff {
  readonly retries: number;
  readonly firstMs: number;
  readonly mostMs: number;
}
/** How patiently findings are sent. */
export interface Manner {
  readonly backoff: Backoff;
  readonly rate: Rate;
}
/**
 * The rate is Security Hub's own, of one account and Region: ten calls a second, thirty at once. Two fewer at once, since calls arrive
 * closer together than they leave. Source: Security Hub API reference, "Welcome", limits.
 */
const usual: Manner = { backoff: { retries: 6, firstMs: 300, mostMs: 8_000 }, rate: { perSecond: 10, burst: 28 } };

/** BatchImportFindings takes 100 findings and 6 MB a call; the rest of the request has to fit as well. */
const batchLimit = { findings: 100, bytes: 5_500_000 } as const;
/** Enough to keep up the rate where a call takes most of a second. */
const callsAtOnce = 8;
/** Calls that may be spent on finding the culprits of calls refused as a whole. */
const searchLimit = 64;

/**
 * Sends findings to the Security Hub of the client's account and Region, as fast as it takes them. What fails for a passing
 * reason is tried again, only that; what is refused is answered by id with AWS's own code and message, in the order of the findings.
 * Never throws for what AWS refuses, nor when the signal ends it: what was not sent is refused with the code "Aborted".
 */
export async function importFindings(
  client: SecurityHubClient,
  findings: readonly AwsSecurityFinding[],
  signal: AbortSignal,
  { backoff, rate }: Manner = usual,
): Promise<Imported> {
  const line: Line = { client, signal, backoff, pace: paceOf(client, rate) };
  const queue = batches(findings);
  const refused: Refused[] = [];
  let searches = 0;
  let closed: Problem | undefined;
  const sendNext = async (batch: Batch) => {
    if (signal.aborted) closed ??= aborted;
    if (closed !== undefined) {
      refused.push(...all(batch, closed));
      return;
    }
    const answer = await send(line, batch);
    if ("refused" in answer) {
      refused.push(...answer.refused);
    } else if (answer.problem.code === "InvalidInput" && batch.length > 1 && searches < searchLimit) {
      searches++; // one bad finding is no reason to lose its neighbours
      const middle = Math.ceil(batch.length / 2);
      queue.unshift(batch.slice(0, middle), batch.slice(middle));
    } else {
      refused.push(...all(batch, answer.problem));
      if (answer.problem.code !== "InvalidInput") closed = answer.problem; // the next call would fare no better
    }
  };
  const sendAll = async () => {
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) await sendNext(batch);
  };
  const first = queue.shift();
  if (first !== undefined) await sendNext(first); // alone: where Security Hub is off or closed, one call says so
  await Promise.all(Array.from({ length: callsAtOnce }, sendAll));
  const order = new Map(findings.map(({ Id }, at) => [Id, at]));
  return { accepted: findings.length - refused.length, refused: refused.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0)) };
}

const paces = new WeakMap<SecurityHubClient, Pace>();
/** One for all that a process sends by one client: the limit is the account's and Region's, as the client is. */
function paceOf(client: SecurityHubClient, rate: Rate): Pace {
  const pace = paces.get(client) ?? createPace(rate);
  paces.set(client, pace);
  return pace;
}

type Batch = readonly AwsSecurityFinding[];
const aborted: Problem = { code: "Aborted", message: "The run ended before Security Hub took the finding." };
const all = (batch: Batch, problem: Problem): Refused[] => batch.map(({ Id = "" }) => ({ id: Id, ...problem }));

function batches(findings: readonly AwsSecurityFinding[]): Batch[] {
  const done: AwsSecurityFinding[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const finding of findings) {
    const size = bytesOf(finding) + 1; // and a comma
    const last = done.at(-1);
    if (last === undefined || last.length === batchLimit.findings || bytes + size > batchLimit.bytes) {
      done.push([finding]);
      bytes = size;
    } else {
      last.push(finding);
      bytes += size;
    }
  }
  return done;
}

interface Line {
  readonly client: SecurityHubClient;
  readonly signal: AbortSignal;
  readonly backoff: Backoff;
  readonly pace: Pace;
}
/** Each finding's own fate, or why the call as a whole came to nothing. */
type Answer = { readonly refused: readonly Refused[] } | { readonly problem: Problem };

/** Some findings of a call failed for a reason that may pass. */
class StillFailing extends Error {
  override readonly name = "StillFailing";
}

async function send({ client, signal, backoff, pace }: Line, batch: Batch): Promise<Answer> {
  const refused: Refused[] = [];
  let left = batch;
  let failing: readonly Refused[] = [];
  const attempt = async () => {
    await pace.turn(signal);
    const answer = await client.send(new BatchImportFindingsCommand({ Findings: [...left] }), { abortSignal: signal });
    pace.faster();
    failing = failuresIn(answer, left);
    refused.push(...failing.filter(({ code }) => isFinal(code)));
    failing = failing.filter(({ code }) => !isFinal(code));
    const ids = new Set(failing.map(({ id }) => id));
    left = left.filter(({ Id = "" }) => ids.has(Id));
    if (left.length > 0) throw new StillFailing();
  };
  try {
    await pRetry(attempt, {
      retries: backoff.retries,
      minTimeout: backoff.firstMs,
      maxTimeout: backoff.mostMs,
      randomize: true,
      signal,
      onFailedAttempt: ({ error }) => {
        if (isThrottled(error)) pace.slower();
      },
      shouldRetry: ({ error }) => error instanceof StillFailing || isPassing(error),
    });
    return { refused };
  } catch (error) {
    if (error instanceof StillFailing) return { refused: [...refused, ...failing] };
    const problem = signal.aborted ? aborted : problemOf(error);
    // Before an attempt has answered, nothing is known of any finding; after one, the others are settled.
    return left === batch ? { problem } : { refused: [...refused, ...all(left, problem)] };
  }
}

/** The failures that an answer names; where it names fewer than it counts, every finding of the call may be meant. */
function failuresIn(
  answer: { FailedCount?: number | undefined; FailedFindings?: readonly Failure[] | undefined },
  batch: Batch,
): readonly Refused[] {
  const sent = new Set(batch.map(({ Id }) => Id));
  const named = (answer.FailedFindings ?? [])
    .filter(({ Id }) => sent.has(Id))
    .map(({ Id = "", ErrorCode, ErrorMessage }) => ({ id: Id, code: ErrorCode ?? "Unknown", message: ErrorMessage ?? "" }));
  if (named.length >= (answer.FailedCount ?? 0)) return named;
  const message = `Security Hub refused ${answer.FailedCount} of ${batch.length} findings and named ${named.length}.`;
  const names = new Set(named.map(({ id }) => id));
  return [...named, ...all(batch, { code: "Unnamed", message }).filter(({ id }) => !names.has(id))];
}
interface Failure {
  readonly Id?: string | undefined;
  readonly ErrorCode?: string | undefined;
  readonly ErrorMessage?: string | undefined;
}

/** The finding breaks the format, or Security Hub is off or of another account: trying again changes nothing. */
const isFinal = (code: string): boolean => code === "InvalidInput" || code === "InvalidAccess";
