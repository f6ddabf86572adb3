import {
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateSecurityGroupCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  EC2Client,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { type AMITypes, CreateClusterCommand, CreateNodegroupCommand, EKSClient, type LogType } from "@aws-sdk/client-eks";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { SecurityHubClient } from "@aws-sdk/client-securityhub";
import type { AwsCredentialIdentity } from "@smithy/types";
import { testCredentials } from "./environment.ts";

/** A Kubernetes API that a cluster's DescribeCluster leads to. */
export interface ClusterApi {
  readonly url: string;
  readonly caFile: string;
}

export interface ClusterPlan {
  readonly name: string;
  readonly api: ClusterApi;
  readonly publicAccess: boolean;
  readonly privateAccess: boolean;
  /** "absent": DescribeCluster answers without the field. */
  readonly ranges: readonly string[] | "absent";
  readonly version?: string;
  readonly logs?: readonly LogType[];
}

export interface LoadBalancerPlan {
  readonly name: string;
  readonly cluster: string;
  /** The Service that it belongs to, as namespace/name. */
  readonly service: string;
  readonly scheme: "internal" | "internet-facing";
  readonly port: number;
  /** What its security group admits; without, it has no security group. */
  readonly admits?: readonly string[];
}

export interface NodePlan {
  readonly name: string;
  readonly cluster: string;
  readonly tokens: "optional" | "required";
  readonly hopLimit: number;
  /** Whether it takes an address that the internet knows. */
  readonly isPublic: boolean;
}

/** One Region of moto, into which a test writes what AWS would have. */
export interface MotoRegion {
  readonly securityHub: SecurityHubClient;
  createCluster(plan: ClusterPlan): Promise<void>;
  /** As the AWS Load Balancer Controller makes it; answers its DNS name. */
  createLoadBalancer(plan: LoadBalancerPlan): Promise<string>;
  /** An instance that runs as a node; answers its id. */
  createNode(plan: NodePlan): Promise<string>;
  createNodeGroup(cluster: string, name: string, amiType: AMITypes): Promise<void>;
}

/** The Region of the account that the credentials act in, in which every cluster and load balancer lies in the default VPC. */
export async function motoRegion(
  endpoint: string,
  region: string,
  credentials: AwsCredentialIdentity = testCredentials,
): Promise<MotoRegion> {
  const config = { endpoint, region, credentials };
  const [eks, ec2, elb] = [new EKSClient(config), new EC2Client(config), new ElasticLoadBalancingV2Client(config)];
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const subnetIds = Subnets.flatMap(({ SubnetId }) => SubnetId ?? []);
  const vpcId = Subnets[0]?.VpcId ?? "";

  await connectToInternet(ec2, vpcId);

  const securityGroup = async (name: string, port: number, cidrs: readonly string[]): Promise<string> => {
    const { GroupId = "" } = await ec2.send(new CreateSecurityGroupCommand({ GroupName: name, Description: name, VpcId: vpcId }));
    const IpRanges = cidrs.map((CidrIp) => ({ CidrIp }));
    const IpPermissions = [{ IpProtocol: "tcp", FromPort: port, ToPort: port, IpRanges }];
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
    return GroupId;
  };

  return {
    securityHub: new SecurityHubClient(config),
    async createCluster({ name, api, publicAccess, privateAccess, ranges, version = "1.36", logs = [] }) {
      await eks.send(
        new CreateClusterCommand({
          name,
          version,
          roleArn: "arn:aws:iam::123456789012:role/eks-cluster",
          resourcesVpcConfig: {
            subnetIds,
            endpointPublicAccess: publicAccess,
            endpointPrivateAccess: privateAccess,
            ...(ranges === "absent" ? {} : { publicAccessCidrs: [...ranges] }),
          },
          ...(logs.length === 0 ? {} : { logging: { clusterLogging: [{ types: [...logs], enabled: true }] } }),
          tags: { "test:endpoint": api.url, "test:ca-file": api.caFile, ...(ranges === "absent" ? { "test:ranges": "absent" } : {}) },
        }),
      );
    },
    async createLoadBalancer({ name, cluster, service, scheme, port, admits }) {
      const tags = { "elbv2.k8s.aws/cluster": cluster, "service.k8s.aws/resource": "LoadBalancer", "service.k8s.aws/stack": service };
      const { LoadBalancers = [] } = await elb.send(
        new CreateLoadBalancerCommand({
          Name: name,
          Type: "network",
          Scheme: scheme,
          Subnets: subnetIds,
          ...(admits === undefined ? {} : { SecurityGroups: [await securityGroup(name, port, admits)] }),
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        }),
      );
      const { LoadBalancerArn = "", DNSName = "" } = LoadBalancers[0] ?? {};
      const { TargetGroups = [] } = await elb.send(
        new CreateTargetGroupCommand({ Name: name, Protocol: "TCP", Port: 8080, VpcId: vpcId, TargetType: "ip" }),
      );
      const forward = { Type: "forward" as const, TargetGroupArn: TargetGroups[0]?.TargetGroupArn ?? "" };
      await elb.send(new CreateListenerCommand({ LoadBalancerArn, Protocol: "TCP", Port: port, DefaultActions: [forward] }));
      return DNSName;
    },
    async createNode({ name, cluster, tokens, hopLimit, isPublic }) {
      const Tags = [
        { Key: "Name", Value: name },
        { Key: `kubernetes.io/cluster/${cluster}`, Value: "owned" },
      ];
      const { Instances = [] } = await ec2.send(
        new RunInstancesCommand({
          ImageId: "ami-12c6146b", // one that moto knows
          InstanceType: "m5.large",
          MinCount: 1,
          MaxCount: 1,
          MetadataOptions: { HttpTokens: tokens, HttpPutResponseHopLimit: hopLimit },
          NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: subnetIds[0], AssociatePublicIpAddress: isPublic }],
          TagSpecifications: [{ ResourceType: "instance", Tags }],
        }),
      );
      return Instances[0]?.InstanceId ?? "";
    },
    async createNodeGroup(clusterName, nodegroupName, amiType) {
      const nodeRole = "arn:aws:iam::123456789012:role/eks-node";
      await eks.send(new CreateNodegroupCommand({ clusterName, nodegroupName, nodeRole, subnets: subnetIds, amiType, version: "1.36" }));
    },
  };
}

/** What a default VPC of AWS has, and one of moto lacks: a way out, and in. */
async function connectToInternet(ec2: EC2Client, vpcId: string): Promise<void> {
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const GatewayId = InternetGateway?.InternetGatewayId ?? "";
  await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: GatewayId, VpcId: vpcId }));
  const Filters = [
    { Name: "vpc-id", Values: [vpcId] },
    { Name: "association.main", Values: ["true"] },
  ];
  const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand({ Filters }));
  const RouteTableId = RouteTables[0]?.RouteTableId ?? "";
  await ec2.send(new CreateRouteCommand({ RouteTableId, DestinationCidrBlock: "0.0.0.0/0", GatewayId }));
}
