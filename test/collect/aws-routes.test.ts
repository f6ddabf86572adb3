/** What of a VPC lets the world in or keeps it out: ranges, route tables, network ACLs, Block Public Access. */
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { collectCluster } from "../../core/collect/cluster.ts";
import type { FactName } from "../../core/model/check.ts";
import { ClusterFacts } from "../../core/model/cluster.ts";
import type { FaultInput } from "../../sandbox/faults.ts";
import type { Sandbox } from "../../sandbox/start.ts";
import { gapsOf, home, member, portsTo, type RegionInput, soon, stateOf, valueIn, withRegion } from "./aws-bed.ts";

const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const subnets = ["a", "b", "c"].map((zone, i) => ({ id: `subnet-${zone}`, zone, cidr: `10.0.${i}.0/24`, public: zone === "a" }));
const region: RegionInput = {
  vpcs: [
    {
      id: "vpc-a",
      cidr: "10.0.0.0/16",
      ipv6Cidr: "2600:1f18:aa::/56",
      subnets,
      routeTables: [
        { id: "rtb-main", main: true, routes: [{ to: "::/0", via: "eigw-1" }] },
        {
          id: "rtb-open",
          subnets: ["subnet-a"],
          routes: [
            { to: "0.0.0.0/0", via: "igw-1" },
            { to: "::/0", via: "igw-1" },
            { to: "pl-1", via: "tgw-1" },
            { to: "192.168.0.0/16", via: "pcx-1", state: "blackhole" },
            { to: "172.16.0.0/12", via: "eni-1" },
          ],
        },
      ],
      networkAcls: [
        {
          id: "acl-strict",
          subnets: ["subnet-b"],
          ingress: [
            { number: 90, action: "deny", protocol: "tcp", ports: 22, cidr: "0.0.0.0/0" },
            { number: 100, action: "allow", protocol: "udp", ports: "1024-65535", cidr: "::/0" },
          ],
          egress: [{ number: 100, action: "allow", cidr: "10.0.0.0/16" }],
        },
      ],
    },
    { id: "vpc-b", cidr: "10.1.0.0/16", subnets: [{ id: "subnet-x", cidr: "10.1.0.0/24" }] },
  ],
  prefixLists: [{ id: "pl-1", entries: ["198.51.100.0/24"] }],
  clusters: [
    { name: "prod", reachable: false, vpc: "vpc-a" },
    { name: "plain", reachable: false, vpc: "vpc-b" },
  ],
};
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await withRegion(region);
});
afterEach(() => {
  sandbox.faults.clear();
  sandbox.forgetRequests();
});
const read = async (name: string, needs: readonly FactName[], on = sandbox) => {
  const { facts } = await collectCluster({ account: member, region: home, name }, new Set(needs), portsTo(on), soon());
  ClusterFacts.parse(facts);
  return facts;
};
const denied = (operation: string): FaultInput => ({ kind: "error", operation, code: "UnauthorizedOperation", status: 403 }) as FaultInput;

it("a VPC has its ranges of both families", async () => {
  expect(valueIn((await read("prod", ["vpc"])).vpc)).toEqual({ id: "vpc-a", cidrs: ["10.0.0.0/16", "2600:1f18:aa::/56"] });
});

it("route tables are those of the VPC: the main one, explicit associations, each kind of target and destination", async () => {
  const local = [
    { cidr: "10.0.0.0/16", target: "local", state: "active" },
    { cidr: "2600:1f18:aa::/56", target: "local", state: "active" },
  ];
  expect(valueIn((await read("prod", ["routeTables"])).routeTables)).toEqual([
    {
      id: "rtb-main",
      vpcId: "vpc-a",
      isMain: true,
      subnetIds: [],
      routes: [...local, { cidr: "::/0", target: "eigw-1", state: "active" }],
    },
    {
      id: "rtb-open",
      vpcId: "vpc-a",
      isMain: false,
      subnetIds: ["subnet-a"],
      routes: [
        ...local,
        { cidr: "0.0.0.0/0", target: "igw-1", state: "active" },
        { cidr: "::/0", target: "igw-1", state: "active" },
        { prefixListId: "pl-1", target: "tgw-1", state: "active" },
        { cidr: "192.168.0.0/16", target: "pcx-1", state: "blackhole" },
        { cidr: "172.16.0.0/12", target: "eni-1", state: "active" },
      ],
    },
  ]);
});

