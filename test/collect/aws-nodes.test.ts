/** What a cluster's pods run on and answer from: instances, network interfaces, managed node groups. */
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { collectCluster } from "../../core/collect/cluster.ts";
import { SharedReads } from "../../core/collect/shared-reads.ts";
import type { FactName } from "../../core/model/check.ts";
import { ClusterFacts } from "../../core/model/cluster.ts";
import type { FaultInput } from "../../sandbox/faults.ts";
import type { Sandbox } from "../../sandbox/start.ts";
import { gapsOf, home, member, portsTo, type RegionInput, soon, stateOf, valueIn, withRegion } from "./aws-bed.ts";

const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const subnets = [
  { id: "subnet-a", zone: "a", cidr: "10.0.0.0/24" },
  { id: "subnet-b", zone: "b", cidr: "10.0.1.0/24" },
];
const region: RegionInput = {
  vpcs: [
    {
      id: "vpc-a",
      subnets,
      securityGroups: [{ id: "sg-node" }, { id: "sg-pod" }, { id: "sg-plane" }],
      instances: [
        {
          id: "i-node",
          subnet: "subnet-b",
          securityGroups: ["sg-node", "sg-pod"],
          privateIps: ["10.0.1.10", "10.0.1.11"],
          publicIps: ["203.0.113.10", "203.0.113.11"],
          ipv6: "2600:1f18:aa::10",
          prefixes: ["10.0.1.32/28", "2600:1f18:aa:0:1::/80"],
          metadata: { tokens: "required", hopLimit: 2, ipv6Endpoint: "enabled" },
          tags: { "kubernetes.io/cluster/prod": "owned", Name: "node" },
        },
        { id: "i-auto", operator: "eks.amazonaws.com", hidden: true, metadata: { tokens: "required" } },
        { id: "i-win", windows: true, state: "stopped" },
        { id: "i-ended", state: "terminated" },
        { id: "i-half", metadata: { ipv6Endpoint: null } },
        { id: "i-changing", metadata: { state: "pending" } },
      ],
      networkInterfaces: [
        { id: "eni-branch", type: "branch", securityGroups: ["sg-pod"], privateIps: ["10.0.0.77"], description: "aws-k8s-branch-eni" },
        { id: "eni-second", instance: "i-node", privateIps: ["10.0.0.20"], subnet: "subnet-a" },
        { id: "eni-efa", type: "efa-only", privateIps: [] },
      ],
    },
    {
      id: "vpc-b",
      cidr: "10.1.0.0/16",
      subnets: [{ id: "subnet-x", cidr: "10.1.0.0/24" }],
      instances: [{ id: "i-elsewhere" }],
      networkInterfaces: [{ id: "eni-elsewhere" }],
    },
  ],
  loadBalancers: [
    { name: "web", vpc: "vpc-a", type: "application", securityGroups: ["sg-plane"], subnets: ["subnet-a"] },
    { name: "net", vpc: "vpc-a", scheme: "internal", subnets: ["subnet-b"] },
  ],
  clusters: [
    {
      name: "prod",
      reachable: false,
      vpc: "vpc-a",
      subnets: ["subnet-a"],
      securityGroups: ["sg-plane"],
      version: "1.35",
      nodeGroups: [
        { name: "general", releaseVersion: "1.35.2-20260801" },
        {
          name: "own",
          amiType: "CUSTOM",
          launchTemplate: "lt-1",
          subnets: ["subnet-b"],
          version: "1.34",
          status: "DEGRADED",
        },
        { name: "starting", status: "CREATING", amiType: "BOTTLEROCKET_ARM_64" },
      ],
    },
    { name: "second", reachable: false, vpc: "vpc-a" },
  ],
};
const facts = ["networkInterfaces", "instances", "nodeGroups"] as const;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await withRegion(region);
});
afterEach(() => {
  sandbox.faults.clear();
  sandbox.forgetRequests();
});
const read = async (
  needs: readonly FactName[],
  { on = sandbox, name = "prod", ...over }: Record<string, unknown> & { on?: Sandbox; name?: string } = {},
) => {
  const target = { account: member, region: home, name };
  const { facts } = await collectCluster(target, new Set(needs), portsTo(on, over), soon());
  ClusterFacts.parse(facts);
  return facts;
};
const calls = (on = sandbox) => on.requests().map(({ action }) => action);
const count = (action: string, on = sandbox) => calls(on).filter((one) => one === action).length;

