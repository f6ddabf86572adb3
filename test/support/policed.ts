/** A cluster with one policed node, for checks of what policies do. */
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known } from "../../core/model/fact.ts";
import type { NetworkPolicy } from "../../core/model/network-policy.ts";
import type { Pod, PodSpec } from "../../core/model/workloads.ts";
import { anAwsNode, controllerOn, networkSettings } from "./engines.ts";
import { aNode } from "./nodes.ts";
import { anOwner, aPod } from "./workloads.ts";

/** A running pod of a StatefulSet on node n1, in `shop` but for what is said. */
export const onNode = (name: string, podIp: string, rest: Partial<Omit<Pod, "spec">> & { readonly spec?: Partial<PodSpec> } = {}): Pod =>
  aPod(name, { nodeName: "n1", podIps: [podIp], owner: anOwner("StatefulSet", name), ...rest });

export const policy = (name: string, spec: NetworkPolicy["spec"], namespace = "shop"): NetworkPolicy => ({ namespace, name, spec });

export const namespacesNamed = (...names: readonly string[]): ClusterFacts["namespaces"] =>
  known(names.map((name) => ({ name, labels: {} })));

/** No policy of any kind, but for what is said. */
export const noPolicies: Partial<ClusterFacts> = {
  networkPolicies: known([]),
  adminNetworkPolicies: known([]),
  clusterNetworkPolicies: known([]),
  applicationNetworkPolicies: known([]),
  calicoPolicies: known([]),
  calicoTiers: known([]),
  calicoNetworkSets: known([]),
  ciliumPolicies: known([]),
};

/** VPC CNI enforces on node n1, on which these pods run beside its agent; every kind of policy was read. */
export const policed = (
  pods: readonly Pod[],
  networkPolicies: readonly NetworkPolicy[],
  rest: Partial<ClusterFacts> = {},
): Partial<ClusterFacts> => ({
  ...noPolicies,
  nodes: known([aNode("n1"), aNode("n2")]),
  pods: known([anAwsNode("n1"), ...pods]),
  workloads: known([]),
  namespaces: namespacesNamed("default", "kube-system", "shop", "bystander"),
  networkSettings: networkSettings({ vpcCni: controllerOn }),
  nodeClasses: known([]),
  networkPolicies: known(networkPolicies),
  ...rest,
});

/** Without VPC CNI's agent, so that nothing enforces. */
export const unpoliced = (pods: readonly Pod[], networkPolicies: readonly NetworkPolicy[]): Partial<ClusterFacts> =>
  policed(pods, networkPolicies, { pods: known(pods) });
