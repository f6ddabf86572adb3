/** The plans that may mend what is reached from too far: which of them harms nothing is proved, not guessed. */
import { parseFilterCidrs } from "../../net/addresses.ts";
import { isInternet } from "../../net/internet.ts";
import type { Subject } from "../../net/load-balancer/subjects.ts";
import type { Fix, FixInput, Plan } from "../fix.ts";
import { isNone, planOfSteps } from "../steps.ts";
import { makeInternal } from "./make-internal.ts";
import { restrict } from "./restrict.ts";

type Candidate = { readonly plan: Plan } | { readonly none: string };

/** The first that there is, then the others; why there is none where all have reasons, by the last one's. */
export function chosen(candidates: readonly Candidate[]): ReturnType<Fix> {
  const [plan, ...or] = candidates.flatMap((one) => ("plan" in one ? [one.plan] : []));
  if (plan !== undefined) return { plan, or };
  const whys = candidates.flatMap((one) => ("none" in one ? [one.none] : []));
  return { none: [...new Set(whys)].join(" ") };
}

const nameOf = ({ resource: { kind, name } }: Subject): string => `${kind} ${name}`;

export function internalPlan(input: FixInput, subject: Subject): Candidate {
  const steps = makeInternal(input, subject);
  if (isNone(steps)) return steps;
  const { kind } = subject.manifest;
  const summary =
    kind === "absent" || kind === "none"
      ? `Deletes the load balancer of ${nameOf(subject)}, which no object of the cluster owns.`
      : `Takes the load balancer of ${nameOf(subject)} off the internet.`;
  return { plan: planOfSteps(input, summary, steps, "gone") };
}

export function restrictedPlan(input: FixInput, subject: Subject, cidrs: readonly string[]): Candidate {
  if (cidrs.length === 0) return { none: "No trusted range is configured that it could be narrowed to." };
  const steps = restrict(input, subject, cidrs);
  return isNone(steps) ? steps : { plan: planOfSteps(input, `Lets only trusted ranges reach ${nameOf(subject)}.`, steps) };
}

/** What the organization calls its own, unless that is the internet itself. */
export const trustedOf = ({ settings: { trustedCidrs, internet } }: FixInput): readonly string[] =>
  isInternet(parseFilterCidrs(trustedCidrs), internet) ? [] : trustedCidrs;
