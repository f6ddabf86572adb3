/**
 * VPC CNI lets pods send in the family that they have no address of, past every policy: in IPv4 unless told otherwise, in IPv6
 * if told to. Source: aws/amazon-vpc-cni-k8s README.md, ENABLE_V4_EGRESS and ENABLE_V6_EGRESS.
 */
import type { Fact, Reason } from "../../model/fact.ts";
import type { Pod, Workload } from "../../model/workloads.ts";
import type { AddressSet } from "../addresses.ts";
import { type CniAgent, isSetUpBy } from "./enforcement/cni-agent.ts";
import { daemonPodsOf } from "./enforcement/daemon-pods.ts";
import { cniAgentOn } from "./enforcement/vpc-cni.ts";

/** The variable of VPC CNI that says so, and its default. */
export const egressOf = {
  ipv4: { variable: "ENABLE_V4_EGRESS", otherwise: "true", text: "IPv4" },
  ipv6: { variable: "ENABLE_V6_EGRESS", otherwise: "false", text: "IPv6" },
} as const;

export type Family = keyof typeof egressOf;
export const families: readonly Family[] = ["ipv4", "ipv6"];

/**
 * The families that a pod has no address of and may send in all the same. Where the agent of its node was not seen, the default
 * counts. None of a pod whose addresses are not known yet.
 */
export function familiesBeside(facts: {
  readonly pods: readonly Pod[];
  readonly workloads: Fact<readonly Workload[]>;
}): (pod: Pod) => readonly Family[] {
  const daemonPods = daemonPodsOf({ state: "known", value: facts.pods }, facts.workloads);
  const sends = (pod: Pod, family: Family): boolean => {
    const agent = pod.nodeName === undefined ? undefined : cniAgentOn(pod.nodeName, daemonPods);
    return agent?.state === "runs" ? !isKeptFrom(family, pod, agent) : egressOf[family].otherwise !== "false";
  };
  return (pod) => families.filter((family) => isWithout(pod, family) && sends(pod, family));
}

/**
 * Whether VPC CNI keeps a pod without an address of the family from sending in it. What is not its default may have been set since
 * the pod was started.
 */
export function isKeptFrom(family: Family, pod: Pod, agent: Extract<CniAgent, { readonly state: "runs" }>): boolean {
  const { variable, otherwise } = egressOf[family];
  const value = agent.variables[variable] ?? otherwise;
  return value === "false" && (value === otherwise || isSetUpBy(agent, pod));
}

const familyOf = (address: string): Family => (address.includes(":") ? "ipv6" : "ipv4");
const isWithout = ({ podIps }: Pod, family: Family): boolean =>
  podIps.length > 0 && podIps.every((address) => familyOf(address) !== family);

/** Those of the addresses that are of the families. */
export const inFamilies = ({ ipv4, ipv6 }: AddressSet, its: readonly Family[]): AddressSet => ({
  ipv4: its.includes("ipv4") ? ipv4 : [],
  ipv6: its.includes("ipv6") ? ipv6 : [],
});

/** Why no policy tells what such a pod reaches. */
export const unpolicedIn = (family: Family): Reason => ({
  code: "not-supported",
  message: `VPC CNI may let the pod send in ${egressOf[family].text}, of which it has no address and for which no policy holds.`,
});
