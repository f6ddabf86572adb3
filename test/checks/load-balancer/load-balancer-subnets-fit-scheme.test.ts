import { describe, expect, it } from "vitest";
import { loadBalancerSubnetsFitScheme } from "../../../core/checks/load-balancer/load-balancer-subnets-fit-scheme.ts";
import type { LoadBalancer } from "../../../core/model/aws.ts";
import type { ClusterFacts } from "../../../core/model/cluster.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import type { Finding } from "../../../core/model/finding.ts";
import type { NetworkAclEntry } from "../../../core/model/vpc.ts";
import { aCluster, aLoadBalancer, aService, judged } from "../../support/cluster.ts";
import { aPlane } from "../../support/ingress-plane.ts";
import { allowAll, anAcl, aRoute, aRouteTable, toInternet } from "../../support/network.ts";

const forbidden = unknown("forbidden", "No access.");
const lbc = { loadBalancerClass: "service.k8s.aws/nlb" };
const owned = (name: string) => known({ "elbv2.k8s.aws/cluster": "prod", "service.k8s.aws/stack": `shop/${name}` });
const tcp443 = known([{ port: 443, protocol: "TCP" }]);
const web = (rest: Partial<LoadBalancer>): LoadBalancer =>
  aLoadBalancer({ listeners: tcp443, securityGroupIds: ["sg-0a1"], tags: owned("web"), ...rest });
const inside = (...subnetIds: string[]) => web({ subnetIds });
const facing = (...subnetIds: string[]) => web({ scheme: "internet-facing", subnetIds });
const bystander = aLoadBalancer({ name: "k8s-bystander", subnetIds: ["subnet-nat"], listeners: tcp443, tags: owned("bystander") });
const deny = (cidr: string, rest: Partial<NetworkAclEntry> = {}): NetworkAclEntry => ({
  number: 50,
  direction: "ingress",
  action: "deny",
  protocol: "-1",
  cidr,
  ...rest,
});
const ingress = allowAll("ingress");

function found(loadBalancer: LoadBalancer, ranges: readonly string[] = [], rest: Partial<ClusterFacts> = {}): Finding | undefined {
  const services = [aService("web", { ...lbc, loadBalancerSourceRanges: ranges }), aService("bystander", lbc)];
  const all = judged(
    loadBalancerSubnetsFitScheme,
    aCluster({
      loadBalancers: known([bystander, loadBalancer]),
      securityGroups: known([]),
      prefixLists: known([]),
      routeTables: known([
        aRouteTable([], aRoute("0.0.0.0/0", "nat-1")),
        aRouteTable(["subnet-public"], ...toInternet),
        aRouteTable(["subnet-six"], aRoute("0.0.0.0/0", "nat-1"), aRoute("::/0", "igw-1")),
        aRouteTable(["subnet-dead"], aRoute("0.0.0.0/0", "igw-1", "blackhole")),
        aRouteTable(["subnet-unsettled"], { ...aRoute("0.0.0.0/0", "igw-1"), state: "untold" }),
        aRouteTable(["subnet-egress"], aRoute("::/0", "eigw-1")),
      ]),
      networkAcls: known([
        anAcl(["subnet-public", "subnet-open"]),
        anAcl(["subnet-narrow"], [{ ...deny("203.0.113.0/24"), action: "allow" }]),
        anAcl(["subnet-some"], [deny("198.51.100.0/24"), ...ingress]),
        anAcl(["subnet-late"], [...ingress, deny("0.0.0.0/0", { number: 900 })]),
        anAcl(["subnet-ssh"], [deny("0.0.0.0/0", { protocol: "6", fromPort: 22, toPort: 22 }), ...ingress]),
      ]),
      ...aPlane({ services }),
      ...rest,
    }),
  );
  const other = all.find(({ resource }) => resource.name === "bystander")?.status;
  expect(["pass", "unknown"]).toContain(other);
  return all.find(({ resource }) => resource.name === "web");
}

describe("internal", () => {
  it.each<[string, LoadBalancer, Partial<ClusterFacts>, string]>([
    ["pass: its subnet leads to NAT", inside("subnet-nat"), {}, "pass"],
    ["pass: its subnet leads to an egress-only gateway", inside("subnet-egress"), {}, "pass"],
    ["pass: the gateway of the route is gone", inside("subnet-dead"), {}, "pass"],
    ["unknown: whether the gateway's route holds is not known", inside("subnet-unsettled"), {}, "unknown"],
    ["fail: another of its subnets leads to one", inside("subnet-unsettled", "subnet-public"), {}, "fail"],
    ["fail: its subnet leads to an internet gateway", inside("subnet-public"), {}, "fail"],
    ["fail: for IPv6 alone", inside("subnet-six"), {}, "fail"],
    ["fail: one of two subnets", inside("subnet-nat", "subnet-public"), {}, "fail"],
    ["unknown: routes were not read", inside("subnet-public"), { routeTables: forbidden }, "unknown"],
    ["unknown: listed without its subnets", inside(), {}, "unknown"],
    ["pass: network ACLs are not asked", inside("subnet-nat"), { networkAcls: forbidden }, "pass"],
    ["fail by tags alone: Kubernetes was not read", inside("subnet-public"), { services: forbidden }, "fail"],
  ])("%s", (_rule, loadBalancer, rest, status) => {
    expect(found(loadBalancer, [], rest)?.status).toBe(status);
  });
});

describe("internet-facing", () => {
  const office = ["203.0.113.0/24"];
  it.each<[string, LoadBalancer, readonly string[], Partial<ClusterFacts>, string]>([
    ["not-applicable: no sources are declared", facing("subnet-open"), [], {}, "not-applicable"],
    ["not-applicable: the declared ranges hold every address", facing("subnet-open"), ["0.0.0.0/0"], {}, "not-applicable"],
    ["fail: sources are declared, and the network ACL admits all", facing("subnet-open"), office, {}, "fail"],
    ["fail: a deny after everything was allowed", facing("subnet-late"), office, {}, "fail"],
    ["fail: one of two subnets", facing("subnet-narrow", "subnet-open"), office, {}, "fail"],
    ["pass: the network ACL admits the office alone", facing("subnet-narrow"), office, {}, "pass"],
    ["pass: the network ACL denies a range", facing("subnet-some"), office, {}, "pass"],
    ["pass: the network ACL denies a port", facing("subnet-ssh"), office, {}, "pass"],
    ["unknown: network ACLs were not read", facing("subnet-narrow"), office, { networkAcls: forbidden }, "unknown"],
    ["unknown: no network ACL was read for a subnet", facing("subnet-narrow", "subnet-gone"), office, {}, "unknown"],
    ["fail: proven beside a subnet without network ACL", facing("subnet-gone", "subnet-open"), office, {}, "fail"],
    ["unknown: the Service was not read", facing("subnet-open"), office, { services: forbidden }, "unknown"],
    ["pass: routes are not asked", facing("subnet-narrow"), office, { routeTables: forbidden }, "pass"],
  ])("%s", (_rule, loadBalancer, ranges, rest, status) => {
    expect(found(loadBalancer, ranges, rest)?.status).toBe(status);
  });
});

it("says which subnet does not fit, and by what", () => {
  expect(found(inside("subnet-nat", "subnet-public"))).toMatchObject({
    severity: "low",
    message:
      "Service shop/web has internal load balancer k8s-shop-web in subnet subnet-public, from which route table rtb-of-subnet-public leads to an internet gateway.",
    evidence: { misfits: [{ subnetId: "subnet-public", by: "rtb-of-subnet-public" }] },
  });
});
