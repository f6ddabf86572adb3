import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LoadBalancer, SecurityGroup } from "../../../core/model/aws.ts";
import { type Fact, known, unknown } from "../../../core/model/fact.ts";
import type { NetworkAcl, NetworkAclEntry, RouteTable } from "../../../core/model/vpc.ts";
import { arrivalOf } from "../../../core/net/load-balancer/arrival.ts";
import { type Exposure, exposureOf } from "../../../core/net/load-balancer/exposure.ts";
import { indexSubnets, type SubnetFacts } from "../../../core/net/reach/subnet.ts";
import { indexGroups } from "../../../core/net/security-group.ts";
import { aLoadBalancer, aRule, aSecurityGroup } from "../../support/cluster.ts";
import { anAcl, anOpenNetwork, aRoute, aRouteTable, toInternet } from "../../support/network.ts";

const internet = { ipv4Prefix: 8, ipv6Prefix: 19 };
const forbidden = unknown("forbidden", "No access.");
const on = (port: number, cidrs: readonly string[]) => aRule({ protocol: "tcp", fromPort: port, toPort: port, cidrs });
const groups = known([
  aSecurityGroup("sg-open", [on(443, ["0.0.0.0/0"])]),
  aSecurityGroup("sg-halves", [on(443, ["0.0.0.0/1", "128.0.0.0/1"])]),
  aSecurityGroup("sg-half", [on(443, ["0.0.0.0/1"])]),
  aSecurityGroup("sg-other-half", [on(443, ["128.0.0.0/1"])]),
  aSecurityGroup("sg-open-6", [on(443, ["::/0"])]),
  aSecurityGroup("sg-office", [on(443, ["203.0.113.0/24", "10.0.0.0/8"])]),
  aSecurityGroup("sg-big", [on(443, ["44.0.0.0/8"])]),
  aSecurityGroup("sg-private", [on(443, ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"])]),
  aSecurityGroup("sg-elsewhere", [on(8443, ["0.0.0.0/0"])]),
  aSecurityGroup("sg-list", [aRule({ protocol: "tcp", fromPort: 443, toPort: 443, prefixListIds: ["pl-1"] })]),
  aSecurityGroup("sg-peer", [aRule({ groupIds: ["sg-peer"] })]),
  aSecurityGroup("sg-udp", [aRule({ protocol: "udp", fromPort: 443, toPort: 443, cidrs: ["0.0.0.0/0"] })]),
]);
const tcp443 = known([{ port: 443, protocol: "TCP" }]);
const guarded = (...securityGroupIds: string[]): Partial<LoadBalancer> => ({
  scheme: "internet-facing",
  listeners: tcp443,
  securityGroupIds,
});

function exposure(
  rest: Partial<LoadBalancer>,
  declaredPorts: readonly number[] = [],
  facts: { groups?: Fact<readonly SecurityGroup[]>; lists?: SubnetFacts["prefixLists"]; network?: Partial<SubnetFacts> } = {},
): Exposure {
  const loadBalancer = aLoadBalancer(rest);
  const prefixLists = facts.lists ?? known([{ id: "pl-1", cidrs: known(["0.0.0.0/0"]) }]);
  const index = indexGroups(facts.groups ?? groups, prefixLists);
  const subnets = indexSubnets({ ...anOpenNetwork(), prefixLists, ...facts.network });
  return exposureOf(loadBalancer, arrivalOf(loadBalancer, index, subnets), { internet, declaredPorts: new Set(declaredPorts) });
}

describe("exposure", () => {
  it.each<[string, Partial<LoadBalancer>, Exposure["state"]]>([
    ["closed: internal, whatever its groups admit", { ...guarded("sg-open"), scheme: "internal" }, "closed"],
    ["closed: internal without groups", { scheme: "internal", listeners: tcp443 }, "closed"],
    ["open: a network load balancer without groups", guarded(), "open"],
    ["open: 0.0.0.0/0", guarded("sg-open"), "open"],
    ["open: two halves in one group", guarded("sg-halves"), "open"],
    ["open: two halves in two groups", guarded("sg-half", "sg-other-half"), "open"],
    ["open: one of two groups", guarded("sg-office", "sg-open"), "open"],
    ["closed: known ranges", guarded("sg-office"), "closed"],
    ["closed: no more than one /8", guarded("sg-big"), "closed"],
    ["closed: private and shared space is not the internet", guarded("sg-private"), "closed"],
    ["closed: open on a port without listener", guarded("sg-elsewhere"), "closed"],
    ["closed: open for UDP where TCP listens", guarded("sg-udp"), "closed"],
    ["open: UDP listens too", { ...guarded("sg-udp"), listeners: known([{ port: 443, protocol: "TCP_UDP" }]) }, "open"],
    ["open: QUIC is UDP", { ...guarded("sg-udp"), listeners: known([{ port: 443, protocol: "QUIC" }]) }, "open"],
    ["open: TLS is TCP", { ...guarded("sg-open"), listeners: known([{ port: 443, protocol: "TLS" }]) }, "open"],
    ["open: a prefix list counts by its entries", guarded("sg-list"), "open"],
    ["closed: members of a group have private addresses", guarded("sg-peer"), "closed"],
    ["closed: ::/0 on a load balancer without IPv6", guarded("sg-open-6"), "closed"],
    ["open: ::/0 on a dualstack one", { ...guarded("sg-open-6"), ipAddressType: "dualstack" }, "open"],
    ["closed: 0.0.0.0/0 where only IPv6 is public", { ...guarded("sg-open"), ipAddressType: "dualstack-without-public-ipv4" }, "closed"],
    ["open: ::/0 where only IPv6 is public", { ...guarded("sg-open-6"), ipAddressType: "dualstack-without-public-ipv4" }, "open"],
    ["closed: no listener", { ...guarded("sg-open"), listeners: known([]) }, "closed"],
    ["closed: no listener and no groups", { ...guarded(), listeners: known([]) }, "closed"],
    ["closed: failed", { ...guarded("sg-open"), state: "failed" }, "closed"],
    ["closed: still provisioning", { ...guarded("sg-open"), state: "provisioning" }, "closed"],
    ["open: impaired but active", { ...guarded("sg-open"), state: "active_impaired" }, "open"],
    ["open: a classic load balancer", { ...guarded("sg-open"), type: "classic" }, "open"],
    ["unsure: an application load balancer listed without groups", { ...guarded(), type: "application" }, "unsure"],
    ["unsure: a group that was not read", guarded("sg-gone"), "unsure"],
    ["open: one group proves it beside one that was not read", guarded("sg-gone", "sg-open"), "open"],
    ["unsure: listeners were not read, and some port is open", { ...guarded("sg-open"), listeners: forbidden }, "unsure"],
    ["unsure: listeners were not read, and nothing restricts", { ...guarded(), listeners: forbidden }, "unsure"],
    ["closed: listeners were not read, but no port is open", { ...guarded("sg-office"), listeners: forbidden }, "closed"],
    ["closed: internal, listeners not read", { ...guarded("sg-open"), scheme: "internal", listeners: forbidden }, "closed"],
  ])("%s", (_rule, rest, expected) => {
    expect(exposure(rest).state).toBe(expected);
  });

  it.each<[string, Parameters<typeof exposure>[2], Partial<LoadBalancer>, Exposure["state"]]>([
    ["unsure: security groups were not read", { groups: forbidden }, guarded("sg-open"), "unsure"],
    ["open: without security groups none need to be read", { groups: forbidden }, guarded(), "open"],
    ["closed: internal needs none either", { groups: forbidden }, { ...guarded("sg-open"), scheme: "internal" }, "closed"],
    ["unsure: prefix lists were not read", { lists: forbidden }, guarded("sg-list"), "unsure"],
    ["unsure: the entries of one were not read", { lists: known([{ id: "pl-1", cidrs: forbidden }]) }, guarded("sg-list"), "unsure"],
    ["open: a range proves it beside an unread prefix list", { lists: forbidden }, guarded("sg-list", "sg-open"), "open"],
    [
      "closed: entries that are known ranges",
      { lists: known([{ id: "pl-1", cidrs: known(["203.0.113.0/24"]) }]) },
      guarded("sg-list"),
      "closed",
    ],
  ])("%s", (_rule, facts, rest, expected) => {
    expect(exposure(rest, [], facts).state).toBe(expected);
  });

  const both = known([
    { port: 80, protocol: "TCP" },
    { port: 443, protocol: "TCP" },
  ]);
  it.each<[string, Partial<LoadBalancer>, readonly number[], Exposure["state"]]>([
    ["declared: every open port is listed", { ...guarded(), listeners: both }, [80, 443], "declared"],
    ["open: one open port is not listed", { ...guarded(), listeners: both }, [443], "open"],
    ["declared: a closed port need not be listed", { ...guarded("sg-open"), listeners: both }, [443], "declared"],
    ["closed: a port listed for nothing opens nothing", guarded("sg-office"), [443], "closed"],
    ["declared: a listed port may be open", guarded("sg-gone"), [443], "declared"],
    ["unsure: a port that is not listed may be open", { ...guarded("sg-gone"), listeners: both }, [443], "unsure"],
    ["unsure: a listed port is open and another may be", { ...guarded("sg-gone", "sg-open"), listeners: both }, [443], "unsure"],
    ["unsure: listeners were not read", { ...guarded(), listeners: forbidden }, [80, 443], "unsure"],
  ])("%s", (_rule, rest, ports, expected) => {
    expect(exposure(rest, ports).state).toBe(expected);
  });

  const open = guarded("sg-open");
  const dual = { ...guarded("sg-open", "sg-open-6"), ipAddressType: "dualstack" } as const;
  const inTwo = { ...open, subnetIds: ["subnet-0a1", "subnet-0b2"] };
  const routes = (...tables: readonly RouteTable[]) => ({ routeTables: known(tables) });
  const acls = (...some: readonly NetworkAcl[]) => ({ networkAcls: known(some) });
  const deny = (number: number, cidr: string, rest: Partial<NetworkAclEntry> = {}): NetworkAclEntry => ({
    number,
    direction: "ingress",
    action: "deny",
    protocol: "-1",
    cidr,
    ...rest,
  });
  const allow = (number: number, cidr: string, rest: Partial<NetworkAclEntry> = {}) => deny(number, cidr, { action: "allow", ...rest });
  const blocked = (
    mode: "block-bidirectional" | "block-ingress",
    ...excluded: readonly [string, "allow-bidirectional" | "allow-egress"][]
  ) => ({
    blockPublicAccess: known({ mode, exclusions: excluded.map(([resourceId, how]) => ({ resourceId, mode: how })) }),
  });
  it.each<[string, Partial<LoadBalancer>, Partial<SubnetFacts>, Exposure["state"]]>([
    ["closed: its subnet has no route to an internet gateway", open, routes(aRouteTable([], aRoute("0.0.0.0/0", "nat-1"))), "closed"],
    ["closed: its subnet has the VPC's own route alone", open, routes(aRouteTable([])), "closed"],
    ["closed: the route to the gateway is a blackhole", open, routes(aRouteTable([], aRoute("0.0.0.0/0", "igw-1", "blackhole"))), "closed"],
    [
      "closed: longer routes lead the internet elsewhere",
      open,
      routes(aRouteTable([], ...toInternet, aRoute("0.0.0.0/1", "tgw-1"), aRoute("128.0.0.0/1", "tgw-1"))),
      "closed",
    ],
    [
      "open: halves of the internet are routed to the gateway",
      open,
      routes(aRouteTable([], aRoute("0.0.0.0/1", "igw-1"), aRoute("128.0.0.0/1", "igw-1"))),
      "open",
    ],
    [
      "closed: known ranges are routed to the gateway and no other",
      open,
      routes(aRouteTable([], aRoute("198.18.0.0/15", "igw-1"), aRoute("8.8.8.0/24", "igw-1"))),
      "closed",
    ],
    ["open: one of two subnets has the route", inTwo, routes(aRouteTable([]), aRouteTable(["subnet-0b2"], ...toInternet)), "open"],
    ["closed: the open subnet is not its own", open, routes(aRouteTable([]), aRouteTable(["subnet-0b2"], ...toInternet)), "closed"],
    [
      "open: its own table counts and the main one does not",
      open,
      routes(aRouteTable([]), aRouteTable(["subnet-0a1"], ...toInternet)),
      "open",
    ],
    [
      "closed: IPv6 through an egress-only gateway, IPv4 through NAT",
      dual,
      routes(aRouteTable([], aRoute("0.0.0.0/0", "nat-1"), aRoute("::/0", "eigw-1"))),
      "closed",
    ],
    ["open: IPv6 alone is routed to the gateway", dual, routes(aRouteTable([], aRoute("::/0", "igw-1"))), "open"],
    [
      "closed: IPv6 alone is routed to the gateway, and only IPv4 is public",
      open,
      routes(aRouteTable([], aRoute("::/0", "igw-1"))),
      "closed",
    ],
    [
      "closed: IPv4 alone is routed to the gateway, and only IPv6 is admitted",
      { ...guarded("sg-open-6"), ipAddressType: "dualstack" },
      routes(aRouteTable([], aRoute("0.0.0.0/0", "igw-1"), aRoute("::/0", "eigw-1"))),
      "closed",
    ],
    [
      "unsure: an endpoint of a firewall stands between subnet and gateway",
      open,
      routes(aRouteTable([], aRoute("0.0.0.0/0", "vpce-1"))),
      "unsure",
    ],
    [
      "open: an endpoint takes one range, the gateway the rest",
      open,
      routes(aRouteTable([], ...toInternet, aRoute("172.16.0.0/12", "vpce-1"))),
      "open",
    ],
    ["unsure: routes were not read", open, { routeTables: forbidden }, "unsure"],
    ["unsure: routes were not read, and nothing else restricts", guarded(), { routeTables: forbidden }, "unsure"],
    ["closed: routes were not read, but its groups decide", guarded("sg-office"), { routeTables: forbidden }, "closed"],
    [
      "closed: routes were not read, but the network ACL decides",
      open,
      { routeTables: forbidden, ...acls(anAcl(["subnet-0a1"], [])) },
      "closed",
    ],
    ["closed: groups were not read, but no route leads there", guarded("sg-gone"), routes(aRouteTable([])), "closed"],
    ["unsure: no route table was read for its subnet", open, routes(aRouteTable(["subnet-0b2"], ...toInternet)), "unsure"],
    ["unsure: listed without its subnets", { ...open, subnetIds: [] }, {}, "unsure"],
    [
      "unsure: a prefix list that may lead the internet away was not read",
      open,
      routes({ ...aRouteTable([], ...toInternet), routes: [...toInternet, { prefixListId: "pl-gone", target: "tgw-1", state: "active" }] }),
      "unsure",
    ],

    ["closed: Block Public Access in both directions", open, blocked("block-bidirectional"), "closed"],
    ["closed: Block Public Access for ingress", open, blocked("block-ingress"), "closed"],
    ["open: its subnet is excluded", open, blocked("block-ingress", ["subnet-0a1", "allow-bidirectional"]), "open"],
    ["open: its VPC is excluded", open, blocked("block-bidirectional", ["vpc-0a1", "allow-bidirectional"]), "open"],
    ["closed: another subnet is excluded", open, blocked("block-bidirectional", ["subnet-0b2", "allow-bidirectional"]), "closed"],
    ["closed: another VPC is excluded", open, blocked("block-bidirectional", ["vpc-0b2", "allow-bidirectional"]), "closed"],
    ["closed: its subnet is excluded for egress alone", open, blocked("block-bidirectional", ["subnet-0a1", "allow-egress"]), "closed"],
    ["open: one of two subnets is excluded", inTwo, blocked("block-ingress", ["subnet-0b2", "allow-bidirectional"]), "open"],
    ["open: Block Public Access was not read", open, { blockPublicAccess: forbidden }, "open"],
    [
      "closed: Block Public Access decides, whatever of routes was not read",
      open,
      { ...blocked("block-ingress"), routeTables: forbidden },
      "closed",
    ],
    [
      "unsure: a VPC is excluded, and which is its own was not read",
      open,
      { ...blocked("block-ingress", ["vpc-0a1", "allow-bidirectional"]), routeTables: forbidden },
      "unsure",
    ],

    ["closed: a network ACL without rules", open, acls(anAcl(["subnet-0a1"], [])), "closed"],
    [
      "closed: a network ACL that denies everybody first",
      open,
      acls(anAcl(["subnet-0a1"], [deny(50, "0.0.0.0/0"), allow(100, "0.0.0.0/0")])),
      "closed",
    ],
    [
      "open: a network ACL that denies everybody after it allowed them",
      open,
      acls(anAcl(["subnet-0a1"], [allow(50, "0.0.0.0/0"), deny(100, "0.0.0.0/0")])),
      "open",
    ],
    ["closed: a network ACL for known ranges", open, acls(anAcl(["subnet-0a1"], [allow(100, "203.0.113.0/24")])), "closed"],
    [
      "closed: a network ACL for another port",
      open,
      acls(anAcl(["subnet-0a1"], [allow(100, "0.0.0.0/0", { protocol: "6", fromPort: 80, toPort: 80 })])),
      "closed",
    ],
    [
      "closed: a network ACL for UDP where TCP listens",
      open,
      acls(anAcl(["subnet-0a1"], [allow(100, "0.0.0.0/0", { protocol: "17", fromPort: 443, toPort: 443 })])),
      "closed",
    ],
    ["closed: a network ACL that lets nobody be answered", open, acls(anAcl(["subnet-0a1"], undefined, [])), "closed"],
    [
      "unsure: a network ACL that answers to ports alone from which a client calls on purpose",
      open,
      acls(anAcl(["subnet-0a1"], undefined, [allow(100, "0.0.0.0/0", { direction: "egress", protocol: "6", fromPort: 443, toPort: 443 })])),
      "unsure",
    ],
    [
      "closed: a network ACL for IPv4 where only IPv6 is admitted",
      { ...guarded("sg-open-6"), ipAddressType: "dualstack" },
      acls(anAcl(["subnet-0a1"], [allow(100, "0.0.0.0/0")])),
      "closed",
    ],
    [
      "closed: one half by the network ACL, the other by the group",
      guarded("sg-half"),
      acls(anAcl(["subnet-0a1"], [deny(50, "0.0.0.0/1"), allow(100, "0.0.0.0/0")])),
      "closed",
    ],
    ["open: one of two subnets has an open network ACL", inTwo, acls(anAcl(["subnet-0a1"], []), anAcl(["subnet-0b2"])), "open"],
    ["open: network ACLs were not read", open, { networkAcls: forbidden }, "open"],
    ["open: no network ACL was read for its subnet", open, acls(anAcl(["subnet-0b2"], [])), "open"],
    [
      "closed: each subnet by a layer of its own",
      inTwo,
      { ...routes(aRouteTable([], ...toInternet), aRouteTable(["subnet-0b2"])), ...acls(anAcl(["subnet-0a1"], [])) },
      "closed",
    ],
    [
      "closed: TCP by the group, UDP by the network ACL",
      { ...open, listeners: known([{ port: 443, protocol: "TCP_UDP" }]) },
      acls(anAcl(["subnet-0a1"], [allow(100, "0.0.0.0/0", { protocol: "17" })])),
      "closed",
    ],
    ["closed: listeners were not read, and no port is let in", { ...open, listeners: forbidden }, routes(aRouteTable([])), "closed"],
  ])("%s", (_rule, rest, network, expected) => {
    expect(exposure(rest, [], { network }).state).toBe(expected);
  });

  it("names the deciding layer of each subnet", () => {
    const network = { ...routes(aRouteTable([], ...toInternet), aRouteTable(["subnet-0b2"])), ...acls(anAcl(["subnet-0a1"], [])) };
    expect(exposure(inTwo, [], { network })).toEqual({
      state: "closed",
      why: "no active route leads from subnet-0b2 to an internet gateway, and network ACL acl-of-subnet-0a1 keeps the internet out of subnet-0a1",
      barriers: [
        { layer: "network ACL", ids: ["acl-of-subnet-0a1"], subnetId: "subnet-0a1" },
        { layer: "route", ids: ["rtb-of-subnet-0b2"], subnetId: "subnet-0b2" },
      ],
    });
  });
  it("names the protections that were not read beside what is open", () => {
    const seen = exposure(open, [], { network: { networkAcls: forbidden, blockPublicAccess: forbidden } });
    expect(seen.state === "open" && seen.unread.map(({ name }) => name)).toEqual(["Block Public Access", "network ACL"]);
  });

  it("shows the ports that are open and the sources of those that are not declared", () => {
    const shown = exposure(
      {
        ...guarded("sg-open", "sg-elsewhere"),
        listeners: known([
          { port: 443, protocol: "TLS" },
          { port: 8443, protocol: "TCP" },
        ]),
      },
      [443],
    );
    expect(shown).toMatchObject({ state: "open", ports: [443, 8443], undeclared: [{ port: 8443, protocol: "TCP" }] });
  });
});

it("splitting a group's ranges over groups changes nothing, and one more group never closes", () => {
  const cidr = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([address, length]) => `${address}/${length}`);
  fc.assert(
    fc.property(fc.array(cidr, { minLength: 1, maxLength: 8 }), (cidrs) => {
      const together = known([aSecurityGroup("sg-0", [on(443, cidrs)])]);
      const apart = known(cidrs.map((one, i) => aSecurityGroup(`sg-${i}`, [on(443, [one])])));
      const ids = cidrs.map((_, i) => `sg-${i}`);
      const whole = exposure(guarded("sg-0"), [], { groups: together }).state;
      expect(exposure(guarded(...ids), [], { groups: apart }).state).toBe(whole);
      if (exposure(guarded(...ids.slice(1)), [], { groups: apart }).state === "open" && ids.length > 1) expect(whole).toBe("open");
    }),
  );
});
