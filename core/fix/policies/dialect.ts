/** In whose words a fix writes policies: those of the engine that polices the pods. */
import type { ClusterFacts } from "../../model/cluster.ts";
import type { Pod } from "../../model/workloads.ts";
import { enforcementOf, type PodEnforcement } from "../../net/policy/enforcement/enforcement.ts";
import type { VpcCniAgent } from "../../net/policy/enforcement/vpc-cni-agent.ts";

export interface Dialect {
  readonly engine: "vpc-cni" | "calico" | "cilium";
  /** It has words to deny whatever other policies let through: NetworkPolicies can only let through. */
  readonly denies: boolean;
}

export type Spoken = { readonly dialect: Dialect } | { readonly none: string };

/** The dialect for all of the pods, or why there is none that would help each of them, in a sentence. */
export function dialectFor(facts: ClusterFacts, pods: readonly Pod[]): Spoken {
  const enforcement = enforcementOf(facts);
  const engines = new Set<string>();
  const agents: VpcCniAgent[] = [];
  for (const pod of pods) {
    const says = enforcement.ofPod(pod);
    const [first, second] = says.state === "enforced" ? says.enforcing : [];
    if (first === undefined || second !== undefined) return { none: whyNot(pod, says) };
    engines.add(first.engine);
    if (first.agent !== undefined) agents.push(first.agent);
  }
  const [engine, other] = engines;
  if (other !== undefined) return { none: `Pods are policed by ${engine} and by ${other}: write policies for each by hand.` };
  switch (engine) {
    case "vpc-cni":
      return { dialect: { engine, denies: knowsClusterPolicies(facts) && agents.every((one) => one.clusterPolicies !== "none") } };
    case "calico":
      return { dialect: { engine, denies: knowsTiers(facts) } };
    case "cilium":
      return { dialect: { engine, denies: knowsMereDenials(facts) } };
    default:
      return { none: `Policies are enforced by ${engine}, whose reading of them is not judged.` };
  }
}

function whyNot({ namespace, name }: Pod, says: PodEnforcement): string {
  const pod = `Pod ${namespace}/${name}`;
  if (says.state === "not-enforced" && says.cause === "no-engine")
    return `No policy holds for ${pod}, as ${says.why}: mend network-policies-are-enforced first.`;
  if (says.state === "not-enforced") return `No policy holds for ${pod}, as ${says.why}: a policy would be written in vain.`;
  if (says.state === "enforced")
    return `Several policy engines enforce for ${pod}, and what they make of policies together is not defined.`;
  return `Whether policies hold for ${pod} was not told${says.state === "unsure" ? `: ${says.reason.message}` : "."}`;
}

/**
 * ClusterNetworkPolicy of AWS came with VPC CNI 1.21 and Kubernetes 1.29; nodes of EKS Auto Mode are kept current by AWS.
 * Source: Amazon EKS User Guide, "Limit Pod traffic with Kubernetes network policies".
 */
function knowsClusterPolicies({ clusterNetworkPolicies, version, pods }: ClusterFacts): boolean {
  const isThere =
    clusterNetworkPolicies.state === "known" && clusterNetworkPolicies.value.some(({ apiGroup }) => apiGroup === "networking.k8s.aws");
  if (isThere) return true;
  if (clusterNetworkPolicies.state === "unknown" || version.state === "unknown" || !isAtLeast(version.value.kubernetes, [1, 29]))
    return false;
  const agents = ofDaemonSet(pods, ["aws-node"]);
  return imagesOf(agents, /(?:^|\/)amazon-k8s-cni:v?([\d.]+)/).every((tag) => tag !== undefined && isAtLeast(tag, [1, 21]));
}

/** Tiers are part of open-source Calico from 3.29 on; where there are more than its own, they are there. */
function knowsTiers({ pods, calicoTiers }: ClusterFacts): boolean {
  if (calicoTiers.state === "unknown") return false;
  const agents = ofDaemonSet(pods, ["calico-node"]);
  return imagesOf(agents, /(?:^|\/)calico\/node:v?([\d.]+)/).every((tag) => tag === undefined || isAtLeast(tag, [3, 29]));
}

/** A policy that denies and isolates nobody came with Cilium 1.16; an older one takes the rest of it for a default-deny. Source: cilium/cilium #30572. */
const knowsMereDenials = ({ pods }: ClusterFacts): boolean =>
  imagesOf(ofDaemonSet(pods, ["cilium"]), /(?:^|\/)cilium\/cilium:v?([\d.]+)/).every((tag) => tag === undefined || isAtLeast(tag, [1, 16]));

/** Why nothing can be denied without isolating pods, where that is so. */
export const lacksDenials = ({ engine, denies }: Dialect): string | undefined =>
  engine === "cilium" && !denies
    ? "Cilium before 1.16 knows no denial that isolates nobody: bring it up to date, or isolate the pods by policies that let through what they need."
    : undefined;

/** What to know of applying policies in the dialect. */
export const notesOn = ({ engine }: Dialect): readonly string[] =>
  engine === "calico"
    ? [
        "kubectl takes projectcalico.org/v3 where Calico's API server, or its native definitions, are installed; elsewhere apply it by calicoctl.",
      ]
    : [];

const ofDaemonSet = (pods: ClusterFacts["pods"], names: readonly string[]): readonly Pod[] =>
  (pods.state === "known" ? pods.value : []).filter(({ owner }) => owner?.kind === "DaemonSet" && names.includes(owner.name));

/** The version that each pod's image tells, undefined where it tells none. */
const imagesOf = (agents: readonly Pod[], pattern: RegExp): readonly (string | undefined)[] =>
  agents.map(({ spec }) => spec.containers.map(({ image }) => pattern.exec(image)?.[1]).find(Boolean));

function isAtLeast(text: string, [major, minor]: readonly [number, number]): boolean {
  const [first = 0, second = 0] = text.split(".").map(Number);
  return first > major || (first === major && second >= minor);
}
