import * as z from "zod";
import type { Finding } from "../model/finding.ts";
import { Resource } from "../model/resource.ts";
import { isAtLeast, severities } from "../model/severity.ts";
import type { PublishableFinding } from "../report/asff.ts";
import { isDecided } from "./completeness.ts";

/** What is remembered of a finding that fails, or failed lately. Times are RFC 3339 in UTC with milliseconds, so that their texts compare. */
const Remembered = z
  .strictObject({
    check: z.string(),
    resource: Resource,
    severity: z.enum(severities),
    /** `gone`: the resource is no longer there, or nothing about it is left to judge. */
    status: z.enum(["fail", "waived", "pass", "gone"]),
    firstSeen: z.string(),
    /** The time of the evidence that `status` rests on. */
    seenAt: z.string(),
    /** Since when it does not fail any more. */
    closedAt: z.string().exactOptional(),
    /** The time of the evidence that Security Hub last accepted. */
    publishedAt: z.string().exactOptional(),
    /** It was sent to Security Hub as failing, and no closing was accepted since. */
    mayBeActive: z.boolean(),
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
  /** Ids of the checks that saw everything they look at; see `completelyJudged`. Each has a finding, and none that is unknown but for what it never judges. */
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
 * What is remembered after an evaluation, what changed by it, and what Security Hub is to hear: everything that fails, and
 * the end of what it may still hold as failing. `unknown` and `error` change nothing, evidence older than what is
 * remembered changes nothing, and what was not seen is closed only where its check saw everything.
 */
export function nextState(previous: FindingState, { findings, readAt, complete }: Evaluated): Transition {
  const isOutdated = (check: string) => (previous.judged[check] ?? "") > readAt;
  const decided = findings.filter((finding) => isDecided(finding) && !isOutdated(finding.check));
  const seen = new Set(findings.map(({ id }) => id));
  const isGone = (id: string, { check }: Remembered) => !seen.has(id) && complete.has(check) && !isOutdated(check);

  const after = new Map(Object.entries(previous.findings));
  for (const [id, remembered] of after) if (isOpen(remembered) && isGone(id, remembered)) after.set(id, closed(remembered, "gone", readAt));
  for (const finding of decided) {
    const now = remember(after.get(finding.id), finding, readAt, complete);
    if (now !== undefined) after.set(finding.id, now);
  }

  const kept = new Map([...after].filter(([, remembered]) => isWorthKeeping(remembered, readAt)));
  const state: FindingState = {
    ...previous,
    judged: { ...previous.judged, ...Object.fromEntries(decided.map(({ check }) => [check, readAt])) },
    findings: Object.fromEntries([...kept].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  return { state, changes: changesBetween(previous, state), toPublish: publications(state, decided) };
}

const isOpen = ({ status }: Remembered): boolean => status === "fail" || status === "waived";

function remember(before: Remembered | undefined, finding: Finding, readAt: string, complete: ReadonlySet<string>): Remembered | undefined {
  const { check, resource, severity, status } = finding;
  if (status === "fail" || status === "waived") {
    const { closedAt: _open, ...rest } = before ?? { firstSeen: readAt, mayBeActive: false };
    return { ...rest, check, resource, severity, status, seenAt: readAt };
  }
  if (before === undefined) return undefined; // what never failed is not remembered
  if (status === "pass") return closed(before, "pass", readAt);
  return complete.has(check) ? closed(before, "gone", readAt) : undefined;
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

function isWorthKeeping({ closedAt, mayBeActive }: Remembered, readAt: string): boolean {
  if (closedAt === undefined) return true;
  const days = (Date.parse(readAt) - Date.parse(closedAt)) / dayMs;
  return days <= (mayBeActive ? expiryDays : rememberedDays);
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

function publications(state: FindingState, decided: readonly Finding[]): readonly Publication[] {
  const current = new Map(decided.map((finding) => [finding.id, finding]));
  return Object.entries(state.findings).flatMap(([id, remembered]) => {
    const { firstSeen, seenAt: readAt } = remembered;
    const finding = current.get(id);
    if (isOpen(remembered)) {
      // Only what this evaluation saw failing: an older failure was sent when it was seen.
      return finding !== undefined && isFailing(finding) ? [{ finding, firstSeen, readAt }] : [];
    }
    if (!remembered.mayBeActive) return [];
    return [{ finding: finding !== undefined && isClosing(finding) ? finding : ending(id, remembered, state.subject), firstSeen, readAt }];
  });
}

const isFailing = (finding: Finding): finding is PublishableFinding => finding.status === "fail" || finding.status === "waived";
const isClosing = (finding: Finding): finding is PublishableFinding => finding.status === "pass" || finding.status === "not-applicable";

/** The finding that closes one of which nothing was said in this evaluation. */
function ending(id: string, { check, resource, severity, status }: Remembered, subject: string): PublishableFinding {
  const name = `${resource.kind} ${resource.namespace === undefined ? "" : `${resource.namespace}/`}${resource.name}`;
  const base = { id, check, severity, resource, frameworks: [], ...(resource.kind === "Account" ? {} : { cluster: subject }) };
  if (status === "pass") return { ...base, status: "pass", message: `${name} does not fail any more.` };
  const message = `${name} is gone, or has nothing left that ${check} judges.`;
  return { ...base, status: "not-applicable", message, reason: { code: "not-found", message } };
}

/** The state once the findings are about to be sent: from now on Security Hub may hold the failing ones. */
export const withOffered = (state: FindingState, offered: readonly Publication[]): FindingState =>
  withChanged(state, offered, (remembered) => (isOpen(remembered) ? { ...remembered, mayBeActive: true } : remembered));

/** The state once Security Hub has accepted the findings. What was judged anew in the meantime stays as it is. */
export const withDelivered = (state: FindingState, accepted: readonly Publication[]): FindingState =>
  withChanged(state, accepted, (remembered, { readAt }) => {
    if (remembered.seenAt !== readAt) return remembered;
    return { ...remembered, publishedAt: readAt, mayBeActive: isOpen(remembered) };
  });

function withChanged(
  state: FindingState,
  publications: readonly Publication[],
  change: (remembered: Remembered, publication: Publication) => Remembered,
): FindingState {
  const changed = publications.flatMap((publication) => {
    const remembered = state.findings[publication.finding.id];
    return remembered === undefined ? [] : [[publication.finding.id, change(remembered, publication)] as const];
  });
  return { ...state, findings: { ...state.findings, ...Object.fromEntries(changed) } };
}
