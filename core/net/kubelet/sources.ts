/** The pods that may call kubelets, as few classes of them: of one class all go by the same rules. */
import type { Fact, Reason } from "../../model/fact.ts";
import type { NetworkInterface } from "../../model/vpc.ts";
import type { Pod, Workload } from "../../model/workloads.ts";
import { type AddressSet, noAddresses, parseCidrs } from "../addresses.ts";
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
  readonly workloads: Fact<readonly Workload[]>;
  readonly engine: EngineLayer;
}

interface Growing extends Omit<PodClass, "pods" | "addresses" | "nodes"> {
  readonly pods: Set<Pod>;
  readonly texts: string[];
  readonly nodes: Set<string>;
}

/** Every pod stands in one class, or in one for each of the interfaces that its addresses are on. */
export function podClasses(candidates: readonly Candidate[], { networkInterfaces, workloads, engine }: SourceFacts): readonly PodClass[] {
  const interfaceOf = interfacesByAddress(networkInterfaces);
  const mode = branchMode(workloads);
  const classes = new Map<string, Growing>();
  for (const { pod, mayBeExempt } of candidates) {
    const engineClass = engine.classOf(pod);
    for (const address of pod.podIps.length > 0 ? pod.podIps : [""]) {
      const its = interfaceOf.state === "known" ? interfaceOf.value(address) : undefined;
      const ownNode = ownNodePath(pod, its, mode);
      const key = [its?.subnetId, its?.groupIds.toSorted().join(), ownNode, mayBeExempt?.code, engineClass].join(" ");
      const found = classes.get(key) ?? {
        ...(its === undefined
          ? { unplaced: interfaceOf.state === "unknown" ? interfaceOf.reason : whyUnplaced(pod, address) }
          : { place: { subnetId: its.subnetId, groupIds: its.groupIds.toSorted() } }),
        ownNode,
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

/** The annotation alone proves nothing, it is the cluster's text: the interface has to be one. */
function ownNodePath({ hasBranchInterface }: Pod, its: NetworkInterface | undefined, mode: OwnNodePath): OwnNodePath {
  if (!hasBranchInterface) return "host";
  if (its === undefined) return "unsure";
  return its.type === "branch" ? mode : "host";
}

const modeVariable = "POD_SECURITY_GROUP_ENFORCING_MODE";

/** What VPC CNI makes of branch interfaces; "strict" where its DaemonSet sets nothing else. */
function branchMode(workloads: Fact<readonly Workload[]>): OwnNodePath {
  if (workloads.state === "unknown") return "unsure";
  const agent = workloads.value.find(
    ({ kind, namespace, name }) => kind === "DaemonSet" && namespace === "kube-system" && name === "aws-node",
  );
  const container = agent?.template.spec.containers.find(({ name }) => name === "aws-node");
  if (container === undefined) return "unsure";
  const value = container.settings[modeVariable] ?? "strict";
  if (value === "strict") return "vpc";
  return value === "standard" ? "host" : "unsure";
}
