import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SecurityGroupRule } from "../../core/model/aws.ts";
import { known, unknown } from "../../core/model/fact.ts";
import { isWithin, noAddresses, parseFilterCidrs, toCidrs, union } from "../../core/net/addresses.ts";
import {
  admissionOf,
  admittedBy,
  coversAnyOf,
  indexGroups,
  letsInNoMoreThan,
  nobody,
  type Ports,
  unionOf,
} from "../../core/net/security-group.ts";
import { aRule, aSecurityGroup } from "../support/cluster.ts";

const https: Ports = { protocol: "tcp", from: 443, to: 443 };
const sctp: Ports = { protocol: "sctp", from: 8080, to: 8080 };
const nodePorts: Ports = { protocol: "tcp", from: 30_000, to: 32_767 };

describe("a rule covers a port", () => {
  it.each<[string, Partial<SecurityGroupRule>, Ports, boolean]>([
    ["yes: protocol -1 is every protocol and port", { protocol: "-1" }, https, true],
    ["yes: protocol -1 ignores the ports it carries", { protocol: "-1", fromPort: 22, toPort: 22 }, https, true],
    ["yes: the port is one end of the range", { protocol: "tcp", fromPort: 80, toPort: 443 }, https, true],
    ["yes: the port is the other end", { protocol: "tcp", fromPort: 443, toPort: 8443 }, https, true],
    ["no: the range ends before it", { protocol: "tcp", fromPort: 80, toPort: 442 }, https, false],
    ["no: the range begins after it", { protocol: "tcp", fromPort: 444, toPort: 500 }, https, false],
    ["no: UDP says nothing of TCP", { protocol: "udp", fromPort: 443, toPort: 443 }, https, false],
    ["yes: 6 is TCP", { protocol: "6", fromPort: 443, toPort: 443 }, https, true],
    ["no: 17 is UDP", { protocol: "17", fromPort: 443, toPort: 443 }, https, false],
    ["yes: 17 is UDP", { protocol: "17", fromPort: 53, toPort: 53 }, { protocol: "udp", from: 53, to: 53 }, true],
    ["no: protocol 50 has all ports, but of ESP", { protocol: "50" }, https, false],
    ["no: ICMP types are no ports", { protocol: "icmp", fromPort: -1, toPort: -1 }, https, false],
    ["yes: TCP without ports is every port", { protocol: "tcp" }, https, true],
    ["yes: TCP with -1 is every port", { protocol: "tcp", fromPort: -1, toPort: -1 }, https, true],
    ["yes: ranges overlap in one port", { protocol: "tcp", fromPort: 32_767, toPort: 40_000 }, nodePorts, true],
    ["yes: the rule lies inside the range", { protocol: "tcp", fromPort: 30_443, toPort: 30_443 }, nodePorts, true],
    ["yes: a protocol in upper case", { protocol: "TCP", fromPort: 443, toPort: 443 }, https, true],
    ["yes: one port without an end", { protocol: "tcp", fromPort: 443 }, https, true],
    ["no: another port without an end", { protocol: "tcp", fromPort: 442 }, https, false],
    ["no: ICMPv6, by number", { protocol: "58" }, https, false],
    ["no: SCTP says nothing of TCP", { protocol: "132" }, https, false],
    ["no: TCP says nothing of SCTP", { protocol: "tcp", fromPort: 0, toPort: 65_535 }, sctp, false],
    ["yes: a rule for SCTP is every port, whatever ports it carries", { protocol: "132", fromPort: 1, toPort: 1 }, sctp, true],
    ["yes: protocol -1 is SCTP as well", { protocol: "-1" }, sctp, true],
    ["no: port 0 alone is no wildcard", { protocol: "tcp", fromPort: 0, toPort: 0 }, https, false],
  ])("%s", (_rule, rule, ports, expected) => {
    expect(coversAnyOf(aRule(rule), ports)).toBe(expected);
  });
});

