import { describe, expect, it } from "vitest";
import type { SecurityGroupRule } from "../../../core/model/aws.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { NetworkAclEntry, Route } from "../../../core/model/vpc.ts";
import { isEmpty, toCidrs } from "../../../core/net/addresses.ts";
import { type Reachable, reachFromInternet, type Surroundings } from "../../../core/net/reach/internet.ts";
import { indexSubnets, type SubnetFacts } from "../../../core/net/reach/subnet.ts";
import { type GroupIndex, indexGroups } from "../../../core/net/security-group.ts";

const open: SecurityGroupRule = {
  protocol: "tcp",
  fromPort: 22,
  toPort: 22,
  cidrs: ["0.0.0.0/0", "::/0"],
  prefixListIds: [],
  groupIds: [],
  descriptions: [],
};
const group = (id: string, ...ingress: SecurityGroupRule[]) => ({ id, name: id, description: "", tags: {}, ingress, egress: [] });
const table = (...routes: Route[]) => [{ id: "rtb-1", vpcId: "vpc-1", isMain: true, subnetIds: [], routes }];
const route = (cidr: string, target: string, state: Route["state"] = "active"): Route => ({ cidr, target, state });
const local = route("10.0.0.0/16", "local");
const gateway = route("0.0.0.0/0", "igw-1");
const allowAll = (["ingress", "egress"] as const).flatMap((direction) =>
  ["0.0.0.0/0", "::/0"].map((cidr, i) => ({ number: 100 + i, direction, action: "allow" as const, protocol: "-1", cidr })),
);
const acl = (entries: readonly NetworkAclEntry[] = allowAll) => [{ id: "acl-1", isDefault: true, subnetIds: ["subnet-1"], entries }];

const toGatewayOf = (subnetId: string) => ({ id: "rtb-2", vpcId: "vpc-1", isMain: false, subnetIds: [subnetId], routes: [local, gateway] });

const node: Reachable = { subnetId: "subnet-1", groupIds: ["sg-open"], publicIpv4: ["203.0.113.7"], ipv6: [] };
interface Way extends SubnetFacts {
  readonly groups: GroupIndex;
}
const around: Way = {
  routeTables: known(table(local, gateway)),
  networkAcls: known(acl()),
  blockPublicAccess: known({ mode: "off", exclusions: [] }),
  groups: indexGroups(known([group("sg-open", open), group("sg-closed")]), known([])),
  prefixLists: known([]),
};
const along = (way: Way): Surroundings => ({ subnets: indexSubnets(way), groups: way.groups });
const unread = unknown("forbidden", "denied");
const ssh = { protocol: "tcp", from: 22, to: 22 } as const;
const reached = (target: Partial<Reachable>, surroundings: Partial<Way>) => {
  const [part] = reachFromInternet({ ...node, ...target }, ssh, along({ ...around, ...surroundings }));
  if (part === undefined) throw new Error("no part");
  return part.reach;
};

