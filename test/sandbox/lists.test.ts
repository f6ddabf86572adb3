import { ListRegionsCommand, paginateListRegions } from "@aws-sdk/client-account";
import {
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  GetManagedPrefixListEntriesCommand,
  paginateDescribeInstances,
  paginateDescribeNetworkInterfaces,
  paginateDescribeSecurityGroups,
  paginateGetManagedPrefixListEntries,
} from "@aws-sdk/client-ec2";
import {
  DescribeClusterCommand,
  DescribeClusterVersionsCommand,
  DescribeNodegroupCommand,
  ListClustersCommand,
  ListNodegroupsCommand,
  paginateListClusters,
  paginateListNodegroups,
} from "@aws-sdk/client-eks";
import {
  DescribeTagsCommand as DescribeClassicTagsCommand,
  paginateDescribeLoadBalancers as paginateClassic,
} from "@aws-sdk/client-elastic-load-balancing";
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  paginateDescribeLoadBalancers,
  paginateDescribeTargetGroups,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { ListAccountsCommand, paginateListAccounts } from "@aws-sdk/client-organizations";
import { describe, expect, it } from "vitest";
import type { EstateInput } from "../../sandbox/estate.ts";
import { clients, home, hub, member, memberClients, rejection, started } from "./support.ts";

type RegionInput = NonNullable<EstateInput["accounts"][number]["regions"]>[string];
const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const inRegion = (region: RegionInput, over: Partial<EstateInput> = {}) =>
  started({ accounts: [{ id: hub }, { id: member, regions: { [home]: region } }], ...over });

/** Sizes of all pages. */
async function pagesOf<P>(pages: AsyncIterable<P>, size: (page: P) => number | undefined): Promise<number[]> {
  const sizes: number[] = [];
  for await (const page of pages) sizes.push(size(page) ?? -1);
  return sizes;
}

