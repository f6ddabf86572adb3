/** The EC2 side of a Region, in the words that EC2 puts on the wire. */
import type { Region } from "../estate/account.ts";
import type { BlockPublicAccess, PrefixList, Rule, SecurityGroup, Subnet, Vpc } from "../estate/network.ts";
import { hex } from "./ids.ts";
import { networkAclItems } from "./network-acl.ts";
import { arn, type Place } from "./place.ts";
import { routeTableItems } from "./route-table.ts";

/** One resource as EC2's XML has it: lists are arrays of items, absent elements are undefined. */
export interface Item {
  readonly [element: string]: unknown;
}

/** Everything that EC2's Describe calls read; what is on the networks is added by those who know it. A further kind of resource is a further list here. */
export interface Network {
  readonly vpcs: Item[];
  readonly subnets: Item[];
  readonly securityGroups: Item[];
  readonly routeTables: Item[];
  readonly networkAcls: Item[];
  readonly blockPublicAccess: { readonly options: Item; readonly exclusions: readonly Item[] };
  readonly instances: Item[];
  readonly networkInterfaces: Item[];
  readonly prefixLists: (Item & { readonly prefixListId: string; readonly entries: readonly Item[] })[];
}

export const tagSet = (tags: Readonly<Record<string, string>>) => Object.entries(tags).map(([key, value]) => ({ key, value }));

export const defaultGroupId = (vpc: string): string => `sg-${hex(17, vpc, "default")}`;

