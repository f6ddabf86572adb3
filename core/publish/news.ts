/** What a channel has not been told yet: the difference between what is remembered of a finding and what was last told of it. */
import { isAtLeast } from "../model/severity.ts";
import { type FindingState, isBelieved, type Remembered, type Told, withEach } from "./finding-state.ts";

export const newsKinds = ["opened", "worsened", "reopened", "waiver-ended", "resolved"] as const;
export type NewsKind = (typeof newsKinds)[number];

/** One finding that is not as it was last told. */
export interface News extends Pick<Remembered, "check" | "resource" | "severity" | "message" | "firstSeen" | "seenAt"> {
  readonly id: string;
  readonly kind: NewsKind;
  /** What was last told, and what will have been told by this. */
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
    const { check, resource, message, firstSeen, seenAt, told } = remembered;
    // An end is for whoever was told of the failing, however severe it was in the end.
    const severity = kind === "resolved" ? (told?.severity ?? remembered.severity) : remembered.severity;
    const after: Told = { as: kind === "resolved" ? "closed" : "fail", severity };
    return [{ id, kind, check, resource, severity, message, firstSeen, seenAt, ...(told === undefined ? {} : { before: told }), after }];
  });
}

function kindOf({ status, severity, told }: Remembered): NewsKind | undefined {
  if (status === "waived") return undefined;
  if (status !== "fail") return isBelieved(told) ? "resolved" : undefined;
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
export type Telling = Pick<News, "id" | "before" | "after" | "seenAt">;

/**
 * The state once the news were read by the channel, however late that is known: what it believes is what it read, and what became of
 * the finding in the meantime is the next news. Something newer may have been told by somebody faster; and a waiver that came in
 * between had the channel forget what it read, so that its end is news.
 */
export const withTold = (state: FindingState, told: readonly Telling[]): FindingState =>
  withEach(state, told, (remembered, { after, seenAt }) => {
    const { status, waivedAt = "", toldOf = "" } = remembered;
    if (toldOf > seenAt || status === "waived") return remembered;
    if (waivedAt <= seenAt) return { ...remembered, told: beliefAfter(remembered, after), toldOf: seenAt };
    // Whoever read that it fails is owed the end of that; and where it is back, or comes back first, the end of the waiver.
    const isHeardOf = after.as === "fail";
    const told: Told =
      isHeardOf || status === "fail" ? { as: "waived", severity: after.severity, ...(isHeardOf ? { isHeardOf } : {}) } : after;
    return { ...remembered, told, toldOf: seenAt };
  });

/** Who suppressed it in Security Hub wants to hear no more of its failing, whatever was on its way by then. */
function beliefAfter({ status, told }: Remembered, after: Told): Told {
  if (status !== "fail" || told?.as !== "suppressed") return after;
  return after.as === "fail"
    ? { as: "suppressed", severity: after.severity, isHeardOf: true }
    : { as: "suppressed", severity: told.severity };
}

/**
 * The state once the news were found to be for nobody. A finding of which something else was told in the meantime stays as it is: its
 * difference from that is the next news.
 */
export const withoutNews = (state: FindingState, silent: readonly Omit<Telling, "seenAt">[]): FindingState =>
  withEach(state, silent, (remembered, { before, after }) =>
    isSame(remembered.told, before) ? { ...remembered, told: after } : remembered,
  );

/** The state of a subject that a channel has heard of by now: from here on its news are changes. */
export const withIntroduced = (state: FindingState, at: string): FindingState => ({ ...state, introducedAt: state.introducedAt ?? at });

/**
 * The same news for nobody to hear: whoever looks after the finding suppressed it in Security Hub. What was told before stays as severe
 * as it was told: its end is for those alone who heard of it.
 */
export const silenced = ({ id, before, after }: News): Omit<Telling, "seenAt"> => ({
  id,
  ...(before === undefined ? {} : { before }),
  after:
    before !== undefined && isBelieved(before)
      ? { as: "suppressed", severity: before.severity, isHeardOf: true }
      : { as: "suppressed", severity: after.severity },
});

const isSame = (one: Told | undefined, other: Told | undefined): boolean =>
  one?.as === other?.as && one?.severity === other?.severity && one?.isHeardOf === other?.isHeardOf;
