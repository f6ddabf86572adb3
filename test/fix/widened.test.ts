import { describe, expect, it } from "vitest";
import { widened } from "../../core/fix/widened.ts";
import type { LoadBalancer } from "../../core/model/aws.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known, unknown } from "../../core/model/fact.ts";
import { aCluster, aLoadBalancer, anEndpoint, aRule, aSecurityGroup } from "../support/cluster.ts";

type Rule = Parameters<typeof aRule>[0];
const unread = unknown("forbidden", "No access.");
const lists = known([{ id: "pl-0a1", cidrs: known(["10.1.0.0/16"]) }]);
const opened = (before: Partial<ClusterFacts>, after: Partial<ClusterFacts>, trustedCidrs: readonly string[] = []) => {
  const { facts } = aCluster({ prefixLists: lists, ...before });
  return widened(facts, { ...facts, ...after }, { trustedCidrs });
};
const none: readonly string[] = [];

describe("the public endpoint", () => {
  const off = anEndpoint();
  const on = (...publicCidrs: readonly string[]) => anEndpoint({ publicAccess: true, publicCidrs });

  it.each([
    ["opened: it is turned on", off, on("203.0.113.7/32"), ["It turns the public endpoint on."]],
    [
      "opened: it admits more, what is trusted left out",
      on("203.0.113.7/32"),
      on("203.0.113.6/31", "192.0.2.0/24"),
      ["It lets 203.0.113.6/32 reach the public endpoint."],
    ],
    ["opened: an empty list is everybody", on("128.0.0.0/1"), on(), ["It lets 0.0.0.0/1 reach the public endpoint."]],
    ["not opened: it stays off", off, anEndpoint({ publicCidrs: ["0.0.0.0/0"] }), none],
    ["not opened: it is turned off", on(), off, none],
    ["not opened: it admits less", on("203.0.113.0/24"), on("203.0.113.7/32"), none],
    ["not opened: text that is no range admits nobody", on("nonsense"), on("nonsense"), none],
  ])("%s", (_rule, before, after, sentences) => {
    expect(opened({ endpoint: known(before) }, { endpoint: known(after) }, ["192.0.2.0/24"])).toEqual(sentences);
  });
});

