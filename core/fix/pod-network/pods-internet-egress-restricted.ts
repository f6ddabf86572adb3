import { sidesIn } from "../../checks/pod-network/judge-namespaces.ts";
import { internetEgress } from "../../checks/pod-network/pods-internet-egress-restricted.ts";
import { aboutOf, type Fix } from "../fix.ts";
import { applied } from "../manifests.ts";
import { denied } from "../policies/denied.ts";
import { dialectFor } from "../policies/dialect.ts";
import { judgedFacts, nothingFails, notRead } from "../policies/judged.ts";
import { declaredRanges } from "../policies/kept.ts";
import { everythingBut } from "../policies/openers.ts";
import { blocksOf, familiesOf, insideRanges, internetBlocks } from "../policies/ranges.ts";
import { everyPod } from "../policies/terms.ts";

/** The internet is cut, and nothing that belongs to the cluster, its VPC or what its routes lead to besides. */
export const fixPodsInternetEgressRestricted: Fix = (input) => {
  const { cluster, settings, finding } = input;
  const facts = judgedFacts(cluster.facts);
  if (facts === undefined || facts.network.state === "unknown") return notRead;
  const namespace = finding.resource.name;
  const { failing, others } = sidesIn(internetEgress({ ...facts, network: facts.network.value }, settings, aboutOf(input)), namespace);
  if (failing.length === 0) return nothingFails;
  const spoken = dialectFor(cluster.facts, failing);
  if ("none" in spoken) return spoken;
  const families = familiesOf(failing);
  const addresses = insideRanges(
    cluster.facts,
    [...settings.trustedCidrs, ...declaredRanges(input, "egress", namespace)],
    settings.internet,
  );
  const written = denied(cluster.facts, spoken.dialect, {
    purpose: "no-internet-egress",
    direction: "egress",
    groups: [{ namespace, pods: failing, others }],
    peers: internetBlocks(addresses, families),
    otherwise: [{ peers: [everyPod, ...blocksOf(addresses, families)] }],
    takenOut: everythingBut({ addresses, families, limits: settings.internet }),
  });
  if ("none" in written) return written;
  const { manifests, notes } = written;
  return {
    plan: {
      summary: `Keeps ${failing.length} pods of namespace ${namespace} from the internet, and from nothing inside.`,
      commands: [],
      manifests,
      after: applied(cluster.facts, manifests),
      notes: [
        ...notes,
        "What a pod needs on the internet, such as an API or a registry, has to be let through to its addresses by a policy of its own.",
      ],
    },
  };
};
