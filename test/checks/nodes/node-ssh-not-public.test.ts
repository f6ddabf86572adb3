import { describe, expect, it } from "vitest";
import { nodeSshNotPublic } from "../../../core/checks/nodes/node-ssh-not-public.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { NetworkInterface } from "../../../core/model/vpc.ts";
import { aCluster, aRule, aSecurityGroup, judged, withSettings } from "../../support/cluster.ts";
import { anInterface, nodeOf } from "../../support/nodes.ts";
import { anAcl, anAclEntry, aRouteTable, aWay, groups, publicly } from "../../support/way.ts";
import { findings, told } from "./told.ts";

const check = nodeSshNotPublic;
const forbidden = unknown("forbidden", "No access.");
const web = (rest: Partial<NetworkInterface> = {}) => anInterface("i-1", { ...publicly, groupIds: ["sg-open"], ...rest });
const admitting = (port: number, ...cidrs: readonly string[]) => ({
  securityGroups: known([...groups, aSecurityGroup("sg-1", [aRule({ protocol: "tcp", fromPort: port, toPort: port, cidrs })])]),
});
const of = (...groupIds: readonly string[]) => web({ groupIds });

describe("verdict", () => {
  it.each<[string, readonly NetworkInterface[], Partial<ClusterFacts>, string]>([
    ["fail: 22 open to the internet", [of("sg-1")], admitting(22, "0.0.0.0/0"), "fail"],
    ["fail: 3389 open to the internet", [of("sg-1")], admitting(3389, "0.0.0.0/0"), "fail"],
    ["fail: open to the two halves of the internet", [of("sg-1")], admitting(22, "0.0.0.0/1", "128.0.0.0/1"), "fail"],
    ["fail: all protocols open", [web()], {}, "fail"],
    ["fail: by IPv6", [web({ publicIpv4: [], ipv6: ["2600:1f18::7"] })], {}, "fail"],
    ["pass: another port open", [of("sg-1")], admitting(443, "0.0.0.0/0"), "pass"],
    ["pass: one office admitted", [of("sg-office")], {}, "pass"],
    ["unknown: no group at all, which EC2 does not have", [of()], {}, "unknown"],
    ["pass: no public address", [anInterface("i-1", { groupIds: ["sg-open"] })], {}, "pass"],
    ["pass: no route to an internet gateway", [web()], { routeTables: known([aRouteTable(["0.0.0.0/0", "nat-0a1"])]) }, "pass"],
    ["pass: Block Public Access", [web()], { blockPublicAccess: known({ mode: "block-ingress", exclusions: [] }) }, "pass"],
    [
      "pass: a network ACL denies the port before it allows all",
      [of("sg-1")],
      {
        ...admitting(22, "0.0.0.0/0"),
        networkAcls: known([
          anAcl(
            anAclEntry({ number: 90, action: "deny", protocol: "6", fromPort: 22, toPort: 22 }),
            anAclEntry(),
            anAclEntry({ direction: "egress" }),
          ),
        ]),
      },
      "pass",
    ],
    ["pass: a network ACL lets no answer out", [web()], { networkAcls: known([anAcl(anAclEntry())]) }, "pass"],
    [
      "unknown: a network ACL lets answers out to port 443 alone, from which a client may call on purpose",
      [web()],
      { networkAcls: known([anAcl(anAclEntry(), anAclEntry({ direction: "egress", protocol: "6", fromPort: 443, toPort: 443 }))]) },
      "unknown",
    ],
    [
      "fail: network ACLs and Block Public Access not read could only narrow",
      [web()],
      { networkAcls: forbidden, blockPublicAccess: forbidden },
      "fail",
    ],
    ["unknown: routes not read", [web()], { routeTables: forbidden }, "unknown"],
    ["unknown: security groups not read", [web()], { securityGroups: forbidden }, "unknown"],
    ["unknown: one group is not among those read", [of("sg-office", "sg-gone")], {}, "unknown"],
    ["fail: one group open, another not among those read", [of("sg-open", "sg-gone")], {}, "fail"],
    ["unknown: interfaces not read", [web()], { networkInterfaces: forbidden }, "unknown"],
    [
      "pass: no public address, whatever else was not read",
      [anInterface("i-1")],
      { routeTables: forbidden, securityGroups: forbidden },
      "pass",
    ],
    ["fail: the second interface is open", [of("sg-own"), web({ id: "eni-2" })], {}, "fail"],
    [
      "fail: the second interface alone has a public address, of the same subnet and groups",
      [web({ publicIpv4: [] }), web({ id: "eni-2" })],
      {},
      "fail",
    ],
    [
      "fail: the second interface alone has global IPv6, of the same subnet and groups",
      [web({ publicIpv4: [] }), web({ id: "eni-2", publicIpv4: [], ipv6: ["fd00::7", "2600:1f18::7"] })],
      {},
      "fail",
    ],
    ["fail: the second interface is open, the first one's group not read", [of("sg-gone"), web({ id: "eni-2" })], {}, "fail"],
    ["fail: the second node of the pool", [of("sg-own"), anInterface("i-2", { ...publicly, groupIds: ["sg-open"] })], {}, "fail"],
  ])("%s", (_rule, interfaces, rest, expected) => {
    expect(told(check, aWay(interfaces, rest))).toEqual([`NodeGroup web: ${expected}`]);
  });
});

