/**
 * Pods that an engine on their node does not police.
 * Sources: Amazon EKS User Guide, "Limit Pod traffic with Kubernetes network policies" and "Assign security groups to individual
 * Pods"; aws/amazon-vpc-cni-k8s README.md, ENABLE_V4_EGRESS and POD_SECURITY_GROUP_ENFORCING_MODE; aws/aws-network-policy-agent
 * pull request 367.
 */
import type { Reason } from "../../../model/fact.ts";
import { mayHaveBranchInterface, type Pod } from "../../../model/workloads.ts";
import { branchModeOf } from "./branch-mode.ts";
import { type CniAgent, isSetUpBy, setUpBefore } from "./cni-agent.ts";
import type { Enforcing } from "./signal.ts";
import type { VpcCniAgent } from "./vpc-cni-agent.ts";

export type Limit =
  | { readonly state: "not-enforced"; readonly cause: "standalone" | "branch-interface" | "ipv6"; readonly why: string }
  | { readonly state: "unsure"; readonly reason: Reason };

/** Why the engine leaves the pod alone, or may; undefined where it polices it. */
export function limitFor({ engine, agent }: Pick<Enforcing, "engine" | "agent">, pod: Pod, cni: CniAgent | undefined): Limit | undefined {
  if (engine === "vpc-cni") {
    if (pod.owner === undefined) return standalone;
    // In EKS Auto Mode no pod of the agent runs, and nothing tells what becomes of branch interfaces.
    if (cni === undefined) return mayHaveBranchInterface(pod) ? inAutoMode(pod) : undefined;
    return pod.hasBranchInterface ? besideAgent(pod, cni, agent) : undefined;
  }
  if (engine !== "calico") return undefined;
  return (pod.hasBranchInterface ? behindBranch(pod, cni) : undefined) ?? onIpv6(pod, cni);
}

const standalone: Limit = { state: "not-enforced", cause: "standalone", why: "VPC CNI polices no pod without a controller" };

const inAutoMode = ({ namespace, name }: Pod): Limit => ({
  state: "unsure",
  reason: {
    code: "not-supported",
    message: `Pod ${namespace}/${name} may have a branch interface in EKS Auto Mode, and whether policies hold there could not be told.`,
  },
});

/** Older agents of VPC CNI look for the host interface of a pod by a name that it has not in strict mode. */
function besideAgent(pod: Pod, cni: CniAgent | undefined, agent: VpcCniAgent | undefined): Limit | undefined {
  if (agent === undefined || agent.branchInterfaces === "policed") return undefined;
  const mode = branchModeOf(pod, cni);
  if (mode.state === "standard") return undefined;
  if (mode.state === "unsure") return mode;
  const { branchInterfaces, tag, why } = agent;
  if (branchInterfaces === "not policed") {
    return {
      state: "not-enforced",
      cause: "branch-interface",
      why: `${tag} of VPC CNI's agent does not see its branch interface in strict mode`,
    };
  }
  const message = `Whether VPC CNI polices pods with branch interfaces in strict mode hangs on the version of its agent: ${why ?? `of ${tag} it is not known`}.`;
  return { state: "unsure", reason: { code: "not-supported", message } };
}

/** A branch interface is none that Calico sees, save in standard mode. */
function behindBranch(pod: Pod, cni: CniAgent | undefined): Limit | undefined {
  const mode = branchModeOf(pod, cni);
  if (mode.state === "standard") return undefined;
  if (mode.state === "unsure") return mode;
  return { state: "not-enforced", cause: "branch-interface", why: "Calico does not see its branch interface in strict mode" };
}

/** Calico enforces nothing on IPv6 pods of VPC CNI that may also send in IPv4. */
function onIpv6(pod: Pod, cni: CniAgent | undefined): Limit | undefined {
  if (cni === undefined || !pod.podIps.some((address) => address.includes(":"))) return undefined;
  if (cni.state === "unsure") return cni;
  const variable = "ENABLE_V4_EGRESS";
  const value = cni.variables[variable] ?? "true";
  if (value === "false") return isSetUpBy(cni, pod) ? undefined : { state: "unsure", reason: setUpBefore(pod, variable) };
  if (value !== "true") return notTold(pod, variable);
  return { state: "not-enforced", cause: "ipv6", why: "Calico polices no IPv6 pod while VPC CNI lets it send in IPv4" };
}

const notTold = ({ namespace, name }: Pod, variable: string): Limit => ({
  state: "unsure",
  reason: { code: "not-supported", message: `What VPC CNI beside Pod ${namespace}/${name} has as ${variable} could not be told.` },
});