describe("security groups admit", () => {
  const bystander = aSecurityGroup("sg-bystander", [aRule({ cidrs: ["0.0.0.0/0"] })]);
  const web = aSecurityGroup("sg-web", [aRule({ protocol: "tcp", fromPort: 443, toPort: 443, cidrs: ["203.0.113.0/24"] })]);
  const extra = aSecurityGroup("sg-extra", [
    aRule({ protocol: "tcp", fromPort: 443, toPort: 443, cidrs: ["198.51.100.0/24"], prefixListIds: ["pl-1"], groupIds: ["sg-peer"] }),
    aRule({ protocol: "tcp", fromPort: 22, toPort: 22, cidrs: ["0.0.0.0/0"] }),
  ]);
  const groups = known([bystander, web, extra]);
  const lists = known([{ id: "pl-1", cidrs: known(["192.0.2.0/24", "2001:db8::/32"]) }]);
  const forbidden = unknown("forbidden", "No access.");

  it("the union of all groups, their prefix lists' entries included, and members of groups apart", () => {
    const admission = admittedBy(["sg-web", "sg-extra"], [https], indexGroups(groups, lists));
    const sources = parseFilterCidrs(["203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24", "2001:db8::/32"]);
    expect(admission).toEqual({ atLeast: sources, atMost: known(sources), unread: [], groups: ["sg-peer"] });
  });
  it("nobody without a rule for the port, though another port is open to all", () => {
    expect(admittedBy(["sg-extra"], [{ protocol: "tcp", from: 80, to: 80 }], indexGroups(groups, lists))).toEqual(nobody);
  });
  it("at least what was read, and unknown more, where a prefix list was refused", () => {
    const admission = admittedBy(["sg-extra"], [https], indexGroups(groups, known([{ id: "pl-1", cidrs: forbidden }])));
    expect(admission).toMatchObject({ atLeast: parseFilterCidrs(["198.51.100.0/24"]), atMost: forbidden, unread: ["pl-1"] });
  });
  it.each([
    ["prefix lists could not be listed", groups, forbidden, "forbidden"],
    ["the prefix list is not among those read", groups, known([]), "not-found"],
    ["groups could not be listed", forbidden, lists, "forbidden"],
    ["a group is none of the VPC's", known([web]), lists, "not-found"],
  ] as const)("unknown more: %s", (_why, someGroups, someLists, code) => {
    expect(admittedBy(["sg-extra"], [https], indexGroups(someGroups, someLists)).atMost).toMatchObject({
      state: "unknown",
      reason: { code },
    });
  });
  it("one group that is not known leaves what the others prove", () => {
    const admission = admittedBy(["sg-gone", "sg-web"], [https], indexGroups(groups, lists));
    expect([toCidrs(admission.atLeast), admission.atMost.state, admission.unread]).toEqual([["203.0.113.0/24"], "unknown", ["sg-gone"]]);
  });
  it("::/0 in a rule is every IPv6 address and no IPv4 address", () => {
    const open = aSecurityGroup("sg-6", [aRule({ cidrs: ["::/0"] })]);
    expect(admittedBy(["sg-6"], [https], indexGroups(known([open]), lists)).atLeast.ipv4).toEqual([]);
  });
});

describe("one admission lets in no more than another", () => {
  const some = admissionOf(parseFilterCidrs(["10.0.0.0/8"]));
  const few = admissionOf(parseFilterCidrs(["10.1.0.0/16"]));
  const reason = unknown("forbidden", "No access.");
  const withUnread = { ...few, atMost: reason, unread: ["pl-1"] };
  it.each([
    ["yes: it is inside", few, some, "yes"],
    ["yes: they are equal", some, some, "yes"],
    ["no: it is outside", some, few, "no"],
    ["maybe: part of it was not read", withUnread, some, "maybe"],
    ["yes: both hold the same unread prefix list", withUnread, withUnread, "yes"],
    ["maybe: the other may hold more", some, withUnread, "maybe"],
    ["no: what was read is outside already", { ...some, atMost: reason, unread: ["pl-1"] }, few, "no"],
    ["maybe: members of a group beside it", { ...few, groups: ["sg-peer"] }, some, "maybe"],
    ["yes: members of the same group on both sides", { ...few, groups: ["sg-peer"] }, { ...some, groups: ["sg-peer"] }, "yes"],
  ] as const)("%s", (_rule, a, b, expected) => {
    expect(letsInNoMoreThan(a, b)).toBe(expected);
  });
});

describe("properties", () => {
  const cidr = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([address, length]) => `${address}/${length}`);
  const port = fc.integer({ min: 0, max: 65_535 });
  const rule = fc
    .record({ protocol: fc.constantFrom("-1", "tcp", "udp", "6", "17", "icmp"), a: port, b: port, cidrs: fc.array(cidr, { maxLength: 3 }) })
    .map(({ protocol, a, b, cidrs }) => aRule({ protocol, fromPort: Math.min(a, b), toPort: Math.max(a, b), cidrs }));
  const groups = fc.array(fc.array(rule, { maxLength: 4 }), { minLength: 1, maxLength: 4 });
  const ids = (count: number) => Array.from({ length: count }, (_, i) => `sg-${i}`);
  const indexOf = (rules: readonly (readonly SecurityGroupRule[])[]) =>
    indexGroups(known(rules.map((ingress, i) => aSecurityGroup(`sg-${i}`, ingress))), known([]));

  it("a port range admits what its ports admit one by one", () => {
    fc.assert(
      fc.property(groups, fc.integer({ min: 0, max: 65_000 }), (rules, from) => {
        const index = indexOf(rules);
        const all = ids(rules.length);
        const whole = admittedBy(all, [{ protocol: "tcp", from, to: from + 3 }], index);
        const single = [0, 1, 2, 3].map((step) => admittedBy(all, [{ protocol: "tcp", from: from + step, to: from + step }], index));
        expect(whole.atLeast).toEqual(union(...single.map(({ atLeast }) => atLeast)));
      }),
    );
  });
  it("neither the order of groups nor a group twice changes anything, and one more group only opens", () => {
    fc.assert(
      fc.property(groups, (rules) => {
        const index = indexOf(rules);
        const all = ids(rules.length);
        const admission = admittedBy(all, [https], index);
        expect(admittedBy([...all].reverse().concat(all), [https], index)).toEqual(admission);
        expect(isWithin(admittedBy(all.slice(1), [https], index).atLeast, admission.atLeast)).toBe(true);
      }),
    );
  });
  it("the union of nothing admits nobody", () => {
    expect(unionOf([])).toEqual({ atLeast: noAddresses, atMost: known(noAddresses), unread: [], groups: [] });
  });
});
