import type { Fix } from "../fix.ts";
import { planOfSteps } from "../steps.ts";
import { deleteLoadBalancer } from "./delete-load-balancer.ts";
import { subjectIn } from "./subject.ts";

/** Deleted: what brings the owner back, if anything is to, only people know. */
export const fixLoadBalancerHasOwner: Fix = (input) => {
  const subject = subjectIn(input.cluster.facts, input);
  if (subject === undefined) return { none: "Its load balancers were not read." };
  const steps = subject.loadBalancers
    .filter(({ bindings = [], belongs }) => bindings.length === 0 && belongs === "yes")
    .map(({ loadBalancer }) => deleteLoadBalancer(input, loadBalancer));
  const names = subject.loadBalancers.map(({ loadBalancer }) => loadBalancer.name).join(", ");
  return { plan: planOfSteps(input, `Deletes ${names}, which no object of the cluster owns.`, steps, "gone") };
};