describe("rules of a security group", () => {
  const groups = (...rules: readonly Rule[]) => known([aSecurityGroup("sg-bystander", []), aSecurityGroup("sg-0a1", rules.map(aRule))]);
  const tcp = (fromPort: number, toPort: number, rest: Rule = { cidrs: ["10.0.0.0/8"] }): Rule => ({
    protocol: "tcp",
    fromPort,
    toPort,
    ...rest,
  });
  const other = (protocol: string, rest: Rule = {}): Rule => ({ protocol, cidrs: ["10.0.0.0/8"], ...rest });
  const echo = { fromPort: 8, toPort: 0 };
  const list = (fromPort: number, toPort: number, ...prefixListIds: readonly string[]) => tcp(fromPort, toPort, { prefixListIds });

  it.each<readonly [string, readonly Rule[], readonly Rule[]]>([
    ["a port between two rules", [tcp(400, 449), tcp(451, 500)], [tcp(400, 500)]],
    ["the port before", [tcp(401, 500)], [tcp(400, 500)]],
    ["the port after", [tcp(400, 499)], [tcp(400, 500)]],
    ["port 0, where all others were let in", [tcp(1, 65_535)], [other("tcp")]],
    ["port 65535, where all others were let in", [tcp(0, 65_534)], [other("tcp", { fromPort: -1, toPort: -1 })]],
    ["a part of the ports to others", [tcp(400, 449), tcp(450, 500, { cidrs: ["10.1.0.0/16"] })], [tcp(400, 500)]],
    [
      "a source beside a list that was let in",
      [list(22, 22, "pl-0a1")],
      [tcp(22, 22, { prefixListIds: ["pl-0a1"], cidrs: ["10.2.0.0/16"] })],
    ],
    ["a list of others than were let in", [tcp(22, 22, { cidrs: ["10.2.0.0/16"] })], [list(22, 22, "pl-0a1")]],
    [
      "a list beside a source that was let in",
      [tcp(22, 22, { cidrs: ["10.2.0.0/16"] })],
      [tcp(22, 22, { cidrs: ["10.2.0.0/16"], prefixListIds: ["pl-0a1"] })],
    ],
    ["a list that nobody read, on further ports", [list(22, 22, "pl-0b1")], [list(22, 23, "pl-0b1")]],
    ["a group that was let in on other ports", [tcp(22, 22, { groupIds: ["sg-0b1"] })], [tcp(23, 23, { groupIds: ["sg-0b1"] })]],
    ["another type of ICMP", [other("icmp", { fromPort: 3, toPort: 0 })], [other("icmp", echo)]],
    ["a type of ICMP beside type 0", [other("icmp", { fromPort: 0, toPort: 0 })], [other("icmp", echo)]],
    ["another code of ICMP", [other("icmp", { fromPort: 8, toPort: 1 })], [other("icmp", echo)]],
    ["the same type of the other ICMP", [other("icmp", echo)], [other("icmpv6", echo)]],
    ["another protocol without ports", [other("50")], [other("51")]],
    ["all protocols, where all TCP was let in", [tcp(0, 65_535)], [other("-1")]],
    ["all protocols to others", [other("-1", { cidrs: ["10.1.0.0/16"] })], [other("-1")]],
  ])("opened: %s", (_rule, before, after) => {
    expect(opened({ securityGroups: groups(...before) }, { securityGroups: groups(...after) })).toEqual([
      expect.stringMatching(/^It lets more into sg-0a1, /),
    ]);
  });

  it.each<readonly [string, readonly Rule[], readonly Rule[]]>([
    ["ports of two rules that touch", [tcp(400, 449), tcp(450, 500)], [tcp(400, 500)]],
    ["ports of three rules, the last first", [tcp(1000, 2000), tcp(90, 999), tcp(10, 89)], [tcp(10, 2000)]],
    ["all ports, in two rules", [tcp(0, 442), tcp(443, 65_535)], [other("tcp")]],
    ["all ports, written as -1", [tcp(0, 442), tcp(443, 65_535)], [other("tcp", { fromPort: -1, toPort: -1 })]],
    ["a list of addresses that were let in", [tcp(22, 22)], [list(22, 22, "pl-0a1")]],
    ["a port of all", [other("tcp")], [tcp(443, 443)]],
    ["port 0 of all, written as -1", [other("6", { fromPort: -1, toPort: -1 })], [tcp(0, 0)]],
    ["a port of all protocols", [other("-1")], [tcp(443, 443)]],
    ["a rule with one port named", [other("tcp", { fromPort: 22 })], [tcp(22, 22)]],
    ["another protocol of all", [other("-1")], [other("50")]],
    ["a type of ICMP where all are", [other("icmp", { fromPort: -1, toPort: -1 })], [other("icmp", echo)]],
    ["a type of ICMP where none is named", [other("icmp")], [other("icmp", echo)]],
    ["the same type and code of ICMP", [other("icmp", { ...echo, cidrs: ["0.0.0.0/0"] })], [other("icmp", echo)]],
    ["a part of the ports to a list that nobody read", [list(22, 25, "pl-0b1")], [list(23, 24, "pl-0b1")]],
    ["a group that one of the rules names", [tcp(22, 22, { groupIds: ["sg-0b1"] }), tcp(20, 25)], [tcp(22, 22, { groupIds: ["sg-0b1"] })]],
    ["text that is no range", [tcp(22, 22, { cidrs: ["nonsense"] })], [tcp(22, 22, { cidrs: ["nonsense"] })]],
  ])("not opened: %s", (_rule, before, after) => {
    expect(opened({ securityGroups: groups(...before) }, { securityGroups: groups(...after) })).toEqual(none);
  });

  it("not opened: a group that was not there lets nobody in before something has it", () => {
    const fresh = known([aSecurityGroup("sg-0n1", [aRule(other("-1", { cidrs: ["0.0.0.0/0"] }))])]);
    expect(opened({ securityGroups: groups() }, { securityGroups: fresh })).toEqual(none);
  });

  it.each([
    ["its ports", tcp(22, 25), "It lets more into sg-0a1, on protocol tcp, ports 22-25."],
    ["all of them", other("-1"), "It lets more into sg-0a1, on protocol -1, ports all-all."],
  ])("names %s", (_rule, rule, sentence) => {
    expect(opened({ securityGroups: groups() }, { securityGroups: groups(rule) })).toEqual([sentence]);
  });
});

