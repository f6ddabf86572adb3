import { createHash } from "node:crypto";
import * as z from "zod";
import type { Finding } from "../model/finding.ts";
import { Resource } from "../model/resource.ts";
import { isAtLeast, severities } from "../model/severity.ts";
import type { PublishableFinding } from "../report/asff.ts";
import { clipped, plainText } from "../report/plain-text.ts";
import { isDecided } from "./completeness.ts";

/** What a channel was last told of a finding. `waived` and `suppressed`: it fails, and nobody is to hear of it. */
export const Told = z
  .strictObject({
    as: z.enum(["fail", "waived", "suppressed", "closed"]),
    severity: z.enum(severities),
    /** Of one that is suppressed, or whose waiver came after: the channel was told before that it fails, and has to hear of its end. */
    isHeardOf: z.literal(true).exactOptional(),
  })
  .readonly();
export type Told = z.infer<typeof Told>;

/** Whoever reads the channel believes that it fails. */
export const isBelieved = (told: Told | undefined): boolean => told?.as === "fail" || told?.isHeardOf === true;

/** What is remembered of a finding that fails, or failed lately. Times are RFC 3339 in UTC with milliseconds, so that their texts compare. */
const Remembered = z
  .strictObject({
    check: z.string(),
    resource: Resource,
    severity: z.enum(severities),
    /** `gone`: the resource is no longer there, or nothing about it is left to judge. */
    status: z.enum(["fail", "waived", "pass", "gone"]),
    /** What was said when it last failed. */
    message: z.string(),
    firstSeen: z.string(),
    /** The time of the evidence that `status` rests on. */
    seenAt: z.string(),
    /** Since when it does not fail any more. */
    closedAt: z.string().exactOptional(),
    /** The time of the last evidence of its waiver. */
    waivedAt: z.string().exactOptional(),
    /** What Security Hub last accepted of its failing; absent where it accepted nothing, or may have accepted a closing since. */
    published: z
      .strictObject({
        /** The time of the evidence. */
        at: z.string(),
        /** Of the finding as it was sent; absent where something else may have been accepted since. */
        digest: z.string().exactOptional(),
      })
      .readonly()
      .exactOptional(),
    /** It was sent to Security Hub as failing, and no closing was accepted since. */
    mayBeActive: z.boolean(),
    told: Told.exactOptional(),
    /** The time of the evidence that was last told: what is older, and told by somebody late, tells no more. */
    toldOf: z.string().exactOptional(),
  })
  .readonly();
export type Remembered = z.infer<typeof Remembered>;

/** The memory of one cluster, or of one account's own findings. */
export const FindingState = z
  .strictObject({
    schema: z.literal("eks-perimeter/finding-state/v1"),
    /** The ARN of the cluster or account. */
    subject: z.string(),
    /** By check: the time of the newest evidence that decided anything. Older evidence does not count any more. */
    judged: z.record(z.string(), z.string()).readonly(),
    /** When a channel first heard of the subject; absent: what it will hear is the state of affairs, and no change. */
    introducedAt: z.string().exactOptional(),
    /** By the finding's id. */
    findings: z.record(z.string(), Remembered).readonly(),
  })
  .readonly();
export type FindingState = z.infer<typeof FindingState>;

export const emptyState = (subject: string): FindingState => ({
  schema: "eks-perimeter/finding-state/v1",
  subject,
  judged: {},
  findings: {},
});

/** What one evaluation says. */
export interface Evaluated {
  readonly findings: readonly Finding[];
  /** When reading began. */
  readonly readAt: string;
  /** Ids of the checks that saw everything they look at; see `completelyJudged`. Of a cluster that is gone, all of them. */
  readonly complete: ReadonlySet<string>;
}

/** Ids of the findings whose failing began, became worse, began again, or ended. */
export interface Changes {
  readonly opened: readonly string[];
  readonly worsened: readonly string[];
  readonly reopened: readonly string[];
  readonly resolved: readonly string[];
}

/** A finding to be sent, as of the time of its evidence. */
export interface Publication {
  readonly finding: PublishableFinding;
  readonly firstSeen: string;
  readonly readAt: string;
}

export interface Transition {
  readonly state: FindingState;
  readonly changes: Changes;
  readonly toPublish: readonly Publication[];
}

/**
 * What is remembered after an evaluation, what changed by it, and what Security Hub is to hear: what fails, unless it holds
 * just that and was reminded of it within a week; and the end of what it may still hold as failing. `unknown` and `error` change nothing, evidence older than what is
 * remembered changes nothing, and what was not seen is closed only where its check saw everything.
 */
