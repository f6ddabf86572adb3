import { declaredExposureOf } from "../../net/load-balancer/public-services.ts";
import type { Fix } from "../fix.ts";
import { chosen, internalPlan, restrictedPlan } from "./candidates.ts";
import { subjectIn } from "./subject.ts";

/** Restricted to what is trusted, else internal; what is declared to be public stays so. */
export const fixLoadBalancerRangesAreTrusted: Fix = (input) => {
  const subject = subjectIn(input.cluster.facts, input);
  if (subject === undefined) return { none: "Its load balancers were not read." };
  const { cluster, readAt, settings } = input;
  const { inForce } = declaredExposureOf(subject.resource, { cluster: cluster.name, readAt, publicServices: settings.publicServices });
  if (inForce.length > 0) {
    const owners = [...new Set(inForce.map(({ owner }) => owner))].join(", ");
    return { none: `Its exposure is declared under publicServices by ${owners}: strangers are meant to come. Waive this finding for it.` };
  }
  return chosen([restrictedPlan(input, subject, input.settings.trustedCidrs), internalPlan(input, subject)]);
};
