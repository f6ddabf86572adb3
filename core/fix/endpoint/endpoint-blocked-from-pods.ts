import { toApiServer } from "../../checks/endpoint/endpoint-blocked-from-pods.ts";
import { sidesIn } from "../../checks/pod-network/judge-namespaces.ts";
import { unionOf } from "../../net/addresses.ts";
import { controlPlaneAddresses } from "../../net/policy/api-server.ts";
import { aboutOf, type Fix } from "../fix.ts";
import { applied } from "../manifests.ts";
import { denied } from "../policies/denied.ts";
import { dialectFor } from "../policies/dialect.ts";
import { judgedFacts, nothingFails, notRead } from "../policies/judged.ts";
import { allBut, blocksOf, familiesOf, inFamilies } from "../policies/ranges.ts";
import { everyPod } from "../policies/terms.ts";

/** The Service kubernetes, its endpoints and the control plane's interfaces are cut for pods that do not need them, and nothing else. */
export const fixEndpointBlockedFromPods: Fix = (input) => {
  const { cluster, settings, finding } = input;
  const facts = judgedFacts(cluster.facts);
  if (facts === undefined) return notRead;
  const namespace = finding.resource.name;
  const { failing, others } = sidesIn(toApiServer(facts, settings, aboutOf(input)), namespace);
  if (failing.length === 0) return nothingFails;
  const spoken = dialectFor(cluster.facts, failing);
  if ("none" in spoken) return spoken;
  const families = familiesOf(failing);
  const targets = controlPlaneAddresses(cluster.facts, cluster.resource.name);
  const addresses = inFamilies(unionOf(targets.flatMap((one) => (one.addresses.state === "known" ? [one.addresses.value] : []))), families);
  const written = denied(cluster.facts, spoken.dialect, {
    purpose: "no-api-server",
    direction: "egress",
    groups: [{ namespace, pods: failing, others }],
    peers: blocksOf(addresses, families),
    ports: [{ protocol: "TCP", port: 443 }],
    otherwise: [{ peers: [everyPod, ...allBut(addresses, families)] }],
    takenOut: { addresses },
  });
  if ("none" in written) return written;
  const { manifests, notes } = written;
  return {
    plan: {
      summary: `Keeps ${failing.length} pods of namespace ${namespace} from the API server, and from nothing else.`,
      commands: [],
      manifests,
      after: applied(cluster.facts, manifests),
      notes: [
        ...notes,
        "A pod that needs the API without RBAC of its own, such as one that only asks for its version, is to be listed under apiClients.",
        "EKS may move the control plane to other addresses of its subnets: judge the cluster again after an upgrade.",
      ],
    },
  };
};
