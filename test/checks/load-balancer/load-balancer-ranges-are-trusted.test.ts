import { expect, it } from "vitest";
import { loadBalancerRangesAreTrusted } from "../../../core/checks/load-balancer/load-balancer-ranges-are-trusted.ts";
import type { LoadBalancer } from "../../../core/model/aws.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import { aCluster, aLoadBalancer, aRule, aSecurityGroup, aService, inShop, judged, withSettings } from "../../support/cluster.ts";
import { aPlane } from "../../support/ingress-plane.ts";
import { allowAll, anAcl, anOpenNetwork, aRoute, aRouteTable } from "../../support/network.ts";

const settings = withSettings({ trustedCidrs: ["203.0.113.0/25", "203.0.113.128/25", "2001:db8:10::/48"] });
const forbidden = unknown("forbidden", "No access.");
const owned = (name: string) => known({ "elbv2.k8s.aws/cluster": "prod", "service.k8s.aws/stack": `shop/${name}` });
const tcp443 = known([{ port: 443, protocol: "TCP" }]);
const web = (rest: Partial<LoadBalancer> = {}) =>
  aLoadBalancer({ scheme: "internet-facing", listeners: tcp443, tags: owned("web"), securityGroupIds: ["sg-office"], ...rest });
const bystander = web({ name: "k8s-bystander", tags: owned("bystander") });
const groups = known([
  aSecurityGroup("sg-office", [aRule({ cidrs: ["203.0.113.0/24"] })]),
  aSecurityGroup("sg-stranger", [aRule({ cidrs: ["203.0.113.0/24", "198.51.100.0/24"] })]),
  aSecurityGroup("sg-wider", [aRule({ cidrs: ["203.0.112.0/23"] })]),
  aSecurityGroup("sg-private", [aRule({ cidrs: ["10.0.0.0/8"] })]),
  aSecurityGroup("sg-elsewhere", [aRule({ protocol: "tcp", fromPort: 22, toPort: 22, cidrs: ["198.51.100.0/24"] })]),
  aSecurityGroup("sg-six", [aRule({ cidrs: ["2001:db8:10:7::/64"] })]),
  aSecurityGroup("sg-six-stranger", [aRule({ cidrs: ["2001:db8:11::/48"] })]),
  aSecurityGroup("sg-peer", [aRule({ groupIds: ["sg-peer"] })]),
  aSecurityGroup("sg-list", [aRule({ prefixListIds: ["pl-office"] })]),
  aSecurityGroup("sg-unread-list", [aRule({ prefixListIds: ["pl-unread"] })]),
]);
const facts = (loadBalancer: LoadBalancer, rest: Partial<ClusterFacts> = {}) =>
  aCluster({
    loadBalancers: known([bystander, loadBalancer]),
    securityGroups: groups,
    prefixLists: known([
      { id: "pl-office", cidrs: known(["203.0.113.64/26"]) },
      { id: "pl-unread", cidrs: forbidden },
    ]),
    ...anOpenNetwork(),
    ...aPlane({ services: [aService("web"), aService("bystander")] }),
    ...rest,
  });

