import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NetworkAcl, NetworkAclEntry } from "../../../core/model/vpc.ts";
import { holds, parseFilterCidrs } from "../../../core/net/addresses.ts";
import { admittedByAcl } from "../../../core/net/reach/network-acl.ts";

const rule = (
  number: number,
  direction: "ingress" | "egress",
  action: "allow" | "deny",
  cidr: string,
  from?: number,
  to = from,
): NetworkAclEntry => ({
  number,
  direction,
  action,
  protocol: from === undefined ? "-1" : "6",
  cidr,
  ...(from === undefined ? {} : { fromPort: from }),
  ...(to === undefined ? {} : { toPort: to }),
});
const acl = (...entries: NetworkAclEntry[]): NetworkAcl => ({ id: "acl-1", isDefault: false, subnetIds: ["subnet-1"], entries });
const answers = rule(100, "egress", "allow", "0.0.0.0/0", 1024, 65535);
const https = { protocol: "tcp", from: 443, to: 443 } as const;

describe("who opens a connection through a network ACL", () => {
  it.each<[string, NetworkAclEntry[], string[]]>([
    ["nobody: no rule matches, which denies", [answers], []],
    [
      "everyone: all traffic allowed both ways",
      [rule(100, "ingress", "allow", "0.0.0.0/0"), rule(100, "egress", "allow", "0.0.0.0/0")],
      ["0.0.0.0/0"],
    ],
    [
      "nobody: the first rule decides, an allow after a deny is too late",
      [rule(90, "ingress", "deny", "0.0.0.0/0", 443), rule(100, "ingress", "allow", "0.0.0.0/0"), answers],
      [],
    ],
    [
      "everyone: a deny after an allow is too late",
      [rule(100, "ingress", "allow", "0.0.0.0/0"), rule(110, "ingress", "deny", "0.0.0.0/0", 443), answers],
      ["0.0.0.0/0"],
    ],
    [
      "everyone: numbers order the rules, not their place in the list",
      [rule(110, "ingress", "deny", "0.0.0.0/0", 443), rule(100, "ingress", "allow", "0.0.0.0/0"), answers],
      ["0.0.0.0/0"],
    ],
    [
      "all but one half: a deny of the other half comes first",
      [rule(90, "ingress", "deny", "128.0.0.0/1"), rule(100, "ingress", "allow", "0.0.0.0/0"), answers],
      ["0.0.0.0/1"],
    ],
    ["nobody: the answer finds no way out, as the ACL remembers no connection", [rule(100, "ingress", "allow", "0.0.0.0/0")], []],
    ["nobody: a rule for another port", [rule(100, "ingress", "allow", "0.0.0.0/0", 80), answers], []],
    ["nobody by IPv6: an IPv4 rule says nothing of it", [rule(100, "ingress", "allow", "10.0.0.0/8"), answers], ["10.0.0.0/8"]],
    ["IPv6 alone: its rules are numbered apart", [rule(101, "ingress", "allow", "::/0"), rule(101, "egress", "allow", "::/0")], ["::/0"]],
    [
      "one source: the answer may go back to it alone",
      [rule(100, "ingress", "allow", "0.0.0.0/0"), rule(100, "egress", "allow", "203.0.113.9/32", 1024, 65535)],
      ["203.0.113.9/32"],
    ],
    [
      "everyone: a rule for every protocol is for every port, whatever ports it carries",
      [{ ...rule(100, "ingress", "allow", "0.0.0.0/0", 80), protocol: "-1" }, answers],
      ["0.0.0.0/0"],
    ],
    [
      "nobody: such a rule denies every port as well",
      [{ ...rule(90, "ingress", "deny", "0.0.0.0/0", 80), protocol: "-1" }, rule(100, "ingress", "allow", "0.0.0.0/0"), answers],
      [],
    ],
    [
      "everyone: a rule for TCP without ports is for all of them",
      [{ ...rule(100, "ingress", "allow", "0.0.0.0/0"), protocol: "6" }, answers],
      ["0.0.0.0/0"],
    ],
    ["everyone: port -1 is every port", [rule(100, "ingress", "allow", "0.0.0.0/0", -1), answers], ["0.0.0.0/0"]],
    ["nobody: a rule for UDP says nothing of TCP", [{ ...rule(100, "ingress", "allow", "0.0.0.0/0", 443), protocol: "17" }, answers], []],
    ["nobody: a rule for ICMP says nothing of TCP", [{ ...rule(100, "ingress", "allow", "0.0.0.0/0"), protocol: "1" }, answers], []],
    [
      "nobody: the answer may go out by UDP alone",
      [rule(100, "ingress", "allow", "0.0.0.0/0"), { ...rule(100, "egress", "allow", "0.0.0.0/0", 1024, 65535), protocol: "17" }],
      [],
    ],
    ["nobody: the last deny, which EC2 lists with a number as well", [rule(32767, "ingress", "deny", "0.0.0.0/0"), answers], []],
    [
      "IPv6 alone: a deny of IPv4 comes first and says nothing of it",
      [
        rule(90, "ingress", "deny", "0.0.0.0/0"),
        rule(100, "ingress", "allow", "0.0.0.0/0"),
        rule(101, "ingress", "allow", "::/0"),
        rule(100, "egress", "allow", "::/0"),
        answers,
      ],
      ["::/0"],
    ],
  ])("%s", (_rule, entries, sources) => {
    const admitted = parseFilterCidrs(sources);
    expect(admittedByAcl(acl(...entries), https)).toEqual({ atLeast: admitted, atMost: admitted });
  });

  it.each<[string, "tcp" | "udp" | "sctp", NetworkAclEntry[], string[]]>([
    ["everyone: the last port of the range", "tcp", [rule(100, "ingress", "allow", "0.0.0.0/0", 443)], ["0.0.0.0/0"]],
    ["everyone: the first port of the range", "tcp", [rule(100, "ingress", "allow", "0.0.0.0/0", 1, 400)], ["0.0.0.0/0"]],
    [
      "everyone: one port behind those that are denied",
      "tcp",
      [rule(90, "ingress", "deny", "0.0.0.0/0", 400, 442), rule(100, "ingress", "allow", "0.0.0.0/0")],
      ["0.0.0.0/0"],
    ],
    [
      "nobody: each port is denied by one rule or another",
      "tcp",
      [
        rule(80, "ingress", "deny", "0.0.0.0/0", 400, 420),
        rule(90, "ingress", "deny", "0.0.0.0/0", 421, 443),
        rule(100, "ingress", "allow", "0.0.0.0/0"),
      ],
      [],
    ],
    [
      "both halves, by different ports of it",
      "tcp",
      [rule(80, "ingress", "allow", "0.0.0.0/1", 410), rule(90, "ingress", "allow", "128.0.0.0/1", 430)],
      ["0.0.0.0/0"],
    ],
    ["nobody: UDP has ports as well", "udp", [{ ...rule(100, "ingress", "allow", "0.0.0.0/0", 444), protocol: "17" }], []],
    ["everyone: UDP", "udp", [{ ...rule(100, "ingress", "allow", "0.0.0.0/0", 443), protocol: "17" }], ["0.0.0.0/0"]],
    [
      "everyone: a rule for SCTP is for every port, whatever ports it carries",
      "sctp",
      [{ ...rule(100, "ingress", "allow", "0.0.0.0/0", 1), protocol: "132" }],
      ["0.0.0.0/0"],
    ],
  ])("of ports 400 to 443, %s", (_rule, protocol, entries, sources) => {
    const out = rule(100, "egress", "allow", "0.0.0.0/0");
    const { atLeast, atMost } = admittedByAcl(acl(...entries, out), { protocol, from: 400, to: 443 });
    expect([atLeast, atMost]).toEqual([sources, sources].map(parseFilterCidrs));
  });

  const all = rule(100, "ingress", "allow", "0.0.0.0/0");
  it.each<[string, NetworkAclEntry[], string[], string[]]>([
    [
      "a client that calls from port 443: answers go out to it alone",
      [all, rule(100, "egress", "allow", "0.0.0.0/0", 443)],
      [],
      ["0.0.0.0/0"],
    ],
    [
      "such a client from anywhere, others from one place",
      [all, rule(100, "egress", "allow", "203.0.113.9/32", 1024, 65535), rule(110, "egress", "allow", "0.0.0.0/0", 1, 1023)],
      ["203.0.113.9/32"],
      ["0.0.0.0/0"],
    ],
    ["nobody: answers to port 0 are nobody's", [all, rule(100, "egress", "allow", "0.0.0.0/0", 0)], [], []],
    ["nobody: one denied first", [all, rule(90, "egress", "deny", "0.0.0.0/0"), rule(100, "egress", "allow", "0.0.0.0/0", 443)], [], []],
  ])("%s", (_rule, entries, atLeast, atMost) => {
    const admitted = admittedByAcl(acl(...entries), https);
    expect([admitted.atLeast, admitted.atMost]).toEqual([atLeast, atMost].map(parseFilterCidrs));
    expect(admitted.doubt?.message).toBe(
      atMost.length > atLeast.length || atMost.join() !== atLeast.join()
        ? "Network ACL acl-1 lets answers out to ports below 1024 alone, which only a client that chooses its port calls from."
        : undefined,
    );
  });
});

it("agrees with a packet that walks the rules one by one", () => {
  const cidr = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([base, length]) => `${base}/${length}`);
  const port = fc.integer({ min: 1, max: 5 }).map((n) => 440 + n);
  const entry = fc.record({
    number: fc.integer({ min: 1, max: 99 }),
    action: fc.constantFrom("allow" as const, "deny" as const),
    cidr,
    port: fc.option(port, { nil: undefined }),
  });
  const unique = fc.uniqueArray(entry, { maxLength: 6, selector: ({ number }) => number });
  fc.assert(
    fc.property(unique, fc.ipV4(), (rules, source) => {
      const toBits = (address: string) => address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
      const matches = (block: string) => {
        const [base = "", length = ""] = block.split("/");
        const size = 2 ** (32 - Number(length));
        return Math.floor(toBits(base) / size) === Math.floor(toBits(source) / size);
      };
      const first = [...rules]
        .sort((a, b) => a.number - b.number)
        .find((one) => (one.port === undefined || one.port === 443) && matches(one.cidr));
      const entries = rules.map((one) => rule(one.number, "ingress", one.action, one.cidr, one.port));
      expect(holds(admittedByAcl(acl(...entries, answers), https).atMost, source)).toBe(first?.action === "allow");
    }),
  );
});
