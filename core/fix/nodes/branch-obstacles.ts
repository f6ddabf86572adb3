/**
 * Why pods can't be given security groups of their own on branch interfaces in strict mode, or would lose by it what they need.
 * Sources: Amazon EKS User Guide, "Assign security groups to individual Pods"; Amazon EKS Best Practices, "Security Groups Per Pod";
 * aws/amazon-vpc-cni-k8s README.md (POD_SECURITY_GROUP_ENFORCING_MODE), issue 2797.
 */
import type { ClusterFacts } from "../../model/cluster.ts";
import type { Service } from "../../model/kubernetes.ts";
import type { NetworkInterface, Route } from "../../model/vpc.ts";
import type { Node, Pod, Workload } from "../../model/workloads.ts";
import { enforcementOf } from "../../net/policy/enforcement/enforcement.ts";
import { enforcementPlatform, type Platform } from "../../net/policy/enforcement/platform.ts";
import { indexSubnets } from "../../net/reach/subnet.ts";
import { prefix } from "../policies/names.ts";
import { agent } from "./branch-interfaces.ts";

/** What is asked of, all of it read. */
export interface Situation {
  readonly facts: ClusterFacts;
  /** The pods that are to have branch interfaces and have none. */
  readonly pods: readonly Pod[];
  /** Those that have them from an earlier plan. */
  readonly done: readonly Pod[];
  readonly allPods: readonly Pod[];
  readonly nodes: ReadonlyMap<string, Node>;
  readonly workloads: readonly Workload[];
  readonly services: readonly Service[];
  readonly interfaceOf: (address: string) => NetworkInterface | undefined;
}

/** The first obstacle, in a sentence. */
export const obstacle = (situation: Situation): string | undefined => obstacles.map((look) => look(situation)).find(Boolean);

/** SecurityGroupPolicies that an earlier plan made. */
export const policyPrefix = `${prefix}-no-kubelet`;

const platformTexts: Readonly<Partial<Record<Platform, string>>> = {
  fargate: "Fargate, whose pods have no branch interfaces",
  windows: "Windows, where there are no branch interfaces",
  hybrid: "a hybrid node, where there are no branch interfaces",
  auto: "EKS Auto Mode, where it is not known which way a branch interface leads to its own node",
  untold: "a node that was not read",
};

const obstacles: readonly ((situation: Situation) => string | undefined)[] = [
  ({ pods, nodes }) => {
    for (const pod of pods) {
      const text = platformTexts[enforcementPlatform(nodes.get(pod.nodeName ?? ""))];
      if (text !== undefined) return `Pod ${nameOf(pod)} runs on ${text}.`;
    }
    return undefined;
  },
  agentIsOld,
  engineIsBlind,
  ({ pods, nodes }) => {
    for (const pod of pods) {
      const node = nodes.get(pod.nodeName ?? "");
      const type = node?.labels[instanceType] ?? "";
      if (burstable.test(type)) return `Node ${node?.name} is of type ${type}, and no type of the t family has branch interfaces.`;
    }
    return undefined;
  },
  ({ workloads }) => {
    for (const one of workloads) {
      const text = one.kind === "DaemonSet" ? strictBreaks.find(({ is }) => is(one))?.text : undefined;
      if (text !== undefined) return `DaemonSet ${one.namespace}/${one.name} runs: ${text}`;
    }
    return undefined;
  },
  ({ services, pods }) => {
    for (const { namespace, name, selector, externalTrafficPolicy } of services) {
      if (externalTrafficPolicy !== "Local" || Object.keys(selector).length === 0) continue;
      const pod = pods.find(
        (one) => one.namespace === namespace && Object.entries(selector).every(([key, value]) => one.labels[key] === value),
      );
      if (pod !== undefined)
        return `Service ${namespace}/${name} has the externalTrafficPolicy Local, by which nodes reach no pod on a branch interface in strict mode.`;
    }
    return undefined;
  },
  ({ pods }) => {
    const pod = pods.find(({ spec }) => spec.containers.some(({ ports }) => ports.some(({ hostPort }) => hostPort !== undefined)));
    return pod === undefined
      ? undefined
      : `Pod ${nameOf(pod)} has a port of its node, by which nodes reach no pod on a branch interface in strict mode.`;
  },
  hasOtherGroups,
  isElsewhere,
  losesTheInternet,
];

const nameOf = ({ namespace, name }: Pick<Pod, "namespace" | "name">): string => `${namespace}/${name}`;

const instanceType = "node.kubernetes.io/instance-type";
const burstable = /^t\d/;

/** What does not work beside strict mode, by the DaemonSet that shows it. */
const strictBreaks: readonly { readonly is: (one: Workload) => boolean; readonly text: string }[] = [
  {
    is: ({ name, template }) =>
      name === "node-local-dns" || template.spec.containers.some(({ image }) => /k8s-dns-node-cache[:@]?/.test(image)),
    text: "pods on branch interfaces in strict mode do not reach NodeLocal DNSCache.",
  },
  {
    is: ({ name }) => name === "ztunnel",
    text: "kubelets can't probe pods of Istio's ambient mode on branch interfaces in strict mode.",
  },
];

