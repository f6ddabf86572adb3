/** The pools of a cluster's nodes: what findings about nodes are about, since nodes come and go. */
import type { Fact, Reason } from "../../model/fact.ts";
import type { NodeGroup } from "../../model/nodes.ts";
import { objectId, type Resource } from "../../model/resource.ts";
import { type Machine, machinesOf, type NodeFacts } from "./machines.ts";
import { autoScalingGroupOf, nodeGroupTagOf, nodePoolTagOf } from "./node-tags.ts";

export interface Pool {
  /** NodeGroup, NodePool, AutoScalingGroup, Instance or Node. */
  readonly resource: Resource;
  /** At least one. */
  readonly machines: readonly Machine[];
  /** Why the resource may not be the one that a whole reading would name. */
  readonly untold?: Reason;
}

export interface Pools {
  readonly pools: readonly Pool[];
  /** Instances of the VPC that may be nodes: their tags do not tell, and Nodes were not read. */
  readonly undecided: readonly Machine[];
  /** Why pools, or machines of pools, may be missing: Nodes, or instances, were not read. */
  readonly doubt?: Reason;
}

/**
 * Every node of the cluster, by pool. Nodes alone tell all pools but Auto Scaling groups, which only tags name; instances alone
 * tell all nodes but self-managed ones without EKS's tags.
 *
 * @param cluster its ARN as `id`, its name as `name`
 */
export function poolsOf(facts: NodeFacts, cluster: Resource): Pools {
  const { certain, ...rest } = machinesOf(facts, cluster.name);
  const groups = indexNodeGroups(facts.nodeGroups);
  const pools = new Map<string, { readonly resource: Resource; readonly machines: Machine[]; readonly untold?: Reason }>();
  for (const machine of certain) {
    const resource = resourceOf(machine, cluster, groups);
    const pool = pools.get(resource.id);
    const untold = whyUntold(resource, machine, facts);
    if (pool !== undefined) pool.machines.push(machine);
    else pools.set(resource.id, { resource, machines: [machine], ...(untold === undefined ? {} : { untold }) });
  }
  return { ...rest, pools: [...pools.values()] };
}

/** A machine seems to be of no pool, or of one whose ARN is not whole, while what would tell was not read. */
function whyUntold({ kind, id }: Resource, machine: Machine, { nodeGroups, nodes, instances }: NodeFacts): Reason | undefined {
  const byKind: Readonly<Record<string, readonly Fact<unknown>[]>> = {
    NodeGroup: id.endsWith("/*") ? [nodeGroups] : [],
    AutoScalingGroup: id.includes("autoScalingGroupName/eks-") ? [nodeGroups] : [],
    Instance: [nodes, instances],
    Node: machine.platform === "ec2" ? [instances] : [],
  };
  const unread = byKind[kind]?.find(({ state }) => state === "unknown");
  return unread?.state === "unknown" ? unread.reason : undefined;
}

interface NodeGroupIndex {
  /** Undefined where node groups were not read. */
  readonly byName: ReadonlyMap<string, NodeGroup> | undefined;
  readonly byAutoScalingGroup: ReadonlyMap<string, NodeGroup>;
}

function indexNodeGroups(nodeGroups: Fact<readonly NodeGroup[]>): NodeGroupIndex {
  if (nodeGroups.state === "unknown") return { byName: undefined, byAutoScalingGroup: new Map() };
  return {
    byName: new Map(nodeGroups.value.map((group) => [group.name, group])),
    byAutoScalingGroup: new Map(nodeGroups.value.flatMap((group) => group.autoScalingGroups.map((name) => [name, group] as const))),
  };
}

/** What a finding about the machine is about: its pool, else itself. AWS's tags go before labels, which a node may set itself. */
function resourceOf(machine: Machine, cluster: Resource, groups: NodeGroupIndex): Resource {
  const { platform, instance, instanceId, node } = machine;
  if (platform !== "ec2" && node !== undefined) return nodeResource(node.name, cluster);
  const autoScalingGroup = instance === undefined ? undefined : autoScalingGroupOf(instance);
  const nodeGroup = nodeGroupOf(machine, autoScalingGroup, groups);
  if (nodeGroup !== undefined) return nodeGroupResource(nodeGroup, autoScalingGroup, cluster, groups);
  const nodePool = instance === undefined ? undefined : nodePoolTagOf(instance);
  if (nodePool !== undefined) return nodePoolResource(nodePool, cluster);
  if (autoScalingGroup !== undefined) return autoScalingGroupResource(autoScalingGroup, cluster);
  const labelled = node?.labels["karpenter.sh/nodepool"];
  if (labelled !== undefined) return nodePoolResource(labelled, cluster);
  if (instanceId === undefined) return nodeResource(node?.name ?? "", cluster);
  const id = instance?.arn ?? arnOf(cluster, "ec2", `instance/${instanceId}`);
  return { kind: "Instance", id, name: node?.name ?? instanceId };
}

const nodePoolResource = (name: string, cluster: Resource): Resource => ({
  kind: "NodePool",
  id: objectId(cluster.id, "nodepools", name),
  name,
});
const nodeResource = (name: string, cluster: Resource): Resource => ({ kind: "Node", id: objectId(cluster.id, "nodes", name), name });

function nodeGroupOf({ instance, node }: Machine, autoScalingGroup: string | undefined, groups: NodeGroupIndex): string | undefined {
  const byGroup = autoScalingGroup === undefined ? undefined : groups.byAutoScalingGroup.get(autoScalingGroup)?.name;
  const label = node?.labels["eks.amazonaws.com/nodegroup"];
  // A label that names no node group of the cluster is somebody's own.
  const labelled = label !== undefined && (groups.byName === undefined || groups.byName.has(label)) ? label : undefined;
  return byGroup ?? (instance === undefined ? undefined : nodeGroupTagOf(instance)) ?? labelled;
}

/**
 * The ARN ends in a UUID, which the name of the Auto Scaling group repeats ("eks-NAME-UUID"). Where neither that nor the
 * node group was read, the ARN has "*" in its place.
 */
function nodeGroupResource(name: string, autoScalingGroup: string | undefined, cluster: Resource, groups: NodeGroupIndex): Resource {
  const uuid = autoScalingGroup?.startsWith(`eks-${name}-`) ? autoScalingGroup.slice(`eks-${name}-`.length) : undefined;
  const last = uuid !== undefined && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid) ? uuid : "*";
  const id = groups.byName?.get(name)?.arn ?? arnOf(cluster, "eks", `nodegroup/${cluster.name}/${name}/${last}`);
  return { kind: "NodeGroup", id, name };
}

/**
 * The ARN holds a UUID that no tag tells, and a name is used once in an account and Region, so "*" stands in its place, as IAM
 * policies write it: the id is the same in every run, and patterns of waivers match it.
 */
const autoScalingGroupResource = (name: string, cluster: Resource): Resource => ({
  kind: "AutoScalingGroup",
  id: arnOf(cluster, "autoscaling", `autoScalingGroup:*:autoScalingGroupName/${name}`),
  name,
});

/** An ARN in the cluster's partition, Region and account. */
function arnOf(cluster: Resource, service: string, resource: string): string {
  const [, partition, , region, account] = cluster.id.split(":");
  return `arn:${partition}:${service}:${region}:${account}:${resource}`;
}
