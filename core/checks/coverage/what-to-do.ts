import type { Coverage } from "../../model/cluster.ts";
import type { ReasonCode } from "../../model/fact.ts";

/** One unread answer as evidence: what, why, and what to do about it. */
export interface Unread {
  readonly read: string;
  readonly code: ReasonCode;
  readonly message: string;
  readonly whatToDo: string;
}

/** For an outcome that its reader left without advice: a step that broke, or evidence of an older version. */
const usualAdvice = "Scan again, and look at the run's log if it stays so.";

/** The outcome of a read that was not answered, with the advice that its reader gave. One without a reason says so. */
export function unreadOf({ read, reason, remedy }: Coverage): Unread {
  const { code, message } = reason ?? { code: "internal", message: "No reason was recorded." };
  return { read, code, message, whatToDo: remedy ?? usualAdvice };
}

/** What to do about all of them: each advice once, a line each, with the reads that it is for. */
export function adviceFor(unread: readonly Unread[]): string {
  const reads = new Map<string, string[]>();
  for (const { read, whatToDo } of unread) reads.set(whatToDo, [...(reads.get(whatToDo) ?? []), read]);
  return [...reads].map(([whatToDo, of]) => `${of.join(", ")}: ${whatToDo}`).join("\n");
}