describe("instances", () => {
  const instances = async (on = sandbox) => valueIn((await read(["instances"], { on })).instances);

  it("are those of the VPC that have not ended, those that a service runs and hides among them", async () => {
    expect((await instances()).map(({ id, state, isWindows, isManaged }) => [id, state, isWindows, isManaged])).toEqual([
      ["i-node", "running", false, false],
      ["i-auto", "running", false, true],
      ["i-win", "stopped", true, false],
      ["i-half", "running", false, false],
      ["i-changing", "running", false, false],
    ]);
  });

  it("have name, subnet, tags and metadata options", async () => {
    expect((await instances())[0]).toEqual({
      id: "i-node",
      arn: `arn:aws:ec2:${home}:${member}:instance/i-node`,
      state: "running",
      subnetId: "subnet-b",
      privateDnsName: "ip-10-0-1-10.eu-west-1.compute.internal",
      isWindows: false,
      isManaged: false,
      tags: { "kubernetes.io/cluster/prod": "owned", Name: "node" },
      metadata: { state: "known", value: { endpoint: "enabled", ipv6Endpoint: "enabled", tokens: "required", hopLimit: 2 } },
    });
  });

  it.each([
    ["known: every option", "i-auto", "known"],
    ["malformed: an option is missing", "i-half", "malformed"],
    ["not-ready: options that are being changed are not in force yet", "i-changing", "not-ready"],
  ])("metadata %s", async (_rule, id, state) => {
    const found = (await instances()).filter((one) => one.id === id);
    expect(found.map(({ metadata }) => stateOf(metadata))).toEqual([state]);
  });

  it.each([
    ["known: every option is said", "", "known"],
    ["malformed: whether the service is on is not said", "httpEndpoint", "malformed"],
    ["malformed: whether a token is required is not said", "httpTokens", "malformed"],
    ["malformed: the hop limit is not said", "httpPutResponseHopLimit", "malformed"],
    ["malformed: whether it answers by IPv6 is not said", "httpProtocolIpv6", "malformed"],
  ])("metadata options: %s", async (_rule, left, state) => {
    const said = { httpEndpoint: "enabled", httpTokens: "optional", httpPutResponseHopLimit: "2", httpProtocolIpv6: "disabled" };
    const options = Object.entries(said).map(([key, value]) => (key === left ? "" : `<${key}>${value}</${key}>`));
    const item = `<instanceId>i-1</instanceId><instanceState><code>16</code><name>running</name></instanceState><metadataOptions>${options.join("")}</metadataOptions>`;
    const body = `<a><reservationSet><item><instancesSet><item>${item}</item></instancesSet></item></reservationSet></a>`;
    sandbox.faults.add([{ kind: "nonsense", operation: "DescribeInstances", body }]);
    expect((await instances()).map(({ metadata }) => stateOf(metadata))).toEqual([state]);
  });

  it.each([
    ["malformed: an instance without state", "<item><instanceId>i-1</instanceId></item>", "malformed"],
    [
      "known: no metadata options at all, which are unknown",
      "<item><instanceId>i-1</instanceId><instanceState><code>16</code><name>running</name></instanceState></item>",
      "known",
    ],
  ])("%s", async (_rule, item, state) => {
    const reservation = `<item><instancesSet>${item}</instancesSet></item>`;
    sandbox.faults.add([
      { kind: "nonsense", operation: "DescribeInstances", body: `<a><reservationSet>${reservation}</reservationSet></a>` },
    ]);
    const { instances } = await read(["instances"]);
    expect(stateOf(instances)).toBe(state);
    if (instances.state === "known") expect(instances.value.map(({ metadata }) => stateOf(metadata))).toEqual(["malformed"]);
  });
});