describe("reached from the internet", () => {
  it.each<[string, Partial<Reachable>, Partial<Way>]>([
    ["public IPv4, route to an internet gateway, open group", {}, {}],
    [
      "halves of the internet routed to the gateway",
      {},
      { routeTables: known(table(local, route("0.0.0.0/1", "igw-1"), route("128.0.0.0/1", "igw-1"))) },
    ],
    [
      "global IPv6 in a subnet with an IPv6 route to the gateway",
      { publicIpv4: [], ipv6: ["2600:1f18::7"] },
      { routeTables: known(table(route("::/0", "igw-1"))) },
    ],
    [
      "Block Public Access on, the subnet excluded both ways",
      {},
      { blockPublicAccess: known({ mode: "block-bidirectional", exclusions: [{ resourceId: "subnet-1", mode: "allow-bidirectional" }] }) },
    ],
    [
      "Block Public Access on, the VPC excluded both ways",
      {},
      { blockPublicAccess: known({ mode: "block-ingress", exclusions: [{ resourceId: "vpc-1", mode: "allow-bidirectional" }] }) },
    ],
    ["Block Public Access unread: it could only narrow", {}, { blockPublicAccess: unread }],
    ["network ACLs unread: they could only narrow", {}, { networkAcls: unread }],
    [
      "its own table leads to the gateway, whatever the main one does",
      {},
      { routeTables: known([...table(local), { ...toGatewayOf("subnet-1"), routes: [local, gateway] }]) },
    ],
    [
      "the gateway by the entries of a prefix list",
      {},
      {
        routeTables: known(table(local, { prefixListId: "pl-1", target: "igw-1", state: "active" })),
        prefixLists: known([{ id: "pl-1", cidrs: known(["0.0.0.0/0"]) }]),
      },
    ],
    [
      "a network ACL for IPv6 alone, the public address of IPv6",
      { publicIpv4: [], ipv6: ["2600:1f18::7"] },
      {
        routeTables: known(table(route("::/0", "igw-1"))),
        networkAcls: known(acl(allowAll.filter(({ cidr }) => cidr === "::/0"))),
      },
    ],
    ["one group unread, another already open", { groupIds: ["sg-open", "sg-elsewhere"] }, {}],
  ])("proven: %s", (_rule, target, surroundings) => {
    expect(isEmpty(reached(target, surroundings).atLeast)).toBe(false);
  });

  it.each<[string, string, Partial<Reachable>, Partial<Way>]>([
    ["no public address", "public address", { publicIpv4: [] }, {}],
    ["a unique local IPv6 address is none of the world's", "public address", { publicIpv4: [], ipv6: ["fd00::7"] }, {}],
    ["no route to an internet gateway", "route", {}, { routeTables: known(table(local, route("0.0.0.0/0", "nat-1"))) }],
    [
      "its own table leads nowhere, whatever the main one does",
      "route",
      {},
      { routeTables: known([...table(local, gateway), { ...toGatewayOf("subnet-1"), routes: [local] }]) },
    ],
    [
      "the table that leads to the gateway is another subnet's",
      "route",
      {},
      { routeTables: known([...table(local), toGatewayOf("subnet-2")]) },
    ],
    [
      "an IPv6 address, but only IPv4 is routed to the gateway",
      "route",
      { publicIpv4: [], ipv6: ["2600:1f18::7"] },
      { routeTables: known(table(local, gateway)) },
    ],
    [
      "a public IPv4 address behind a network ACL that lets in IPv6 alone",
      "network ACL",
      {},
      { networkAcls: known(acl(allowAll.filter(({ cidr }) => cidr === "::/0"))) },
    ],
    [
      "a network ACL that lets no answer out",
      "network ACL",
      {},
      { networkAcls: known(acl(allowAll.filter(({ direction }) => direction === "ingress"))) },
    ],
    [
      "members of its own group, who come by their private addresses",
      "security group",
      { groupIds: ["sg-self"] },
      { groups: indexGroups(known([group("sg-self", { ...open, cidrs: [], groupIds: ["sg-self"] })]), known([])) },
    ],
    [
      "a group for IPv6 alone, the public address of IPv4",
      "security group",
      { groupIds: ["sg-six"] },
      { groups: indexGroups(known([group("sg-six", { ...open, cidrs: ["::/0"] })]), known([])) },
    ],
    [
      "the route to the gateway is a blackhole",
      "route",
      {},
      { routeTables: known(table(local, route("0.0.0.0/0", "igw-1", "blackhole"))) },
    ],
    [
      "an egress-only gateway lets nobody in",
      "route",
      { publicIpv4: [], ipv6: ["2600:1f18::7"] },
      { routeTables: known(table(route("::/0", "eigw-1"))) },
    ],
    [
      "longer routes lead all of it elsewhere",
      "route",
      {},
      { routeTables: known(table(gateway, route("0.0.0.0/1", "vgw-1"), route("128.0.0.0/1", "vgw-1"))) },
    ],
    ["an IPv4 address, but only IPv6 is routed to the gateway", "route", {}, { routeTables: known(table(local, route("::/0", "igw-1"))) }],
    [
      "Block Public Access blocks both directions",
      "Block Public Access",
      {},
      { blockPublicAccess: known({ mode: "block-bidirectional", exclusions: [] }) },
    ],
    [
      "Block Public Access blocks, and another subnet is excluded",
      "Block Public Access",
      {},
      { blockPublicAccess: known({ mode: "block-ingress", exclusions: [{ resourceId: "subnet-2", mode: "allow-bidirectional" }] }) },
    ],
    [
      "Block Public Access blocks, another subnet is excluded and a VPC for egress, and which VPC it is was not read",
      "Block Public Access",
      {},
      {
        routeTables: unread,
        blockPublicAccess: known({
          mode: "block-ingress",
          exclusions: [
            { resourceId: "subnet-2", mode: "allow-bidirectional" },
            { resourceId: "vpc-1", mode: "allow-egress" },
          ],
        }),
      },
    ],
    [
      "Block Public Access blocks ingress",
      "Block Public Access",
      {},
      { blockPublicAccess: known({ mode: "block-ingress", exclusions: [] }) },
    ],
    [
      "an exclusion for egress lets nobody in",
      "Block Public Access",
      {},
      { blockPublicAccess: known({ mode: "block-bidirectional", exclusions: [{ resourceId: "subnet-1", mode: "allow-egress" }] }) },
    ],
    ["a network ACL without rules denies", "network ACL", {}, { networkAcls: known(acl([])) }],
    ["no group admits the port", "security group", { groupIds: ["sg-closed"] }, {}],
    [
      "proved by one layer, whatever is unread elsewhere",
      "public address",
      { publicIpv4: [] },
      { routeTables: unread, networkAcls: unread },
    ],
  ])("stopped: %s", (_rule, by, target, surroundings) => {
    const reach = reached(target, surroundings);
    expect([isEmpty(reach.atMost), reach.stoppedBy?.name, reach.doubt]).toEqual([true, by, undefined]);
  });

  it.each<[string, Partial<Reachable>, Partial<Way>]>([
    ["route tables unread", {}, { routeTables: unread }],
    ["security groups unread", {}, { groups: indexGroups(unread, known([])) }],
    [
      "a route's prefix list unread, which may lead away",
      {},
      { routeTables: known(table(gateway, { prefixListId: "pl-1", target: "vgw-1", state: "active" })), prefixLists: unread },
    ],
  ])("unknown: %s", (_rule, target, surroundings) => {
    const reach = reached(target, surroundings);
    expect([isEmpty(reach.atLeast), isEmpty(reach.atMost), reach.doubt?.code]).toEqual([true, false, "forbidden"]);
  });

  it.each<[string, Route, boolean]>([
    ["an endpoint of a firewall may hand connections in", route("0.0.0.0/0", "vpce-1"), true],
    ["an appliance's interface may", route("0.0.0.0/0", "eni-1"), true],
    ["an endpoint that is gone does not", route("0.0.0.0/0", "vpce-1", "blackhole"), false],
    ["an endpoint of S3 stands behind a prefix list and does not", { prefixListId: "pl-1", target: "vpce-1", state: "active" }, false],
    ["an endpoint for private ranges does not", route("172.16.0.0/12", "vpce-1"), false],
  ])("between subnet and gateway: %s", (_rule, only, mayReach) => {
    const reach = reached(
      {},
      { routeTables: known(table(local, only)), prefixLists: known([{ id: "pl-1", cidrs: known(["198.18.0.0/15"]) }]) },
    );
    expect([isEmpty(reach.atLeast), isEmpty(reach.atMost), reach.doubt?.code]).toEqual([
      true,
      !mayReach,
      mayReach ? "not-supported" : undefined,
    ]);
  });

  it("unknown: a network ACL answers to ports alone from which a client calls on purpose", () => {
    const answering = allowAll.map((entry) =>
      entry.direction === "egress" ? { ...entry, protocol: "6", fromPort: 443, toPort: 443 } : entry,
    );
    const reach = reached({}, { networkAcls: known(acl(answering)) });
    expect([isEmpty(reach.atLeast), isEmpty(reach.atMost), reach.doubt?.code]).toEqual([true, false, "not-supported"]);
  });

  it("ports are told apart exactly where rules begin and end, in their order", () => {
    const at = (fromPort: number, toPort = fromPort) => ({ ...open, fromPort, toPort });
    const groups = indexGroups(known([group("sg-open", at(9), at(80, 443), at(10_000, 65_535), at(65_535))]), known([]));
    const parts = reachFromInternet(node, { protocol: "tcp", from: 0, to: 65_535 }, along({ ...around, groups }));
    expect(parts.map(({ ports, reach }) => [ports.from, ports.to, !isEmpty(reach.atLeast)])).toEqual([
      [0, 8, false],
      [9, 9, true],
      [10, 79, false],
      [80, 443, true],
      [444, 9_999, false],
      [10_000, 65_534, true],
      [65_535, 65_535, true],
    ]);
  });

  it.each<[string, Partial<Reachable>, Partial<Way>, readonly string[]]>([
    ["nothing", {}, {}, []],
    ["both protections", {}, { networkAcls: unread, blockPublicAccess: unread }, ["Block Public Access", "network ACL"]],
    ["no group, where another opens the port already", { groupIds: ["sg-open", "sg-elsewhere"] }, {}, []],
  ])("names as unread protections: %s", (_rule, target, surroundings, names) => {
    expect(reached(target, surroundings).unread.map(({ name }) => name)).toEqual(names);
  });

  it("each port is judged by all layers together: a group open on one port and an ACL open on another reach nothing", () => {
    const aclFor80 = allowAll.map((entry) =>
      entry.direction === "ingress" ? { ...entry, protocol: "6", fromPort: 80, toPort: 80 } : entry,
    );
    const parts = reachFromInternet(
      node,
      { protocol: "tcp", from: 20, to: 100 },
      along({ ...around, networkAcls: known([{ ...acl()[0], id: "a", isDefault: false, subnetIds: ["subnet-1"], entries: aclFor80 }]) }),
    );
    expect(parts.map(({ reach }) => toCidrs(reach.atMost))).toEqual(parts.map(() => []));
    expect(parts.map(({ ports }) => [ports.from, ports.to])).toEqual([
      [20, 21],
      [22, 22],
      [23, 79],
      [80, 80],
      [81, 100],
    ]);
  });
});
