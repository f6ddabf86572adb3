import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { known, unknown } from "../../../core/model/fact.ts";
import type { Instance } from "../../../core/model/nodes.ts";
import { isUp, machineName, type NodeFacts } from "../../../core/net/nodes/machines.ts";
import { poolsOf } from "../../../core/net/nodes/pools.ts";
import { account, prod, region } from "../../support/cluster.ts";
import {
  aNode,
  aNodeGroup,
  anInstance,
  anInterface,
  instanceArn,
  nodeGroupArn,
  nodeGroupTags,
  nodeOf,
  noMachines,
  uuid,
} from "../../support/nodes.ts";

const cluster = { kind: "Cluster", id: prod, name: "prod" };
const reason = { code: "forbidden", message: "No access." } as const;
const forbidden = unknown(reason.code, reason.message);
const read = (facts: Partial<NodeFacts>) => poolsOf({ ...noMachines, ...facts }, cluster);
/** "Kind name: machines" of each pool, and its id. */
const told = (facts: Partial<NodeFacts>) =>
  read(facts).pools.map(({ resource, machines }) => [
    `${resource.kind} ${resource.name}: ${machines.map(machineName).join(", ")}`,
    resource.id,
  ]);
const names = (facts: Partial<NodeFacts>) => told(facts).map(([text]) => text);

const autoScalingArn = (name: string) => `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${name}`;
const bastion = anInstance("i-bastion", { tags: { "kubernetes.io/cluster/prod": "owned", Name: "bastion" } });
const owned = { "kubernetes.io/cluster/prod": "owned" };

describe("the pool of a node, both planes read", () => {
  it.each<[string, Partial<NodeFacts>, string, string]>([
    [
      "its node group, by tag",
      { instances: known([bastion, anInstance("i-1", { tags: nodeGroupTags("web") })]), nodeGroups: known([aNodeGroup("web")]) },
      "NodeGroup web: i-1",
      nodeGroupArn("web"),
    ],
    [
      "its node group, by label",
      {
        instances: known([bastion, anInstance("i-1")]),
        nodes: known([nodeOf("i-1", { labels: { "eks.amazonaws.com/nodegroup": "web" } })]),
        nodeGroups: known([aNodeGroup("web")]),
      },
      "NodeGroup web: node-of-i-1",
      nodeGroupArn("web"),
    ],
    [
      "its node group, by the group's Auto Scaling group",
      {
        instances: known([bastion, anInstance("i-1", { tags: { "aws:autoscaling:groupName": `eks-web-${uuid}` } })]),
        nodeGroups: known([aNodeGroup("web")]),
      },
      "NodeGroup web: i-1",
      nodeGroupArn("web"),
    ],
    [
      "not a node group that the cluster does not have, whatever a label says",
      {
        instances: known([bastion, anInstance("i-1", { tags: { "aws:autoscaling:groupName": "own" } })]),
        nodes: known([nodeOf("i-1", { labels: { "eks.amazonaws.com/nodegroup": "web" } })]),
      },
      "AutoScalingGroup own: node-of-i-1",
      autoScalingArn("own"),
    ],
    [
      "its node pool, by Karpenter's tag",
      { instances: known([bastion, anInstance("i-1", { tags: { ...owned, "karpenter.sh/nodepool": "spot" } })]) },
      "NodePool spot: i-1",
      `${prod}/nodepools/spot`,
    ],
    [
      "its node pool, by Auto Mode's tags",
      {
        instances: known([
          bastion,
          anInstance("i-1", {
            isManaged: true,
            tags: { "eks:eks-cluster-name": "prod", "eks:kubernetes-node-pool-name": "general-purpose" },
          }),
        ]),
      },
      "NodePool general-purpose: i-1",
      `${prod}/nodepools/general-purpose`,
    ],
    [
      "its node pool, by label",
      { instances: known([bastion, anInstance("i-1")]), nodes: known([nodeOf("i-1", { labels: { "karpenter.sh/nodepool": "spot" } })]) },
      "NodePool spot: node-of-i-1",
      `${prod}/nodepools/spot`,
    ],
    [
      "its Auto Scaling group, whatever node pool a label names",
      {
        instances: known([bastion, anInstance("i-1", { tags: { ...owned, "aws:autoscaling:groupName": "own" } })]),
        nodes: known([nodeOf("i-1", { labels: { "karpenter.sh/nodepool": "spot" } })]),
      },
      "AutoScalingGroup own: node-of-i-1",
      autoScalingArn("own"),
    ],
    [
      "none: the instance itself, by its ARN and its Node's name",
      { instances: known([bastion, anInstance("i-1")]), nodes: known([nodeOf("i-1")]) },
      "Instance node-of-i-1: node-of-i-1",
      instanceArn("i-1"),
    ],
    [
      "none: a Node that the cloud has not named, found by its address",
      {
        instances: known([bastion, anInstance("i-1")]),
        networkInterfaces: known([
          anInterface("i-bastion", { privateIpv4: ["10.0.0.8"] }),
          anInterface("i-1", { privateIpv4: ["10.0.0.7"] }),
        ]),
        nodes: known([aNode("new", { internalIps: ["10.0.0.7"] })]),
      },
      "Instance new: new",
      instanceArn("i-1"),
    ],
    [
      "none: a Node of which nothing tells the instance",
      { instances: known([bastion]), nodes: known([aNode("new", { internalIps: ["10.0.0.7"] })]) },
      "Node new: new",
      `${prod}/nodes/new`,
    ],
    [
      "Fargate: the Node",
      {
        instances: known([bastion]),
        nodes: known([
          aNode("fargate-1", {
            labels: { "eks.amazonaws.com/compute-type": "fargate" },
            providerId: "aws:///eu-west-1a/0123456789-abcdef/fargate-ip-10-0-0-7.eu-west-1.compute.internal",
          }),
        ]),
      },
      "Node fargate-1: fargate-1",
      `${prod}/nodes/fargate-1`,
    ],
    [
      "hybrid: the Node, by its provider id",
      { instances: known([bastion]), nodes: known([aNode("mi-1", { providerId: "eks-hybrid:///eu-west-1/prod/mi-1" })]) },
      "Node mi-1: mi-1",
      `${prod}/nodes/mi-1`,
    ],
    [
      "hybrid: the Node, by its label",
      { instances: known([bastion]), nodes: known([aNode("mi-1", { labels: { "eks.amazonaws.com/compute-type": "hybrid" } })]) },
      "Node mi-1: mi-1",
      `${prod}/nodes/mi-1`,
    ],
    [
      "an instance that calls itself Fargate is an instance",
      {
        instances: known([bastion, anInstance("i-1")]),
        nodes: known([nodeOf("i-1", { labels: { "eks.amazonaws.com/compute-type": "fargate" } })]),
      },
      "Instance node-of-i-1: node-of-i-1",
      instanceArn("i-1"),
    ],
  ])("%s", (_rule, facts, text, id) => {
    expect(told(facts)).toEqual([[text, id]]);
  });

  it("one pool for all its machines, with the interfaces of each", () => {
    const { pools } = read({
      instances: known(["i-1", "i-2"].map((id) => anInstance(id, { tags: nodeGroupTags("web") }))),
      networkInterfaces: known([anInterface("i-1"), anInterface("i-1", { id: "eni-second" }), anInterface("i-bastion")]),
      nodes: known([nodeOf("i-2")]),
      nodeGroups: known([aNodeGroup("web")]),
    });
    expect(pools.map(({ machines }) => machines.map(({ instanceId, interfaces }) => [instanceId, interfaces]))).toEqual([
      [
        ["i-2", unknown("not-found", "No network interface of instance i-2 is among the VPC's.")],
        ["i-1", known([anInterface("i-1"), anInterface("i-1", { id: "eni-second" })])],
      ],
    ]);
  });
});

