/**
 * What VPC CNI made of a pod's branch interface.
 * Sources: aws/amazon-vpc-cni-k8s README.md, POD_SECURITY_GROUP_ENFORCING_MODE; EKS Best Practices Guide, "Security Groups Per Pod".
 */
import type { Reason } from "../../../model/fact.ts";
import type { Pod } from "../../../model/workloads.ts";
import { type CniAgent, isSetUpBy, setUpBefore } from "./cni-agent.ts";

export type BranchMode =
  /** Every packet goes through the VPC, by the pod's own security groups. */
  | { readonly state: "strict" }
  /** Packets to the own node do not. */
  | { readonly state: "standard" }
  | { readonly state: "unsure"; readonly reason: Reason };

const variable = "POD_SECURITY_GROUP_ENFORCING_MODE";

/** @param agent that of the pod's node; undefined where none runs there */
export function branchModeOf(pod: Pod, agent: CniAgent | undefined): BranchMode {
  if (agent === undefined)
    return unsure("not-found", `VPC CNI's agent is not on the node of ${nameOf(pod)}, so that its mode is not told.`);
  if (agent.state === "unsure") return agent;
  const mode = agent.variables[variable] ?? "strict";
  if (mode !== "strict" && mode !== "standard") {
    return unsure("not-supported", `What VPC CNI beside ${nameOf(pod)} has as ${variable} could not be told.`);
  }
  return isSetUpBy(agent, pod) ? { state: mode } : { state: "unsure", reason: setUpBefore(pod, variable) };
}

const nameOf = ({ namespace, name }: Pod): string => `Pod ${namespace}/${name}`;
const unsure = (code: Reason["code"], message: string) => ({ state: "unsure", reason: { code, message } }) as const;
