/** Builders for machines that say only what matters to a test. */
import { known, unknown } from "../../core/model/fact.ts";
import type { Instance, NodeGroup } from "../../core/model/nodes.ts";
import type { NetworkInterface } from "../../core/model/vpc.ts";
import type { Node } from "../../core/model/workloads.ts";
import { account, region } from "./cluster.ts";

export const instanceArn = (id: string): string => `arn:aws:ec2:${region}:${account}:instance/${id}`;

/** A running Linux instance without tags, but for what is said. */
export const anInstance = (id: string, rest: Partial<Instance> = {}): Instance => ({
  id,
  arn: instanceArn(id),
  state: "running",
  subnetId: "subnet-0a1",
  privateDnsName: `${id}.${region}.compute.internal`,
  isWindows: false,
  isManaged: false,
  tags: {},
  metadata: unknown("forbidden", "This test did not say."),
  ...rest,
});

/** The primary interface of an instance, private and without groups, but for what is said. */
export const anInterface = (instanceId: string, rest: Partial<NetworkInterface> = {}): NetworkInterface => ({
  id: `eni-${instanceId}`,
  subnetId: "subnet-0a1",
  groupIds: [],
  privateIpv4: [],
  publicIpv4: [],
  ipv6: [],
  instanceId,
  type: "interface",
  description: "",
  ...rest,
});

/** A ready Linux Node that the cloud has not named yet, but for what is said. */
export const aNode = (name: string, rest: Partial<Node> = {}): Node => ({
  name,
  labels: {},
  internalIps: [],
  externalIps: [],
  isReady: true,
  operatingSystem: "linux",
  ...rest,
});

/** The Node that an instance registered as. */
export const nodeOf = (instanceId: string, rest: Partial<Node> = {}): Node =>
  aNode(`node-of-${instanceId}`, { providerId: `aws:///${region}a/${instanceId}`, ...rest });

export const aNodeGroup = (name: string, rest: Partial<NodeGroup> = {}): NodeGroup => ({
  arn: nodeGroupArn(name),
  name,
  status: "ACTIVE",
  amiType: "AL2023_x86_64_STANDARD",
  autoScalingGroups: [`eks-${name}-${uuid}`],
  subnetIds: ["subnet-0a1"],
  hasLaunchTemplate: false,
  ...rest,
});

/** The UUID of every node group that `aNodeGroup` makes. */
export const uuid = "0123abcd-0123-4567-89ab-0123456789ab";
export const nodeGroupArn = (name: string, last = uuid): string => `arn:aws:eks:${region}:${account}:nodegroup/prod/${name}/${last}`;

/** What EKS and EC2 Auto Scaling tag the instances of a managed node group with. */
export const nodeGroupTags = (name: string): Readonly<Record<string, string>> => ({
  "eks:cluster-name": "prod",
  "eks:nodegroup-name": name,
  "kubernetes.io/cluster/prod": "owned",
  "aws:autoscaling:groupName": `eks-${name}-${uuid}`,
});

/** Machines that were all read, but for what is said. */
export const noMachines = { instances: known([]), networkInterfaces: known([]), nodeGroups: known([]), nodes: known([]) };