describe("which instances are nodes, Nodes read", () => {
  it.each<[string, Partial<Instance>, readonly string[]]>([
    ["yes: EKS's tag, though it has not registered", { tags: { "aws:eks:cluster-name": "prod" } }, ["Instance i-1: i-1"]],
    ["no: EKS's tag names another cluster", { tags: { "eks:cluster-name": "stage", ...owned } }, []],
    ["no: the cluster's tag alone, which a bastion may have", { tags: owned }, []],
    ["no: no tag", {}, []],
    ["no: a node pool of another cluster", { tags: { "kubernetes.io/cluster/stage": "owned", "karpenter.sh/nodepool": "spot" } }, []],
    ["no: tagged for two clusters", { tags: { ...owned, "kubernetes.io/cluster/stage": "shared", "karpenter.sh/nodepool": "spot" } }, []],
    ["no: the tag of a cluster whose name begins alike", { tags: { "kubernetes.io/cluster/prod-2": "owned" } }, []],
  ])("%s", (_rule, rest, pools) => {
    const facts = { instances: known([bastion, anInstance("i-1", rest)]) };
    expect([names(facts), read(facts).undecided, read(facts).doubt]).toEqual([pools, [], undefined]);
  });

  it("yes: the cluster's tag and an interface of VPC CNI", () => {
    const instances = known([bastion, anInstance("i-1", { tags: owned })]);
    expect(names({ instances, networkInterfaces: known([anInterface("i-1", { description: "aws-K8S-i-1" })]) })).toEqual([
      "Instance i-1: i-1",
    ]);
  });

  it("yes: launched by the Auto Scaling group that launched a node", () => {
    const tags = { "aws:autoscaling:groupName": "own" };
    const stranger = anInstance("i-3", { tags: { "aws:autoscaling:groupName": "batch" } });
    expect(
      names({ instances: known([anInstance("i-1", { tags }), anInstance("i-2", { tags }), stranger]), nodes: known([nodeOf("i-1")]) }),
    ).toEqual(["AutoScalingGroup own: node-of-i-1, i-2"]);
  });
});

