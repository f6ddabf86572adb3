import type { Fix } from "../fix.ts";
import { chosen, internalPlan, restrictedPlan, trustedOf } from "./candidates.ts";
import { subjectIn } from "./subject.ts";

/** Internal, else restricted to what is trusted. */
export const fixLoadBalancerHidesSensitivePorts: Fix = (input) => {
  const subject = subjectIn(input.cluster.facts, input);
  if (subject === undefined) return { none: "Its load balancers were not read." };
  return chosen([internalPlan(input, subject), restrictedPlan(input, subject, trustedOf(input))]);
};
