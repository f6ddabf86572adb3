/** A VPC of moto as AWS would have it for a cluster: subnets with routes and network ACLs, security groups, nodes, load balancers of each kind. */
import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  AttachNetworkInterfaceCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateEgressOnlyInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateManagedPrefixListCommand,
  CreateNetworkAclCommand,
  CreateNetworkAclEntryCommand,
  CreateNetworkInterfaceCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeNetworkAclsCommand,
  EC2Client,
  ModifyVpcBlockPublicAccessOptionsCommand,
  ReplaceNetworkAclAssociationCommand,
  RunInstancesCommand,
  StopInstancesCommand,
} from "@aws-sdk/client-ec2";
import { CreateLoadBalancerCommand as CreateClassicCommand, ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import {
  type Action,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { AwsCredentialIdentity } from "@smithy/types";
import { testCredentials } from "./environment.ts";

/** What a rule of a security group admits, to ports of TCP. */
export interface Admits {
  readonly from: number;
  readonly to: number;
  /** Of both families. */
  readonly cidrs?: readonly string[];
  readonly groupIds?: readonly string[];
  readonly prefixListIds?: readonly string[];
}

export interface BalancerPlan {
  readonly name: string;
  readonly type: "application" | "network" | "classic";
  readonly scheme: "internal" | "internet-facing";
  /** Public subnets lead to an internet gateway. */
  readonly subnets: "public" | "private" | readonly string[];
  readonly port: number;
  readonly protocol: "HTTP" | "TCP";
  /** "alb": an application load balancer stands behind it. */
  readonly targetType?: "alb";
  /** The port of the target group; of pods, as the controllers register them. */
  readonly targetPort?: number;
  /** An application load balancer whose listener sends to HTTPS; "by default": and one of its rules forwards. */
  readonly redirects?: "always" | "by default";
  readonly dualstack?: true;
  /** What its security group admits; without, a network load balancer has none. */
  readonly admits?: readonly string[];
  readonly admitsPrefixLists?: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

export interface SubnetPlan {
  /** Where its own route table sends what is for the internet. */
  readonly route: "internet gateway" | "egress-only internet gateway" | "nowhere";
  /** The rules of its own network ACL in both directions, in the order of their numbers, each for every protocol or for ports of TCP. */
  readonly acl?: readonly { readonly action: "allow" | "deny"; readonly cidr: string; readonly ports?: { From: number; To: number } }[];
}

export interface NodePlan {
  readonly subnetId: string;
  readonly groupIds: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly isPublic?: true;
  readonly hasIpv6?: true;
  readonly metadata: {
    readonly HttpEndpoint?: "disabled";
    readonly HttpTokens: "optional" | "required";
    readonly HttpPutResponseHopLimit: number;
  };
  /** A second interface, with an Elastic IP. */
  readonly second?: { readonly subnetId: string; readonly groupIds: readonly string[] };
  readonly isStopped?: true;
}

export interface MotoNode {
  readonly instanceId: string;
  readonly address: string;
  readonly name: string;
}

export interface MotoNetwork {
  readonly vpcId: string;
  readonly subnetIds: { readonly public: readonly string[]; readonly private: readonly string[] };
  /** Answers its DNS name, and the ARN of the target group where it has one. */
  createBalancer(plan: BalancerPlan): Promise<{ readonly hostname: string; readonly targetGroupArn: string }>;
  createSubnet(plan: SubnetPlan): Promise<string>;
  /** VPC Block Public Access, of the whole Region. */
  blockIngress(): Promise<void>;
  createSecurityGroup(name: string, rules: readonly Admits[]): Promise<string>;
  createPrefixList(name: string, cidrs: readonly string[]): Promise<string>;
  createNode(plan: NodePlan): Promise<MotoNode>;
  /** An interface of no instance of the account, such as a Fargate pod's; answers its address. */
  createInterface(plan: { readonly subnetId: string; readonly groupIds: readonly string[]; readonly description: string }): Promise<string>;
}

/**
 * @param octet the second number of the VPC's range, so that several of them stand side by side
 * @param credentials whose account it lies in
 */
export async function motoNetwork(
  endpoint: string,
  region: string,
  octet: number,
  credentials: AwsCredentialIdentity = testCredentials,
): Promise<MotoNetwork> {
  const config = { endpoint, region, credentials };
  const [ec2, elb, elbv2] = [new EC2Client(config), new ElasticLoadBalancingClient(config), new ElasticLoadBalancingV2Client(config)];
  const made = await ec2.send(new CreateVpcCommand({ CidrBlock: `10.${octet}.0.0/16`, AmazonProvidedIpv6CidrBlock: true }));
  const vpcId = made.Vpc?.VpcId ?? "";
  const ipv6Block = made.Vpc?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock ?? "";
  const gatewayId = (await ec2.send(new CreateInternetGatewayCommand({}))).InternetGateway?.InternetGatewayId ?? "";
  await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: gatewayId, VpcId: vpcId }));
  await admitIpv6(ec2, vpcId);
  const egressOnly = await ec2.send(new CreateEgressOnlyInternetGatewayCommand({ VpcId: vpcId }));
  const egressOnlyId = egressOnly.EgressOnlyInternetGateway?.EgressOnlyInternetGatewayId ?? "";
  let subnets = 0;

  const createSubnet: MotoNetwork["createSubnet"] = async ({ route, acl }) => {
    const index = subnets++;
    const { Subnet } = await ec2.send(
      new CreateSubnetCommand({
        VpcId: vpcId,
        CidrBlock: `10.${octet}.${index}.0/24`,
        // A /64 of the VPC's /56.
        Ipv6CidrBlock: ipv6Block.replace(/00::\/56$/, `${index.toString(16).padStart(2, "0")}::/64`),
        AvailabilityZone: `${region}${index % 2 === 0 ? "a" : "b"}`,
      }),
    );
    const SubnetId = Subnet?.SubnetId ?? "";
    const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId: vpcId }));
    const RouteTableId = RouteTable?.RouteTableId ?? "";
    await ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId }));
    for (const way of waysOut(route)) await ec2.send(new CreateRouteCommand({ RouteTableId, ...way }));
    if (acl !== undefined) await guard(SubnetId, acl);
    return SubnetId;
  };
  const waysOut = (route: SubnetPlan["route"]) =>
    ({
      "internet gateway": [
        { DestinationCidrBlock: "0.0.0.0/0", GatewayId: gatewayId },
        { DestinationIpv6CidrBlock: "::/0", GatewayId: gatewayId },
      ],
      "egress-only internet gateway": [{ DestinationIpv6CidrBlock: "::/0", EgressOnlyInternetGatewayId: egressOnlyId }],
      nowhere: [],
    })[route];
  const guard = async (subnetId: string, rules: NonNullable<SubnetPlan["acl"]>): Promise<void> => {
    const { NetworkAcl } = await ec2.send(new CreateNetworkAclCommand({ VpcId: vpcId }));
    const NetworkAclId = NetworkAcl?.NetworkAclId ?? "";
    for (const [index, { action, cidr, ports }] of rules.entries()) {
      const what = ports === undefined ? { Protocol: "-1" } : { Protocol: "6", PortRange: ports };
      const entry = { NetworkAclId, RuleNumber: 100 + index, CidrBlock: cidr, ...what };
      await ec2.send(new CreateNetworkAclEntryCommand({ ...entry, RuleAction: action, Egress: false }));
    }
    const out = { NetworkAclId, RuleNumber: 100, CidrBlock: "0.0.0.0/0", Protocol: "-1" };
    await ec2.send(new CreateNetworkAclEntryCommand({ ...out, RuleAction: "allow", Egress: true }));
    const Filters = [{ Name: "association.subnet-id", Values: [subnetId] }];
    const { NetworkAcls = [] } = await ec2.send(new DescribeNetworkAclsCommand({ Filters }));
    const association = NetworkAcls.flatMap(({ Associations = [] }) => Associations).find(({ SubnetId }) => SubnetId === subnetId);
    const AssociationId = association?.NetworkAclAssociationId ?? "";
    await ec2.send(new ReplaceNetworkAclAssociationCommand({ AssociationId, NetworkAclId }));
  };
  const several = async (route: SubnetPlan["route"]) => [await createSubnet({ route }), await createSubnet({ route })];
  const subnetIds = { public: await several("internet gateway"), private: await several("nowhere") };

  const createSecurityGroup: MotoNetwork["createSecurityGroup"] = async (name, rules) => {
    const { GroupId = "" } = await ec2.send(new CreateSecurityGroupCommand({ GroupName: name, Description: name, VpcId: vpcId }));
    const IpPermissions = rules.map(({ from, to, cidrs = [], groupIds = [], prefixListIds = [] }) => ({
      IpProtocol: "tcp",
      FromPort: from,
      ToPort: to,
      IpRanges: cidrs.filter((cidr) => !cidr.includes(":")).map((CidrIp) => ({ CidrIp })),
      Ipv6Ranges: cidrs.filter((cidr) => cidr.includes(":")).map((CidrIpv6) => ({ CidrIpv6 })),
      PrefixListIds: prefixListIds.map((PrefixListId) => ({ PrefixListId })),
      UserIdGroupPairs: groupIds.map((id) => ({ GroupId: id })),
    }));
    if (IpPermissions.length > 0) await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
    return GroupId;
  };
  const tagList = (tags: BalancerPlan["tags"]) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

  return {
    vpcId,
    subnetIds,
    createSubnet,
    createSecurityGroup,
    async blockIngress() {
      await ec2.send(new ModifyVpcBlockPublicAccessOptionsCommand({ InternetGatewayBlockMode: "block-ingress" }));
    },
    async createPrefixList(name, cidrs) {
      const Entries = cidrs.map((Cidr) => ({ Cidr }));
      const list = { PrefixListName: name, AddressFamily: "IPv4", MaxEntries: cidrs.length, Entries };
      return (await ec2.send(new CreateManagedPrefixListCommand(list))).PrefixList?.PrefixListId ?? "";
    },
    async createNode({ subnetId, groupIds, tags, isPublic, hasIpv6, metadata, second, isStopped }) {
      const { Instances = [] } = await ec2.send(
        new RunInstancesCommand({
          ImageId: "ami-12c6146b", // one that moto knows
          InstanceType: "m5.large",
          MinCount: 1,
          MaxCount: 1,
          MetadataOptions: { HttpEndpoint: "enabled", ...metadata },
          NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: subnetId, Groups: [...groupIds], AssociatePublicIpAddress: isPublic === true }],
          // moto reads it here alone.
          ...(hasIpv6 === undefined ? {} : { Ipv6AddressCount: 1 }),
          TagSpecifications: [{ ResourceType: "instance", Tags: tagList(tags) }],
        }),
      );
      const { InstanceId = "", PrivateIpAddress = "", PrivateDnsName = "" } = Instances[0] ?? {};
      if (second !== undefined) await attachSecond(ec2, InstanceId, second);
      if (isStopped === true) await ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }));
      return { instanceId: InstanceId, address: PrivateIpAddress, name: PrivateDnsName };
    },
    async createInterface({ subnetId, groupIds, description }) {
      const plan = { SubnetId: subnetId, Groups: [...groupIds], Description: description };
      const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand(plan));
      return NetworkInterface?.PrivateIpAddress ?? "";
    },
    async createBalancer({ name, type, scheme, subnets: where, port, protocol, targetPort = 8080, redirects, admits, tags, ...lists }) {
      const rule = { from: port, to: port, cidrs: admits ?? [], prefixListIds: lists.admitsPrefixLists ?? [] };
      const isGuarded = admits !== undefined || lists.admitsPrefixLists !== undefined;
      const groups = isGuarded ? [await createSecurityGroup(name, [rule])] : [];
      const Subnets = [...(typeof where === "string" ? subnetIds[where] : where)];
      if (type === "classic") {
        const { DNSName = "" } = await elb.send(
          new CreateClassicCommand({
            LoadBalancerName: name,
            Scheme: scheme,
            Subnets,
            SecurityGroups: groups,
            Listeners: [{ Protocol: protocol, LoadBalancerPort: port, InstancePort: 30080 }],
            Tags: tagList(tags),
          }),
        );
        return { hostname: DNSName, targetGroupArn: "" };
      }
      const { LoadBalancers = [] } = await elbv2.send(
        new CreateLoadBalancerCommand({
          Name: name,
          Type: type,
          Scheme: scheme,
          Subnets,
          ...(groups.length === 0 ? {} : { SecurityGroups: groups }),
          IpAddressType: lists.dualstack === true ? "dualstack" : "ipv4",
          Tags: tagList(tags),
        }),
      );
      const { LoadBalancerArn = "", DNSName = "" } = LoadBalancers[0] ?? {};
      const { TargetGroups = [] } = await elbv2.send(
        new CreateTargetGroupCommand({
          Name: name,
          Protocol: protocol,
          Port: targetPort,
          VpcId: vpcId,
          TargetType: lists.targetType ?? "ip",
        }),
      );
      const targetGroupArn = TargetGroups[0]?.TargetGroupArn ?? "";
      const forward: Action = { Type: "forward", TargetGroupArn: targetGroupArn };
      const redirect: Action = { Type: "redirect", RedirectConfig: { Protocol: "HTTPS", Port: "443", StatusCode: "HTTP_301" } };
      const DefaultActions = [redirects === undefined ? forward : redirect];
      const { Listeners = [] } = await elbv2.send(
        new CreateListenerCommand({ LoadBalancerArn, Protocol: protocol, Port: port, DefaultActions }),
      );
      if (redirects === "by default") {
        const ListenerArn = Listeners[0]?.ListenerArn ?? "";
        const Conditions = [{ Field: "path-pattern", Values: ["/plain"] }];
        await elbv2.send(new CreateRuleCommand({ ListenerArn, Priority: 1, Conditions, Actions: [forward] }));
      }
      return { hostname: DNSName, targetGroupArn };
    },
  };
}