describe("Nodes not read", () => {
  const nodes = forbidden;

  it("tells the nodes that tags prove, and is undecided on none where tags tell of every instance", () => {
    const instances = known([
      anInstance("i-1", { tags: nodeGroupTags("web") }),
      anInstance("i-2", { tags: { "aws:eks:cluster-name": "stage" } }),
      anInstance("i-3", { tags: { "kubernetes.io/cluster/stage": "owned", "karpenter.sh/nodepool": "spot" } }),
    ]);
    const seen = read({ instances, nodes });
    expect([names({ instances, nodes }), seen.undecided, seen.doubt]).toEqual([["NodeGroup web: i-1"], [], reason]);
  });

  it("is undecided on an instance that may be a self-managed node: untagged, or with the cluster's tag alone", () => {
    const instances = known([bastion, anInstance("i-1"), anInstance("i-2", { tags: nodeGroupTags("web") })]);
    const seen = read({ instances, nodes });
    expect([seen.undecided.map(machineName), seen.doubt]).toEqual([["i-bastion", "i-1"], reason]);
  });

  it("tells nothing, and says so, where instances were not read either", () => {
    expect(read({ instances: forbidden, nodes })).toEqual({ pools: [], undecided: [], doubt: reason });
  });

  it("makes a node group's ARN from its Auto Scaling group's name where node groups were not read", () => {
    const instances = known([anInstance("i-1", { tags: nodeGroupTags("web") })]);
    expect(told({ instances, nodes, nodeGroups: forbidden })).toEqual([["NodeGroup web: i-1", nodeGroupArn("web")]]);
  });

  it("leaves the UUID of a node group open where nothing tells it, and says so", () => {
    const instances = known([anInstance("i-1", { tags: { "eks:cluster-name": "prod", "eks:nodegroup-name": "web" } })]);
    expect(told({ instances, nodes, nodeGroups: forbidden })).toEqual([["NodeGroup web: i-1", nodeGroupArn("web", "*")]]);
    expect(read({ instances, nodes, nodeGroups: forbidden }).pools.map(({ untold }) => untold)).toEqual([reason]);
  });
});

describe("instances not read", () => {
  it("tells each Node's pool by its labels, and its interfaces by its provider id", () => {
    const { pools, doubt } = read({
      instances: forbidden,
      networkInterfaces: known([anInterface("i-1")]),
      nodes: known([
        nodeOf("i-1", { labels: { "eks.amazonaws.com/nodegroup": "web" } }),
        nodeOf("i-2", { labels: { "karpenter.sh/nodepool": "spot" } }),
        nodeOf("i-3"),
      ]),
      nodeGroups: known([aNodeGroup("web")]),
    });
    expect(doubt).toEqual(reason);
    expect(pools.map(({ resource, untold }) => [resource, untold])).toEqual([
      [{ kind: "NodeGroup", id: nodeGroupArn("web"), name: "web" }, undefined],
      [{ kind: "NodePool", id: `${prod}/nodepools/spot`, name: "spot" }, undefined],
      // It may be of an Auto Scaling group, which only its tags would tell.
      [{ kind: "Instance", id: instanceArn("i-3"), name: "node-of-i-3" }, reason],
    ]);
    expect(pools[0]?.machines[0]?.interfaces).toEqual(known([anInterface("i-1")]));
  });

  it("leaves interfaces unknown where they were not read", () => {
    const { pools } = read({ instances: forbidden, networkInterfaces: forbidden, nodes: known([nodeOf("i-1")]) });
    expect(pools[0]?.machines[0]?.interfaces).toEqual(forbidden);
  });
});

it.each([
  ["pending", true],
  ["running", true],
  ["shutting-down", false],
  ["stopping", false],
  ["stopped", false],
] as const)("an instance that is %s has reach: %s", (state, expected) => {
  expect(isUp({ platform: "ec2", instance: anInstance("i-1", { state }), interfaces: known([]) })).toBe(expected);
});

it("what is undecided without Nodes is never a node that they deny, and what is certain without them stays certain with them", () => {
  const tags = fc.constantFrom<Readonly<Record<string, string>>>(
    {},
    owned,
    nodeGroupTags("web"),
    { ...owned, "karpenter.sh/nodepool": "spot" },
    { "kubernetes.io/cluster/stage": "owned" },
    { "aws:eks:cluster-name": "stage" },
    { "aws:autoscaling:groupName": "own" },
    { "aws:autoscaling:groupName": "own", ...owned },
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(tags, fc.boolean()), { maxLength: 6 }), (made) => {
      const instances = known(made.map(([its], i) => anInstance(`i-${i}`, { tags: its })));
      const ids = (pools: ReturnType<typeof read>["pools"]) =>
        pools.flatMap(({ machines }) => machines.map(({ instanceId }) => instanceId));
      const without = read({ instances, nodes: forbidden });
      const registered = made.flatMap(([its, joined], i) =>
        joined && its["aws:eks:cluster-name"] === undefined ? [nodeOf(`i-${i}`)] : [],
      );
      const whole = ids(read({ instances, nodes: known(registered) }).pools);
      const seen = [...ids(without.pools), ...without.undecided.map(({ instanceId }) => instanceId)];
      expect(whole.filter((id) => !seen.includes(id))).toEqual([]);
      expect(ids(without.pools).filter((id) => !whole.includes(id))).toEqual([]);
    }),
  );
});
