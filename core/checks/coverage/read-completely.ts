import type { About, Verdict } from "../../model/check.ts";
import type { Coverage } from "../../model/cluster.ts";
import { listed } from "../listed.ts";
import { adviceFor, unreadOf } from "./what-to-do.ts";

/** Which outcomes were left out on purpose; of the others, what is not `read` is missing. */
export type IsSkipped = (outcome: Coverage) => boolean;

/** Whether everything that was asked for was answered. A list without a single answer is no complete reading. */
export function judgeReads(reads: readonly Coverage[], isSkipped: IsSkipped, { resource }: About): Verdict {
  const name = `${resource.kind} ${resource.name}`;
  if (reads.length === 0) {
    const reason = { code: "internal", message: "No outcome of any read was recorded." } as const;
    return { status: "unknown", resource, reason, message: `${name} was not judged: no outcome of any read was recorded.` };
  }
  const skipped = reads.filter(isSkipped);
  const unread = reads.filter((outcome) => outcome.state !== "read" && !skipped.includes(outcome)).map(unreadOf);
  const evidence = {
    answered: reads.length - skipped.length - unread.length,
    unread,
    skipped: skipped.map(({ read, reason }) => ({ read, ...reason })),
  };
  if (unread.length > 0) {
    const missing = listed(unread.map(({ read, code }) => `${read} (${code})`));
    const message = `${name} was not read completely, ${unread.length} of ${reads.length} reads went unanswered: ${missing}.`;
    return { status: "fail", resource, evidence, message, remediation: { text: adviceFor(unread) } };
  }
  const left = listed(skipped.map(({ read }) => read));
  if (evidence.answered === 0) {
    const reason = skipped[0]?.reason;
    const message = `${name} was left out on purpose, all of it: ${left}.`;
    return { status: "not-applicable", resource, ...(reason === undefined ? {} : { reason }), message };
  }
  const aside = skipped.length === 0 ? "" : `, ${skipped.length} skipped on purpose: ${left}`;
  return { status: "pass", resource, evidence, message: `${name} was read completely, reads answered: ${evidence.answered}${aside}.` };
}