/** What the default network ACL of a VPC with IPv6 has at AWS, and lacks in moto. */
async function admitIpv6(ec2: EC2Client, vpcId: string): Promise<void> {
  const Filters = [
    { Name: "vpc-id", Values: [vpcId] },
    { Name: "default", Values: ["true"] },
  ];
  const { NetworkAcls = [] } = await ec2.send(new DescribeNetworkAclsCommand({ Filters }));
  const NetworkAclId = NetworkAcls[0]?.NetworkAclId ?? "";
  const entry = { NetworkAclId, RuleNumber: 101, Protocol: "-1", RuleAction: "allow", Ipv6CidrBlock: "::/0" } as const;
  for (const Egress of [false, true]) await ec2.send(new CreateNetworkAclEntryCommand({ ...entry, Egress }));
}

async function attachSecond(ec2: EC2Client, InstanceId: string, { subnetId, groupIds }: NonNullable<NodePlan["second"]>): Promise<void> {
  const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: subnetId, Groups: [...groupIds] }));
  const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId ?? "";
  await ec2.send(new AttachNetworkInterfaceCommand({ NetworkInterfaceId, InstanceId, DeviceIndex: 1 }));
  const { AllocationId } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
  await ec2.send(new AssociateAddressCommand({ AllocationId, NetworkInterfaceId }));
}
