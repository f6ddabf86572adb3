/** What is said of a cluster once every path from its pods to its kubelets was looked at. */
import type { Evidence, Verdict } from "../../model/check.ts";
import type { Reason } from "../../model/fact.ts";
import type { Resource } from "../../model/resource.ts";
import type { Pod } from "../../model/workloads.ts";
import { exemptions, type Sorted } from "../../net/kubelet/clients.ts";
import type { PolicyLayer } from "../../net/kubelet/engine.ts";
import { kubeletPorts, type Path, type Witness } from "../../net/kubelet/reach.ts";

const ports = `TCP ${kubeletPorts.join(" and ")}`;

export interface Judged {
  readonly sorted: Sorted;
  readonly paths: readonly Path[];
  readonly engine: Pick<PolicyLayer, "why" | "sparesOwnNode" | "ownNodeBy" | "unread">;
  readonly nodeCount?: number;
}

/** The worst path decides; one of pods that may be exempt proves nothing. */
export function verdictOn(resource: Resource, { sorted, paths: asked, engine, nodeCount }: Judged): Verdict {
  const paths = asked.map((path) => (path.state === "open" ? { ...path, unread: [...path.unread, ...engine.unread] } : path));
  const evidence = { ...evidenceOf(sorted, paths, nodeCount), ...agentsOf(paths, engine) };
  const cluster = `Cluster ${resource.name}`;
  const open = paths.filter(({ state }) => state === "open");
  const proven = open.filter(({ pods, witness }) => pods.mayBeExempt === undefined && witness !== undefined);
  // What reaches other nodes too is the worse: it is the one to show.
  const proof = (proven.find(({ way }) => way === "other nodes") ?? proven[0])?.witness;
  if (proof !== undefined) {
    const isOwn = proven.every(({ way }) => way === "own node");
    const message = `${cluster} lets ${nameOf(proof.pod)} reach the kubelet of node ${proof.node} on TCP ${proof.port}.`;
    const witness = { ...shown(proof), engine: engine.why(proof.pod, { ...proof, isOwn }) };
    const isLow = paths.every(
      ({ way, state, pods }) => state === "blocked" || (way === "own node" && state === "open" && engine.sparesOwnNode(pods.engineClass)),
    );
    return { resource, status: "fail", message, evidence: { witness, ...evidence }, ...(isLow ? ofOwnNode : {}) };
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

/** The rest is blocked, and this VPC CNI with NetworkPolicy cannot stop. */
const ofOwnNode = {
  severity: "low",
  remediation: {
    text: "Every other node is kept from the pods already. A pod's own node is left open by Amazon VPC CNI whatever NetworkPolicies say: give the pods security groups of their own on branch interfaces in strict mode (SecurityGroupPolicy), which the nodes' groups do not admit, or use what polices the own node: an engine such as Calico, or ClusterNetworkPolicies of AWS with a version of VPC CNI's agent that holds them there.",
  },
} as const;

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

/** Where policies of VPC CNI close the way to the own node: the versions of its agent that were seen to hold them there. */
function agentsOf(paths: readonly Path[], { ownNodeBy }: Pick<PolicyLayer, "ownNodeBy">): Evidence {
  const closed = paths.filter(({ way, state }) => way === "own node" && state === "blocked");
  const tags = [...new Set(closed.flatMap(({ pods }) => ownNodeBy(pods.engineClass) ?? []))].sort();
  return tags.length === 0 ? {} : { agentsOfVpcCni: tags };
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
const shown = ({ pod, node, address, port }: Witness): Evidence => ({ pod: `${pod.namespace}/${pod.name}`, node, address, port });
