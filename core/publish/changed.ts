import type { AnyCheck } from "../model/check.ts";
import type { ClusterChanges } from "../report/changes.ts";
import type { FindingState, Remembered, Transition } from "./finding-state.ts";

/**
 * What an evaluation changed, for readers of its report. What a check says for the first time is no change, and neither is what
 * the evaluation left open: of what failed before and was not decided now, only the number is told. Coverage is told elsewhere.
 *
 * @param asked the checks that the evaluation asked; what others said before is not counted
 */
export function changedBy(
  previous: FindingState,
  { state, changes }: Transition,
  asked: readonly AnyCheck[],
  readAt: string,
): ClusterChanges {
  const ids = new Set(asked.filter(({ surface }) => surface !== "coverage").map(({ id }) => id));
  const isAsked = (remembered: Remembered | undefined): remembered is Remembered => remembered !== undefined && ids.has(remembered.check);
  const ofAsked = (found: readonly string[]) => found.filter((id) => isAsked(state.findings[id]));
  const times = Object.values(previous.judged).sort();
  const since = times.at(-1);
  return {
    ...(since === undefined ? {} : { since }),
    opened: ofAsked(changes.opened).filter((id) => previous.judged[state.findings[id]?.check ?? ""] !== undefined),
    worsened: ofAsked(changes.worsened),
    reopened: ofAsked(changes.reopened),
    resolved: changes.resolved.flatMap((id) => {
      const before = previous.findings[id];
      if (!isAsked(before)) return [];
      const { check, severity, resource, message } = before;
      return [{ id, check, severity, resource, message }];
    }),
    notJudged: Object.values(state.findings).filter((one) => isAsked(one) && one.status === "fail" && one.seenAt < readAt).length,
  };
}