describe("as EC2 words it", () => {
  const tableWith = async (rest: string) => {
    const table = `<item><routeTableId>rtb-1</routeTableId><vpcId>vpc-a</vpcId>${rest}</item>`;
    sandbox.faults.add([{ kind: "nonsense", operation: "DescribeRouteTables", body: `<a><routeTableSet>${table}</routeTableSet></a>` }]);
    return valueIn((await read("prod", ["routeTables"])).routeTables)[0];
  };

  it.each([
    ["an internet gateway", "<gatewayId>igw-1</gatewayId>", "igw-1"],
    ["a virtual private gateway", "<gatewayId>vgw-1</gatewayId>", "vgw-1"],
    ["an endpoint", "<gatewayId>vpce-1</gatewayId>", "vpce-1"],
    ["an egress-only gateway", "<egressOnlyInternetGatewayId>eigw-1</egressOnlyInternetGatewayId>", "eigw-1"],
    ["NAT", "<natGatewayId>nat-1</natGatewayId>", "nat-1"],
    ["a transit gateway", "<transitGatewayId>tgw-1</transitGatewayId>", "tgw-1"],
    ["a peering connection", "<vpcPeeringConnectionId>pcx-1</vpcPeeringConnectionId>", "pcx-1"],
    ["a local gateway", "<localGatewayId>lgw-1</localGatewayId>", "lgw-1"],
    ["a carrier gateway", "<carrierGatewayId>cagw-1</carrierGatewayId>", "cagw-1"],
    [
      "a core network",
      "<coreNetworkArn>arn:aws:networkmanager::1:core-network/c</coreNetworkArn>",
      "arn:aws:networkmanager::1:core-network/c",
    ],
    [
      "a network of Oracle Database",
      "<odbNetworkArn>arn:aws:odb:eu-west-1:1:odb-network/n</odbNetworkArn>",
      "arn:aws:odb:eu-west-1:1:odb-network/n",
    ],
    ["the next hop of a route server", "<ipAddress>10.0.0.9</ipAddress>", "10.0.0.9"],
    ["of no known kind", "<mazeId>mz-1</mazeId>", ""],
    ["an appliance", "<instanceId>i-1</instanceId><networkInterfaceId>eni-1</networkInterfaceId>", "eni-1"],
    ["an appliance without its interface", "<instanceId>i-1</instanceId>", "i-1"],
  ])("the target of a route is %s", async (_name, target, id) => {
    const route = `<item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock>${target}<state>active</state></item>`;
    expect((await tableWith(`<routeSet>${route}</routeSet>`))?.routes).toEqual([{ cidr: "0.0.0.0/0", target: id, state: "active" }]);
  });

  it.each([
    ["active", "active"],
    ["blackhole", "blackhole"],
    ["filtered", "untold"],
    ["dormant", "untold"],
  ])("a route in state %s is %s", async (state, told) => {
    const route = `<item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><gatewayId>igw-1</gatewayId><state>${state}</state></item>`;
    expect((await tableWith(`<routeSet>${route}</routeSet>`))?.routes.map((one) => one.state)).toEqual([told]);
  });

  it.each([
    ["associated", true],
    ["associating", true],
    ["disassociating", true],
    ["disassociated", false],
    ["failed", false],
  ])("an association in state %s holds: %s", async (state, holds) => {
    const association = (rest: string) => `<item>${rest}<associationState><state>${state}</state></associationState></item>`;
    const both = association("<main>true</main>") + association("<main>false</main><subnetId>subnet-a</subnetId>");
    const table = await tableWith(`<associationSet>${both}</associationSet><routeSet/>`);
    expect([table?.isMain, table?.subnetIds]).toEqual(holds ? [true, ["subnet-a"]] : [false, []]);
  });
});