export function nextState(previous: FindingState, { findings, readAt, complete }: Evaluated): Transition {
  const isOutdated = (check: string) => (previous.judged[check] ?? "") > readAt;
  const decided = findings.filter((finding) => isDecided(finding) && !isOutdated(finding.check));
  const seen = new Set(findings.map(({ id }) => id));
  const isGone = (id: string, { check }: Remembered) => !seen.has(id) && complete.has(check) && !isOutdated(check);

  const after = new Map(Object.entries(previous.findings));
  for (const [id, remembered] of after)
    if (isOpen(remembered) && isGone(id, remembered)) after.set(id, settled(closed(remembered, "gone", readAt)));
  for (const finding of decided) {
    const now = remember(after.get(finding.id), finding, readAt, complete);
    if (now !== undefined) after.set(finding.id, settled(now));
  }

  // Where all is gone, that is what was found out: an older scan that ends later must not bring it back.
  const emptied = [...complete].filter((check) => previous.judged[check] !== undefined && !isOutdated(check));
  const kept = new Map([...after].filter(([, remembered]) => isWorthKeeping(remembered, readAt)));
  const state: FindingState = {
    ...previous,
    judged: {
      ...previous.judged,
      ...Object.fromEntries([...decided.map(({ check }) => check), ...emptied].map((check) => [check, readAt])),
    },
    findings: Object.fromEntries([...kept].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  return { state, changes: changesBetween(previous, state), toPublish: publications(state, decided, readAt) };
}

const isOpen = ({ status }: Remembered): boolean => status === "fail" || status === "waived";

function remember(before: Remembered | undefined, finding: Finding, readAt: string, complete: ReadonlySet<string>): Remembered | undefined {
  const { check, resource, severity, status } = finding;
  if (status === "fail" || status === "waived") {
    const { closedAt: _open, ...rest } = before ?? { firstSeen: readAt, mayBeActive: false };
    const message = clipped(plainText(finding.message), longestMessage);
    return { ...rest, check, resource, severity, status, message, seenAt: readAt, ...(status === "waived" ? { waivedAt: readAt } : {}) };
  }
  if (before === undefined) return undefined; // what never failed is not remembered
  if (status === "pass") return closed(before, "pass", readAt);
  return complete.has(check) ? closed(before, "gone", readAt) : undefined;
}

/** Enough for a sentence; names come from clusters and may be of any length. */
const longestMessage = 500;

/**
 * What no channel needs to hear, taken as told: that a finding is waived, and that one ended of which it did not hear. Of one that
 * fails less severely, or was suppressed later, it still believes what it was told, and has to hear of the end.
 */
function settled(now: Remembered): Remembered {
  const { told, severity, status } = now;
  if (status === "waived") return { ...now, told: { as: "waived", severity } };
  if (told === undefined || status === "fail") return now;
  return isBelieved(told) ? now : { ...now, told: { ...told, as: "closed" } };
}

const closed = (before: Remembered, status: "pass" | "gone", readAt: string): Remembered => ({
  ...before,
  status,
  seenAt: readAt,
  closedAt: before.closedAt ?? readAt,
});

const dayMs = 86_400_000;
/** A finding that comes back within this time keeps its age. */
const rememberedDays = 30;
/** Security Hub drops an active finding that was not updated for so long, so no closing is owed any more. */
const expiryDays = 90;

function isWorthKeeping({ closedAt, mayBeActive, told }: Remembered, readAt: string): boolean {
  if (closedAt === undefined) return true;
  const days = (Date.parse(readAt) - Date.parse(closedAt)) / dayMs;
  return days <= (mayBeActive || isBelieved(told) ? expiryDays : rememberedDays);
}

function changesBetween(previous: FindingState, state: FindingState): Changes {
  const changes = { opened: [] as string[], worsened: [] as string[], reopened: [] as string[], resolved: [] as string[] };
  for (const [id, now] of Object.entries(state.findings)) {
    const change = changeOf(previous.findings[id], now);
    if (change !== undefined) changes[change].push(id);
  }
  return changes;
}

/** A waived failure is no failure to be told of: it neither opens nor ends, and the end of its waiver reopens it. */
function changeOf(before: Remembered | undefined, now: Remembered): keyof Changes | undefined {
  if (now.status !== "fail") return before?.status === "fail" && now.status !== "waived" ? "resolved" : undefined;
  if (before === undefined) return "opened";
  if (before.status !== "fail") return "reopened";
  return isAtLeast(before.severity, now.severity) ? undefined : "worsened";
}

function publications(state: FindingState, decided: readonly Finding[], now: string): readonly Publication[] {
  const current = new Map(decided.map((finding) => [finding.id, finding]));
  return Object.entries(state.findings).flatMap(([id, remembered]) => {
    const finding = documentOf(id, remembered, current.get(id), { subject: state.subject, now });
    return finding === undefined ? [] : [{ finding, firstSeen: remembered.firstSeen, readAt: remembered.seenAt }];
  });
}

/** What is to be sent of one remembered finding, if anything. */
function documentOf(
  id: string,
  remembered: Remembered,
  current: Finding | undefined,
  { subject, now }: { readonly subject: string; readonly now: string },
): PublishableFinding | undefined {
  if (!isOpen(remembered)) {
    if (!remembered.mayBeActive) return undefined;
    return current !== undefined && isClosing(current) ? current : ending(id, remembered, subject);
  }
  const { published } = remembered;
  // What this evaluation does not say failed before, and was sent then: only if it never arrived, it is owed.
  if (current === undefined || !isFailing(current)) return published === undefined ? standing(id, remembered, subject) : undefined;
  const isHeld = published !== undefined && published.digest === digestOf(current) && !isDue(id, published.at, now);
  return isHeld ? undefined : current;
}

/** The finding's content, by which an unchanged one is known; its times are not part of it. */
const digestOf = (finding: PublishableFinding): string =>
  createHash("sha256").update(JSON.stringify(finding)).digest("base64url").slice(0, 22);

const weekMs = 7 * dayMs;
/**
 * Whether Security Hub is to be reminded of an unchanged finding, which it drops after 90 days without an update: once a week, each
 * finding at its own time of the week, so that not all are sent by one run.
 */
function isDue(id: string, publishedAt: string, now: string): boolean {
  const offset = createHash("sha256").update(id).digest().readUInt32BE() % weekMs;
  const weekOf = (time: number) => Math.floor((time + offset) / weekMs);
  return weekOf(Date.parse(now)) > weekOf(Date.parse(publishedAt) + dayMs); // not on the day after: that is no reminder
}

const isFailing = (finding: Finding): finding is PublishableFinding => finding.status === "fail" || finding.status === "waived";
const isClosing = (finding: Finding): finding is PublishableFinding => finding.status === "pass" || finding.status === "not-applicable";

/** What is known of a finding from memory alone. */
const outline = (id: string, { check, resource, severity }: Remembered, subject: string) => ({
  id,
  check,
  severity,
  resource,
  frameworks: [],
  ...(resource.kind === "Account" ? {} : { cluster: subject }),
});

/** The failing finding of which nothing was said in this evaluation. */
const standing = (id: string, remembered: Remembered, subject: string): PublishableFinding => ({
  ...outline(id, remembered, subject),
  status: remembered.status === "waived" ? "waived" : "fail",
  message: remembered.message,
});

/** The finding that closes one of which nothing was said in this evaluation. */
function ending(id: string, remembered: Remembered, subject: string): PublishableFinding {
  const { check, resource, status } = remembered;
  const name = `${resource.kind} ${resource.namespace === undefined ? "" : `${resource.namespace}/`}${resource.name}`;
  const base = outline(id, remembered, subject);
  if (status === "pass") return { ...base, status: "pass", message: `${name} does not fail any more.` };
  const message = `${name} is gone, or has nothing left that ${check} judges.`;
  return { ...base, status: "not-applicable", message, reason: { code: "not-found", message } };
}

/**
 * The state once the findings are about to be sent: from now on Security Hub may hold the failing ones, and what it accepted
 * before may be overwritten.
 */
export const withOffered = (state: FindingState, offered: readonly Publication[]): FindingState =>
  withChanged(state, offered, (remembered, { finding }) => {
    const { published, ...rest } = remembered;
    if (!isOpen(remembered)) return rest;
    const kept = published === undefined ? {} : { published: published.digest === digestOf(finding) ? published : { at: published.at } };
    return { ...rest, ...kept, mayBeActive: true };
  });

/** The state once Security Hub has accepted the findings. What was judged anew in the meantime stays as it is. */
export const withDelivered = (state: FindingState, accepted: readonly Publication[]): FindingState =>
  withChanged(state, accepted, (remembered, { finding, readAt }) => {
    if (remembered.seenAt !== readAt) return remembered;
    if (isOpen(remembered)) return { ...remembered, published: { at: readAt, digest: digestOf(finding) } };
    return { ...remembered, mayBeActive: false };
  });

function withChanged(
  state: FindingState,
  publications: readonly Publication[],
  change: (remembered: Remembered, publication: Publication) => Remembered,
): FindingState {
  const byId = publications.map((publication) => ({ id: publication.finding.id, publication }));
  return withEach(state, byId, (remembered, { publication }) => change(remembered, publication));
}

/** The state with what each of them changes of the finding with its id, where that is remembered. */
export function withEach<T extends { readonly id: string }>(
  state: FindingState,
  all: readonly T[],
  change: (remembered: Remembered, one: T) => Remembered,
): FindingState {
  const changed = all.flatMap((one) => {
    const remembered = state.findings[one.id];
    return remembered === undefined ? [] : [[one.id, change(remembered, one)] as const];
  });
  return { ...state, findings: { ...state.findings, ...Object.fromEntries(changed) } };
}
