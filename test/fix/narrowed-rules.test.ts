import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { narrowedRules, sourcesOn } from "../../core/fix/narrowed-rules.ts";
import type { SecurityGroup, SecurityGroupRule } from "../../core/model/aws.ts";
import { known } from "../../core/model/fact.ts";
import { difference, intersection, isWithin, parseFilterCidrs, union } from "../../core/net/addresses.ts";
import { admittedBy, indexGroups, type Ports } from "../../core/net/security-group.ts";
import { account, aRule, aSecurityGroup, prod, region } from "../support/cluster.ts";

const about = { resource: { kind: "Cluster", id: prod, name: "prod" }, account, region };
const lists = known([
  { id: "pl-0a1", cidrs: known(["198.51.100.0/24", "203.0.113.0/24"]) },
  { id: "pl-0b1", cidrs: known(["192.0.2.0/24"]) },
  { id: "pl-0c1", cidrs: known(["2600:1f18::/32"]) },
  { id: "pl-own", cidrs: known(["10.1.0.0/16"]) },
]);
const indexOf = (...groups: readonly SecurityGroup[]) => indexGroups(known(groups), lists);
const tcp = (from: number, to = from): Ports => ({ protocol: "tcp", from, to });

/** The group with everybody outside 10.0.0.0/8 taken from the ports. */
function closed(ports: readonly Ports[], ...rules: readonly Partial<SecurityGroupRule>[]) {
  const group = aSecurityGroup("sg-0a1", rules.map(aRule));
  const keep = parseFilterCidrs(["10.0.0.0/8"]);
  const strangers = sourcesOn(["sg-0a1"], ports, indexOf(group)).filter(({ addresses }) => !isWithin(addresses, keep));
  const { groups, commands, notes } = narrowedRules(strangers, ports, keep, about);
  return { group: groups[0] ?? group, commands, notes };
}
const permissionsIn = (command = ""): unknown => JSON.parse(/--ip-permissions '(.*)'$/.exec(command)?.[1] ?? "null");

describe("what is typed", () => {
  it("revokes a source whole where it has nothing else", () => {
    const { commands, notes } = closed([tcp(22)], { protocol: "tcp", fromPort: 22, toPort: 22, cidrs: ["0.0.0.0/0", "10.1.0.0/16"] });
    expect(notes).toEqual([]);
    expect(commands).toEqual([
      `aws ec2 authorize-security-group-ingress --group-id sg-0a1 --region eu-west-1 --ip-permissions '[{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"IpRanges":[{"CidrIp":"10.0.0.0/8"}]}]'`,
      `aws ec2 revoke-security-group-ingress --group-id sg-0a1 --region eu-west-1 --ip-permissions '[{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]'`,
    ]);
  });

  it("lets the other ports of a wide rule be as they are, before it revokes it", () => {
    const { commands } = closed([tcp(22), tcp(3389)], { protocol: "tcp", fromPort: 0, toPort: 65_535, cidrs: ["203.0.113.0/24"] });
    expect(commands.map((command) => command.split(" ")[2])).toEqual(["authorize-security-group-ingress", "revoke-security-group-ingress"]);
    expect(permissionsIn(commands[0])).toEqual(
      [
        [0, 21],
        [23, 3388],
        [3390, 65_535],
      ].map(([FromPort, ToPort]) => ({ IpProtocol: "tcp", FromPort, ToPort, IpRanges: [{ CidrIp: "203.0.113.0/24" }] })),
    );
  });

  it("splits a rule of all protocols into those that people mean by it", () => {
    const { commands, notes } = closed([tcp(22)], { protocol: "-1", cidrs: ["203.0.113.0/24"] });
    expect(notes).toEqual([expect.stringMatching(/^A rule of sg-0a1 is for all protocols.*lose every other protocol/)]);
    expect(permissionsIn(commands[0])).toMatchObject([
      { IpProtocol: "tcp", FromPort: 0, ToPort: 21 },
      { IpProtocol: "tcp", FromPort: 23, ToPort: 65_535 },
      { IpProtocol: "udp", FromPort: 0, ToPort: 65_535 },
      { IpProtocol: "icmp", FromPort: -1, ToPort: -1 },
    ]);
  });

  it("asks for nothing that a rule lets in already: EC2 refuses that", () => {
    const { commands } = closed([tcp(22)], { protocol: "tcp", fromPort: 22, toPort: 22, cidrs: ["0.0.0.0/0", "10.0.0.0/8"] });
    expect(commands).toHaveLength(1);
  });

  it("takes a prefix list out, and lets nobody of it stay who has no place", () => {
    const { commands, group } = closed([tcp(22)], { protocol: "tcp", fromPort: 22, toPort: 22, prefixListIds: ["pl-0a1"] });
    expect(permissionsIn(commands[0])).toEqual([
      { IpProtocol: "tcp", FromPort: 22, ToPort: 22, PrefixListIds: [{ PrefixListId: "pl-0a1" }] },
    ]);
    expect(group.ingress).toEqual([]);
  });

  it("leaves a rule about other ports alone, and the groups that a rule names", () => {
    const bystander = { protocol: "tcp", fromPort: 443, toPort: 443, cidrs: ["0.0.0.0/0"] };
    const { group } = closed([tcp(22)], bystander, {
      protocol: "tcp",
      fromPort: 22,
      toPort: 22,
      cidrs: ["0.0.0.0/0"],
      groupIds: ["sg-0b2"],
    });
    expect(group.ingress).toEqual([
      aRule(bystander),
      aRule({ protocol: "tcp", fromPort: 22, toPort: 22, cidrs: ["10.0.0.0/8"], groupIds: ["sg-0b2"] }),
    ]);
  });
});