it("prefix lists that only a route names are read, where route tables are", async () => {
  const lists = async (...needs: FactName[]) => valueIn((await read("prod", needs)).prefixLists).map(({ id }) => id);
  expect(await lists("prefixLists", "routeTables")).toEqual(["pl-1"]);
  expect(await lists("prefixLists")).toEqual([]);
});

it("network ACLs are those of the VPC, rules of both directions and families, the last deny among them", async () => {
  const acls = valueIn((await read("prod", ["networkAcls"])).networkAcls);
  expect(acls.map(({ isDefault, subnetIds }) => ({ isDefault, subnetIds }))).toEqual([
    { isDefault: true, subnetIds: ["subnet-a", "subnet-c"] },
    { isDefault: false, subnetIds: ["subnet-b"] },
  ]);
  const deny = (direction: string) => [
    { number: 32767, direction, action: "deny", protocol: "-1", cidr: "0.0.0.0/0" },
    { number: 32768, direction, action: "deny", protocol: "-1", cidr: "::/0" },
  ];
  expect(acls[1]?.entries).toEqual([
    { number: 100, direction: "egress", action: "allow", protocol: "-1", cidr: "10.0.0.0/16" },
    ...deny("egress"),
    { number: 90, direction: "ingress", action: "deny", protocol: "6", cidr: "0.0.0.0/0", fromPort: 22, toPort: 22 },
    { number: 100, direction: "ingress", action: "allow", protocol: "17", cidr: "::/0", fromPort: 1024, toPort: 65535 },
    ...deny("ingress"),
  ]);
});

describe("Block Public Access", () => {
  it("off: no exclusion is asked for", async () => {
    expect(valueIn((await read("prod", ["blockPublicAccess"])).blockPublicAccess)).toEqual({ mode: "off", exclusions: [] });
    expect(sandbox.requests().map(({ action }) => action)).not.toContain("ec2:DescribeVpcBlockPublicAccessExclusions");
  });

  it("on: with the VPCs and subnets that are excluded", async () => {
    const exclusions = [
      { resource: "vpc-a", mode: "allow-egress" as const },
      { resource: "subnet-a", mode: "allow-bidirectional" as const },
    ];
    const blocked = await withRegion({ ...region, blockPublicAccess: { mode: "block-ingress", exclusions } });
    expect(valueIn((await read("prod", ["blockPublicAccess"], blocked)).blockPublicAccess)).toEqual({
      mode: "block-ingress",
      exclusions: [
        { resourceId: "vpc-a", mode: "allow-egress" },
        { resourceId: "subnet-a", mode: "allow-bidirectional" },
      ],
    });
    blocked.faults.add([denied("DescribeVpcBlockPublicAccessExclusions")]);
    const { blockPublicAccess, reads } = await read("prod", ["blockPublicAccess"], blocked);
    expect([stateOf(blockPublicAccess), gapsOf(reads)]).toEqual([
      "forbidden",
      ["ec2:DescribeVpcBlockPublicAccessExclusions: unknown forbidden"],
    ]);
  });

  it.each([
    ["block-ingress", "default-state", "known"],
    ["block-bidirectional", "update-complete", "known"],
    ["off", "update-complete", "known"],
    ["block-ingress", "update-in-progress", "not-ready"],
    ["block-bidirectional", "update-in-progress", "not-ready"],
    ["off", "update-in-progress", "not-ready"],
  ] as const)("mode %s in state %s is %s: one that is still being applied keeps nobody out yet", async (mode, state, expected) => {
    const blocked = await withRegion({ ...region, blockPublicAccess: { mode, state } });
    expect(stateOf((await read("prod", ["blockPublicAccess"], blocked)).blockPublicAccess)).toBe(expected);
  });

  it.each([
    ["create-in-progress", true],
    ["create-complete", true],
    ["update-in-progress", true],
    ["update-complete", true],
    ["delete-in-progress", true],
    ["disable-in-progress", true],
    ["create-failed", false],
    ["delete-complete", false],
    ["disable-complete", false],
  ])("an exclusion in state %s may let the internet in: %s", async (state, counts) => {
    const blocked = await withRegion({ ...region, blockPublicAccess: { mode: "block-ingress" } });
    const arn = `arn:aws:ec2:${home}:${member}:vpc/vpc-a`;
    const mode = "<internetGatewayExclusionMode>allow-bidirectional</internetGatewayExclusionMode>";
    const exclusion = `<item><resourceArn>${arn}</resourceArn>${mode}<state>${state}</state></item>`;
    const body = `<a><vpcBlockPublicAccessExclusionSet>${exclusion}</vpcBlockPublicAccessExclusionSet></a>`;
    blocked.faults.add([{ kind: "nonsense", operation: "DescribeVpcBlockPublicAccessExclusions", body }]);
    const { exclusions } = valueIn((await read("prod", ["blockPublicAccess"], blocked)).blockPublicAccess);
    expect(exclusions).toEqual(counts ? [{ resourceId: "vpc-a", mode: "allow-bidirectional" }] : []);
  });

  it("every page of exclusions counts", async () => {
    const exclusions = many(1_001, (i) => ({ resource: `subnet-${i}`, mode: "allow-egress" as const }));
    const blocked = await withRegion({ ...region, blockPublicAccess: { mode: "block-bidirectional", exclusions } });
    expect(valueIn((await read("prod", ["blockPublicAccess"], blocked)).blockPublicAccess).exclusions).toHaveLength(1_001);
  });
});