describe("pages are as long as AWS's", () => {
  it("ListAccounts: 20, after an empty page each where the estate says so", async () => {
    const accounts = [{ id: hub }, ...many(44, (i) => ({ id: String(300_000_000_000 + i) }))];
    const pages = async (emptyPages: boolean) => {
      const sandbox = await started({ accounts, organization: { emptyPages } });
      const { organizations: client } = clients(sandbox, sandbox.credentials);
      return pagesOf(paginateListAccounts({ client }, {}), ({ Accounts }) => Accounts?.length);
    };
    expect(await pages(false)).toEqual([20, 20, 5]);
    expect(await pages(true)).toEqual([0, 20, 0, 20, 0, 5]);
  });

  it("ListClusters: 100", async () => {
    const sandbox = await inRegion({ clusters: many(205, (i) => ({ name: `c${i}`, status: "CREATING" as const })) });
    const { eks: client } = await memberClients(sandbox);
    expect(await pagesOf(paginateListClusters({ client }, {}), ({ clusters }) => clusters?.length)).toEqual([100, 100, 5]);
    expect(await pagesOf(paginateListClusters({ client, pageSize: 80 }, {}), ({ clusters }) => clusters?.length)).toEqual([80, 80, 45]);
  });

  it("load balancers: 400, of both generations", async () => {
    const sandbox = await inRegion({
      loadBalancers: many(900, (i) => ({ name: `b${i}`, type: i < 450 ? ("network" as const) : ("classic" as const) })),
    });
    const { elbv2, elb } = await memberClients(sandbox);
    expect(await pagesOf(paginateDescribeLoadBalancers({ client: elbv2 }, {}), ({ LoadBalancers }) => LoadBalancers?.length)).toEqual([
      400, 50,
    ]);
    expect(await pagesOf(paginateClassic({ client: elb }, {}), (page) => page.LoadBalancerDescriptions?.length)).toEqual([400, 50]);
  });

  it("rules and target groups: 400", async () => {
    const rules = many(450, (i) => ({ path: `/${i}`, target: { name: `t${i}` } }));
    const sandbox = await inRegion({ loadBalancers: [{ name: "app", type: "application", listeners: [{ port: 80, rules }] }] });
    const { elbv2: client } = await memberClients(sandbox);
    const groups = paginateDescribeTargetGroups({ client }, {});
    expect(await pagesOf(groups, ({ TargetGroups }) => TargetGroups?.length)).toEqual([400, 51]);
    const { LoadBalancers } = await client.send(new DescribeLoadBalancersCommand());
    const { Listeners } = await client.send(new DescribeListenersCommand({ LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn }));
    const ListenerArn = Listeners?.[0]?.ListenerArn;
    const first = await client.send(new DescribeRulesCommand({ ListenerArn, PageSize: 400 }));
    const last = await client.send(new DescribeRulesCommand({ ListenerArn, PageSize: 400, Marker: first.NextMarker }));
    expect([first.Rules?.length, last.Rules?.length, last.NextMarker]).toEqual([400, 51, undefined]);
    expect(last.Rules?.at(-1)).toMatchObject({ Priority: "default", IsDefault: true });
  });

  it("security groups: 1000, also where the request does not ask for pages", async () => {
    const sandbox = await inRegion({ vpcs: [{ id: "vpc-1", securityGroups: many(1500, (i) => ({ id: `sg-${i}` })) }] });
    const { ec2: client } = await memberClients(sandbox);
    const size = ({ SecurityGroups }: { SecurityGroups?: unknown[] | undefined }) => SecurityGroups?.length;
    expect(await pagesOf(paginateDescribeSecurityGroups({ client }, {}), size)).toEqual([1000, 501]);
    expect(await pagesOf(paginateDescribeSecurityGroups({ client, pageSize: 700 }, {}), size)).toEqual([700, 700, 101]);
  });

  it("instances and interfaces: 1000; node groups: 100", async () => {
    const subnets = [{ id: "subnet-1", cidr: "10.0.0.0/16" }];
    const sandbox = await inRegion({
      vpcs: [{ id: "vpc-1", subnets, instances: many(1_200, (i) => ({ id: `i-${i}` })) }],
      clusters: [{ name: "prod", status: "CREATING", nodeGroups: many(130, (i) => ({ name: `g${i}` })) }],
    });
    const { ec2, eks } = await memberClients(sandbox);
    const instances = paginateDescribeInstances({ client: ec2 }, {});
    expect(await pagesOf(instances, ({ Reservations }) => Reservations?.length)).toEqual([1000, 200]);
    const interfaces = paginateDescribeNetworkInterfaces({ client: ec2, pageSize: 900 }, {});
    expect(await pagesOf(interfaces, ({ NetworkInterfaces }) => NetworkInterfaces?.length)).toEqual([900, 301]);
    const groups = paginateListNodegroups({ client: eks }, { clusterName: "prod" });
    expect(await pagesOf(groups, ({ nodegroups }) => nodegroups?.length)).toEqual([100, 30]);
  });

  it("prefix list entries: 100; Regions: 50", async () => {
    const sandbox = await inRegion({ prefixLists: [{ id: "pl-1", entries: many(150, (i) => `10.${i}.0.0/16`) }] });
    const { ec2, account } = await memberClients(sandbox);
    const entries = paginateGetManagedPrefixListEntries({ client: ec2 }, { PrefixListId: "pl-1" });
    expect(await pagesOf(entries, ({ Entries }) => Entries?.length)).toEqual([100, 50]);
    expect(await pagesOf(paginateListRegions({ client: account, pageSize: 20 }, {}), ({ Regions }) => Regions?.length)).toEqual([20, 14]);
  });

  it("a token is good for the call that it was given to, and for no other", async () => {
    const sandbox = await inRegion({
      clusters: many(150, (i) => ({ name: `c${i}`, status: "CREATING" as const })),
      loadBalancers: many(5, (i) => ({ name: `b${i}` })),
    });
    const { eks, elbv2, ec2, organizations } = await memberClients(sandbox);
    const { nextToken } = await eks.send(new ListClustersCommand());
    expect((await eks.send(new ListClustersCommand({ maxResults: 10, nextToken }))).clusters?.[0]).toBe("c100");
    const foreign = await memberClients(sandbox, "us-east-1");
    const refusals = [
      foreign.eks.send(new ListClustersCommand({ nextToken })),
      eks.send(new ListClustersCommand({ nextToken, include: ["all"] })),
      eks.send(new ListClustersCommand({ nextToken: "nonsense" })),
      elbv2.send(new DescribeLoadBalancersCommand({ Marker: nextToken })),
      ec2.send(new DescribeSubnetsCommand({ NextToken: nextToken })),
      clients(sandbox, sandbox.credentials).organizations.send(new ListAccountsCommand({ NextToken: nextToken })),
    ];
    organizations.destroy();
    const names = await Promise.all(refusals.map(async (refusal) => (await rejection(refusal)).name));
    expect(names).toEqual([
      "InvalidParameterException",
      "InvalidParameterException",
      "InvalidParameterException",
      "ValidationError",
      "InvalidNextToken",
      "InvalidInputException",
    ]);
  });

  it("tags: 20 names or ARNs a call, more is an error, so is one that is not there", async () => {
    const sandbox = await inRegion({
      loadBalancers: many(42, (i) => ({
        name: `b${i}`,
        type: i < 21 ? ("network" as const) : ("classic" as const),
        tags: { n: String(i) },
      })),
    });
    const { elbv2, elb } = await memberClients(sandbox);
    const arns =
      (await elbv2.send(new DescribeLoadBalancersCommand())).LoadBalancers?.map(({ LoadBalancerArn }) => LoadBalancerArn ?? "") ?? [];
    const twenty = await elbv2.send(new DescribeTagsCommand({ ResourceArns: arns.slice(0, 20) }));
    expect(twenty.TagDescriptions?.[19]).toEqual({ ResourceArn: arns[19], Tags: [{ Key: "n", Value: "19" }] });
    const names = many(21, (i) => `b${i + 21}`);
    const classic = await elb.send(new DescribeClassicTagsCommand({ LoadBalancerNames: names.slice(1) }));
    expect(classic.TagDescriptions?.[0]).toEqual({ LoadBalancerName: "b22", Tags: [{ Key: "n", Value: "22" }] });
    const failures = await Promise.all([
      rejection(elbv2.send(new DescribeTagsCommand({ ResourceArns: arns }))),
      rejection(elb.send(new DescribeClassicTagsCommand({ LoadBalancerNames: names }))),
      rejection(elbv2.send(new DescribeTagsCommand({ ResourceArns: [`${arns[0]}x`] }))),
      rejection(elb.send(new DescribeClassicTagsCommand({ LoadBalancerNames: ["b0"] }))),
      rejection(elbv2.send(new DescribeListenersCommand({}))),
    ]);
    expect(failures.map(({ name }) => name)).toEqual([
      "ValidationError",
      "ValidationError",
      "LoadBalancerNotFoundException",
      "AccessPointNotFoundException",
      "ValidationError",
    ]);
  });
});