describe("network interfaces", () => {
  const interfaces = async () => valueIn((await read(["networkInterfaces"])).networkInterfaces);

  it("have every address of both families, secondary ones and delegated prefixes among them", async () => {
    const node = (await interfaces()).find(({ instanceId, subnetId }) => instanceId === "i-node" && subnetId === "subnet-b");
    expect(node).toMatchObject({
      groupIds: ["sg-node", "sg-pod"],
      privateIpv4: ["10.0.1.10", "10.0.1.11", "10.0.1.32/28"],
      publicIpv4: ["203.0.113.10", "203.0.113.11"],
      ipv6: ["2600:1f18:aa::10", "2600:1f18:aa:0:1::/80"],
      type: "interface",
    });
  });

  it("are those of the VPC: of instances, load balancers and control planes, and others", async () => {
    const all = await interfaces();
    expect(all.map(({ id }) => id)).not.toContain("eni-elsewhere");
    const byId = new Map(all.map((one) => [one.id, one]));
    expect(byId.get("eni-branch")).toEqual({
      id: "eni-branch",
      subnetId: "subnet-a",
      groupIds: ["sg-pod"],
      privateIpv4: ["10.0.0.77"],
      publicIpv4: [],
      ipv6: [],
      type: "branch",
      description: "aws-k8s-branch-eni",
    });
    expect(byId.get("eni-second")).toMatchObject({ instanceId: "i-node", subnetId: "subnet-a" });
    expect(byId.get("eni-efa")).toMatchObject({ privateIpv4: [], publicIpv4: [], ipv6: [] });
    // A hidden instance's interface is hidden with it.
    expect(all.filter(({ instanceId }) => instanceId === "i-auto")).toHaveLength(1);
    const described = (pattern: RegExp) => all.filter(({ description }) => pattern.test(description));
    const [plane] = described(/^Amazon EKS prod$/);
    expect(described(/^Amazon EKS prod$/).map(({ subnetId }) => subnetId)).toEqual(["subnet-a"]);
    expect(plane?.groupIds).toEqual([expect.stringMatching(/^sg-[0-9a-f]{17}$/), "sg-plane"]);
    expect(described(/^Amazon EKS second$/).map(({ subnetId }) => subnetId)).toEqual(["subnet-a", "subnet-b"]);
    expect(described(/^ELB app\/web\/[0-9a-f]{16}$/)).toMatchObject([
      { type: "interface", groupIds: ["sg-plane"], publicIpv4: [expect.stringMatching(/^192\.0\.2\.\d+$/)] },
    ]);
    expect(described(/^ELB net\/net\/[0-9a-f]{16}$/)).toMatchObject([{ type: "network_load_balancer", groupIds: [], publicIpv4: [] }]);
  });

  const item = (rest: string) => `<item><networkInterfaceId>eni-1</networkInterfaceId><subnetId>subnet-a</subnetId>${rest}</item>`;
  it.each([
    ["known: one with the least that EC2 says", item("<interfaceType>interface</interfaceType><groupSet/>"), "known"],
    // Source: Amazon EC2 API, NetworkInterface: associatedSubnets.
    [
      "known: one that stands in several subnets, and is no instance's",
      `<item><networkInterfaceId>eni-1</networkInterfaceId><interfaceType>nat_gateway</interfaceType><groupSet/><associatedSubnetSet><item>subnet-a</item></associatedSubnetSet></item>`,
      "known",
    ],
    [
      "malformed: an instance's without its subnet",
      `<item><networkInterfaceId>eni-1</networkInterfaceId><interfaceType>interface</interfaceType><groupSet/><attachment><instanceId>i-1</instanceId></attachment></item>`,
      "malformed",
    ],
    ["malformed: no word on groups is not no groups", item("<interfaceType>interface</interfaceType>"), "malformed"],
    ["malformed: no type", item("<groupSet/>"), "malformed"],
  ])("%s", async (_rule, row, state) => {
    const body = `<a><networkInterfaceSet>${row}</networkInterfaceSet></a>`;
    sandbox.faults.add([{ kind: "nonsense", operation: "DescribeNetworkInterfaces", body }]);
    expect(stateOf((await read(["networkInterfaces"])).networkInterfaces)).toBe(state);
  });

  it("one that was detached belongs to no instance", async () => {
    const attachment = "<attachment><instanceId>i-1</instanceId><status>detached</status></attachment>";
    const body = `<a><networkInterfaceSet>${item(`<interfaceType>interface</interfaceType><groupSet/>${attachment}`)}</networkInterfaceSet></a>`;
    sandbox.faults.add([{ kind: "nonsense", operation: "DescribeNetworkInterfaces", body }]);
    expect((await interfaces()).map(({ instanceId }) => instanceId)).toEqual([undefined]);
  });
});

