/** Words that the APIs of AWS do not have today: what carries one is not known, and never reads as what it was before. */
import { afterEach, beforeAll, expect, it } from "vitest";
import { collectCluster } from "../../core/collect/cluster.ts";
import type { FactName } from "../../core/model/check.ts";
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known } from "../../core/model/fact.ts";
import { arrivalOf } from "../../core/net/load-balancer/arrival.ts";
import { listenersReached } from "../../core/net/load-balancer/exposure.ts";
import { indexSubnets } from "../../core/net/reach/subnet.ts";
import { indexGroups } from "../../core/net/security-group.ts";
import type { Sandbox } from "../../sandbox/start.ts";
import { aLoadBalancer, aRule, aSecurityGroup } from "../support/cluster.ts";
import { anOpenNetwork } from "../support/network.ts";
import { home, member, portsTo, soon, stateOf, withRegion } from "./aws-bed.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await withRegion({
    vpcs: [{ id: "vpc-a", subnets: [{ id: "subnet-a", cidr: "10.0.0.0/24" }] }],
    blockPublicAccess: { mode: "block-ingress" },
    clusters: [
      { name: "prod", reachable: false, vpc: "vpc-a" },
      { name: "both", reachable: false, vpc: "vpc-a", describe: { kubernetesNetworkConfig: { ipFamily: "dualstack" } } },
    ],
  });
});
afterEach(() => sandbox.faults.clear());
const read = async (fact: FactName, cluster = "prod"): Promise<ClusterFacts> =>
  (await collectCluster({ account: member, region: home, name: cluster }, new Set<FactName>([fact, "network"]), portsTo(sandbox), soon()))
    .facts;

const result = (operation: string, content: string) =>
  `<${operation}Response xmlns="x"><${operation}Result>${content}</${operation}Result></${operation}Response>`;
const balancer = (type: string, scheme: string, code: string, addresses: string): string =>
  result(
    "DescribeLoadBalancers",
    `<LoadBalancers><member><LoadBalancerArn>arn:one</LoadBalancerArn><LoadBalancerName>one</LoadBalancerName><DNSName>one.example</DNSName><AvailabilityZones><member><SubnetId>subnet-a</SubnetId></member></AvailabilityZones><VpcId>vpc-a</VpcId><Type>${type}</Type><Scheme>${scheme}</Scheme><State><Code>${code}</Code></State><IpAddressType>${addresses}</IpAddressType></member></LoadBalancers>`,
  );
const acl = (action: string): string =>
  `<a><networkAclSet><item><networkAclId>acl-1</networkAclId><default>true</default><associationSet/><entrySet><item><ruleNumber>100</ruleNumber><egress>false</egress><ruleAction>${action}</ruleAction><protocol>-1</protocol><cidrBlock>0.0.0.0/0</cidrBlock></item></entrySet></item></networkAclSet></a>`;
const v2 = "elasticloadbalancingv2";

it.each<[string, FactName, string, string, string?]>([
  ["a type of load balancer", "loadBalancers", "DescribeLoadBalancers", balancer("envoy", "internal", "active", "ipv4"), v2],
  ["a scheme", "loadBalancers", "DescribeLoadBalancers", balancer("network", "regional", "active", "ipv4"), v2],
  ["a state of a load balancer", "loadBalancers", "DescribeLoadBalancers", balancer("network", "internal", "dormant", "ipv4"), v2],
  ["a family of addresses", "loadBalancers", "DescribeLoadBalancers", balancer("network", "internal", "active", "ipv6"), v2],
  [
    "a type of target",
    "targetGroups",
    "DescribeTargetGroups",
    result(
      "DescribeTargetGroups",
      "<TargetGroups><member><TargetGroupArn>arn:g</TargetGroupArn><TargetGroupName>g</TargetGroupName><Protocol>TCP</Protocol><Port>80</Port><VpcId>vpc-a</VpcId><TargetType>pod</TargetType><LoadBalancerArns/></member></TargetGroups>",
    ),
  ],
  ["an action of a network ACL", "networkAcls", "DescribeNetworkAcls", acl("inspect")],
  [
    "a mode of Block Public Access",
    "blockPublicAccess",
    "DescribeVpcBlockPublicAccessOptions",
    "<a><vpcBlockPublicAccessOptions><internetGatewayBlockMode>block-egress</internetGatewayBlockMode><state>update-complete</state></vpcBlockPublicAccessOptions></a>",
  ],
  [
    "a mode of an exclusion from it",
    "blockPublicAccess",
    "DescribeVpcBlockPublicAccessExclusions",
    "<a><vpcBlockPublicAccessExclusionSet><item><resourceArn>arn:aws:ec2:eu-west-1:1:vpc/vpc-a</resourceArn><internetGatewayExclusionMode>allow-ingress</internetGatewayExclusionMode><state>create-complete</state></item></vpcBlockPublicAccessExclusionSet></a>",
  ],
  [
    "a state of an instance",
    "instances",
    "DescribeInstances",
    "<a><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><instanceState><code>99</code><name>hibernating</name></instanceState></item></instancesSet></item></reservationSet></a>",
  ],
])("malformed: %s", async (_what, fact, operation, body, service) => {
  sandbox.faults.add([{ kind: "nonsense", operation, body, ...(service === undefined ? {} : { service }) }]);
  expect(stateOf((await read(fact))[fact])).toBe("malformed");
});

it("malformed: an IP family of a cluster", async () => {
  expect(stateOf((await read("network", "both")).network)).toBe("malformed");
});

it.each(["SCTP", "TCP_QUIC", "MASQUE"])("a listener of protocol %s is open where its groups admit either transport", (protocol) => {
  const open = aSecurityGroup("sg-udp", [aRule({ protocol: "udp", fromPort: 443, toPort: 443, cidrs: ["0.0.0.0/0"] })]);
  const balancer = aLoadBalancer({ scheme: "internet-facing", securityGroupIds: ["sg-udp"], listeners: known([{ port: 443, protocol }]) });
  const arrival = arrivalOf(balancer, indexGroups(known([open]), known([])), indexSubnets({ ...anOpenNetwork(), prefixLists: known([]) }));
  const reached = listenersReached(balancer, arrival, { ipv4Prefix: 8, ipv6Prefix: 19 });
  expect(reached.state === "known" && reached.value.map(({ answer }) => answer)).toEqual([true]);
});
