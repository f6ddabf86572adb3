/** The pods that may call kubelets, as few classes of them: of one class all go by the same rules. */
import type { Fact, Reason } from "../../model/fact.ts";
import type { NetworkInterface } from "../../model/vpc.ts";
import { mayHaveBranchInterface, type Pod } from "../../model/workloads.ts";
import { type AddressSet, noAddresses, parseCidrs } from "../addresses.ts";
import type { BranchMode } from "../policy/enforcement/branch-mode.ts";
import type { Place } from "../reach/within-vpc.ts";
import { interfacesByAddress, whyNoInterface } from "../workloads/interfaces.ts";
import type { EngineLayer } from "./engine.ts";

/**
 * Which way a pod's packets to its own node go. "host": they never leave it, and no security group sees them. "vpc": a branch
 * interface in strict mode sends them through the VPC like all others.
 * Source: aws/amazon-vpc-cni-k8s README.md, POD_SECURITY_GROUP_ENFORCING_MODE.
 */
export type OwnNodePath = "host" | "vpc" | "unsure";

export interface PodClass {
  /** Absent where the pods' addresses are on no interface of the VPC; `unplaced` says why. */
  readonly place?: Place;
  readonly unplaced?: Reason;
  readonly ownNode: OwnNodePath;
  /** Why that is unsure, where it is the mode that was not told. */
  readonly modeUntold?: Reason;
  /** As the engine tells pods apart. */
  readonly engineClass: string;
  /** Why these pods may be of those that are not judged. */
  readonly mayBeExempt?: Reason;
  readonly pods: readonly Pod[];
  readonly addresses: AddressSet;
  /** The names of the nodes that they run on. */
  readonly nodes: ReadonlySet<string>;
}

/** A pod to be judged. */
export interface Candidate {
  readonly pod: Pod;
  readonly mayBeExempt?: Reason;
}

export interface SourceFacts {
  readonly networkInterfaces: Fact<readonly NetworkInterface[]>;
  /** What VPC CNI makes of the pod's branch interface. */
  readonly branchMode: (pod: Pod) => BranchMode;
  readonly engine: EngineLayer;
}

interface Growing extends Omit<PodClass, "pods" | "addresses" | "nodes"> {
  readonly pods: Set<Pod>;
  readonly texts: string[];
  readonly nodes: Set<string>;
}

/** Every pod stands in one class, or in one for each of the interfaces that its addresses are on. */
export function podClasses(candidates: readonly Candidate[], { networkInterfaces, branchMode, engine }: SourceFacts): readonly PodClass[] {
  const interfaceOf = interfacesByAddress(networkInterfaces);
  const classes = new Map<string, Growing>();
  for (const { pod, mayBeExempt } of candidates) {
    const engineClass = engine.classOf(pod);
    for (const address of pod.podIps.length > 0 ? pod.podIps : [""]) {
      const its = interfaceOf.state === "known" ? interfaceOf.value(address) : undefined;
      const { ownNode, ...why } = ownNodePath(pod, its, branchMode);
      const key = [its?.subnetId, its?.groupIds.toSorted().join(), ownNode, mayBeExempt?.code, engineClass].join(" ");
      const found = classes.get(key) ?? {
        ...(its === undefined
          ? { unplaced: interfaceOf.state === "unknown" ? interfaceOf.reason : whyUnplaced(pod, address) }
          : { place: { subnetId: its.subnetId, groupIds: its.groupIds.toSorted() } }),
        ownNode,
        ...why,
        engineClass,
        ...(mayBeExempt === undefined ? {} : { mayBeExempt }),
        pods: new Set<Pod>(),
        texts: [],
        nodes: new Set<string>(),
      };
      classes.set(key, found);
      found.pods.add(pod);
      if (its !== undefined) found.texts.push(address);
      if (pod.nodeName !== undefined) found.nodes.add(pod.nodeName);
    }
  }
  return [...classes.values()].map(({ texts, pods, ...rest }) => ({
    ...rest,
    pods: [...pods],
    addresses: texts.length === 0 ? noAddresses : parseCidrs(texts),
  }));
}

const whyUnplaced = ({ namespace, name }: Pod, address: string): Reason =>
  address === "" ? { code: "not-found", message: `Pod ${namespace}/${name} runs without an address.` } : whyNoInterface(address);

const notByVpcCni = ({ namespace, name }: Pod): Reason => ({
  code: "not-supported",
  message: `Pod ${namespace}/${name} has a branch interface without VPC CNI's annotation, and which way its packets to its own node go could not be told.`,
});

/**
 * The annotation alone proves nothing, it is the cluster's text: the interface has to be one. EKS Auto Mode gives pods such
 * interfaces without it. Source: Amazon EKS User Guide, "Assign security groups to individual Pods in EKS Auto Mode".
 */
function ownNodePath(
  pod: Pod,
  its: NetworkInterface | undefined,
  branchMode: SourceFacts["branchMode"],
): Pick<PodClass, "ownNode" | "modeUntold"> {
  if (its === undefined) return { ownNode: mayHaveBranchInterface(pod) ? "unsure" : "host" };
  if (its.type !== "branch") return { ownNode: "host" };
  if (!pod.hasBranchInterface) return { ownNode: "unsure", modeUntold: notByVpcCni(pod) };
  const mode = branchMode(pod);
  if (mode.state === "unsure") return { ownNode: "unsure", modeUntold: mode.reason };
  return { ownNode: mode.state === "strict" ? "vpc" : "host" };
}