describe("rules afterwards, with everybody outside 10.0.0.0/8 taken from the ports", () => {
  const udp = (from: number, to = from): Ports => ({ protocol: "udp", from, to });
  const sctp: Ports = { protocol: "sctp", from: 3868, to: 3868 };
  const world = { cidrs: ["0.0.0.0/0"] };
  const own = { cidrs: ["10.0.0.0/8"] };
  const on = (protocol: string, fromPort: number, toPort: number, rest: Partial<SecurityGroupRule>) => ({
    protocol,
    fromPort,
    toPort,
    ...rest,
  });

  type Rules = readonly Partial<SecurityGroupRule>[];
  it.each<readonly [string, readonly Ports[], Rules, Rules]>([
    ["the one port before stays", [tcp(22)], [on("tcp", 21, 22, world)], [on("tcp", 21, 21, world), on("tcp", 22, 22, own)]],
    ["the one port behind stays", [tcp(22)], [on("tcp", 22, 23, world)], [on("tcp", 23, 23, world), on("tcp", 22, 22, own)]],
    [
      "a port behind the rule is none of it",
      [tcp(22), tcp(30)],
      [on("tcp", 20, 22, world)],
      [on("tcp", 20, 21, world), on("tcp", 22, 22, own)],
    ],
    [
      "of ports that reach over its start, its own part",
      [tcp(20, 25)],
      [on("tcp", 22, 30, world)],
      [on("tcp", 26, 30, world), on("tcp", 22, 25, own)],
    ],
    [
      "of ports that reach over its end, its own part",
      [tcp(20, 25)],
      [on("tcp", 10, 22, world)],
      [on("tcp", 10, 19, world), on("tcp", 20, 22, own)],
    ],
    [
      "ports that overlap",
      [tcp(24, 26), tcp(22, 25)],
      [on("tcp", 22, 27, world)],
      [on("tcp", 27, 27, world), on("tcp", 24, 26, own), on("tcp", 22, 25, own)],
    ],
    ["a rule of one port that names no last", [tcp(22)], [{ protocol: "tcp", fromPort: 22, ...world }], [on("tcp", 22, 22, own)]],
    ["port 0 is a port", [tcp(0)], [on("tcp", 0, 1, world)], [on("tcp", 1, 1, world), on("tcp", 0, 0, own)]],
    ["a rule from port 0 on ends where it ended", [tcp(0, 5)], [on("tcp", 0, 1, world)], [on("tcp", 0, 1, own)]],
    [
      "one source and one group stay, with another source gone",
      [tcp(22)],
      [on("tcp", 22, 22, { cidrs: ["203.0.113.0/24", "10.1.0.0/16"], groupIds: ["sg-0b2"] })],
      [on("tcp", 22, 22, { cidrs: ["10.1.0.0/16"], groupIds: ["sg-0b2"] })],
    ],
    [
      "all ports of a protocol, none named",
      [tcp(22)],
      [{ protocol: "tcp", ...world }],
      [on("tcp", 0, 21, world), on("tcp", 23, 65_535, world), on("tcp", 22, 22, own)],
    ],
    [
      "all ports of a protocol, written as -1",
      [tcp(22)],
      [on("6", -1, -1, world)],
      [on("tcp", 0, 21, world), on("tcp", 23, 65_535, world), on("tcp", 22, 22, own)],
    ],
    ["whoever stays gets the protocol of the rule, and no other", [tcp(53), udp(53)], [on("17", 53, 53, world)], [on("udp", 53, 53, own)]],
    [
      "another protocol on the same ports stays",
      [tcp(53)],
      [on("tcp", 53, 53, world), on("udp", 53, 53, world)],
      [on("udp", 53, 53, world), on("tcp", 53, 53, own)],
    ],
    ["a protocol without ports is taken whole", [sctp], [{ protocol: "132", ...world }], [{ protocol: "132", ...own }]],
    ["a protocol without ports is taken whole, by its name", [sctp], [{ protocol: "sctp", ...world }], [{ protocol: "sctp", ...own }]],
    [
      "of all protocols, one without ports",
      [sctp],
      [world],
      [on("tcp", 0, 65_535, world), on("udp", 0, 65_535, world), on("icmp", -1, -1, world), { protocol: "132", ...own }],
    ],
    [
      "a prefix list of IPv6 keeps its ICMP",
      [tcp(22)],
      [{ prefixListIds: ["pl-0c1"] }],
      [
        on("tcp", 0, 21, { prefixListIds: ["pl-0c1"] }),
        on("tcp", 23, 65_535, { prefixListIds: ["pl-0c1"] }),
        on("udp", 0, 65_535, { prefixListIds: ["pl-0c1"] }),
        on("icmpv6", -1, -1, { prefixListIds: ["pl-0c1"] }),
      ],
    ],
    [
      "a block of IPv6 keeps its ICMP",
      [tcp(0, 65_535), udp(0, 65_535)],
      [{ cidrs: ["::/0"] }],
      [on("icmpv6", -1, -1, { cidrs: ["::/0"] })],
    ],
    [
      "a prefix list of IPv4 keeps its ICMP",
      [tcp(0, 65_535), udp(0, 65_535)],
      [{ prefixListIds: ["pl-0b1"] }],
      [on("icmp", -1, -1, { prefixListIds: ["pl-0b1"] })],
    ],
    [
      "a prefix list of those who stay, stays",
      [tcp(22)],
      [on("tcp", 22, 22, { prefixListIds: ["pl-0a1", "pl-own"] })],
      [on("tcp", 22, 22, { prefixListIds: ["pl-own"] })],
    ],
    [
      "a list that nobody read stays: nothing shows who is in it",
      [tcp(22)],
      [on("tcp", 22, 22, { ...world, prefixListIds: ["pl-0u1"] })],
      [on("tcp", 22, 22, { ...own, prefixListIds: ["pl-0u1"] })],
    ],
    [
      "text that is no range stays",
      [tcp(22)],
      [on("tcp", 22, 22, { cidrs: ["0.0.0.0/0", "nonsense"] })],
      [on("tcp", 22, 22, { cidrs: ["nonsense", "10.0.0.0/8"] })],
    ],
    [
      "a group that the rule names stays, with its last source gone",
      [tcp(22)],
      [on("tcp", 22, 22, { cidrs: ["203.0.113.0/24"], groupIds: ["sg-0b2"] })],
      [on("tcp", 22, 22, { groupIds: ["sg-0b2"] })],
    ],
    [
      "what is left of two lists comes to a rule that is there",
      [tcp(22)],
      [on("tcp", 22, 23, { prefixListIds: ["pl-0a1", "pl-0b1"] }), on("tcp", 23, 23, { ...world, prefixListIds: ["pl-0b1"] })],
      [on("tcp", 23, 23, { ...world, prefixListIds: ["pl-0b1", "pl-0a1"] })],
    ],
    [
      "two lists stay on the other ports together",
      [tcp(22)],
      [on("tcp", 22, 23, { prefixListIds: ["pl-0a1", "pl-0b1"] })],
      [on("tcp", 23, 23, { prefixListIds: ["pl-0a1", "pl-0b1"] })],
    ],
  ])("%s", (_rule, closing, before, after) => {
    expect(closed(closing, ...before).group.ingress).toEqual(after.map(aRule));
  });

  it("one permission holds all sources of a rule, blocks and lists", () => {
    const { commands } = closed(
      [tcp(22)],
      on("tcp", 22, 22, { cidrs: ["203.0.113.0/24", "192.0.2.0/24"], prefixListIds: ["pl-0a1", "pl-0b1"] }),
    );
    expect(commands.map(permissionsIn)).toEqual([
      [
        {
          ...{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "203.0.113.0/24" }, { CidrIp: "192.0.2.0/24" }] },
          PrefixListIds: [{ PrefixListId: "pl-0a1" }, { PrefixListId: "pl-0b1" }],
        },
      ],
    ]);
  });

  it("each group loses its own sources, and one that nobody read has none", () => {
    const [a, b] = ["192.0.2.0/24", "203.0.113.0/24"].map((cidr, i) =>
      aSecurityGroup(`sg-${i}`, [aRule(on("tcp", 22, 22, { cidrs: [cidr] }))]),
    );
    if (a === undefined || b === undefined) throw new TypeError("There are two groups.");
    const sources = sourcesOn(["sg-0", "sg-0u1", "sg-1"], [tcp(22)], indexOf(a, b));
    const { groups, commands } = narrowedRules(sources, [tcp(22)], parseFilterCidrs([]), about);
    expect(groups).toEqual([aSecurityGroup("sg-0", []), aSecurityGroup("sg-1", [])]);
    expect(commands).toEqual([
      expect.stringMatching(/revoke.*sg-0 .*"192\.0\.2\.0\/24"}\]}\]'$/),
      expect.stringMatching(/revoke.*sg-1 .*"203\.0\.113\.0\/24"}\]}\]'$/),
    ]);
  });
});

