/** A way from the internet to `subnet-0a1`, open but for security groups; and facts about one node on it. */
import type { ClusterFacts } from "../../core/model/cluster.ts";
import { known } from "../../core/model/fact.ts";
import type { NetworkAcl, NetworkAclEntry, NetworkInterface, Route, RouteTable } from "../../core/model/vpc.ts";
import { aNetwork, aRule, aSecurityGroup } from "./cluster.ts";
import { aNodeGroup, anInstance, anInterface, nodeGroupTags, nodeOf } from "./nodes.ts";

/** The VPC's main table. */
export const aRouteTable = (...routes: readonly (readonly [cidr: string, target: string])[]): RouteTable => ({
  id: "rtb-0a1",
  vpcId: "vpc-0a1",
  isMain: true,
  subnetIds: [],
  routes: [["10.0.0.0/16", "local"] as const, ...routes].map(([cidr, target]): Route => ({ cidr, target, state: "active" })),
});

export const anAclEntry = (rest: Partial<NetworkAclEntry> = {}): NetworkAclEntry => ({
  number: 100,
  direction: "ingress",
  action: "allow",
  protocol: "-1",
  cidr: "0.0.0.0/0",
  ...rest,
});
export const anAcl = (...entries: readonly NetworkAclEntry[]): NetworkAcl => ({
  id: "acl-0a1",
  isDefault: false,
  subnetIds: ["subnet-0a1"],
  entries,
});
export const openAcl: NetworkAcl = anAcl(
  anAclEntry(),
  anAclEntry({ number: 101, cidr: "::/0" }),
  anAclEntry({ direction: "egress" }),
  anAclEntry({ direction: "egress", number: 101, cidr: "::/0" }),
);

/** Groups that admit everybody on every port, one office, the VPC, and the cluster's own members. */
export const groups = [
  aSecurityGroup("sg-open", [aRule({ cidrs: ["0.0.0.0/0", "::/0"] })]),
  aSecurityGroup("sg-office", [aRule({ cidrs: ["203.0.113.0/24", "8.8.8.0/24"] })]),
  aSecurityGroup("sg-vpc", [aRule({ cidrs: ["10.0.0.0/16"] })]),
  aSecurityGroup("sg-own", [aRule({ groupIds: ["sg-own"] })]),
];

export const publicly: Partial<NetworkInterface> = { publicIpv4: ["198.51.100.7"], privateIpv4: ["10.0.1.7"] };

/** Everything that is asked of the way, with the bystander's node group beside the given facts. */
export function aWay(interfaces: readonly NetworkInterface[], rest: Partial<ClusterFacts> = {}): Partial<ClusterFacts> {
  const ids = [...new Set(interfaces.flatMap(({ instanceId }) => instanceId ?? []))];
  return {
    network: known(aNetwork()),
    vpc: known({ id: "vpc-0a1", cidrs: ["10.0.0.0/16"] }),
    instances: known([
      ...ids.map((id) => anInstance(id, { tags: nodeGroupTags("web") })),
      anInstance("i-bystander", { tags: nodeGroupTags("bystander") }),
      anInstance("i-bastion"),
    ]),
    networkInterfaces: known([
      ...interfaces,
      anInterface("i-bystander", { groupIds: ["sg-own"] }),
      anInterface("i-bastion", { ...publicly, groupIds: ["sg-open"] }),
    ]),
    nodeGroups: known([aNodeGroup("web"), aNodeGroup("bystander")]),
    nodes: known([...ids, "i-bystander"].map((id) => nodeOf(id))),
    pods: known([]),
    securityGroups: known(groups),
    prefixLists: known([]),
    routeTables: known([aRouteTable(["0.0.0.0/0", "igw-0a1"], ["::/0", "igw-0a1"])]),
    networkAcls: known([openAcl]),
    blockPublicAccess: known({ mode: "off", exclusions: [] }),
    ...rest,
  };
}