const protocolNames: Readonly<Record<string, string>> = { all: "-1", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6" };

function permission(rule: Rule, account: string): Item {
  const { description } = rule;
  const of = (kind: (source: string) => boolean) => rule.from.filter(kind);
  const isGroup = (source: string) => source.startsWith("sg-");
  const isList = (source: string) => source.startsWith("pl-");
  const isCidr = (source: string) => !isGroup(source) && !isList(source);
  const ipProtocol = protocolNames[rule.protocol] ?? rule.protocol;
  const [from, to = from] = rule.ports === undefined ? [] : String(rule.ports).split("-").map(Number);
  const whole = ipProtocol === "-1" ? [undefined, undefined] : ipProtocol.startsWith("icmp") ? [-1, -1] : [0, 65535];
  return {
    ipProtocol,
    fromPort: from ?? whole[0],
    toPort: to ?? whole[1],
    groups: of(isGroup).map((groupId) => ({ description, groupId, userId: account })),
    ipRanges: of((source) => isCidr(source) && !source.includes(":")).map((cidrIp) => ({ cidrIp, description })),
    ipv6Ranges: of((source) => isCidr(source) && source.includes(":")).map((cidrIpv6) => ({ cidrIpv6, description })),
    prefixListIds: of(isList).map((prefixListId) => ({ description, prefixListId })),
  };
}

export function securityGroup(group: SecurityGroup, vpcId: string, place: Place): Item {
  return {
    ownerId: place.account,
    groupId: group.id,
    groupName: group.name ?? group.id,
    groupDescription: group.description,
    vpcId,
    securityGroupArn: arn(place, "ec2", `security-group/${group.id}`),
    ipPermissions: group.ingress.map((rule) => permission(rule, place.account)),
    ipPermissionsEgress: group.egress.map((rule) => permission(rule, place.account)),
    tagSet: tagSet(group.tags),
  };
}

const toEverywhere: Rule = { protocol: "all", from: ["0.0.0.0/0"] };

/** The group that each VPC has from the start: open to its own members. */
function defaultGroup(vpcId: string): SecurityGroup {
  const id = defaultGroupId(vpcId);
  const own: Rule = { protocol: "all", from: [id] };
  return { id, name: "default", description: "default VPC security group", ingress: [own], egress: [toEverywhere], tags: {} };
}

/** The group that EKS makes for each cluster, open to its own members. */
export function clusterGroup(cluster: string, place: Place): SecurityGroup {
  const id = `sg-${hex(17, arn(place, "eks", cluster), "cluster")}`;
  return {
    id,
    name: `eks-cluster-sg-${cluster}-${hex(9, id)}`,
    description:
      "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, as well as any managed workloads.",
    ingress: [{ protocol: "all", from: [id] }],
    egress: [toEverywhere],
    tags: { Name: `eks-cluster-sg-${cluster}-${hex(9, id)}`, [`kubernetes.io/cluster/${cluster}`]: "owned" },
  };
}

function subnetItem(subnet: Subnet, vpcId: string, place: Place): Item {
  return {
    subnetId: subnet.id,
    subnetArn: arn(place, "ec2", `subnet/${subnet.id}`),
    state: "available",
    ownerId: place.account,
    vpcId,
    cidrBlock: subnet.cidr,
    ipv6CidrBlockAssociationSet:
      subnet.ipv6Cidr === undefined
        ? []
        : [
            {
              associationId: `subnet-cidr-assoc-${hex(17, subnet.id)}`,
              ipv6CidrBlock: subnet.ipv6Cidr,
              ipv6CidrBlockState: { state: "associated" },
            },
          ],
    availableIpAddressCount: 4091,
    availabilityZone: `${place.region}${subnet.zone}`,
    defaultForAz: false,
    mapPublicIpOnLaunch: subnet.public,
    assignIpv6AddressOnCreation: false,
    ipv6Native: false,
    tagSet: tagSet(subnet.tags),
  };
}

export function prefixListItem(list: PrefixList, place: Place): Network["prefixLists"][number] {
  return {
    prefixListId: list.id,
    prefixListName: list.name ?? list.id,
    prefixListArn: arn(place, "ec2", `prefix-list/${list.id}`),
    entries: list.entries,
  };
}

/** The VPC of a Region that needs one and names none: three private subnets. */
export function impliedVpc(place: Place): Vpc {
  const id = `vpc-${hex(17, place.account, place.region)}`;
  const subnets = ["a", "b", "c"].map((zone, i) => ({
    id: `subnet-${hex(17, id, zone)}`,
    zone,
    cidr: `10.0.${i * 32}.0/19`,
    public: false,
    tags: {},
  }));
  return { id, cidr: "10.0.0.0/16", subnets, securityGroups: [], networkAcls: [], instances: [], networkInterfaces: [], tags: {} };
}

function blockPublicAccessItems({ mode, state, exclusions }: BlockPublicAccess, place: Place): Network["blockPublicAccess"] {
  const since = "2026-01-01T00:00:00.000Z";
  return {
    options: {
      awsAccountId: place.account,
      awsRegion: place.region,
      state: state ?? (mode === "off" ? "default-state" : "update-complete"),
      internetGatewayBlockMode: mode,
      lastUpdateTimestamp: since,
      managedBy: "account",
      exclusionsAllowed: "allowed",
    },
    exclusions: exclusions.map(({ resource, mode: exclusionMode }) => ({
      exclusionId: `vpcbpa-exclude-${hex(17, place.account, place.region, resource)}`,
      internetGatewayExclusionMode: exclusionMode,
      resourceArn: arn(place, "ec2", `${resource.split("-")[0]}/${resource}`),
      state: "create-complete",
      creationTimestamp: since,
    })),
  };
}

export function buildNetwork(
  { vpcs, prefixLists: lists, blockPublicAccess }: Pick<Region, "vpcs" | "prefixLists" | "blockPublicAccess">,
  place: Place,
): Network {
  return {
    vpcs: vpcs.map(({ id, cidr, ipv6Cidr, tags }) => ({
      vpcId: id,
      ownerId: place.account,
      state: "available",
      cidrBlock: cidr,
      cidrBlockAssociationSet: [
        { associationId: `vpc-cidr-assoc-${hex(17, id)}`, cidrBlock: cidr, cidrBlockState: { state: "associated" } },
      ],
      ipv6CidrBlockAssociationSet:
        ipv6Cidr === undefined
          ? []
          : [
              {
                associationId: `vpc-cidr-assoc-${hex(17, id, "ipv6")}`,
                ipv6CidrBlock: ipv6Cidr,
                ipv6CidrBlockState: { state: "associated" },
                networkBorderGroup: place.region,
              },
            ],
      dhcpOptionsId: "default",
      instanceTenancy: "default",
      isDefault: false,
      tagSet: tagSet(tags),
    })),
    subnets: vpcs.flatMap(({ id, subnets }) => subnets.map((subnet) => subnetItem(subnet, id, place))),
    securityGroups: vpcs.flatMap(({ id, securityGroups }) =>
      [defaultGroup(id), ...securityGroups].map((group) => securityGroup(group, id, place)),
    ),
    routeTables: vpcs.flatMap((vpc) => routeTableItems(vpc, place)),
    networkAcls: vpcs.flatMap((vpc) => networkAclItems(vpc, place)),
    blockPublicAccess: blockPublicAccessItems(blockPublicAccess, place),
    instances: [],
    networkInterfaces: [],
    prefixLists: lists.map((list) => prefixListItem(list, place)),
  };
}