describe("managed node groups", () => {
  const groups = async (on = sandbox, name = "prod") => valueIn((await read(["nodeGroups"], { on, name })).nodeGroups);

  it("have versions, images, subnets and what they scale", async () => {
    const arn = (name: string) => expect.stringMatching(new RegExp(`^arn:aws:eks:${home}:${member}:nodegroup/prod/${name}/[0-9a-f-]{36}$`));
    const scaled = (name: string) => [expect.stringMatching(new RegExp(`^eks-${name}-[0-9a-f-]{36}$`))];
    expect(await groups()).toEqual([
      {
        arn: arn("general"),
        name: "general",
        status: "ACTIVE",
        kubernetesVersion: "1.35",
        releaseVersion: "1.35.2-20260801",
        amiType: "AL2023_x86_64_STANDARD",
        autoScalingGroups: scaled("general"),
        subnetIds: ["subnet-a"],
        hasLaunchTemplate: false,
      },
      // The id of an own image is no release.
      {
        arn: arn("own"),
        name: "own",
        status: "DEGRADED",
        kubernetesVersion: "1.34",
        amiType: "CUSTOM",
        autoScalingGroups: scaled("own"),
        subnetIds: ["subnet-b"],
        hasLaunchTemplate: true,
      },
      expect.objectContaining({ name: "starting", status: "CREATING", autoScalingGroups: [] }),
    ]);
  });

  it("none is an answer, and nothing more is asked", async () => {
    expect(await groups(sandbox, "second")).toEqual([]);
    expect(count("eks:DescribeNodegroup")).toBe(0);
  });

  it("one that goes away meanwhile is left out, and that is no gap", async () => {
    const gone = { kind: "error", operation: "DescribeNodegroup", code: "ResourceNotFoundException", status: 404 } as const;
    sandbox.faults.add([{ ...gone, resource: "*/prod/own/*" }]);
    const { nodeGroups, reads } = await read(["nodeGroups"]);
    expect(valueIn(nodeGroups).map(({ name }) => name)).toEqual(["general", "starting"]);
    expect(gapsOf(reads)).toEqual([]);
  });

  it("one that is refused leaves none known: what it is might fail", async () => {
    sandbox.faults.add([
      { kind: "error", operation: "DescribeNodegroup", resource: "*/own/*", code: "AccessDeniedException", status: 403 },
    ]);
    const { nodeGroups, reads } = await read(["nodeGroups"]);
    expect(stateOf(nodeGroups)).toBe("forbidden");
    expect(gapsOf(reads)).toEqual(["eks:DescribeNodegroup: unknown forbidden"]);
  });

  it.each([
    ["malformed: no list", "ListNodegroups", "{}"],
    [
      "malformed: a group without image type",
      "DescribeNodegroup",
      '{"nodegroup":{"nodegroupName":"x","nodegroupArn":"y","status":"ACTIVE","subnets":[]}}',
    ],
    [
      "malformed: a group without subnets",
      "DescribeNodegroup",
      '{"nodegroup":{"nodegroupName":"x","nodegroupArn":"y","status":"ACTIVE","amiType":"CUSTOM"}}',
    ],
  ])("%s", async (_rule, operation, body) => {
    sandbox.faults.add([{ kind: "nonsense", operation, body, contentType: "application/json" }]);
    expect(stateOf((await read(["nodeGroups"])).nodeGroups)).toBe("malformed");
  });
});

