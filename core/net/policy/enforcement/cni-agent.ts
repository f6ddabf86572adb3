/** VPC CNI's agent on a node, and which pods it has set up. */
import type { Reason } from "../../../model/fact.ts";
import type { Pod } from "../../../model/workloads.ts";

/** The agent, or why it was not told whether one runs there. */
export type CniAgent =
  /** `variables`: the named ones, as the running pod has them. */
  | { readonly state: "runs"; readonly variables: Readonly<Record<string, string>>; readonly createdAt?: string }
  | { readonly state: "unsure"; readonly reason: Reason };

/**
 * Whether this very agent set up the pod's network: a pod keeps what was made of it, whatever variables were changed since. Times
 * are whole seconds: those that are alike are in no order.
 * Source: EKS Best Practices Guide, "Configure Pod Security Group Enforcing Mode".
 */
export function isSetUpBy(agent: { readonly createdAt?: string }, { createdAt }: Pick<Pod, "createdAt">): boolean {
  const [pod, since] = [Date.parse(createdAt ?? ""), Date.parse(agent.createdAt ?? "")];
  return pod > since;
}

/** Why it is not told what was made of a pod, where that is so. */
export const setUpBefore = ({ namespace, name }: Pod, variable: string): Reason => ({
  code: "not-supported",
  message: `Pod ${namespace}/${name} is no younger than VPC CNI's agent on its node, and may have started with another ${variable}: restart it.`,
});