/** VPC CNI has modes since 1.11, and branch interfaces for IPv6 since 1.16. */
function agentIsOld({ workloads, pods }: Situation): string | undefined {
  const found = workloads.find(({ kind, namespace, name }) => kind === "DaemonSet" && namespace === agent.namespace && name === agent.name);
  const container = found?.template.spec.containers.find(({ name }) => name === agent.container);
  if (container === undefined) return "No DaemonSet aws-node of Amazon VPC CNI was read, which alone gives pods branch interfaces.";
  if (Object.values(container.settings).includes("(valueFrom)") && container.settings.POD_SECURITY_GROUP_ENFORCING_MODE === "(valueFrom)")
    return "DaemonSet aws-node takes POD_SECURITY_GROUP_ENFORCING_MODE from elsewhere.";
  const hasIpv6 = pods.some(({ podIps }) => podIps.some((address) => address.includes(":")));
  const least = hasIpv6 ? ([1, 16] as const) : ([1, 11] as const);
  const version = versionIn(container.image, /(?:^|\/)amazon-k8s-cni:v?([\d.]+)/);
  if (version !== undefined && !isAtLeast(version, least))
    return `Amazon VPC CNI ${version} runs: bring it to ${least.join(".")} or later first.`;
  return undefined;
}

/** Older agents of VPC CNI and Calico do not see branch interfaces in strict mode, and of other engines it is not known. */
function engineIsBlind({ facts, pods }: Situation): string | undefined {
  const { nodes } = enforcementOf(facts);
  if (nodes.state === "unknown") return `Nodes were not read: ${nodes.reason.message}`;
  const names = new Set(pods.map(({ nodeName }) => nodeName));
  for (const { name, enforcing, possible } of nodes.value.filter((one) => names.has(one.name))) {
    const other = enforcing.find(({ engine }) => engine !== "vpc-cni");
    if (other !== undefined)
      return `Policies are enforced by ${other.engine} on node ${name}, which does not police branch interfaces in strict mode.`;
    const [doubt] = possible;
    if (doubt !== undefined) return `Whether an engine polices pods on node ${name} was not told: ${doubt.reason.message}`;
    const blind = enforcing.find((one) => one.agent?.branchInterfaces !== "policed")?.agent;
    if (enforcing.length > 0 && blind !== undefined)
      return `Whether policies would hold for pods on branch interfaces of node ${name} is not known of the version of VPC CNI's agent: ${blind.why ?? `${blind.tag} does not look for them`}.`;
  }
  return undefined;
}

/** Groups that somebody else gave to pods: strict mode, and one group more, would change what those are for. */
function hasOtherGroups({ facts, allPods, done }: Situation): string | undefined {
  const { securityGroupPolicies } = facts;
  const foreign =
    securityGroupPolicies.state === "known" ? securityGroupPolicies.value.find(({ name }) => !name.startsWith(policyPrefix)) : undefined;
  if (foreign !== undefined)
    return `SecurityGroupPolicy ${nameOf(foreign)} gives pods security groups already: what strict mode changes for them is not judged.`;
  const ours = new Set(done);
  const pod = allPods.find((one) => one.hasBranchInterface && !ours.has(one));
  return pod === undefined
    ? undefined
    : `Pod ${nameOf(pod)} has a branch interface already: what strict mode changes for it is not judged.`;
}

function isElsewhere({ pods, interfaceOf }: Situation): string | undefined {
  const sets = new Map<string, Pod>();
  for (const pod of pods) {
    if (pod.podIps.length === 0) return `Pod ${nameOf(pod)} runs without an address.`;
    for (const address of pod.podIps) {
      const its = interfaceOf(address);
      if (its === undefined) return `Address ${address} of pod ${nameOf(pod)} is on no network interface of the VPC.`;
      sets.set(its.groupIds.toSorted().join(" and "), pod);
    }
  }
  const [first, second] = sets;
  if (first === undefined || second === undefined) return undefined;
  return `Pod ${nameOf(first[1])} is behind ${first[0]} and pod ${nameOf(second[1])} behind ${second[0]}: one security group in the place of both would let more into either.`;
}

/** In strict mode nothing translates a pod's address, and an internet gateway leads no private one of IPv4. */
function losesTheInternet({ facts, pods, interfaceOf }: Situation): string | undefined {
  const { routeTable } = indexSubnets(facts);
  const subnets = new Set(
    pods.flatMap(({ podIps }) =>
      podIps.filter((address) => !address.includes(":")).flatMap((address) => interfaceOf(address)?.subnetId ?? []),
    ),
  );
  for (const id of subnets) {
    const table = routeTable(id);
    if (table.state === "unknown") return `Whether subnet ${id} leads to an internet gateway was not read: ${table.reason.message}`;
    if (table.value.routes.some(mayLeadOut))
      return `Subnet ${id} leads to an internet gateway: its pods would lose the internet, as in strict mode only a NAT gateway leads them there.`;
  }
  return undefined;
}

/** A prefix list may be of IPv4. */
const mayLeadOut = ({ cidr, target, state }: Route): boolean =>
  state !== "blackhole" && target.startsWith("igw-") && cidr?.includes(":") !== true;

const versionIn = (image: string, pattern: RegExp): string | undefined => pattern.exec(image)?.[1];

function isAtLeast(text: string, least: readonly number[]): boolean {
  const parts = text.split(".").map(Number);
  for (const [i, wanted] of least.entries()) {
    const part = parts[i] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}
