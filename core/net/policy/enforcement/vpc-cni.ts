/**
 * Network policy of Amazon VPC CNI. Both have to hold: the agent on the node is told to enforce, and the controller of the
 * cluster is told to resolve policies.
 * Sources: aws/amazon-vpc-cni-k8s charts/aws-vpc-cni, README.md; aws/amazon-network-policy-controller-k8s
 * pkg/utils/configmap/configmap.go; aws/aws-network-policy-agent pkg/config/controller_config.go; Amazon EKS User Guide,
 * "Use Network Policies with EKS Auto Mode".
 */
import type { AddOn } from "../../../model/add-on.ts";
import { type Fact, known, type Reason, unknown } from "../../../model/fact.ts";
import type { NetworkSettings, NodeClass } from "../../../model/pod-network.ts";
import type { Node, Pod } from "../../../model/workloads.ts";
import { type BranchMode, branchModeOf } from "./branch-mode.ts";
import type { CniAgent } from "./cni-agent.ts";
import type { DaemonPods, DaemonSetName } from "./daemon-pods.ts";
import type { Platform } from "./platform.ts";
import { off, type Signal, unsure, type VpcCniMode } from "./signal.ts";
import { untoldAgent, type VpcCniAgent, vpcCniAgentOf } from "./vpc-cni-agent.ts";

const awsNode: DaemonSetName = { name: "aws-node", namespaces: ["kube-system"] };
const flag = "--enable-network-policy";
const key = "enable-network-policy-controller";
const configMap = "ConfigMap kube-system/amazon-vpc-cni";
const nodeClassLabel = "eks.amazonaws.com/nodeclass";

export interface VpcCniFacts {
  readonly networkSettings: Fact<NetworkSettings>;
  readonly nodeClasses: Fact<readonly NodeClass[]>;
  readonly daemonPods: DaemonPods;
}

/** @param node undefined where it was not read, for the reason that `untold` gives */
export function vpcCniSignal(
  { name, node, platform, untold }: { readonly name: string; readonly node?: Node; readonly platform: Platform; readonly untold: Reason },
  facts: VpcCniFacts,
): Signal {
  switch (platform) {
    case "fargate":
    case "windows":
    case "hybrid":
      return off;
    case "auto":
      return autoModeSignal(name, node, facts);
    case "ec2":
      return agentSignal(name, facts);
    case "untold": {
      const signal = agentSignal(name, facts);
      // Without an agent's pod it may be a node of Auto Mode, unless the controller is off for those too.
      return signal.state === "off" && signal.inert === undefined && controllerIs(facts).state !== "off" ? unsure(untold) : signal;
    }
  }
}

function agentSignal(node: string, facts: VpcCniFacts): Signal {
  const agent = facts.daemonPods.on(node, awsNode);
  if (agent.state === "absent") return off;
  const controller = controllerIs(facts);
  if (agent.state === "unsure") return controller.state === "off" ? off : unsure(agent.reason);
  const value = agent.pod.spec.containers.find(({ name, isInit }) => name === "aws-eks-nodeagent" && !isInit)?.settings[flag];
  const isOn = value !== undefined && isTrue(value);
  // A policy may have been meant to hold wherever one half is set.
  if (!isOn) return controller.state === "on" ? { state: "off", inert: `aws-node runs without ${flag}=true` } : off;
  if (controller.state === "off") return { state: "off", inert: `aws-node runs with ${flag}=true, but ${controller.seen}` };
  if (controller.state === "unsure") return unsure(controller.reason);
  const version = agent.isAlone ? vpcCniAgentOf(agent.pod) : untoldAgent("several pods of aws-node are there");
  return { state: "on", seen: `${seenOf(version)}, and ${controller.seen}`, mode: modeOf(agent.pod), agent: version };
}

const seenOf = ({ tag }: VpcCniAgent): string =>
  `aws-node runs${tag === undefined ? "" : ` version ${tag} of its agent`} with ${flag}=true`;

