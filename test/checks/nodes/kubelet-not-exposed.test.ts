import { describe, expect, it } from "vitest";
import { kubeletNotExposed } from "../../../core/checks/nodes/kubelet-not-exposed.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { NetworkInterface } from "../../../core/model/vpc.ts";
import { aNetwork, aRule, aSecurityGroup } from "../../support/cluster.ts";
import { anInterface } from "../../support/nodes.ts";
import { anAcl, anAclEntry, aWay, groups } from "../../support/way.ts";
import { findings, told } from "./told.ts";

const check = kubeletNotExposed;
const forbidden = unknown("forbidden", "No access.");
const of = (...groupIds: readonly string[]) => [anInterface("i-1", { groupIds })];
const admitting = (rest: Parameters<typeof aRule>[0]) => ({
  securityGroups: known([...groups, aSecurityGroup("sg-1", [aRule({ protocol: "tcp", fromPort: 10_250, toPort: 10_250, ...rest })])]),
});
const vpcAcl = known([anAcl(anAclEntry({ cidr: "10.0.0.0/8" }), anAclEntry({ direction: "egress" }))]);
const vpcOnlyAcl = known([anAcl(anAclEntry({ cidr: "10.0.0.0/16" }), anAclEntry({ direction: "egress" }))]);

describe("verdict", () => {
  it.each<[string, readonly NetworkInterface[], Partial<ClusterFacts>, string]>([
    ["pass: the cluster's own group alone", of("sg-own"), {}, "pass"],
    ["pass: the VPC's range", of("sg-vpc"), {}, "pass"],
    ["pass: any group of the VPC, whose members have its addresses", of("sg-1"), admitting({ groupIds: ["sg-office"] }), "pass"],
    [
      "pass: a second range of the VPC",
      of("sg-1"),
      { ...admitting({ cidrs: ["100.64.0.0/16"] }), vpc: known({ id: "vpc-0a1", cidrs: ["10.0.0.0/16", "100.64.0.0/16"] }) },
      "pass",
    ],
    ["pass: another port", of("sg-1"), admitting({ fromPort: 443, toPort: 10_249, cidrs: ["0.0.0.0/0"] }), "pass"],
    ["fail: the internet, though the node is private", of("sg-open"), {}, "fail"],
    ["fail: one office", of("sg-office"), {}, "fail"],
    ["fail: a private range wider than the VPC", of("sg-1"), admitting({ cidrs: ["10.0.0.0/8"] }), "fail"],
    ["fail: a peer's private range", of("sg-1"), admitting({ cidrs: ["10.1.0.0/16"] }), "fail"],
    ["fail: the read-only port alone", of("sg-1"), admitting({ fromPort: 10_255, toPort: 10_255, cidrs: ["203.0.113.0/24"] }), "fail"],
    ["fail: IPv6 alone", of("sg-1"), admitting({ cidrs: ["::/0"] }), "fail"],
    [
      "fail: by the entries of a prefix list",
      of("sg-1"),
      { ...admitting({ prefixListIds: ["pl-1"] }), prefixLists: known([{ id: "pl-1", cidrs: known(["203.0.113.0/24"]) }]) },
      "fail",
    ],
    ["unknown: a prefix list not read", of("sg-1"), { ...admitting({ prefixListIds: ["pl-1"] }), prefixLists: forbidden }, "unknown"],
    [
      "fail: remote node networks are outside the VPC",
      of("sg-1"),
      { ...admitting({ cidrs: ["192.168.0.0/16"] }), network: known(aNetwork({ remoteNodeNetworks: ["192.168.0.0/16"] })) },
      "fail",
    ],
    ["fail: a network ACL that admits more than the VPC", of("sg-open"), { networkAcls: vpcAcl }, "fail"],
    ["pass: a network ACL that admits the VPC alone", of("sg-open"), { networkAcls: vpcOnlyAcl }, "pass"],
    [
      "unknown: a network ACL that answers to port 443 alone, from which a client may call on purpose",
      of("sg-open"),
      { networkAcls: known([anAcl(anAclEntry(), anAclEntry({ direction: "egress", protocol: "6", fromPort: 443, toPort: 443 }))]) },
      "unknown",
    ],
    [
      "pass: such a network ACL before a group that admits the VPC alone",
      of("sg-vpc"),
      { networkAcls: known([anAcl(anAclEntry(), anAclEntry({ direction: "egress", protocol: "6", fromPort: 443, toPort: 443 }))]) },
      "pass",
    ],
    ["fail: network ACLs not read could only narrow", of("sg-open"), { networkAcls: forbidden }, "fail"],
    ["unknown: security groups not read", of("sg-own"), { securityGroups: forbidden }, "unknown"],
    [
      "pass: security groups not read behind a network ACL that admits the VPC alone",
      of("sg-own"),
      { securityGroups: forbidden, networkAcls: vpcOnlyAcl },
      "pass",
    ],
    ["unknown: a group of another VPC", of("sg-1"), admitting({ groupIds: ["sg-peer"] }), "unknown"],
    ["fail: the internet, whatever the VPC's ranges are", of("sg-open"), { vpc: forbidden }, "fail"],
    ["unknown: a range that may be the VPC's, which was not read", of("sg-vpc"), { vpc: forbidden }, "unknown"],
    ["pass: no range at all, the VPC not read", of("sg-own"), { vpc: forbidden }, "pass"],
    ["unknown: interfaces not read", of("sg-own"), { networkInterfaces: forbidden }, "unknown"],
    [
      "fail: the second interface, the first one's group not read",
      [...of("sg-gone"), anInterface("i-1", { id: "eni-2", groupIds: ["sg-open"] })],
      {},
      "fail",
    ],
  ])("%s", (_rule, interfaces, rest, expected) => {
    expect(told(check, aWay(interfaces, rest))).toEqual([`NodeGroup web: ${expected}`]);
  });
});

