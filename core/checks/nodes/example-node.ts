/** Facts for the examples of this folder: the one node of a managed node group, in a subnet that is routed to the internet. */
import type { ClusterNetwork, SecurityGroup, SecurityGroupRule } from "../../model/aws.ts";
import type { ClusterFacts } from "../../model/cluster.ts";
import { known } from "../../model/fact.ts";
import type { NetworkAclEntry, NetworkInterface } from "../../model/vpc.ts";

export const exampleNetwork: ClusterNetwork = {
  vpcId: "vpc-0a1",
  subnetIds: ["subnet-0a1"],
  clusterSecurityGroupId: "sg-0c1",
  securityGroupIds: [],
  ipFamily: "ipv4",
  serviceCidrs: ["172.20.0.0/16"],
  remoteNodeNetworks: [],
  remotePodNetworks: [],
  autoModeLoadBalancing: false,
};

export const exampleInterface: NetworkInterface = {
  id: "eni-0a1",
  subnetId: "subnet-0a1",
  groupIds: ["sg-0a1"],
  privateIpv4: ["10.0.1.7"],
  publicIpv4: ["198.51.100.7"],
  ipv6: [],
  instanceId: "i-0a1",
  type: "interface",
  description: "",
};

/** What tells that it is a node. */
export const exampleNode: Pick<ClusterFacts, "instances" | "nodeGroups" | "nodes"> = {
  instances: known([
    {
      id: "i-0a1",
      arn: "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1",
      state: "running",
      subnetId: "subnet-0a1",
      privateDnsName: "ip-10-0-1-7.eu-west-1.compute.internal",
      isWindows: false,
      isManaged: false,
      tags: { "eks:cluster-name": "prod", "eks:nodegroup-name": "web" },
      metadata: known({ endpoint: "enabled", ipv6Endpoint: "disabled", tokens: "required", hopLimit: 1 }),
    },
  ]),
  nodeGroups: known([
    {
      arn: "arn:aws:eks:eu-west-1:111122223333:nodegroup/prod/web/0123abcd-0123-4567-89ab-0123456789ab",
      name: "web",
      status: "ACTIVE",
      amiType: "AL2023_x86_64_STANDARD",
      autoScalingGroups: ["eks-web-0123abcd-0123-4567-89ab-0123456789ab"],
      subnetIds: ["subnet-0a1"],
      hasLaunchTemplate: false,
    },
  ]),
  nodes: known([
    {
      name: "ip-10-0-1-7.eu-west-1.compute.internal",
      labels: {},
      providerId: "aws:///eu-west-1a/i-0a1",
      internalIps: ["10.0.1.7"],
      externalIps: [],
      isReady: true,
    },
  ]),
};

/** The node's security group with one rule. */
export const exampleGroups = (rule: Partial<SecurityGroupRule>): ClusterFacts["securityGroups"] => {
  const ingress: SecurityGroupRule = { protocol: "tcp", cidrs: [], prefixListIds: [], groupIds: [], descriptions: [], ...rule };
  const group: SecurityGroup = { id: "sg-0a1", name: "nodes", description: "", tags: {}, ingress: [ingress], egress: [] };
  return known([group]);
};

const everything = (direction: NetworkAclEntry["direction"]): NetworkAclEntry => ({
  number: 100,
  direction,
  action: "allow",
  protocol: "-1",
  cidr: "0.0.0.0/0",
});

/** Everything that lets the internet in, but for security groups. */
export const exampleSurroundings: Pick<ClusterFacts, "prefixLists" | "routeTables" | "networkAcls" | "blockPublicAccess"> = {
  prefixLists: known([]),
  routeTables: known([
    {
      id: "rtb-0a1",
      vpcId: "vpc-0a1",
      isMain: true,
      subnetIds: [],
      routes: [
        { cidr: "10.0.0.0/16", target: "local", state: "active" },
        { cidr: "0.0.0.0/0", target: "igw-0a1", state: "active" },
      ],
    },
  ]),
  networkAcls: known([
    { id: "acl-0a1", isDefault: true, subnetIds: ["subnet-0a1"], entries: [everything("ingress"), everything("egress")] },
  ]),
  blockPublicAccess: known({ mode: "off", exclusions: [] }),
};
