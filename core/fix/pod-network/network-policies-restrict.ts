import type { Direction } from "../../net/policy/model.ts";
import type { Fix } from "../fix.ts";
import { applied } from "../manifests.ts";
import { narrowedOpener } from "../policies/openers.ts";
import { keptForPublicServices } from "../policies/public-pods.ts";
import { insideRanges } from "../policies/ranges.ts";

const directions: readonly Direction[] = ["ingress", "egress"];

/** In the place of everybody stand all pods and what is inside: who else is needed nobody but its owner knows. */
export const fixNetworkPoliciesRestrict: Fix = (input) => {
  const { cluster, finding, settings } = input;
  const witness = (finding.evidence?.witness ?? {}) as { readonly policy?: string; readonly directions?: readonly Direction[] };
  const { policy, directions: opened = directions } = witness;
  if (policy === undefined) return { none: "The finding does not say which policy lets everybody through: judge the cluster again." };
  const ipv6 = cluster.facts.network.state === "known" && cluster.facts.network.value.ipFamily === "ipv6";
  const less = narrowedOpener(cluster.facts, policy, opened, {
    addresses: insideRanges(cluster.facts, settings.trustedCidrs, settings.internet),
    families: ipv6 ? ["ipv6"] : ["ipv4"],
    limits: settings.internet,
  });
  if (less === undefined)
    return {
      none: `${policy} lets everybody through in a way that is not written anew here: name in its rules the peers that are needed.`,
    };
  const manifests = [less, ...(opened.includes("ingress") ? keptForPublicServices(input, [policy]) : [])];
  return {
    plan: {
      summary: `Lets ${policy} admit all pods and what is inside, in the place of everybody.`,
      commands: [],
      manifests,
      after: applied(cluster.facts, manifests),
      notes: [
        "It is written anew: mend it where it is kept, such as in a chart, or it will come back.",
        "It still lets every pod through on every port: name those that are needed, and it restricts more.",
      ],
    },
  };
};
