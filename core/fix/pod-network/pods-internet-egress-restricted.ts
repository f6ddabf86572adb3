import { sidesIn } from "../../checks/pod-network/judge-namespaces.ts";
import { internetEgress } from "../../checks/pod-network/pods-internet-egress-restricted.ts";
import { aboutOf, type Fix } from "../fix.ts";
import { judgedFacts, notRead } from "../policies/judged.ts";
import { familiesOf } from "../policies/ranges.ts";
import { withoutInternet } from "./without-internet.ts";

/** The internet is cut, and nothing that belongs to the cluster, its VPC or what its routes lead to besides. */
export const fixPodsInternetEgressRestricted: Fix = (input) => {
  const { cluster, settings, finding } = input;
  const facts = judgedFacts(cluster.facts);
  if (facts === undefined || facts.network.state === "unknown") return notRead;
  const judgement = internetEgress({ ...facts, network: facts.network.value }, settings, aboutOf(input));
  const sides = sidesIn(judgement, finding.resource.name);
  return withoutInternet(input, sides, {
    direction: "egress",
    families: familiesOf(sides.failing),
    open: [],
    summary: (pods) => `Keeps ${pods} from the internet, and from nothing inside.`,
    note: "What a pod needs on the internet, such as an API or a registry, has to be let through to its addresses by a policy of its own.",
  });
};
