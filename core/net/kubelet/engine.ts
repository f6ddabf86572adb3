/** What a policy engine does to connections from pods to kubelets: one layer among those on the path. */
import type { Reason } from "../../model/fact.ts";
import type { Node, Pod } from "../../model/workloads.ts";
import { type AddressSet, allAddresses, noAddresses, parseCidrs } from "../addresses.ts";
import { platformOf } from "../nodes/node-identity.ts";
import { anythingUnlessKnown, type Bounds } from "../reach/within-vpc.ts";

export type Answer = { readonly state: "denies" | "allows" } | { readonly state: "unsure"; readonly reason: Reason };

/** It tells pods apart by class and nodes by address, so that no pair of a pod and a node is looked at. */
export interface EngineLayer {
  /** Pods of one class are treated alike. */
  readonly classOf: (pod: Pod) => string;
  /** What becomes of connections to the kubelet of the node that a pod of the class runs on. */
  readonly toOwnNode: (podClass: string) => Answer;
  /** Addresses of other nodes at which pods of the class are let through to the kubelet. */
  readonly toNodes: (podClass: string) => Bounds;
}

const notJudged: Reason = { code: "not-supported", message: "Network policies are not judged yet." };

/**
 * All that can be said before any policy is judged: Fargate's machines run no DaemonSet and so no engine, which leaves nothing
 * between two of them. How such a machine keeps its own pod from its kubelet is not documented.
 * Source: Amazon EKS User Guide, "Simplify compute management with AWS Fargate".
 */
export function policiesNotJudged(nodes: readonly Node[]): EngineLayer {
  const fargate = nodes.filter((node) => platformOf(node) === "fargate");
  const names = new Set(fargate.map(({ name }) => name));
  const without: AddressSet = parseCidrs(fargate.flatMap(({ internalIps }) => internalIps));
  return {
    classOf: ({ nodeName }) => (nodeName !== undefined && names.has(nodeName) ? "fargate" : ""),
    toOwnNode: () => ({ state: "unsure", reason: notJudged }),
    toNodes: (podClass) => ({
      ...anythingUnlessKnown(notJudged),
      atLeast: podClass === "fargate" ? without : noAddresses,
      atMost: allAddresses,
    }),
  };
}
