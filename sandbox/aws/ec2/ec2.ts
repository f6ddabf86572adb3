/** EC2: the network side of an account and Region. A further Describe call is a further entry in the table. */
import * as z from "zod";
import { hex } from "../../world/ids.ts";
import type { Item } from "../../world/network.ts";
import { arn } from "../../world/place.ts";
import { AwsError } from "../errors.ts";
import { pageOf } from "../pages.ts";
import { ec2Protocol } from "../protocol/query.ts";
import { ec2Refusals } from "../refusals.ts";
import { type Call, operation, type Service } from "../service.ts";
import { type Describe, describe, is } from "./describe.ts";

/** Instances come in the reservations that they were launched by; here each was launched alone. */
const reservation = (instance: Item, ownerId: string): Item => ({
  reservationId: `r-${hex(17, String(instance.instanceId))}`,
  ownerId,
  groupSet: [],
  instancesSet: [instance],
});

const describes: Readonly<Record<string, Describe>> = {
  DescribeVpcs: {
    set: "vpcSet",
    items: ({ vpcs }) => vpcs,
    ids: { parameter: "VpcId", element: "vpcId", notFound: "InvalidVpcID.NotFound", what: "vpc ID" },
    filters: { "vpc-id": is("vpcId"), cidr: is("cidrBlock"), state: is("state"), "owner-id": is("ownerId") },
  },
  DescribeSubnets: {
    set: "subnetSet",
    items: ({ subnets }) => subnets,
    ids: { parameter: "SubnetId", element: "subnetId", notFound: "InvalidSubnetID.NotFound", what: "subnet ID" },
    filters: {
      "subnet-id": is("subnetId"),
      "vpc-id": is("vpcId"),
      "availability-zone": is("availabilityZone"),
      "cidr-block": is("cidrBlock"),
      state: is("state"),
    },
  },
  DescribeSecurityGroups: {
    set: "securityGroupInfo",
    items: ({ securityGroups }) => securityGroups,
    ids: { parameter: "GroupId", element: "groupId", notFound: "InvalidGroup.NotFound", what: "security group" },
    filters: { "group-id": is("groupId"), "group-name": is("groupName"), "vpc-id": is("vpcId"), "owner-id": is("ownerId") },
  },
  DescribeRouteTables: {
    set: "routeTableSet",
    items: ({ routeTables }) => routeTables,
    ids: { parameter: "RouteTableId", element: "routeTableId", notFound: "InvalidRouteTableID.NotFound", what: "routeTable ID" },
    maxPageSize: 100,
    filters: { "route-table-id": is("routeTableId"), "vpc-id": is("vpcId"), "owner-id": is("ownerId") },
  },
  DescribeNetworkAcls: {
    set: "networkAclSet",
    items: ({ networkAcls }) => networkAcls,
    ids: { parameter: "NetworkAclId", element: "networkAclId", notFound: "InvalidNetworkAclID.NotFound", what: "networkAcl ID" },
    filters: { "network-acl-id": is("networkAclId"), "vpc-id": is("vpcId"), default: is("default"), "owner-id": is("ownerId") },
  },
  DescribeInstances: {
    set: "reservationSet",
    items: ({ instances }) => instances,
    shape: (page, account) => page.map((instance) => reservation(instance, account)),
    hidesManaged: true,
    ids: { parameter: "InstanceId", element: "instanceId", notFound: "InvalidInstanceID.NotFound", what: "instance ID" },
    filters: {
      "instance-id": is("instanceId"),
      "vpc-id": is("vpcId"),
      "subnet-id": is("subnetId"),
      "instance-state-name": ({ instanceState }) => [(instanceState as { name: string }).name],
    },
  },
  DescribeNetworkInterfaces: {
    set: "networkInterfaceSet",
    items: ({ networkInterfaces }) => networkInterfaces,
    hidesManaged: true,
    ids: {
      parameter: "NetworkInterfaceId",
      element: "networkInterfaceId",
      notFound: "InvalidNetworkInterfaceID.NotFound",
      what: "networkInterface ID",
    },
    filters: {
      "network-interface-id": is("networkInterfaceId"),
      "vpc-id": is("vpcId"),
      "subnet-id": is("subnetId"),
      description: is("description"),
      "interface-type": is("interfaceType"),
      status: is("status"),
    },
  },
  DescribeVpcBlockPublicAccessExclusions: {
    set: "vpcBlockPublicAccessExclusionSet",
    items: ({ blockPublicAccess }) => blockPublicAccess.exclusions,
    ids: {
      parameter: "ExclusionId",
      element: "exclusionId",
      notFound: "InvalidVpcBlockPublicAccessExclusionId.NotFound",
      what: "exclusion ID",
    },
    filters: {
      "resource-arn": is("resourceArn"),
      state: is("state"),
      "internet-gateway-exclusion-mode": is("internetGatewayExclusionMode"),
    },
  },
  DescribeManagedPrefixLists: {
    set: "prefixListSet",
    items: ({ prefixLists }) => prefixLists.map(({ entries: _entries, ...list }) => list),
    ids: { parameter: "PrefixListId", element: "prefixListId", notFound: "InvalidPrefixListID.NotFound", what: "prefix list ID" },
    filters: { "prefix-list-id": is("prefixListId"), "prefix-list-name": is("prefixListName") },
  },
};

const GetManagedPrefixListEntries = z.object({
  PrefixListId: z.string(),
  MaxResults: z.coerce.number().int().min(1).max(100).default(100),
  NextToken: z.string().optional(),
});

function getManagedPrefixListEntries({ principal, region, here, state }: Call, input: z.infer<typeof GetManagedPrefixListEntries>): object {
  const { PrefixListId, MaxResults, NextToken } = input;
  const list = here.network.prefixLists.find(({ prefixListId }) => prefixListId === PrefixListId);
  if (list === undefined) throw new AwsError("InvalidPrefixListID.NotFound", `The prefix list ID '${PrefixListId}' does not exist`);
  const page = pageOf(list.entries, {
    call: ["entries", principal.account, region, PrefixListId],
    size: MaxResults,
    longest: state.world.estate.longestPage,
    token: NextToken,
  });
  if (page === undefined) throw new AwsError("InvalidNextToken", "The specified NextToken is not valid.");
  return { entrySet: page.items, nextToken: page.next };
}

export const ec2: Service = {
  name: "ec2",
  signingName: "ec2",
  actionPrefix: "ec2",
  global: false,
  protocol: ec2Protocol,
  refusals: ec2Refusals,
  operations: {
    ...Object.fromEntries(Object.entries(describes).map(([name, facts]) => [name, describe(facts)])),
    DescribeVpcBlockPublicAccessOptions: operation({
      input: z.object({}),
      answer: ({ here }) => ({ vpcBlockPublicAccessOptions: here.network.blockPublicAccess.options }),
    }),
    GetManagedPrefixListEntries: operation({
      input: GetManagedPrefixListEntries,
      resource: ({ here }, { PrefixListId }) => arn(here.place, "ec2", `prefix-list/${PrefixListId}`),
      answer: getManagedPrefixListEntries,
    }),
  },
};