function autoModeSignal(name: string, node: Node | undefined, facts: VpcCniFacts): Signal {
  const controller = controllerIs(facts);
  if (controller.state === "off") return off;
  if (controller.state === "unsure") return unsure(controller.reason);
  if (facts.nodeClasses.state === "unknown") return unsure(facts.nodeClasses.reason);
  const label = node?.labels[nodeClassLabel];
  const nodeClass = facts.nodeClasses.value.find((one) => one.name === label);
  if (nodeClass === undefined) return unsure({ code: "not-found", message: `No NodeClass was read of which node ${name} is.` });
  const mode = autoModes[nodeClass.networkPolicy ?? "DefaultAllow"];
  if (mode === undefined) {
    return unsure({ code: "malformed", message: `NodeClass ${nodeClass.name} has a networkPolicy that is not known.` });
  }
  const seen = `EKS Auto Mode runs NodeClass ${nodeClass.name} with networkPolicy ${nodeClass.networkPolicy ?? "DefaultAllow"}`;
  return { state: "on", seen: `${seen}, and ${controller.seen}`, mode: known(mode), agent: autoModeAgent };
}

const autoModeAgent = untoldAgent("it is part of EKS Auto Mode's machines");

const autoModes: Readonly<Partial<Record<string, VpcCniMode>>> = { DefaultAllow: "standard", DefaultDeny: "strict" };

type Controller = { readonly state: "on" | "off"; readonly seen: string } | { readonly state: "unsure"; readonly reason: Reason };

/** Whether the controller of the cluster resolves policies for VPC CNI: it compares the text. */
function controllerIs({ networkSettings }: Pick<VpcCniFacts, "networkSettings">): Controller {
  if (networkSettings.state === "unknown") return { state: "unsure", reason: networkSettings.reason };
  const { vpcCni } = networkSettings.value;
  if (vpcCni.state === "unknown") return { state: "unsure", reason: vpcCni.reason };
  if (!vpcCni.value.isPresent) return { state: "off", seen: `there is no ${configMap}` };
  const value = vpcCni.value.values[key];
  if (value === "true") return { state: "on", seen: `${configMap} has ${key} "true"` };
  return { state: "off", seen: value === undefined ? `${configMap} has no ${key}` : `${configMap} has ${key} ${JSON.stringify(value)}` };
}

/** What Go's flags take for true. Source: strconv.ParseBool. */
export const isTrue = (text: string): boolean => ["1", "t", "T", "true", "TRUE", "True"].includes(text);

function modeOf(pod: Pod): Fact<VpcCniMode> {
  const value = variablesOf(pod)?.NETWORK_POLICY_ENFORCING_MODE ?? "standard";
  if (value === "standard" || value === "strict") return known(value);
  const message = `Pod ${pod.namespace}/${pod.name} takes NETWORK_POLICY_ENFORCING_MODE from elsewhere, or has one that is not known.`;
  return unknown("not-supported", message);
}

const cniContainer = "aws-node";
const variablesOf = ({ spec }: Pod): Readonly<Record<string, string>> | undefined =>
  spec.containers.find(({ name, isInit }) => name === cniContainer && !isInit)?.settings;

/** VPC CNI's agent on a node; undefined where it does not run there. */
export function cniAgentOn(node: string, daemonPods: DaemonPods): CniAgent | undefined {
  const agent = daemonPods.on(node, awsNode);
  if (agent.state === "absent") return undefined;
  if (agent.state === "unsure") return agent;
  const { namespace, name, createdAt } = agent.pod;
  if (!agent.isAlone) {
    const message = `Pod ${namespace}/${name} is not the only one of VPC CNI's agent on node ${node}.`;
    return { state: "unsure", reason: { code: "not-ready", message } };
  }
  const variables = variablesOf(agent.pod);
  if (variables === undefined)
    return { state: "unsure", reason: { code: "not-found", message: `Pod ${namespace}/${name} has no container ${cniContainer}.` } };
  return { state: "runs", variables, ...(createdAt === undefined ? {} : { createdAt }) };
}

/** What VPC CNI made of the branch interface of each pod. */
export function branchModes(daemonPods: DaemonPods): (pod: Pod) => BranchMode {
  return (pod) => branchModeOf(pod, pod.nodeName === undefined ? undefined : cniAgentOn(pod.nodeName, daemonPods));
}

/** What the EKS add-on was configured to do: all that the AWS plane says of policies. "unset" is the default, off. */
export function vpcCniAddOn(
  addOns: readonly AddOn[],
): { readonly addOn: AddOn; readonly says: "on" | "off" | "unset" | "unsure" } | undefined {
  const addOn = addOns.find(({ name }) => name === "vpc-cni");
  if (addOn === undefined) return undefined;
  const setting = addOn.enableNetworkPolicy;
  if (setting === undefined) return { addOn, says: "unset" };
  if (setting.state === "unknown") return { addOn, says: "unsure" };
  return { addOn, says: setting.value === "true" ? "on" : "off" };
}