it("every page counts: 1,100 instances with their interfaces, 105 node groups", { timeout: 20_000 }, async () => {
  const large = await withRegion({
    vpcs: [{ id: "vpc-a", subnets, instances: many(1_100, (i) => ({ id: `i-${i}` })) }],
    clusters: [{ name: "prod", reachable: false, nodeGroups: many(105, (i) => ({ name: `g${i}` })) }],
  });
  const { instances, networkInterfaces, nodeGroups } = await read(facts, { on: large });
  // The control plane has two of its own.
  expect([instances, networkInterfaces, nodeGroups].map((fact) => valueIn<readonly unknown[]>(fact).length)).toEqual([1_100, 1_102, 105]);
  const asked = ["ec2:DescribeInstances", "ec2:DescribeNetworkInterfaces", "eks:ListNodegroups", "eks:DescribeNodegroup"];
  expect(asked.map((action) => count(action, large))).toEqual([2, 2, 2, 105]);
  for (const operation of ["DescribeInstances", "DescribeNetworkInterfaces", "ListNodegroups"]) {
    large.faults.add([{ kind: "throttle", operation, page: "next" }]);
  }
  const half = await read(facts, { on: large });
  expect(facts.map((fact) => stateOf(half[fact]))).toEqual(Array(3).fill("throttled"));
});

it.each<[FactName, string, string]>([
  ["networkInterfaces", "ec2:DescribeNetworkInterfaces", "UnauthorizedOperation"],
  ["instances", "ec2:DescribeInstances", "UnauthorizedOperation"],
  ["nodeGroups", "eks:ListNodegroups", "AccessDeniedException"],
])("unknown: %s, where %s is denied, and nothing else", async (fact, action, code) => {
  const fault: FaultInput = { kind: "error", operation: action.split(":")[1] ?? "", code, status: 403 };
  sandbox.faults.add([fault]);
  const seen = await read(facts);
  expect(facts.filter((name) => seen[name].state === "unknown")).toEqual([fact]);
  expect(stateOf(seen[fact])).toBe("forbidden");
  expect(gapsOf(seen.reads)).toEqual([`${action}: unknown forbidden`]);
});

it("clusters of one VPC share what is in it, and each has its own node groups", async () => {
  const shared = new SharedReads(() => new Date());
  const all = await Promise.all(["prod", "second"].map((name) => read(facts, { name, shared })));
  expect(all.map((one) => facts.map((fact) => stateOf(one[fact])))).toEqual(Array(2).fill(Array(3).fill("known")));
  expect(["ec2:DescribeInstances", "ec2:DescribeNetworkInterfaces", "eks:ListNodegroups"].map((action) => count(action))).toEqual([
    1, 1, 2,
  ]);
});

it.each<[FactName, readonly string[]]>([
  ["instances", ["ec2:DescribeInstances"]],
  ["networkInterfaces", ["ec2:DescribeNetworkInterfaces"]],
  ["nodeGroups", ["eks:ListNodegroups", "eks:DescribeNodegroup"]],
  ["endpoint", []],
])("only what is needed is read: %s", async (fact, actions) => {
  await read([fact]);
  expect(new Set(calls())).toEqual(new Set(["sts:AssumeRole", "eks:DescribeCluster", ...actions]));
});

it("node groups are read though the cluster's description is refused", async () => {
  sandbox.faults.add([{ kind: "error", operation: "DescribeCluster", code: "AccessDeniedException", status: 403 }]);
  const seen = await read(facts);
  expect(facts.map((fact) => stateOf(seen[fact]))).toEqual(["depends-on-unknown", "depends-on-unknown", "known"]);
});
