/**
 * VPC CNI lets pods send in the family that they have no address of, past every policy: in IPv4 unless told otherwise, in IPv6
 * if told to. Source: aws/amazon-vpc-cni-k8s README.md, ENABLE_V4_EGRESS and ENABLE_V6_EGRESS.
 */
import type { Fact } from "../../model/fact.ts";
import type { Pod, Workload } from "../../model/workloads.ts";
import { daemonPodsOf } from "./enforcement/daemon-pods.ts";
import { cniSettingsOn } from "./enforcement/vpc-cni.ts";

/** The variable of VPC CNI that says so, and its default. */
export const egressOf = {
  ipv4: { variable: "ENABLE_V4_EGRESS", otherwise: "true", text: "IPv4" },
  ipv6: { variable: "ENABLE_V6_EGRESS", otherwise: "false", text: "IPv6" },
} as const;

/** Whether a pod may send in a family that it has no address of. Where the agent of its node was not seen, the default counts. */
export function sendingInOtherFamily(facts: {
  readonly pods: readonly Pod[];
  readonly workloads: Fact<readonly Workload[]>;
}): (pod: Pod, family: "ipv4" | "ipv6") => boolean {
  const daemonPods = daemonPodsOf({ state: "known", value: facts.pods }, facts.workloads);
  return ({ nodeName }, family) => {
    const { variable, otherwise } = egressOf[family];
    const cni = nodeName === undefined ? undefined : cniSettingsOn(nodeName, { daemonPods });
    return (cni?.[variable] ?? otherwise) !== "false";
  };
}
