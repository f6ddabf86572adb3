/** Builders of what shows a policy engine: agents' pods on nodes, and the ConfigMaps that direct them. */
import { type Fact, known } from "../../core/model/fact.ts";
import type { NamedSettings, NetworkSettings } from "../../core/model/pod-network.ts";
import type { Pod, Workload } from "../../core/model/workloads.ts";
import type { EnforcementFacts } from "../../core/net/policy/enforcement/enforcement.ts";
import { aContainer, anOwner, aPod, aPodSpec, aWorkload } from "./workloads.ts";

/** The ready pod of a DaemonSet on a node, but for what is said. */
export const anAgent = (daemonSet: string, node: string, rest: Parameters<typeof aPod>[1] = {}): Pod =>
  aPod(`${daemonSet}-on-${node}`, {
    namespace: "kube-system",
    // Agents are there before the pods that they set up.
    createdAt: "2026-01-01T09:00:00Z",
    nodeName: node,
    isReady: true,
    owner: anOwner("DaemonSet", daemonSet),
    ...rest,
    spec: { hostNetwork: true, ...rest.spec },
  });

const agentImage = "602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon/aws-network-policy-agent:v1.4.1";

/** The pod of Amazon VPC CNI, its agent told to enforce policies, but for what is said. */
export const anAwsNode = (
  node: string,
  agent: Readonly<Record<string, string>> = { "--enable-network-policy": "true" },
  cni: Readonly<Record<string, string>> = {},
  image = agentImage,
): Pod =>
  anAgent("aws-node", node, {
    spec: {
      containers: [
        aContainer("602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.23.1", { name: "aws-node", settings: cni }),
        aContainer(image, { name: "aws-eks-nodeagent", settings: agent }),
      ],
    },
  });

export const aCiliumAgent = (node: string, rest: Parameters<typeof aPod>[1] = {}): Pod =>
  anAgent("cilium", node, { labels: { "k8s-app": "cilium" }, ...rest });

export const aDaemonSet = (name: string, namespace = "kube-system", labels: Readonly<Record<string, string>> = {}): Workload =>
  aWorkload("DaemonSet", name, { namespace, template: { labels, spec: aPodSpec() } });

export const absent: Fact<NamedSettings> = known({ isPresent: false, values: {} });
export const settings = (values: Readonly<Record<string, string>>): Fact<NamedSettings> => known({ isPresent: true, values });
export const controllerOn = settings({ "enable-network-policy-controller": "true" });

/** Both ConfigMaps were read, and neither exists, but for what is said. */
export const networkSettings = (rest: Partial<NetworkSettings> = {}): Fact<NetworkSettings> =>
  known({ vpcCni: absent, cilium: absent, ...rest });

/** Everything was read, and nothing is there, but for what is said. */
export const noEngines: EnforcementFacts = {
  nodes: known([]),
  pods: known([]),
  workloads: known([]),
  networkSettings: networkSettings(),
  nodeClasses: known([]),
};
