/** What is said of a cluster once every path from its pods to its kubelets was looked at. */
import type { Evidence, Verdict } from "../../model/check.ts";
import type { Reason } from "../../model/fact.ts";
import type { Resource } from "../../model/resource.ts";
import type { Pod } from "../../model/workloads.ts";
import { exemptions, type Sorted } from "../../net/kubelet/clients.ts";
import { kubeletPorts, type Path, type Witness } from "../../net/kubelet/reach.ts";

const ports = `TCP ${kubeletPorts.join(" and ")}`;

/** The worst path decides; one of pods that may be exempt proves nothing. */
export function verdictOn(resource: Resource, sorted: Sorted, paths: readonly Path[], nodeCount: number | undefined): Verdict {
  const evidence = evidenceOf(sorted, paths, nodeCount);
  const cluster = `Cluster ${resource.name}`;
  const open = paths.filter(({ state }) => state === "open");
  const proof = open.find(({ pods, witness }) => pods.mayBeExempt === undefined && witness !== undefined)?.witness;
  if (proof !== undefined) {
    const message = `${cluster} lets ${nameOf(proof.pod)} reach the kubelet of node ${proof.node} on TCP ${proof.port}.`;
    return { resource, status: "fail", message, evidence: { witness: shown(proof), ...evidence } };
  }
  if (paths.length > 0 && paths.every(({ state }) => state === "blocked")) {
    const message = `${cluster} keeps every pod that is judged, ${sorted.judged.length} in all, from ${ports} of every node.`;
    return { resource, status: "pass", message, evidence };
  }
  const reason = reasonOf(paths);
  const vpc = paths.find(({ vpcWitness }) => vpcWitness !== undefined)?.vpcWitness;
  const seen = vpc === undefined ? "" : `, security groups and network ACLs admit ${nameOf(vpc.pod)} to node ${vpc.node}`;
  const message = `${cluster} may let pods reach kubelets${seen}: ${reason.message}`;
  return { resource, status: "unknown", reason, message, evidence: vpc === undefined ? evidence : { vpcWitness: shown(vpc), ...evidence } };
}

/** How many pods were not judged, and why. */
export const countsOf = ({ exempt }: Sorted): Evidence =>
  Object.fromEntries(exemptions.map((exemption) => [exemption, countOf(exempt[exemption])]));

/** A gap that can be closed goes before what the product does not support yet. */
function reasonOf(paths: readonly Path[]): Reason {
  const reasons = paths.flatMap(({ state, reason, pods }) => {
    if (state === "blocked") return [];
    return [reason, pods.mayBeExempt].filter((one) => one !== undefined);
  });
  const none: Reason = { code: "not-found", message: "No node was listed that a pod could reach." };
  return reasons.find(({ code }) => code !== "not-supported") ?? reasons[0] ?? none;
}

function evidenceOf(sorted: Sorted, paths: readonly Path[], nodeCount: number | undefined): Evidence {
  const others = paths.filter(({ way }) => way === "other nodes");
  const own = paths.filter(({ way }) => way === "own node");
  const notRead = new Set(paths.flatMap(({ unread }) => unread.map(({ message }) => message)));
  return {
    podsJudged: sorted.judged.length,
    ...(nodeCount === undefined ? {} : { nodes: nodeCount }),
    notJudged: countsOf(sorted),
    // Of pods, as each has one own node; of other nodes classes are counted, as pairs are too many.
    podsByPathToOwnNode: tally(
      own,
      ({ state }) => state,
      ({ pods }) => pods.pods.length,
    ),
    podAndNodeClasses: tally(
      others,
      ({ state }) => state,
      () => 1,
    ),
    securityGroupsAndNetworkAcls: tally(
      others,
      ({ vpc }) => vpc,
      () => 1,
    ),
    ...(notRead.size === 0 ? {} : { notRead: [...notRead].slice(0, namesShown) }),
  };
}

function tally(paths: readonly Path[], key: (path: Path) => string, size: (path: Path) => number): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(key(path), (counts.get(key(path)) ?? 0) + size(path));
  return Object.fromEntries(counts);
}

const namesShown = 5;
const countOf = (pods: readonly Pod[]): Evidence =>
  pods.length === 0
    ? { count: 0 }
    : { count: pods.length, first: pods.slice(0, namesShown).map(({ namespace, name }) => `${namespace}/${name}`) };

const nameOf = ({ namespace, name }: Pod): string => `pod ${namespace}/${name}`;
const shown = ({ pod, node, port }: Witness): Evidence => ({ pod: `${pod.namespace}/${pod.name}`, node, port });