describe("small things are filled in as AWS does", () => {
  it("a cluster with only a name is public, ACTIVE and open to 0.0.0.0/0", async () => {
    const sandbox = await inRegion({ clusters: [{ name: "prod" }] });
    const { eks, ec2 } = await memberClients(sandbox);
    const { cluster } = await eks.send(new DescribeClusterCommand({ name: "prod" }));
    expect(cluster).toMatchObject({
      arn: "arn:aws:eks:eu-west-1:222222222222:cluster/prod",
      status: "ACTIVE",
      endpoint: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
      certificateAuthority: { data: expect.any(String) },
      resourcesVpcConfig: {
        endpointPublicAccess: true,
        endpointPrivateAccess: false,
        publicAccessCidrs: ["0.0.0.0/0"],
        securityGroupIds: [],
      },
      kubernetesNetworkConfig: { ipFamily: "ipv4", elasticLoadBalancing: { enabled: false } },
      logging: { clusterLogging: [{ enabled: false, types: ["api", "audit", "authenticator", "controllerManager", "scheduler"] }] },
    });
    expect(cluster?.createdAt).toBeInstanceOf(Date);
    expect(cluster?.encryptionConfig).toBeUndefined();
    const { vpcId, clusterSecurityGroupId, subnetIds } = cluster?.resourcesVpcConfig ?? {};
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters: [{ Name: "vpc-id", Values: [vpcId ?? ""] }] }));
    expect(SecurityGroups?.map(({ GroupId }) => GroupId)).toContain(clusterSecurityGroupId);
    const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: subnetIds }));
    expect(Subnets?.map(({ AvailabilityZone, MapPublicIpOnLaunch }) => [AvailabilityZone, MapPublicIpOnLaunch])).toEqual([
      ["eu-west-1a", false],
      ["eu-west-1b", false],
      ["eu-west-1c", false],
    ]);
  });

  it("a cluster that is being made has neither endpoint nor authority; a registered one is listed only on request", async () => {
    const sandbox = await inRegion({
      clusters: [
        { name: "new", status: "CREATING" },
        { name: "afar", connector: "EKS_ANYWHERE" },
        { name: "odd", describe: { resourcesVpcConfig: { publicAccessCidrs: null, vpcId: "vpc-x" }, logging: null } },
      ],
    });
    const { eks } = await memberClients(sandbox);
    const of = async (name: string) => (await eks.send(new DescribeClusterCommand({ name }))).cluster;
    expect(await of("new")).toMatchObject({ status: "CREATING", resourcesVpcConfig: { endpointPublicAccess: true } });
    expect(Object.keys((await of("new")) ?? {})).not.toContain("endpoint");
    expect(Object.keys((await of("new")) ?? {})).not.toContain("certificateAuthority");
    expect(await of("afar")).toMatchObject({ connectorConfig: { provider: "EKS_ANYWHERE" } });
    expect((await of("odd"))?.resourcesVpcConfig).toMatchObject({ vpcId: "vpc-x", endpointPublicAccess: true });
    expect((await of("odd"))?.resourcesVpcConfig?.publicAccessCidrs).toBeUndefined();
    expect((await eks.send(new ListClustersCommand())).clusters).toEqual(["new", "odd"]);
    expect((await eks.send(new ListClustersCommand({ include: ["all"] }))).clusters).toEqual(["new", "afar", "odd"]);
  });

  it("rules of a security group are told apart by what they admit", async () => {
    const ingress = [
      { ports: 443, from: ["0.0.0.0/0", "::/0", "pl-1", "sg-2"], description: "all four" },
      { protocol: "all", from: "10.0.0.0/8" },
      { protocol: "udp", ports: "53-54", from: "10.0.0.0/8" },
    ];
    const sandbox = await inRegion({ vpcs: [{ id: "vpc-1", securityGroups: [{ id: "sg-1", name: "web", ingress }, { id: "sg-2" }] }] });
    const { ec2 } = await memberClients(sandbox);
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: ["sg-1"] }));
    expect(SecurityGroups?.[0]).toMatchObject({ GroupId: "sg-1", GroupName: "web", VpcId: "vpc-1", OwnerId: member });
    expect(SecurityGroups?.[0]?.IpPermissions).toMatchObject([
      {
        IpProtocol: "tcp",
        FromPort: 443,
        ToPort: 443,
        IpRanges: [{ CidrIp: "0.0.0.0/0", Description: "all four" }],
        Ipv6Ranges: [{ CidrIpv6: "::/0" }],
        PrefixListIds: [{ PrefixListId: "pl-1" }],
        UserIdGroupPairs: [{ GroupId: "sg-2", UserId: member }],
      },
      { IpProtocol: "-1", IpRanges: [{ CidrIp: "10.0.0.0/8" }] },
      { IpProtocol: "udp", FromPort: 53, ToPort: 54 },
    ]);
    expect(SecurityGroups?.[0]?.IpPermissions?.[1]?.FromPort).toBeUndefined();
  });

  it("load balancers carry scheme, groups, listeners and names of their kind", async () => {
    const sandbox = await inRegion({
      vpcs: [{ id: "vpc-1", subnets: [{ id: "subnet-1", cidr: "10.0.0.0/24" }], securityGroups: [{ id: "sg-1" }] }],
      loadBalancers: [
        { name: "bare", listeners: [{ port: 443, protocol: "TLS" }] },
        {
          name: "web",
          type: "application",
          scheme: "internal",
          listeners: [{ port: 80, redirect: "https:443" }],
          tags: { quote: '<"&">' },
        },
        { name: "api", securityGroups: ["sg-1"], ipAddressType: "dualstack", dnsName: "api.example.com" },
      ],
    });
    const { elbv2 } = await memberClients(sandbox);
    const { LoadBalancers = [] } = await elbv2.send(new DescribeLoadBalancersCommand());
    const [bare, web, api] = LoadBalancers;
    expect(bare).toMatchObject({
      Type: "network",
      Scheme: "internet-facing",
      State: { Code: "active" },
      VpcId: "vpc-1",
      IpAddressType: "ipv4",
    });
    expect(bare?.LoadBalancerArn).toMatch(/^arn:aws:elasticloadbalancing:eu-west-1:222222222222:loadbalancer\/net\/bare\/[0-9a-f]{16}$/);
    expect(bare?.SecurityGroups).toBeUndefined();
    expect(bare?.DNSName).toMatch(/^bare-[0-9a-f]{16}\.elb\.eu-west-1\.amazonaws\.com$/);
    expect(web?.SecurityGroups).toHaveLength(1);
    expect(web?.DNSName).toMatch(/^internal-web-\d{10}\.eu-west-1\.elb\.amazonaws\.com$/);
    expect(api).toMatchObject({ SecurityGroups: ["sg-1"], DNSName: "api.example.com", AvailabilityZones: [{ SubnetId: "subnet-1" }] });
    const listenersOf = async (arn = "") => (await elbv2.send(new DescribeListenersCommand({ LoadBalancerArn: arn }))).Listeners;
    expect(await listenersOf(bare?.LoadBalancerArn)).toMatchObject([{ Port: 443, Protocol: "TLS", DefaultActions: [{ Type: "forward" }] }]);
    expect(await listenersOf(web?.LoadBalancerArn)).toMatchObject([
      { Port: 80, Protocol: "HTTP", DefaultActions: [{ Type: "redirect", RedirectConfig: { Protocol: "HTTPS", Port: "443" } }] },
    ]);
    const { TagDescriptions } = await elbv2.send(new DescribeTagsCommand({ ResourceArns: [web?.LoadBalancerArn ?? ""] }));
    expect(TagDescriptions?.[0]?.Tags).toEqual([{ Key: "quote", Value: '<"&">' }]);
  });

  it("a listener forwards to a group of its own, and ELB's defaults say whose addresses its targets see", async () => {
    const sandbox = await inRegion({
      loadBalancers: [
        { name: "tcp", listeners: [{ port: 443, protocol: "TLS" }] },
        { name: "udp", listeners: [{ port: 53, protocol: "UDP" }] },
        { name: "node", listeners: [{ port: 80, target: { type: "instance", port: 30080 } }] },
        { name: "app", type: "application", listeners: [{ port: 443, protocol: "HTTPS" }] },
      ],
      targetGroups: [{ name: "function", type: "lambda" }],
    });
    const { elbv2 } = await memberClients(sandbox);
    const { TargetGroups = [] } = await elbv2.send(new DescribeTargetGroupsCommand());
    const clientIp = async (TargetGroupArn = "") =>
      (await elbv2.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }))).Attributes?.find(
        ({ Key }) => Key === "preserve_client_ip.enabled",
      )?.Value;
    const seen = TargetGroups.map(async ({ TargetGroupArn, Protocol, Port, TargetType, VpcId, LoadBalancerArns }) => [
      Protocol,
      Port,
      TargetType,
      VpcId?.slice(0, 4),
      LoadBalancerArns?.length,
      await clientIp(TargetGroupArn),
    ]);
    expect(await Promise.all(seen)).toEqual([
      ["TCP", 443, "ip", "vpc-", 1, "false"],
      ["UDP", 53, "ip", "vpc-", 1, "true"],
      ["TCP", 30080, "instance", "vpc-", 1, "true"],
      ["HTTP", 443, "ip", "vpc-", 1, undefined],
      [undefined, undefined, "lambda", undefined, 0, undefined],
    ]);
  });

  it("an instance with only an id runs with EC2's defaults, and one that a service hides is listed on request", async () => {
    const sandbox = await inRegion({
      vpcs: [
        {
          id: "vpc-1",
          subnets: [{ id: "subnet-1", cidr: "10.0.0.0/24" }],
          instances: [
            { id: "i-1", publicIps: "203.0.113.9" },
            { id: "i-2", operator: "eks.amazonaws.com", hidden: true },
          ],
        },
      ],
    });
    const { ec2 } = await memberClients(sandbox);
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand());
    expect(Reservations).toMatchObject([
      {
        OwnerId: member,
        Instances: [
          {
            InstanceId: "i-1",
            State: { Code: 16, Name: "running" },
            PublicIpAddress: "203.0.113.9",
            PrivateDnsName: expect.stringMatching(/^ip-10-0-0-\d+\.eu-west-1\.compute\.internal$/),
            SecurityGroups: [{ GroupId: expect.stringMatching(/^sg-/) }],
            NetworkInterfaces: [{ Attachment: { DeviceIndex: 0 }, Association: { PublicIp: "203.0.113.9" } }],
            MetadataOptions: {
              State: "applied",
              HttpTokens: "optional",
              HttpPutResponseHopLimit: 1,
              HttpEndpoint: "enabled",
              HttpProtocolIpv6: "disabled",
            },
            Operator: { Managed: false },
          },
        ],
      },
    ]);
    const all = await ec2.send(new DescribeInstancesCommand({ IncludeManagedResources: true }));
    expect(all.Reservations?.[1]?.Instances?.[0]?.Operator).toEqual({
      Managed: true,
      Principal: "eks.amazonaws.com",
      HiddenByDefault: true,
    });
    const mine = async (input: object) => (await ec2.send(new DescribeNetworkInterfacesCommand(input))).NetworkInterfaces?.length;
    expect([await mine({}), await mine({ IncludeManagedResources: true })]).toEqual([1, 2]);
  });

  it("a node group with only a name is of EKS's image, in the cluster's subnets", async () => {
    const sandbox = await inRegion({
      clusters: [{ name: "prod", version: "1.35", status: "CREATING", nodeGroups: [{ name: "general" }] }],
    });
    const { eks } = await memberClients(sandbox);
    const { nodegroup } = await eks.send(new DescribeNodegroupCommand({ clusterName: "prod", nodegroupName: "general" }));
    expect(nodegroup).toMatchObject({
      nodegroupArn: expect.stringMatching(/^arn:aws:eks:eu-west-1:222222222222:nodegroup\/prod\/general\/[0-9a-f-]{36}$/),
      status: "ACTIVE",
      version: "1.35",
      amiType: "AL2023_x86_64_STANDARD",
      resources: { autoScalingGroups: [{ name: expect.stringMatching(/^eks-general-/) }] },
    });
    expect(nodegroup?.subnets).toHaveLength(3);
    expect(nodegroup?.launchTemplate).toBeUndefined();
  });

  it("versions: supported ones by the clock, others on request", async () => {
    const sandbox = await started({}, () => new Date("2026-01-15T00:00:00Z"));
    const { eks } = clients(sandbox, sandbox.credentials);
    eks.config.systemClockOffset = Date.parse("2026-01-15T00:00:00Z") - Date.now();
    const of = async (input: object) =>
      (await eks.send(new DescribeClusterVersionsCommand(input))).clusterVersions?.map((row) => [row.clusterVersion, row.versionStatus]);
    expect(await of({})).toEqual([
      ["1.34", "STANDARD_SUPPORT"],
      ["1.33", "STANDARD_SUPPORT"],
      ["1.32", "STANDARD_SUPPORT"],
      ["1.31", "EXTENDED_SUPPORT"],
      ["1.30", "EXTENDED_SUPPORT"],
      ["1.29", "EXTENDED_SUPPORT"],
    ]);
    expect(await of({ clusterVersions: ["1.28", "1.33"] })).toEqual([
      ["1.33", "STANDARD_SUPPORT"],
      ["1.28", "UNSUPPORTED"],
    ]);
    expect((await of({ includeAll: true }))?.at(-1)).toEqual(["1.28", "UNSUPPORTED"]);
  });

  it("Regions: by default on, opted in to, and closed", async () => {
    const sandbox = await started({ enabledRegions: ["eu-west-1", "eu-south-1"] });
    const { account } = clients(sandbox, sandbox.credentials);
    const { Regions = [] } = await account.send(new ListRegionsCommand({ RegionOptStatusContains: ["ENABLED", "ENABLED_BY_DEFAULT"] }));
    expect(Regions).toEqual([
      { RegionName: "eu-south-1", RegionOptStatus: "ENABLED" },
      { RegionName: "eu-west-1", RegionOptStatus: "ENABLED_BY_DEFAULT" },
    ]);
  });
});

