/** A cluster of EKS Auto Mode in which VPC CNI enforces policies, for the examples of this folder. */
import { known } from "../../model/fact.ts";
import type { NetworkPolicy } from "../../model/network-policy.ts";
import type { Pod } from "../../model/workloads.ts";
import type { EffectiveFacts } from "../../net/policy/effective.ts";
import { examplePod } from "./example-pods.ts";

const nodeName = "ip-10-0-1-7.eu-west-1.compute.internal";
/** A pod of a StatefulSet, as VPC CNI polices only pods of controllers. */
export const policedPod = (name: string, address: string, rest: Partial<Pod> = {}): Pod =>
  examplePod(name, {
    owner: { apiVersion: "apps/v1", kind: "StatefulSet", name, uid: `uid-of-${name}` },
    nodeName,
    podIps: [address],
    ...rest,
  });

export const examplePods: readonly Pod[] = [policedPod("web", "10.0.1.20", { labels: { app: "web" } })];
export const exampleNamespaces = [{ name: "shop", labels: {} }];

export const examplePolicy = (name: string, spec: NetworkPolicy["spec"]): NetworkPolicy => ({ namespace: "shop", name, spec });

/** Everything that tells which policies hold, but for NetworkPolicies. */
export const exampleEnforcement: Omit<EffectiveFacts, "pods" | "namespaces" | "networkPolicies"> = {
  nodes: known([
    {
      name: nodeName,
      labels: { "eks.amazonaws.com/compute-type": "auto", "eks.amazonaws.com/nodeclass": "default" },
      providerId: "aws:///eu-west-1a/i-0a1",
      internalIps: ["10.0.1.7"],
      externalIps: [],
      isReady: true,
      operatingSystem: "linux",
    },
  ]),
  workloads: known([]),
  networkSettings: known({
    vpcCni: known({ isPresent: true, values: { "enable-network-policy-controller": "true" } }),
    cilium: known({ isPresent: false, values: {} }),
  }),
  nodeClasses: known([{ name: "default" }]),
  adminNetworkPolicies: known([]),
  clusterNetworkPolicies: known([]),
  applicationNetworkPolicies: known([]),
  calicoPolicies: known([]),
  calicoTiers: known([]),
  calicoNetworkSets: known([]),
  ciliumPolicies: known([]),
};