it("names the sources, those of remote networks apart", () => {
  const network = known(aNetwork({ remotePodNetworks: ["192.168.0.0/16"] }));
  const [finding] = findings(
    check,
    aWay(of("sg-1"), { ...admitting({ cidrs: ["192.168.7.0/24", "203.0.113.0/24"] }), network, networkAcls: forbidden }),
  );
  expect([finding?.message, finding?.evidence]).toEqual([
    "NodeGroup web has 1 of 1 nodes whose kubelet is open to addresses outside the VPC, such as node-of-i-1: eni-i-1 admits 192.168.7.0/24, 203.0.113.0/24 to TCP 10250.",
    {
      failing: ["node-of-i-1"],
      witness: "node-of-i-1",
      networkInterface: "eni-i-1",
      subnetId: "subnet-0a1",
      securityGroups: ["sg-1"],
      ports: [10_250],
      sources: ["192.168.7.0/24", "203.0.113.0/24"],
      ofRemoteNetworks: ["192.168.7.0/24"],
      notRead: ["network ACL"],
    },
  ]);
});

it("what to do: revoke what a rule about the port admits from outside the VPC", () => {
  const rest = admitting({ cidrs: ["203.0.113.0/24", "10.0.0.0/24", "2001:db8::/32"] });
  const [fail] = findings(check, aWay(of("sg-1"), rest)).filter(({ status }) => status === "fail");
  expect(fail?.remediation?.commands).toEqual([
    `aws ec2 revoke-security-group-ingress --group-id sg-1 --region eu-west-1 --ip-permissions '[{"IpProtocol":"tcp","FromPort":10250,"ToPort":10250,"IpRanges":[{"CidrIp":"203.0.113.0/24"}],"Ipv6Ranges":[{"CidrIpv6":"2001:db8::/32"}]}]'`,
  ]);
  const [unsure] = findings(check, aWay(of("sg-open"), { vpc: forbidden })).filter(({ status }) => status === "fail");
  expect(unsure?.remediation?.commands).toBeUndefined();
});
