import { expect, it } from "vitest";
import { endpointSecurityGroupsRestrictAccess } from "../../../core/checks/endpoint/endpoint-security-groups-restrict-access.ts";
import type { SecurityGroupRule } from "../../../core/model/aws.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { NetworkInterface } from "../../../core/model/vpc.ts";
import { aCluster, aNetwork, aRule, aSecurityGroup, judged, withSettings } from "../../support/cluster.ts";

const denied = unknown("forbidden", "Denied.");
const aControlPlane = (groupIds: readonly string[], rest: Partial<NetworkInterface> = {}): NetworkInterface => ({
  id: "eni-0a1",
  subnetId: "subnet-0a1",
  groupIds,
  privateIpv4: ["10.0.0.7"],
  publicIpv4: [],
  ipv6: [],
  type: "interface",
  description: "Amazon EKS prod",
  ...rest,
});
const others = [
  aControlPlane(["sg-wide"], { id: "eni-0b1", description: "Amazon EKS prod-2" }),
  aControlPlane(["sg-wide"], { id: "eni-0b2", description: "amazon eks prod" }),
  aControlPlane(["sg-wide"], { id: "eni-0b3", description: "aws-K8S-i-0123456789abcdef0" }),
];
const tcp = (from: number, to: number, ...cidrs: readonly string[]): SecurityGroupRule =>
  aRule({ protocol: "tcp", fromPort: from, toPort: to, cidrs });
const own = aSecurityGroup("sg-own", [aRule({ groupIds: ["sg-own"] })]);
const wide = aSecurityGroup("sg-wide", [aRule({ cidrs: ["0.0.0.0/0"] })]);

/** A cluster whose control plane carries its own group and one with these rules, beside interfaces that are not its own. */
const facts = (rules: readonly SecurityGroupRule[], rest: Partial<ClusterFacts> = {}): Partial<ClusterFacts> => ({
  network: known(
    aNetwork({
      clusterSecurityGroupId: "sg-own",
      securityGroupIds: ["sg-extra"],
      remoteNodeNetworks: ["172.16.0.0/24"],
      remotePodNetworks: ["172.16.1.0/24"],
    }),
  ),
  networkInterfaces: known([...others, aControlPlane(["sg-own", "sg-extra"])]),
  vpc: known({ id: "vpc-0a1", cidrs: ["10.0.0.0/16", "100.64.0.0/16", "2001:db8:1::/56"] }),
  securityGroups: known([own, wide, aSecurityGroup("sg-extra", rules)]),
  prefixLists: known([
    { id: "pl-near", cidrs: known(["10.0.4.0/24"]) },
    { id: "pl-far", cidrs: known(["10.0.4.0/24", "10.9.0.0/16"]) },
    { id: "pl-unread", cidrs: denied },
  ]),
  ...rest,
});
const settings = withSettings({ trustedCidrs: ["203.0.113.0/25", "203.0.113.128/25"] });
const judge = (given: Partial<ClusterFacts>) => judged(endpointSecurityGroupsRestrictAccess, aCluster(given), settings);

it.each([
  ["pass: members of its own group alone", []],
  ["pass: the VPC, in pieces and of both families", [tcp(443, 443, "10.0.0.0/17", "10.0.128.0/17", "2001:db8:1::/56")]],
  ["pass: a second range of the VPC", [tcp(443, 443, "100.64.0.0/16")]],
  ["pass: remote nodes and pods, together", [tcp(443, 443, "172.16.0.0/23")]],
  ["pass: trusted by two halves", [tcp(443, 443, "203.0.113.0/24")]],
  ["pass: strangers on other ports", [tcp(22, 442, "0.0.0.0/0"), tcp(444, 65535, "0.0.0.0/0")]],
  [
    "pass: strangers by UDP and ICMP",
    [aRule({ protocol: "udp", cidrs: ["0.0.0.0/0"] }), aRule({ protocol: "icmp", fromPort: 443, cidrs: ["0.0.0.0/0"] })],
  ],
  ["pass: a prefix list within the VPC", [aRule({ prefixListIds: ["pl-near"] })]],
  ["pass: members of a group of the VPC, whoever that admits", [aRule({ groupIds: ["sg-wide"] })]],
] as const)("%s", (_rule, rules) => {
  expect(judge(facts(rules))).toMatchObject([
    { status: "pass", evidence: { securityGroupIds: ["sg-extra", "sg-own"], seenOn: ["eni-0a1"] } },
  ]);
});