describe("what is not there or not allowed has AWS's error", () => {
  it.each([
    ["a cluster", "ResourceNotFoundException", ({ eks }: Clients) => eks.send(new DescribeClusterCommand({ name: "nobody" }))],
    [
      "a security group",
      "InvalidGroup.NotFound",
      ({ ec2 }: Clients) => ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: ["sg-9"] })),
    ],
    ["a listener", "ListenerNotFoundException", ({ elbv2 }: Clients) => elbv2.send(new DescribeRulesCommand({ ListenerArn: "nobody" }))],
    [
      "a target group",
      "TargetGroupNotFoundException",
      ({ elbv2 }: Clients) => elbv2.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: "nobody" })),
    ],
    [
      "a node group",
      "ResourceNotFoundException",
      ({ eks }: Clients) => eks.send(new DescribeNodegroupCommand({ clusterName: "prod", nodegroupName: "nobody" })),
    ],
    [
      "a cluster's node groups",
      "ResourceNotFoundException",
      ({ eks }: Clients) => eks.send(new ListNodegroupsCommand({ clusterName: "nobody" })),
    ],
    ["an instance", "InvalidInstanceID.NotFound", ({ ec2 }: Clients) => ec2.send(new DescribeInstancesCommand({ InstanceIds: ["i-9"] }))],
    [
      "an interface",
      "InvalidNetworkInterfaceID.NotFound",
      ({ ec2 }: Clients) => ec2.send(new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: ["eni-9"] })),
    ],
    ["a subnet", "InvalidSubnetID.NotFound", ({ ec2 }: Clients) => ec2.send(new DescribeSubnetsCommand({ SubnetIds: ["subnet-9"] }))],
    [
      "a prefix list",
      "InvalidPrefixListID.NotFound",
      ({ ec2 }: Clients) => ec2.send(new GetManagedPrefixListEntriesCommand({ PrefixListId: "pl-9" })),
    ],
    [
      "a filter",
      "InvalidParameterValue",
      ({ ec2 }: Clients) => ec2.send(new DescribeSubnetsCommand({ Filters: [{ Name: "colour", Values: ["red"] }] })),
    ],
    [
      "a page size with ids",
      "InvalidParameterCombination",
      ({ ec2 }: Clients) => ec2.send(new DescribeSubnetsCommand({ SubnetIds: ["subnet-9"], MaxResults: 5 })),
    ],
    ["a page size of 101", "InvalidParameterException", ({ eks }: Clients) => eks.send(new ListClustersCommand({ maxResults: 101 }))],
    [
      "an organization asked by a member",
      "AccessDeniedException",
      ({ organizations }: Clients) => organizations.send(new ListAccountsCommand()),
    ],
  ])("%s: %s", async (_what, name, call) => {
    const sandbox = await started();
    expect((await rejection(call(await memberClients(sandbox)))).name).toBe(name);
  });

  it("an organization where there is none: AWSOrganizationsNotInUseException", async () => {
    const sandbox = await started({ organization: null });
    const error = await rejection(clients(sandbox, sandbox.credentials).organizations.send(new ListAccountsCommand()));
    expect(error.name).toBe("AWSOrganizationsNotInUseException");
  });
});
type Clients = ReturnType<typeof clients>;
