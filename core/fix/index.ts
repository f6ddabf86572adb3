import type { Fix } from "./fix.ts";

/** By the id of the check: what answers a plan for one of its fails. */
export const fixes: Readonly<Record<string, Fix>> = {};

/** By the id of the check: why it has no fix, in a sentence. */
export const withoutFix: Readonly<Record<string, string>> = {
  "cluster-read-completely": "What to grant or to mend stands in the finding, read by read: nothing in the facts would show it done.",
  "account-read-completely": "What to grant or to mend stands in the finding: nothing in the facts of a cluster would show it done.",
  "findings-delivered": "Delivery is judged after a run, not in a cluster.",
};