describe("a load balancer", () => {
  const securityGroups = known([
    aSecurityGroup("sg-web", [aRule({ protocol: "tcp", fromPort: 80, toPort: 443, cidrs: ["203.0.113.0/24"] })]),
    aSecurityGroup("sg-narrow", [aRule({ protocol: "tcp", fromPort: 80, toPort: 443, cidrs: ["203.0.113.7/32"] })]),
    aSecurityGroup("sg-wide", [aRule({ protocol: "tcp", fromPort: 443, toPort: 443, cidrs: ["0.0.0.0/0"] })]),
  ]);
  const ports = (...numbers: readonly number[]): LoadBalancer["listeners"] => known(numbers.map((port) => ({ port, protocol: "TCP" })));
  const web = aLoadBalancer({ scheme: "internet-facing", securityGroupIds: ["sg-web"], listeners: ports(80, 443) });
  const bystander = aLoadBalancer({ name: "bystander", scheme: "internet-facing" });
  const changed = (before: Partial<LoadBalancer>, after: Partial<LoadBalancer>): readonly string[] =>
    opened(
      { securityGroups, loadBalancers: known([bystander, { ...web, ...before }]) },
      { loadBalancers: known([bystander, { ...web, ...before, ...after }]) },
    );
  const others = (port: number | string): string => `It lets others than today reach load balancer k8s-shop-web on port ${port}.`;

  it.each<readonly [string, Partial<LoadBalancer>, Partial<LoadBalancer>, readonly string[]]>([
    [
      "opened: it is turned to the internet",
      { scheme: "internal" },
      { scheme: "internet-facing" },
      ["It turns load balancer k8s-shop-web to the internet."],
    ],
    ["opened: a group more lets others in on one of its ports", {}, { securityGroupIds: ["sg-web", "sg-wide"] }, [others(443)]],
    [
      "opened: another group lets others in",
      { securityGroupIds: ["sg-narrow"] },
      { securityGroupIds: ["sg-web"] },
      [others(80), others(443)],
    ],
    ["opened: its groups are taken away, so that nothing restricts sources", {}, { securityGroupIds: [] }, [others(80), others(443)]],
    ["opened: a group that nobody read", {}, { securityGroupIds: ["sg-web", "sg-0u1"] }, [others(80), others(443)]],
    ["opened: a listener that was not there", { listeners: ports(443) }, { listeners: ports(80, 443) }, [others(80)]],
    ["opened: another group, and nobody read the listeners", { listeners: unread }, { securityGroupIds: ["sg-wide"] }, [others("any")]],
    ["not opened: another group that lets in no others", {}, { securityGroupIds: ["sg-narrow"] }, none],
    ["not opened: one of its groups is left", { securityGroupIds: ["sg-web", "sg-wide"] }, { securityGroupIds: ["sg-web"] }, none],
    ["not opened: it is given groups where it had none", { securityGroupIds: [] }, { securityGroupIds: ["sg-wide"] }, none],
    ["not opened: it stays without groups", { securityGroupIds: [] }, { scheme: "internal" }, none],
    ["not opened: it is turned away from the internet", {}, { scheme: "internal" }, none],
    ["not opened: it stays internal", { scheme: "internal" }, { securityGroupIds: ["sg-narrow"] }, none],
  ])("%s", (_rule, before, after, sentences) => {
    expect(changed(before, after)).toEqual(sentences);
  });

  it("opened, and told once: a rule of a group that it keeps", () => {
    const wider = known([aSecurityGroup("sg-web", [aRule({ protocol: "tcp", fromPort: 80, toPort: 443, cidrs: ["0.0.0.0/0"] })])]);
    expect(opened({ securityGroups, loadBalancers: known([web]) }, { securityGroups: wider })).toEqual([
      "It lets more into sg-web, on protocol tcp, ports 80-443.",
    ]);
  });

  it("not opened: one that was not there is judged by the checks alone", () => {
    expect(opened({ loadBalancers: known([bystander]) }, { loadBalancers: known([bystander, web]) })).toEqual(none);
  });
});

describe.each<readonly [keyof ClusterFacts, Partial<ClusterFacts>]>([
  ["endpoint", { endpoint: known(anEndpoint({ publicAccess: true })) }],
  ["securityGroups", { securityGroups: known([aSecurityGroup("sg-0a1", [aRule({ cidrs: ["0.0.0.0/0"] })])]) }],
  ["loadBalancers", { loadBalancers: known([aLoadBalancer({ scheme: "internet-facing" })]) }],
])("%s", (fact, read) => {
  // What is not known any more is a harm of its own, which the checks tell.
  it.each([
    ["before", { [fact]: unread }, read],
    ["afterwards", read, { [fact]: unread }],
    ["at all", { [fact]: unread }, { [fact]: unread }],
  ])("not compared: it was not read %s", (_rule, before, after) => {
    expect(opened(before, after)).toEqual(none);
  });
});
