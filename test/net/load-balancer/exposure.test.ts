import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LoadBalancer, SecurityGroup } from "../../../core/model/aws.ts";
import { type Fact, known, unknown } from "../../../core/model/fact.ts";
import { type Exposure, exposureOf } from "../../../core/net/load-balancer/exposure.ts";
import { reachOf } from "../../../core/net/load-balancer/sources.ts";
import { indexGroups } from "../../../core/net/security-group.ts";
import { aLoadBalancer, aRule, aSecurityGroup } from "../../support/cluster.ts";

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
  facts: { groups?: Fact<readonly SecurityGroup[]>; lists?: Fact<readonly { id: string; cidrs: Fact<readonly string[]> }[]> } = {},
): Exposure {
  const loadBalancer = aLoadBalancer(rest);
  const index = indexGroups(facts.groups ?? groups, facts.lists ?? known([{ id: "pl-1", cidrs: known(["0.0.0.0/0"]) }]));
  return exposureOf(loadBalancer, reachOf(loadBalancer, index), { internet, declaredPorts: new Set(declaredPorts) });
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