it.each<[FactName, string]>([
  ["vpc", "DescribeVpcs"],
  ["routeTables", "DescribeRouteTables"],
  ["networkAcls", "DescribeNetworkAcls"],
  ["blockPublicAccess", "DescribeVpcBlockPublicAccessOptions"],
])("unknown: %s, where %s is denied, and nothing else", async (fact, operation) => {
  sandbox.faults.add([denied(operation)]);
  const facts = await read("prod", ["vpc", "routeTables", "networkAcls", "blockPublicAccess", "prefixLists"]);
  expect(gapsOf(facts.reads)).toEqual([`ec2:${operation}: unknown forbidden`]);
  expect(stateOf(facts[fact])).toBe("forbidden");
});

it("every page counts: 205 route tables and 1,100 ACLs", async () => {
  const large = await withRegion({
    vpcs: [
      {
        id: "vpc-a",
        subnets,
        routeTables: [{ id: "rtb-main", main: true }, ...many(204, (i) => ({ id: `rtb-${i}` }))],
        networkAcls: many(1_099, (i) => ({ id: `acl-${i}` })),
      },
    ],
    clusters: [{ name: "prod", reachable: false }],
  });
  const { routeTables, networkAcls } = await read("prod", ["routeTables", "networkAcls"], large);
  expect([valueIn(routeTables).length, valueIn(networkAcls).length]).toEqual([205, 1_100]);
  const calls = large.requests().map(({ action }) => action);
  expect(["ec2:DescribeRouteTables", "ec2:DescribeNetworkAcls"].map((one) => calls.filter((call) => call === one).length)).toEqual([3, 2]);
});

it("where an estate says nothing: public subnets behind an internet gateway, others behind NAT, an ACL that allows everything", async () => {
  const plain = await withRegion({ vpcs: [{ id: "vpc-a", subnets }], clusters: [{ name: "prod", reachable: false }] });
  const { routeTables, networkAcls } = await read("prod", ["routeTables", "networkAcls"], plain);
  expect(valueIn(routeTables).map(({ isMain, subnetIds, routes }) => [isMain, subnetIds, routes.at(-1)?.target.split("-")[0]])).toEqual([
    [true, [], "nat"],
    [false, ["subnet-a"], "igw"],
  ]);
  expect(valueIn(networkAcls)[0]?.entries.map(({ number, action }) => [number, action])).toEqual([
    [100, "allow"],
    [32767, "deny"],
    [100, "allow"],
    [32767, "deny"],
  ]);
});
