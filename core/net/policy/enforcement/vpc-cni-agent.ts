/**
 * Which version of VPC CNI's agent polices the pods of a node, and what is known of how that version differs from others.
 * Sources: aws/aws-network-policy-agent pull requests 367 (host interfaces of pods with a branch interface, February 2025),
 * 496 (ClusterNetworkPolicy, December 2025) and 636 (the node's address in maps of ClusterNetworkPolicies, August 2026), and its
 * releases; aws/amazon-vpc-cni-k8s release v1.21.0, which withdraws v1.3.0 of the agent.
 */
import type { Pod } from "../../../model/workloads.ts";

/** What the agent makes of ClusterNetworkPolicies of AWS. */
export type ClusterPolicies =
  /** It enforces them, and the pod's own node is to them an address like any other. */
  | "own node too"
  /** It enforces them, and may let everything pass to and from the pod's own node before it asks them. */
  | "perhaps not own node"
  /** It knows no such kind. */
  | "none";

export interface VpcCniAgent {
  /** The tag of its image: "v1.4.1-eksbuild.1". Undefined where none is to be trusted. */
  readonly tag?: string;
  readonly clusterPolicies: ClusterPolicies;
  /** Whether it polices pods whose branch interface stands in strict mode. */
  readonly branchInterfaces: "policed" | "not policed" | "untold";
  /** Why more is not known of it, as a clause. */
  readonly why?: string;
}

export const untoldAgent = (why: string): VpcCniAgent => ({
  clusterPolicies: "perhaps not own node",
  branchInterfaces: "untold",
  why,
});

const container = "aws-eks-nodeagent";
const repository = "aws-network-policy-agent";

/**
 * The agent that a ready pod of DaemonSet kube-system/aws-node runs.
 *
 * Its registry is not looked at: images are commonly mirrored, and who may put another program under this name and tag into a
 * DaemonSet of kube-system could as well turn the enforcement off, which is told from the same pod. What a mirror may well do is to
 * build anew, which shows in tags of its own: those tell nothing here. Beside a digest the tag tells nothing either, as it is the
 * digest that is run.
 */
export function vpcCniAgentOf({ spec }: Pod): VpcCniAgent {
  const [its, another] = spec.containers.filter(({ name }) => name === container);
  if (its === undefined || another !== undefined || its.isInit) return untoldAgent(`there is not one container ${container} in its pod`);
  if (its.image.includes("@")) return untoldAgent("its image is told by a digest");
  const [, name, tag] = /(?:^|\/)([^/:]+):([^/:]+)$/.exec(its.image) ?? [];
  if (name !== repository || tag === undefined) return untoldAgent(`its image is none of ${repository} with a tag`);
  const [, ...numbers] = /^v(\d{1,4})\.(\d{1,4})\.(\d{1,4})(?:-eksbuild\.\d{1,4})?$/.exec(tag) ?? [];
  const [major, minor, patch] = numbers.map(Number);
  if (major === undefined || minor === undefined || patch === undefined)
    return untoldAgent("the tag of its image is none of AWS's releases");
  if (major === 0) return untoldAgent(`${tag} is no release of it`);
  const line = major === 1 ? lines[minor] : undefined;
  if (line === undefined) return { ...newer, tag, why: `of ${tag} it is not known` };
  const clusterPolicies = clusterPoliciesOf(line, patch);
  return {
    tag,
    clusterPolicies,
    branchInterfaces: patch <= line.last ? line.branchInterfaces : (line.later ?? line.branchInterfaces),
    ...(clusterPolicies === "perhaps not own node" ? { why: `of ${tag} it is not known` } : {}),
  };
}

interface Line {
  /** The last patch that was looked at. */
  readonly last: number;
  readonly branchInterfaces: VpcCniAgent["branchInterfaces"];
  /** The same for patches after it, where they may differ. */
  readonly later?: VpcCniAgent["branchInterfaces"];
  /** The first patch that is known to enforce ClusterNetworkPolicies for the own node too, up to the last; undefined: it has none. */
  readonly first?: number;
}

/**
 * By minor version of 1, as of November 2026. Patches that came after those that are named here may have been given what was
 * written later, such as the node's address of August 2026. A kind of policy comes with a minor version.
 */
const lines: readonly (Line | undefined)[] = [
  { last: 8, branchInterfaces: "not policed", later: "untold" },
  { last: 6, branchInterfaces: "not policed", later: "untold" },
  { last: 7, branchInterfaces: "policed" },
  { first: 1, last: 7, branchInterfaces: "policed" },
  { first: 0, last: 1, branchInterfaces: "policed" },
];

/** Of versions that came after all of those. */
const newer = { clusterPolicies: "perhaps not own node", branchInterfaces: "policed" } as const;

function clusterPoliciesOf({ first, last }: Line, patch: number): ClusterPolicies {
  if (first === undefined) return "none";
  return first <= patch && patch <= last ? "own node too" : "perhaps not own node";
}
