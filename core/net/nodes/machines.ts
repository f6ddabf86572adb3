/** The machines that are, or may be, a cluster's nodes: Nodes joined with instances, instances with their interfaces. */
import { type Fact, known, type Reason, unknown } from "../../model/fact.ts";
import type { Instance, NodeGroup } from "../../model/nodes.ts";
import type { NetworkInterface } from "../../model/vpc.ts";
import type { Node } from "../../model/workloads.ts";
import { type InstanceIndex, indexInstances, instanceIdOf, platformOf } from "./node-identity.ts";
import { autoScalingGroupOf, claimOf } from "./node-tags.ts";

/** What was read of the machines. */
export interface NodeFacts {
  readonly instances: Fact<readonly Instance[]>;
  readonly networkInterfaces: Fact<readonly NetworkInterface[]>;
  readonly nodeGroups: Fact<readonly NodeGroup[]>;
  readonly nodes: Fact<readonly Node[]>;
}

/** One machine. An instance that registered under two names stands here once for each. */
export interface Machine {
  /** Fargate's machines are AWS's own, hybrid ones stand outside AWS: neither has an interface of the VPC to judge. */
  readonly platform: "ec2" | "fargate" | "hybrid";
  /** Absent on Fargate, on hybrid nodes, and where nothing tells which instance a Node is. */
  readonly instanceId?: string;
  /** Absent as well where EC2 did not list it. */
  readonly instance?: Instance;
  /** Absent where Nodes were not read, or the instance has not registered. */
  readonly node?: Node;
  readonly interfaces: Fact<readonly NetworkInterface[]>;
}

export interface Machines {
  /** The cluster's for certain. */
  readonly certain: readonly Machine[];
  /** Instances of the VPC that may be nodes: their tags do not tell, and Nodes were not read. */
  readonly undecided: readonly Machine[];
  /** Why there may be more nodes than the certain ones: Nodes, or instances, were not read. */
  readonly doubt?: Reason;
}

/** Whether it runs. A stopped or ending instance has no reach now; one that EC2 did not list counts as running. */
export const isUp = ({ instance }: Machine): boolean =>
  instance === undefined || instance.state === "running" || instance.state === "pending";

/** What a machine is called: by its Node, else by its instance. */
export const machineName = ({ node, instanceId }: Machine): string => node?.name ?? instanceId ?? "";

/**
 * An instance is the cluster's when a Node names it, when its tags prove it, or when it was launched by an Auto Scaling group
 * that launches nodes: all of a group's instances come from one template. Where Nodes were read, they and such proof are all
 * there is; where they were not, an instance that no tag gives to another cluster may be a self-managed node.
 */
export function machinesOf(facts: NodeFacts, cluster: string): Machines {
  const { instances, nodes } = facts;
  const index = indexInstances(facts);
  const registered = nodes.state === "known" ? nodes.value.map((node) => registeredMachine(node, index)) : [];
  const named = new Set(registered.flatMap(({ instanceId }) => instanceId ?? []));
  const others = (instances.state === "known" ? instances.value : []).filter(({ id }) => !named.has(id));
  const claims = new Map(others.map((instance) => [instance.id, claimOf(instance, cluster, index.runsVpcCni(instance.id))]));
  const launchers = launchersOfNodes(facts, [
    ...registered.flatMap(({ instance }) => instance ?? []),
    ...others.filter(({ id }) => claims.get(id) === "ours"),
  ]);
  const isOurs = (instance: Instance): boolean => claims.get(instance.id) === "ours" || launchers.has(autoScalingGroupOf(instance) ?? "");
  const certain = [...registered, ...others.filter(isOurs).map((instance) => unregisteredMachine(instance, index))];
  const unread = [nodes, instances].find(({ state }) => state === "unknown");
  const undecided = nodes.state === "known" ? [] : others.filter((one) => !isOurs(one) && claims.get(one.id) === "unclear");
  return {
    certain,
    undecided: undecided.map((instance) => unregisteredMachine(instance, index)),
    ...(unread?.state === "unknown" ? { doubt: unread.reason } : {}),
  };
}

/** Auto Scaling groups that launch nodes: those of the node groups, and those of instances that are nodes. */
function launchersOfNodes({ nodeGroups }: NodeFacts, nodes: readonly Instance[]): ReadonlySet<string> {
  const managed = nodeGroups.state === "known" ? nodeGroups.value.flatMap(({ autoScalingGroups }) => autoScalingGroups) : [];
  return new Set([...managed, ...nodes.flatMap((instance) => autoScalingGroupOf(instance) ?? [])]);
}

const outsideTheVpc = known([]);

function registeredMachine(node: Node, index: InstanceIndex): Machine {
  const platform = platformOf(node);
  if (platform !== "ec2") return { platform, node, interfaces: outsideTheVpc };
  const instanceId = instanceIdOf(node, index);
  if (instanceId === undefined)
    return { platform, node, interfaces: unknown("not-found", `Nothing tells which instance Node ${node.name} is.`) };
  const instance = index.instance(instanceId);
  return { platform, instanceId, ...(instance === undefined ? {} : { instance }), node, interfaces: index.interfaces(instanceId) };
}

const unregisteredMachine = (instance: Instance, index: InstanceIndex): Machine => ({
  platform: "ec2",
  instanceId: instance.id,
  instance,
  interfaces: index.interfaces(instance.id),
});