it.each([
  ["fail: the internet", [tcp(443, 443, "0.0.0.0/0")]],
  ["fail: the internet over IPv6", [tcp(443, 443, "::/0")]],
  ["fail: a stranger beside the VPC", [tcp(443, 443, "10.0.0.0/16", "198.51.100.7/32")]],
  ["fail: one bit wider than the VPC", [tcp(443, 443, "10.0.0.0/15")]],
  ["fail: the documentation's 10.0.0.0/8", [tcp(443, 443, "10.0.0.0/8")]],
  ["fail: a range of ports around 443", [tcp(0, 65535, "10.9.0.0/16")]],
  ["fail: every protocol", [aRule({ cidrs: ["10.9.0.0/16"] })]],
  ["fail: protocol number 6", [aRule({ protocol: "6", fromPort: 443, toPort: 443, cidrs: ["10.9.0.0/16"] })]],
  ["fail: a prefix list beyond the VPC", [aRule({ prefixListIds: ["pl-far"] })]],
  ["fail: proven, whatever an unread prefix list holds", [aRule({ prefixListIds: ["pl-unread"], cidrs: ["10.9.0.0/16"] })]],
  ["fail: proven, whoever a foreign group's members are", [aRule({ groupIds: ["sg-peer"], cidrs: ["10.9.0.0/16"] })]],
] as const)("%s", (_rule, rules) => {
  expect(judge(facts(rules))).toMatchObject([{ status: "fail", severity: "medium" }]);
});

it.each([
  ["unknown: a prefix list that was not read", facts([aRule({ prefixListIds: ["pl-unread"] })]), "forbidden"],
  ["unknown: members of a group of a peered VPC", facts([aRule({ groupIds: ["sg-peer"] })]), "not-found"],
  [
    "unknown: a group on an interface that is none of the VPC's",
    facts([], { networkInterfaces: known([aControlPlane(["sg-own", "sg-peer"])]) }),
    "not-found",
  ],
  ["unknown: security groups could not be read", facts([], { securityGroups: denied }), "forbidden"],
  [
    "unknown: the VPC's ranges could not be read, and a range may be its own",
    facts([tcp(443, 443, "10.0.0.0/16")], { vpc: denied }),
    "forbidden",
  ],
  ["unknown: DescribeCluster was refused", facts([], { network: denied }), "forbidden"],
  ["unknown: no group is seen anywhere", facts([], { network: known(aNetwork()), networkInterfaces: known(others) }), "not-found"],
] as const)("%s", (_rule, given, code) => {
  expect(judge(given)).toMatchObject([{ status: "unknown", reason: { code } }]);
});

it.each([
  ["fail: the VPC's ranges were not read, but no VPC is that large", [tcp(443, 443, "10.0.0.0/8")], "fail"],
  ["fail: nor in IPv6", [tcp(443, 443, "2001:db8::/32")], "fail"],
  ["pass: the VPC's ranges were not read, and none is needed", [tcp(443, 443, "203.0.113.7/32")], "pass"],
] as const)("%s", (_rule, rules, status) => {
  expect(judge(facts(rules, { vpc: denied }))).toMatchObject([{ status }]);
});

const stranger = [tcp(443, 443, "10.9.0.0/16")];
it.each([
  ["fail: interfaces were not read, the groups of DescribeCluster are judged", stranger, denied, "fail", "Denied."],
  ["pass: interfaces were not read, the groups of DescribeCluster are judged", [], denied, "pass", "Denied."],
  [
    "fail: no interface is the control plane's",
    stranger,
    known(others),
    "fail",
    'No network interface of the VPC is described as "Amazon EKS prod".',
  ],
  [
    "pass: no interface is the control plane's",
    [],
    known(others),
    "pass",
    'No network interface of the VPC is described as "Amazon EKS prod".',
  ],
] as const)("%s", (_rule, rules, networkInterfaces, status, interfacesUnseen) => {
  expect(judge(facts(rules, { networkInterfaces }))).toMatchObject([
    { status, evidence: { securityGroupIds: ["sg-extra", "sg-own"], seenOn: "eks:DescribeCluster", interfacesUnseen } },
  ]);
});

it("fail: any of the control plane's interfaces", () => {
  const networkInterfaces = known([aControlPlane(["sg-own"]), aControlPlane(["sg-wide"], { id: "eni-0a2" })]);
  expect(judge(facts([], { networkInterfaces }))).toMatchObject([{ status: "fail", evidence: { seenOn: ["eni-0a1", "eni-0a2"] } }]);
});

it("pass: what the interfaces carry, whatever DescribeCluster names", () => {
  expect(judge(facts(stranger, { networkInterfaces: known([aControlPlane(["sg-own"])]) }))).toMatchObject([{ status: "pass" }]);
});

it("the remedy takes from each rule just the ranges that are too wide", () => {
  const rules = [
    tcp(443, 443, "10.0.0.0/16", "10.9.0.0/16", "2001:db8:2::/56"),
    tcp(80, 80, "0.0.0.0/0"),
    aRule({ prefixListIds: ["pl-near", "pl-far", "pl-unread"] }),
  ];
  const [finding] = judge(facts(rules));
  const revoke = "aws ec2 revoke-security-group-ingress --group-id sg-extra --region eu-west-1 --ip-permissions";
  expect(finding?.remediation?.commands).toEqual([
    `${revoke} '[{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"IpRanges":[{"CidrIp":"10.9.0.0/16"}],"Ipv6Ranges":[{"CidrIpv6":"2001:db8:2::/56"}]}]'`,
    `${revoke} '[{"IpProtocol":"-1","PrefixListIds":[{"PrefixListId":"pl-far"}]}]'`,
  ]);
  expect(finding?.evidence).toMatchObject({ outside: ["10.9.0.0/16", "2001:db8:2::/56"] });
});