const ports = fc.integer({ min: 0, max: 60 });
const rule = fc
  .record({
    protocol: fc.constantFrom("tcp", "6", "udp", "-1", "132"),
    range: fc.tuple(ports, ports),
    cidrs: fc.subarray(["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "203.0.113.0/24", "::/0"], { minLength: 1 }),
  })
  .map(({ protocol, range: [a, b], cidrs }) =>
    aRule({
      protocol,
      cidrs,
      ...(protocol === "tcp" || protocol === "6" || protocol === "udp" ? { fromPort: Math.min(a, b), toPort: Math.max(a, b) } : {}),
    }),
  );

it("takes exactly those who do not stay from the ports, and nobody from any other port", () => {
  fc.assert(
    fc.property(
      fc.array(rule, { minLength: 1, maxLength: 5 }),
      fc.uniqueArray(ports, { minLength: 1, maxLength: 3 }),
      (ingress, numbers) => {
        const keep = parseFilterCidrs(["10.0.0.0/8"]);
        const closing = numbers.map((port) => tcp(port));
        const group = aSecurityGroup("sg-0a1", ingress);
        const strangers = sourcesOn(["sg-0a1"], closing, indexOf(group)).filter(({ addresses }) => !isWithin(addresses, keep));
        const [after = group] = narrowedRules(strangers, closing, keep, about).groups;
        const admitted = (its: SecurityGroup, one: Ports) => admittedBy(["sg-0a1"], [one], indexOf(its)).atLeast;
        for (let port = 0; port <= 60; port += 1) {
          const [before, then] = [admitted(group, tcp(port)), admitted(after, tcp(port))];
          const expected = numbers.includes(port) ? intersection(before, keep) : before;
          expect(difference(union(then, expected), intersection(then, expected))).toEqual({ ipv4: [], ipv6: [] });
          const udp: Ports = { protocol: "udp", from: port, to: port };
          expect(admitted(after, udp)).toEqual(admitted(group, udp));
        }
      },
    ),
    { numRuns: 60 },
  );
});