it("counts sources by the limits of the configuration", () => {
  const cluster = aCluster(aWay([of("sg-1")], admitting(22, "8.0.0.0/9")));
  const statuses = (ipv4Prefix: number) =>
    judged(check, cluster, withSettings({ internet: { ipv4Prefix } })).flatMap(({ resource, status }) =>
      resource.name === "web" ? status : [],
    );
  expect([statuses(8), statuses(9), statuses(10)]).toEqual([["pass"], ["pass"], ["fail"]]);
});

it("shows the interface, the ports, the sources and what was not read", () => {
  const [finding] = findings(check, aWay([of("sg-1")], { ...admitting(22, "0.0.0.0/0"), networkAcls: forbidden }));
  expect(finding?.message).toContain(
    "NodeGroup web has 1 of 1 nodes whose SSH or RDP port the internet reaches, such as node-of-i-1: eni-i-1 is open on TCP 22 to ",
  );
  expect(finding?.evidence).toMatchObject({
    witness: "node-of-i-1",
    networkInterface: "eni-i-1",
    addresses: ["198.51.100.7"],
    securityGroups: ["sg-1"],
    ports: "TCP 22",
    notRead: ["network ACL"],
  });
});

it("shows on a pass what keeps the internet out, and public sources that get in", () => {
  const open = findings(check, aWay([of("sg-office"), anInterface("i-2", { groupIds: ["sg-open"] })]));
  expect(open[0]?.evidence).toEqual({
    nodes: ["node-of-i-1", "node-of-i-2"],
    keptOutBy: ["narrow sources", "no public address"],
    publicSources: ["8.8.8.0/24"],
  });
});

it("fails thousands of nodes as one pool, with evidence that stays small", () => {
  const interfaces = Array.from({ length: 1000 }, (_, i) => anInterface(`i-${i}`, { ...publicly, groupIds: ["sg-open"] }));
  const facts = aWay(interfaces, { nodes: known(interfaces.map(({ instanceId = "" }) => nodeOf(instanceId))) });
  const all = findings(check, facts);
  expect(
    all.filter(({ status }) => status === "fail").map(({ resource, evidence }) => [resource.name, JSON.stringify(evidence).length < 2000]),
  ).toEqual([["web", true]]);
});

it.each<[string, string, Partial<ClusterFacts>, readonly string[] | undefined]>([
  [
    "the rule about the port is revoked, for the internet alone",
    "sg-1",
    admitting(22, "0.0.0.0/0", "203.0.113.0/24"),
    [
      `aws ec2 revoke-security-group-ingress --group-id sg-1 --region eu-west-1 --ip-permissions '[{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]'`,
    ],
  ],
  ["no command takes away a rule about more ports, which others may need", "sg-open", {}, undefined],
])("what to do: %s", (_rule, group, rest, commands) => {
  const [fail] = findings(check, aWay([of(group)], rest)).filter(({ status }) => status === "fail");
  expect(fail?.remediation?.commands).toEqual(commands);
});
