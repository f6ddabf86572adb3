/** What a channel has not been told yet: the difference between what is remembered of a finding and what was last told of it. */
import { isAtLeast } from "../model/severity.ts";
import type { FindingState, Remembered, Told } from "./finding-state.ts";

export const newsKinds = ["opened", "worsened", "reopened", "waiver-ended", "resolved"] as const;
export type NewsKind = (typeof newsKinds)[number];

/** One finding that is not as it was last told. */
export interface News extends Pick<Remembered, "check" | "resource" | "severity" | "message" | "firstSeen"> {
  readonly id: string;
  readonly kind: NewsKind;
  /** What was last told, and what will have been told by this: by both a telling is known from one that came in between. */
  readonly before?: Told;
  readonly after: Told;
}

/**
 * What changed since it was last told, in the order of the findings' ids. What came and went in between is no news, whoever
 * reads a channel can't act on it; evaluations that found nothing out change nothing.
 */
export function newsOf({ findings }: FindingState): readonly News[] {
  return Object.entries(findings).flatMap(([id, remembered]) => {
    const kind = kindOf(remembered);
    if (kind === undefined) return [];
    const { check, resource, message, firstSeen, told } = remembered;
    // An end is for whoever was told of the failing, however severe it was in the end.
    const severity = kind === "resolved" ? (told?.severity ?? remembered.severity) : remembered.severity;
    const after: Told = { as: kind === "resolved" ? "closed" : "fail", severity };
    return [{ id, kind, check, resource, severity, message, firstSeen, ...(told === undefined ? {} : { before: told }), after }];
  });
}

function kindOf({ status, severity, told }: Remembered): NewsKind | undefined {
  if (status === "waived") return undefined;
  if (status !== "fail") return told?.as === "fail" ? "resolved" : undefined;
  switch (told?.as) {
    case undefined:
      return "opened";
    case "closed":
      return "reopened";
    case "waived":
      return "waiver-ended";
    case "suppressed":
      return undefined;
    case "fail":
      return isAtLeast(told.severity, severity) ? undefined : "worsened";
  }
}

/** News as they are marked off. */
export type Telling = Pick<News, "id" | "before" | "after">;

/**
 * The state once the news were told, or were found to be for nobody. A finding of which something else was told in the meantime
 * stays as it is: its difference from that is the next news. But whoever heard late of one that ended has to hear of its end.
 */
export function withTold(state: FindingState, told: readonly Telling[]): FindingState {
  const changed = told.flatMap(({ id, before, after }) => {
    const remembered = state.findings[id];
    if (remembered === undefined) return [];
    const isOver = remembered.closedAt !== undefined && after.as === "fail";
    return isSame(remembered.told, before) || isOver ? [[id, { ...remembered, told: after }] as const] : [];
  });
  return { ...state, findings: { ...state.findings, ...Object.fromEntries(changed) } };
}

/** The state of a subject that a channel has heard of by now: from here on its news are changes. */
export const withIntroduced = (state: FindingState, at: string): FindingState => ({ ...state, introducedAt: state.introducedAt ?? at });

/** The same news for nobody to hear: whoever looks after the finding suppressed it in Security Hub. */
export const silenced = ({ id, before, after }: News): Telling => ({
  id,
  ...(before === undefined ? {} : { before }),
  after: { ...after, as: "suppressed" },
});

const isSame = (one: Told | undefined, other: Told | undefined): boolean => one?.as === other?.as && one?.severity === other?.severity;
