import type { Fix } from "../fix.ts";
import { chosen, internalPlan, restrictedPlan, trustedOf } from "./candidates.ts";
import { subjectIn } from "./subject.ts";

/** Restricted to what is trusted where something enforces that, else internal, else deleted where nobody looks after it. */
export const fixLoadBalancerInternalOrRestricted: Fix = (input) => {
  const subject = subjectIn(input.cluster.facts, input);
  if (subject === undefined) return { none: "Its load balancers were not read." };
  return chosen([restrictedPlan(input, subject, trustedOf(input)), internalPlan(input, subject)]);
};
