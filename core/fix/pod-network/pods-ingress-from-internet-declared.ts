import { sidesIn } from "../../checks/pod-network/judge-namespaces.ts";
import { ingressFromInternet } from "../../checks/pod-network/pods-ingress-from-internet-declared.ts";
import { aboutOf, type Fix } from "../fix.ts";
import { judgedFacts, notRead } from "../policies/judged.ts";
import { familiesOf } from "../policies/ranges.ts";
import { withoutInternet } from "./without-internet.ts";

/** Addresses of the internet are cut; those inside, and ranges that Services of the namespace name, still come in. */
export const fixPodsIngressFromInternetDeclared: Fix = (input) => {
  const { cluster, settings, finding, readAt } = input;
  const facts = judgedFacts(cluster.facts);
  if (facts === undefined) return notRead;
  const namespace = finding.resource.name;
  const sides = sidesIn(ingressFromInternet({ ...facts, readAt }, settings, aboutOf(input)), namespace);
  const named = facts.services.state === "known" ? facts.services.value.filter((one) => one.namespace === namespace) : [];
  return withoutInternet(input, sides, {
    direction: "ingress",
    // The check asks of a pod of IPv6 whether addresses of either family get in.
    families: familiesOf(sides.failing).includes("ipv6") ? ["ipv4", "ipv6"] : ["ipv4"],
    open: named.flatMap(({ loadBalancerSourceRanges }) => loadBalancerSourceRanges),
    summary: (pods) => `Keeps internet addresses from ${pods}, and nothing inside.`,
    note: "A load balancer that keeps the addresses of its clients no longer leads them here: declare what is meant to be public under publicServices, and make the plan again.",
  });
};
