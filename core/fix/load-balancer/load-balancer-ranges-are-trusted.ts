import type { Fix } from "../fix.ts";
import { chosen, internalPlan, restrictedPlan } from "./candidates.ts";
import { subjectIn } from "./subject.ts";

/** Restricted to what is trusted, else internal. */
export const fixLoadBalancerRangesAreTrusted: Fix = (input) => {
  const subject = subjectIn(input.cluster.facts, input);
  if (subject === undefined) return { none: "Its load balancers were not read." };
  return chosen([restrictedPlan(input, subject, input.settings.trustedCidrs), internalPlan(input, subject)]);
};
