/** A plan against pods that reach kubelets: security groups of the pods' own, which the groups of nodes do not admit to kubelets. */
import type { SecurityGroup } from "../../model/aws.ts";
import type { ClusterFacts } from "../../model/cluster.ts";
import { known } from "../../model/fact.ts";
import type { SecurityGroupPolicy } from "../../model/pod-network.ts";
import type { NetworkInterface } from "../../model/vpc.ts";
import type { Pod } from "../../model/workloads.ts";
import { kubeletPorts } from "../../net/kubelet/reach.ts";
import { nodeClasses } from "../../net/kubelet/targets.ts";
import { vpcCniAddOn } from "../../net/policy/enforcement/vpc-cni.ts";
import type { Ports } from "../../net/security-group.ts";
import { type InterfaceOf, interfacesByAddress } from "../../net/workloads/interfaces.ts";
import { topControllers } from "../../net/workloads/top-controller.ts";
import { aboutOf, type FixInput, type Plan } from "../fix.ts";
import { valuesOf } from "../known-facts.ts";
import { prefix } from "../policies/names.ts";
import {
  applyPolicies,
  guards,
  letControllerWork,
  makeGroup,
  type Restarted,
  restart,
  tellAddOn,
  tellDaemonSet,
  waitForAgent,
  waitForRoom,
} from "./branch-commands.ts";
import { onBranchInterfaces } from "./branch-interfaces.ts";
import { branchNotes } from "./branch-notes.ts";
import { obstacle } from "./branch-obstacles.ts";
import { policiesFor } from "./branch-policies.ts";
import { granted, grantsFor } from "./pods-group.ts";
import { unreachedByNodes } from "./probes.ts";

const cut: readonly Ports[] = kubeletPorts.map((port) => ({ protocol: "tcp", from: port, to: port }));

/**
 * One plan in which the groups of nodes do not let the pods in, and one in which their own lets them not out either, as nodes may admit
 * them by their addresses; or why there is none, in a sentence.
 *
 * @param meant the pods that are judged
 * @param others pods that run beside them and are to keep what they have
 */
export function podSecurityGroups(
  input: FixInput,
  meant: readonly Pod[],
  others: readonly Pod[],
): { readonly plans: readonly Plan[] } | { readonly none: string } {
  const { facts } = input.cluster;
  const read = valuesOf(facts, ["nodes", "networkInterfaces", "securityGroups", "workloads", "services", "addOns", "network", "pods"]);
  if ("unread" in read) return { none: `Too little was read: ${read.unread.message}` };
  const { nodes, networkInterfaces, securityGroups, workloads, services, addOns, network, pods: allPods } = read.values;
  const interfaceOf = interfacesIn(networkInterfaces);
  const name = `${prefix}-pods-${input.cluster.name}`;
  const existing = securityGroups.find((group) => group.name === name);
  const isDone = ({ hasBranchInterface, podIps }: Pod): boolean =>
    hasBranchInterface && podIps.every((address) => interfaceOf(address)?.groupIds.join() === existing?.id);
  const [done, waiting] = parted(meant, isDone);
  const selection = policiesFor(meant, others, input.settings);
  const topOf = topControllers(facts.workloads);
  const leftOut = new Set(selection.leftOut);
  const [pods, left] = parted(waiting, (pod) => !leftOut.has(pod) && restartable.has(topOf(pod).kind));
  if (pods.length === 0) return { none: "No pod was found that kubectl can restart with a security group of its own." };
  const nodesByName = new Map(nodes.map((node) => [node.name, node]));
  const situation = { facts, pods: waiting, done, allPods, nodes: nodesByName, workloads, services, interfaceOf };
  const former = [...(interfaceOf(pods[0]?.podIps[0] ?? "")?.groupIds ?? [])].toSorted();
  const none = obstacle(situation) ?? strangeGroup(securityGroups, former);
  if (none !== undefined) return { none };

  const group: SecurityGroup = existing ?? {
    id: `sg-stand-in-${name}`,
    name,
    description: "Pods that are kept from the kubelets of their nodes",
    tags: {},
    ingress: [],
    egress: [],
  };
  const all = existing === undefined ? [...securityGroups, group] : securityGroups;
  const ofNodes = new Set(nodeClasses(nodes, facts.networkInterfaces, allPods).flatMap(({ place }) => place?.groupIds ?? []));
  const policies = selection.policies.map((one): SecurityGroupPolicy => ({ ...one, groupIds: [group.id] }));
  const about = aboutOf(input);
  const controllers = controllersOf(pods, topOf);
  const hasAddOn = vpcCniAddOn(addOns) !== undefined;

  const planWith = (cutsEgress: boolean): Plan | string => {
    const grants = grantsFor({ id: group.id, groups: all, former, ofNodes, ports: cut, families: familiesOf(facts), cutsEgress });
    const groups = granted(all, grants);
    const after = onBranchInterfaces(
      { ...facts, securityGroups: known(groups) },
      { pods, groupId: group.id, policies, readAt: input.readAt },
    );
    const unreached = unreachedByNodes(after, pods, nodesByName);
    if (unreached !== undefined) return unreached;
    return {
      summary: `Gives ${pods.length} pods a security group of their own on branch interfaces, which ${cutsEgress ? "lets them out to no kubelet" : "the nodes' groups do not admit to kubelets"}.`,
      commands: [
        ...guards(about, [...new Set(policies.map(({ namespace }) => namespace))].toSorted()),
        ...letControllerWork(about, partitionOf(input)),
        ...(hasAddOn ? tellAddOn(about) : tellDaemonSet),
        ...waitForAgent,
        ...waitForRoom(countsOf([...done, ...pods])),
        ...makeGroup(about, network.vpcId, groups.find(({ id }) => id === group.id) ?? group, grants),
        ...applyPolicies(policies),
        ...restart(controllers),
      ],
      manifests: [],
      after,
      notes: branchNotes({
        pods,
        left,
        controllers,
        grants,
        former,
        hasAddOn,
        cutsEgress,
        all,
      }),
    };
  };
  const [first, second] = [planWith(false), planWith(true)];
  return typeof first === "string" ? { none: first } : { plans: [first, ...(typeof second === "string" ? [] : [second])] };
}

