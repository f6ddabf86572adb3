import { sidesIn } from "../../checks/pod-network/judge-namespaces.ts";
import { ingressFromInternet } from "../../checks/pod-network/pods-ingress-from-internet-declared.ts";
import { aboutOf, type Fix } from "../fix.ts";
import { applied } from "../manifests.ts";
import { denied } from "../policies/denied.ts";
import { dialectFor } from "../policies/dialect.ts";
import { judgedFacts, nothingFails, notRead } from "../policies/judged.ts";
import { declaredRanges } from "../policies/kept.ts";
import { everythingBut } from "../policies/openers.ts";
import { blocksOf, familiesOf, insideRanges, internetBlocks } from "../policies/ranges.ts";
import { everyPod } from "../policies/terms.ts";

/** Addresses of the internet are cut; those inside, and ranges that Services of the namespace name, still come in. */
export const fixPodsIngressFromInternetDeclared: Fix = (input) => {
  const { cluster, settings, finding, readAt } = input;
  const facts = judgedFacts(cluster.facts);
  if (facts === undefined) return notRead;
  const namespace = finding.resource.name;
  const { failing, others } = sidesIn(ingressFromInternet({ ...facts, readAt }, settings, aboutOf(input)), namespace);
  if (failing.length === 0) return nothingFails;
  const spoken = dialectFor(cluster.facts, failing);
  if ("none" in spoken) return spoken;
  // The check asks of a pod of IPv6 whether addresses of either family get in.
  const families = familiesOf(failing).includes("ipv6") ? (["ipv4", "ipv6"] as const) : (["ipv4"] as const);
  const named = cluster.facts.services.state === "known" ? cluster.facts.services.value.filter((one) => one.namespace === namespace) : [];
  const ranges = [
    ...settings.trustedCidrs,
    ...declaredRanges(input, "ingress", namespace),
    ...named.flatMap(({ loadBalancerSourceRanges }) => loadBalancerSourceRanges),
  ];
  const addresses = insideRanges(cluster.facts, ranges, settings.internet);
  const written = denied(cluster.facts, spoken.dialect, {
    purpose: "no-internet-ingress",
    direction: "ingress",
    groups: [{ namespace, pods: failing, others }],
    peers: internetBlocks(addresses, families),
    otherwise: [{ peers: [everyPod, ...blocksOf(addresses, families)] }],
    takenOut: everythingBut({ addresses, families, limits: settings.internet }),
  });
  if ("none" in written) return written;
  const { manifests, notes } = written;
  return {
    plan: {
      summary: `Keeps internet addresses from ${failing.length} pods of namespace ${namespace}, and nothing inside.`,
      commands: [],
      manifests,
      after: applied(cluster.facts, manifests),
      notes: [
        ...notes,
        "A load balancer that keeps the addresses of its clients no longer leads them here: declare what is meant to be public under publicServices, and make the plan again.",
      ],
    },
  };
};
