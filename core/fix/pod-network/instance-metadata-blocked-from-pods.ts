import { quoted } from "../../checks/shell.ts";
import { known } from "../../model/fact.ts";
import type { Instance } from "../../model/nodes.ts";
import { parseCidrs } from "../../net/addresses.ts";
import { metadataReach } from "../../net/nodes/instance-metadata.ts";
import { isUp, type Machine } from "../../net/nodes/machines.ts";
import { poolsOf } from "../../net/nodes/pools.ts";
import type { Fix, FixInput } from "../fix.ts";
import { applied } from "../manifests.ts";
import { denied, type Group } from "../policies/denied.ts";
import { dialectFor } from "../policies/dialect.ts";
import { judgedFacts, nothingFails, notRead } from "../policies/judged.ts";
import { allBut, blocksOf } from "../policies/ranges.ts";
import { everyPod } from "../policies/terms.ts";

/** The instances' own options, where they may be changed; else policies for every pod. */
export const fixInstanceMetadataBlockedFromPods: Fix = (input) => {
  const { cluster, finding } = input;
  const pool = poolsOf(cluster.facts, cluster.resource).pools.find(({ resource }) => resource.id === finding.resource.id);
  const open = (pool?.machines ?? []).filter((machine) => isUp(machine) && isOpen(machine.instance));
  if (open.length === 0) return nothingFails;
  return open.some(({ instance }) => instance?.isManaged === true) ? byPolicies(input, open) : byOptions(input, open);
};

const isOpen = (instance: Instance | undefined): boolean =>
  instance?.metadata.state === "known" && metadataReach(instance.metadata.value).state === "reachable";

function byOptions({ cluster, region }: FixInput, open: readonly Machine[]): ReturnType<Fix> {
  const { instances } = cluster.facts;
  if (instances.state === "unknown") return { none: `Instances were not read: ${instances.reason.message}` };
  const ids = new Set(open.flatMap(({ instance }) => instance?.id ?? []));
  const commands = [...ids]
    .sort()
    .map(
      (id) =>
        `aws ec2 modify-instance-metadata-options --region ${quoted(region)} --instance-id ${quoted(id)} --http-tokens required --http-put-response-hop-limit 1`,
    );
  const strict = instances.value.map((one) =>
    ids.has(one.id) && one.metadata.state === "known"
      ? { ...one, metadata: known({ ...one.metadata.value, tokens: "required" as const, hopLimit: 1 }) }
      : one,
  );
  return {
    plan: {
      summary: `Requires IMDSv2 with hop limit 1 on ${ids.size} instances.`,
      commands,
      manifests: [],
      after: { ...cluster.facts, instances: known(strict) },
      notes: [
        "The next instance has what its launch template, Karpenter EC2NodeClass or node configuration says: set HttpTokens required and HttpPutResponseHopLimit 1 there as well.",
        "Pods that took the credentials of their node lose them: give their service accounts a role of their own (EKS Pod Identity) first.",
      ],
    },
  };
}

/** Options of EKS Auto Mode's instances are not for others to change. */
function byPolicies({ cluster }: FixInput, open: readonly Machine[]): ReturnType<Fix> {
  const facts = judgedFacts(cluster.facts);
  if (facts === undefined) return notRead;
  const names = new Set(open.flatMap(({ node }) => node?.name ?? []));
  const running = facts.pods.filter(
    ({ phase, spec, nodeName }) => phase !== "Succeeded" && phase !== "Failed" && !spec.hostNetwork && nodeName !== undefined,
  );
  const there = running.filter(({ nodeName }) => nodeName !== undefined && names.has(nodeName));
  if (there.length === 0) {
    return {
      none: "Its instances are EKS Auto Mode's, whose options nobody else may change, and no pod runs there that a policy could keep from them: nodes get the default of their NodeClass when they are replaced.",
    };
  }
  const spoken = dialectFor(cluster.facts, there);
  if ("none" in spoken) return spoken;
  const namespaces = new Set(there.map(({ namespace }) => namespace));
  const groups = [...namespaces]
    .sort()
    .map((namespace): Group => ({ namespace, pods: running.filter((pod) => pod.namespace === namespace), others: [] }));
  const addresses = parseCidrs([
    ...new Set(
      open.flatMap(({ instance }) => {
        const reach = instance?.metadata.state === "known" ? metadataReach(instance.metadata.value) : undefined;
        return reach?.state === "reachable" ? reach.addresses : [];
      }),
    ),
  ]);
  const families = addresses.ipv6.length > 0 ? (["ipv4", "ipv6"] as const) : (["ipv4"] as const);
  const written = denied(cluster.facts, spoken.dialect, {
    purpose: "no-instance-metadata",
    direction: "egress",
    groups,
    everyNamespaceBut: [],
    peers: blocksOf(addresses, families),
    otherwise: [{ peers: [everyPod, ...allBut(addresses, families)] }],
    takenOut: { addresses },
  });
  if ("none" in written) return written;
  const { manifests, notes } = written;
  return {
    plan: {
      summary: `Keeps pods from the metadata service of their instances, whose options are EKS Auto Mode's.`,
      commands: [],
      manifests,
      after: applied(cluster.facts, manifests),
      notes: [
        ...notes,
        "Pods that took the credentials of their node lose them: give their service accounts a role of their own (EKS Pod Identity) first.",
      ],
    },
  };
}