function parted<T>(all: readonly T[], isFirst: (one: T) => boolean): readonly [readonly T[], readonly T[]] {
  const { yes = [], no = [] } = Object.groupBy(all, (one) => (isFirst(one) ? "yes" : "no"));
  return [yes, no];
}

const interfacesIn = (all: readonly NetworkInterface[]): InterfaceOf => {
  const index = interfacesByAddress(known(all));
  return (address) => (index.state === "known" ? index.value(address) : undefined);
};

/** Kinds that `kubectl rollout restart` takes. */
const restartable: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

function controllersOf(pods: readonly Pod[], topOf: ReturnType<typeof topControllers>): readonly Restarted[] {
  const found = new Map(
    pods.map((pod) => {
      const { kind, namespace, name } = topOf(pod);
      return [`${namespace}/${kind}/${name}`, { kind, namespace, name }];
    }),
  );
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

function countsOf(pods: readonly Pod[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { nodeName = "" } of pods) counts.set(nodeName, (counts.get(nodeName) ?? 0) + 1);
  return new Map([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const familiesOf = ({ vpc }: ClusterFacts): readonly ("ipv4" | "ipv6")[] =>
  vpc.state === "known" && !vpc.value.cidrs.some((cidr) => cidr.includes(":")) ? ["ipv4"] : ["ipv4", "ipv6"];

/** Of an ARN the second part. */
const partitionOf = ({ cluster }: FixInput): string => cluster.resource.id.split(":")[1] ?? "aws";

/** A rule can be copied only where all it names is known, and is of this VPC. */
function strangeGroup(groups: readonly SecurityGroup[], former: readonly string[]): string | undefined {
  const ids = new Set(groups.map(({ id }) => id));
  for (const id of former) {
    const group = groups.find((one) => one.id === id);
    if (group === undefined) return `Security group ${id} of the pods is none of the VPC's.`;
    const strange = [...group.ingress, ...group.egress].flatMap(({ groupIds }) => groupIds).find((one) => !ids.has(one));
    if (strange !== undefined) return `A rule of security group ${id} names ${strange}, which is none of the VPC's and can't be copied.`;
  }
  return undefined;
}
