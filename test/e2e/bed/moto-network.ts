/** A VPC of moto as AWS would have it for a cluster: public and private subnets, security groups, load balancers of each kind. */
import {
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { CreateLoadBalancerCommand as CreateClassicCommand, ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { testCredentials } from "./environment.ts";

export interface BalancerPlan {
  readonly name: string;
  readonly type: "application" | "network" | "classic";
  readonly scheme: "internal" | "internet-facing";
  /** Public subnets lead to an internet gateway. */
  readonly subnets: "public" | "private";
  readonly port: number;
  readonly protocol: "HTTP" | "TCP";
  /** What its security group admits; without, a network load balancer has none. */
  readonly admits?: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

export interface MotoNetwork {
  readonly vpcId: string;
  readonly subnetIds: { readonly public: readonly string[]; readonly private: readonly string[] };
  /** Answers the ARN's or the classic name's DNS name. */
  createBalancer(plan: BalancerPlan): Promise<string>;
}

/** @param octet the second number of the VPC's range, so that several of them stand side by side */
export async function motoNetwork(endpoint: string, region: string, octet: number): Promise<MotoNetwork> {
  const config = { endpoint, region, credentials: testCredentials };
  const [ec2, elb, elbv2] = [new EC2Client(config), new ElasticLoadBalancingClient(config), new ElasticLoadBalancingV2Client(config)];
  const vpcId = (await ec2.send(new CreateVpcCommand({ CidrBlock: `10.${octet}.0.0/16` }))).Vpc?.VpcId ?? "";
  const subnet = async (index: number): Promise<string> => {
    const AvailabilityZone = `${region}${index % 2 === 0 ? "a" : "b"}`;
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: `10.${octet}.${index}.0/24`, AvailabilityZone }));
    return Subnet?.SubnetId ?? "";
  };
  const subnetIds = { public: [await subnet(0), await subnet(1)], private: [await subnet(2), await subnet(3)] };
  const gatewayId = (await ec2.send(new CreateInternetGatewayCommand({}))).InternetGateway?.InternetGatewayId ?? "";
  await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: gatewayId, VpcId: vpcId }));
  const tableId = (await ec2.send(new CreateRouteTableCommand({ VpcId: vpcId }))).RouteTable?.RouteTableId ?? "";
  await ec2.send(new CreateRouteCommand({ RouteTableId: tableId, DestinationCidrBlock: "0.0.0.0/0", GatewayId: gatewayId }));
  for (const SubnetId of subnetIds.public) await ec2.send(new AssociateRouteTableCommand({ RouteTableId: tableId, SubnetId }));

  const securityGroup = async (name: string, port: number, admits: readonly string[]): Promise<string> => {
    const { GroupId = "" } = await ec2.send(new CreateSecurityGroupCommand({ GroupName: name, Description: name, VpcId: vpcId }));
    const IpPermissions = [{ IpProtocol: "tcp", FromPort: port, ToPort: port, IpRanges: admits.map((CidrIp) => ({ CidrIp })) }];
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
    return GroupId;
  };
  const tagList = (tags: BalancerPlan["tags"]) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

  return {
    vpcId,
    subnetIds,
    async createBalancer({ name, type, scheme, subnets, port, protocol, admits, tags }) {
      const groups = admits === undefined ? [] : [await securityGroup(name, port, admits)];
      const Subnets = [...subnetIds[subnets]];
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
        return DNSName;
      }
      const { LoadBalancers = [] } = await elbv2.send(
        new CreateLoadBalancerCommand({
          Name: name,
          Type: type,
          Scheme: scheme,
          Subnets,
          ...(groups.length === 0 ? {} : { SecurityGroups: groups }),
          Tags: tagList(tags),
        }),
      );
      const { LoadBalancerArn = "", DNSName = "" } = LoadBalancers[0] ?? {};
      const { TargetGroups = [] } = await elbv2.send(
        new CreateTargetGroupCommand({ Name: name, Protocol: protocol, Port: 8080, VpcId: vpcId, TargetType: "ip" }),
      );
      const forward = { Type: "forward" as const, TargetGroupArn: TargetGroups[0]?.TargetGroupArn ?? "" };
      await elbv2.send(new CreateListenerCommand({ LoadBalancerArn, Protocol: protocol, Port: port, DefaultActions: [forward] }));
      return DNSName;
    },
  };
}