it.each<[string, Partial<LoadBalancer>, "pass" | "fail" | "unknown"]>([
  ["pass: trusted by two halves together", {}, "pass"],
  ["pass: a prefix list of trusted entries", { securityGroupIds: ["sg-list"] }, "pass"],
  ["pass: members of a group have addresses of the VPC", { securityGroupIds: ["sg-peer", "sg-office"] }, "pass"],
  ["pass: a stranger where nothing listens", { securityGroupIds: ["sg-office", "sg-elsewhere"] }, "pass"],
  ["pass: trusted IPv6", { securityGroupIds: ["sg-six"], ipAddressType: "dualstack" }, "pass"],
  ["pass: an IPv6 stranger on a load balancer without IPv6", { securityGroupIds: ["sg-six-stranger"] }, "pass"],
  ["pass: internal, whatever its groups admit", { scheme: "internal", securityGroupIds: ["sg-stranger"] }, "pass"],
  ["pass: no listener", { listeners: known([]), securityGroupIds: [] }, "pass"],
  ["fail: one stranger among trusted ranges", { securityGroupIds: ["sg-stranger"] }, "fail"],
  ["fail: wider than what is trusted", { securityGroupIds: ["sg-wider"] }, "fail"],
  ["fail: a private range that nobody listed", { securityGroupIds: ["sg-private"] }, "fail"],
  ["fail: an IPv6 stranger", { securityGroupIds: ["sg-six-stranger"], ipAddressType: "dualstack" }, "fail"],
  ["fail: a network load balancer without security groups admits everybody", { securityGroupIds: [] }, "fail"],
  ["fail: a stranger, although another group was not read", { securityGroupIds: ["sg-gone", "sg-stranger"] }, "fail"],
  ["unknown: a group that was not read", { securityGroupIds: ["sg-office", "sg-gone"] }, "unknown"],
  ["unknown: a prefix list that was not read", { securityGroupIds: ["sg-unread-list"] }, "unknown"],
  [
    "unknown: listeners were not read, and some port admits a stranger",
    { listeners: forbidden, securityGroupIds: ["sg-elsewhere"] },
    "unknown",
  ],
  ["pass: listeners were not read, and no port admits a stranger", { listeners: forbidden }, "pass"],
])("%s", (_rule, rest, status) => {
  const findings = judged(loadBalancerRangesAreTrusted, facts(web(rest)), settings);
  expect(findings.map((finding) => [finding.resource.name, finding.status])).toEqual([
    ["bystander", "pass"],
    ["web", status],
  ]);
});

it.each<[string, Partial<ClusterFacts>, Partial<LoadBalancer>, "pass" | "fail" | "unknown"]>([
  [
    "pass: no route leads the stranger there",
    { routeTables: known([aRouteTable([], aRoute("0.0.0.0/0", "nat-1"))]) },
    { securityGroupIds: ["sg-stranger"] },
    "pass",
  ],
  [
    "pass: the network ACL keeps the stranger out",
    {
      networkAcls: known([
        anAcl(
          ["subnet-0a1"],
          [
            { number: 1, direction: "ingress", action: "deny", protocol: "-1", cidr: "198.51.100.0/24" },
            ...allowAll("ingress").map((entry) => ({ ...entry, number: entry.number + 1 })),
          ],
        ),
      ]),
    },
    { securityGroupIds: ["sg-stranger"] },
    "pass",
  ],
  ["fail: network ACLs were not read", { networkAcls: forbidden }, { securityGroupIds: ["sg-stranger"] }, "fail"],
  ["fail: Block Public Access was not read", { blockPublicAccess: forbidden }, { securityGroupIds: ["sg-stranger"] }, "fail"],
  ["unknown: routes were not read", { routeTables: forbidden }, { securityGroupIds: ["sg-stranger"] }, "unknown"],
  ["pass: routes were not read, and its groups admit only trusted ranges", { routeTables: forbidden }, {}, "pass"],
])("%s", (_rule, network, rest, status) => {
  const findings = judged(loadBalancerRangesAreTrusted, facts(web(rest), network), settings);
  expect(findings.map((finding) => [finding.resource.name, finding.status])).toEqual([
    ["bystander", "pass"],
    ["web", status],
  ]);
});

it("not-applicable: no ranges are configured", () => {
  expect(judged(loadBalancerRangesAreTrusted, facts(web({ securityGroupIds: [] })))).toMatchObject([{ status: "not-applicable" }]);
});

it("unknown: security groups could not be listed", () => {
  const findings = judged(loadBalancerRangesAreTrusted, facts(web(), { securityGroups: forbidden }), settings);
  expect(findings.map(({ status }) => status)).toEqual(["unknown", "unknown"]);
});

it("names the strangers", () => {
  const [, finding] = judged(loadBalancerRangesAreTrusted, facts(web({ securityGroupIds: ["sg-stranger"] })), settings);
  expect(finding).toMatchObject({
    severity: "low",
    resource: inShop("Service", "services", "web"),
    message: "Service shop/web has internet-facing load balancer k8s-shop-web, which admits 198.51.100.0/24 outside the trusted ranges.",
    evidence: { untrusted: ["198.51.100.0/24"], sources: ["198.51.100.0/24", "203.0.113.0/24"] },
  });
});
